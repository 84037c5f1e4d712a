import { z } from 'zod';
import { copyKinds, copySources } from './domain/copy-rules.ts';
import { incomingStates, results, urgencies, workFilters } from './domain/states.ts';

export { incomingStates, results, urgencies, workFilters } from './domain/states.ts';

const id = z.uuid();
export const incomingState = z.enum(incomingStates);
export type IncomingState = z.infer<typeof incomingState>;
export const urgency = z.enum(urgencies);
export const abilities = ['register', 'refuse', 'submit', 'assign', 'return', 'approve', 'complete', 'report', 'pass', 'advise', 'progress', 'release', 'extend', 'answer-notice'] as const;
export type IncomingAbility = (typeof abilities)[number];

/** How the signatures of the main file stood on arrival. */
export const verdicts = ['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE', 'UNREADABLE', 'UNSIGNED'] as const;
export const verdict = z.enum(verdicts);
export type Verdict = z.infer<typeof verdict>;

/** Page size of the inbox. */
export const PAGE_SIZE = 50;

export const incomingRow = z.object({
  id,
  /** How it reached the agency. */
  medium: z.enum(['electronic', 'paper']),
  state: incomingState,
  senderName: z.string(),
  number: z.string(),
  notation: z.string(),
  issuedOn: z.string(),
  typeName: z.string(),
  summary: z.string(),
  urgency,
  answerDue: z.string().nullable(),
  verdict,
  arrivalNumber: z.int().nullable(),
  arrivedAt: z.string(),
  twin: z.boolean(),
  /** The sender reminded of it and it is not registered yet. */
  reminded: z.boolean(),
  /** The sender asks to cancel or change it, and the clerk has not answered. */
  asked: z.boolean(),
  /** By when the leader wants it handled, an instant; null while nobody has it and once it is done. */
  handlingDue: z.string().nullable(),
  /** Whoever has the work at the moment. */
  handlerName: z.string().nullable(),
});
export type IncomingRow = z.infer<typeof incomingRow>;
export const incomingList = z.object({ rows: z.array(incomingRow), next: z.string().nullable() });

export const workFilter = z.enum(workFilters);

export const incomingQuery = z.object({
  state: incomingState.optional(),
  /** Narrowed to the work about documents: what waits for registration or instructions, what I handle as the main one or with others, what is late, what is done. */
  work: workFilter.optional(),
  urgency: urgency.optional(),
  type: z.string().max(50).optional(),
  sender: z.uuid().optional(),
  text: z.string().trim().max(200).optional(),
  after: z.string().max(200).optional(),
});

export const incomingFile = z.object({ fileId: id, sha256: z.string(), name: z.string(), mediaType: z.string(), sizeBytes: z.int(), role: z.enum(['main', 'attachment']), flags: z.array(z.string()).default([]) });


/** What the sender asked of the registered document. */
export const noticeView = z.object({
  id,
  kind: z.enum(['recall', 'take_back', 'update']),
  cancels: z.boolean(),
  reason: z.string(),
  changed: z.object({ summary: z.string(), urgency, answerDue: z.string().nullable() }).nullable(),
  askedAt: z.string(),
  dueAt: z.string(),
  answer: z.object({ agreed: z.boolean(), at: z.string(), by: z.string(), reason: z.string().nullable() }).nullable(),
});
export type NoticeView = z.infer<typeof noticeView>;

const named = z.object({ postId: id, name: z.string(), title: z.string() });

/** One person’s part in handling a document. */
export const assignmentView = z.object({
  id,
  /** Whose part it came from; null when it came from the leader. */
  parentId: id.nullable(),
  role: z.enum(['main', 'cooperating']),
  state: z.enum(['open', 'passed', 'done', 'released', 'ended']),
  assignee: named.extend({ unitName: z.string().nullable() }),
  instruction: z.string(),
  urgency,
  dueAt: z.string(),
  assignedAt: z.string(),
  assignedBy: named,
  openedAt: z.string().nullable(),
  progress: z.object({ text: z.string(), at: z.string() }).nullable(),
  extensionReason: z.string().nullable(),
  endedAt: z.string().nullable(),
  outcome: z.string().nullable(),
  isMine: z.boolean(),
});
export type AssignmentView = z.infer<typeof assignmentView>;

export const replyView = z.object({ id, summary: z.string(), draftedBy: z.string(), draftedAt: z.string(), number: z.string().nullable(), issuedAt: z.string().nullable() });
export type ReplyView = z.infer<typeof replyView>;

export const handlingView = z.object({
  leader: named.nullable(),
  submittedAt: z.string().nullable(),
  submittedBy: z.string().nullable(),
  note: z.string().nullable(),
  /** Why it came back: to the clerk, or to whoever handles it. */
  returnReason: z.string().nullable(),
  assignedAt: z.string().nullable(),
  startedAt: z.string().nullable(),
  dueAt: z.string().nullable(),
  /** The day that is proposed as the deadline. */
  proposedDue: z.iso.date(),
  isReviewed: z.boolean(),
  reportedAt: z.string().nullable(),
  result: z.object({ kind: z.enum(results), text: z.string(), by: z.string(), replyId: id.nullable() }).nullable(),
  completedAt: z.string().nullable(),
  completedBy: z.string().nullable(),
  assignments: z.array(assignmentView),
  replies: z.array(replyView),
  /** Whether the caller drafts the reply. */
  mayReply: z.boolean(),
});
export type HandlingView = z.infer<typeof handlingView>;

export const copyKind = z.enum(copyKinds);
export const copySource = z.enum(copySources);

/** An electronic copy with the agency's signature, or one that waits for it. */
export const copyView = z.object({
  id,
  kind: copyKind,
  source: copySource,
  createdAt: z.string(),
  createdBy: z.string(),
  /** What the agency signs: the scan, or the extract that the clerk wrote. */
  base: z.object({ fileId: id, extractUploadId: id.nullable() }),
  /** Null while it waits for the agency's signature; the verdict follows a moment after the signature. */
  sealed: z.object({ fileId: id, name: z.string(), sizeBytes: z.int(), numberAndNotation: z.string(), at: z.string(), by: z.string(), verdict: verdict.nullable() }).nullable(),
});
export type CopyView = z.infer<typeof copyView>;

export const copying = z.object({
  list: z.array(copyView),
  /** What the caller may make a copy of, and which kinds the law knows of it; empty for whoever may make none. */
  choices: z.array(z.object({ source: copySource, kinds: z.array(copyKind) })),
});

/** The main file with the agency's arrival mark; the sender's signatures in it stand. */
export const stamping = z.object({
  mayStamp: z.boolean(),
  made: z.object({ fileId: id, name: z.string(), sizeBytes: z.int(), at: z.string(), by: z.string() }).nullable(),
});

export const incomingDetail = incomingRow.extend({
  copies: copying,
  stamp: stamping,
  /** Null where it came on paper. */
  messageId: id.nullable(),
  /** Null for a sender on paper who is in no directory. */
  senderAgencyId: id.nullable(),
  senderCode: z.string(),
  documentCode: z.string(),
  typeCode: z.string(),
  signerName: z.string(),
  signerTitle: z.string(),
  files: z.array(incomingFile),
  twinId: id.nullable(),
  arrivalYear: z.int().nullable(),
  registeredAt: z.string().nullable(),
  registeredBy: z.string().nullable(),
  refusedAt: z.string().nullable(),
  refusedBy: z.string().nullable(),
  refusalReason: z.string().nullable(),
  openedAt: z.string().nullable(),
  openedBy: z.string().nullable(),
  remindedAt: z.string().nullable(),
  /** Set when it was cancelled: its facts stay, its files are withheld. */
  recall: z.object({ at: z.string(), kind: z.enum(['recall', 'take_back', 'update']), reason: z.string(), agreedBy: z.string().nullable() }).nullable(),
  filesWithheld: z.boolean(),
  replacedBy: z.object({ id: id.nullable(), number: z.string(), reason: z.string(), at: z.string() }).nullable(),
  replaces: z.object({ id: id.nullable(), code: z.string(), reason: z.string() }).nullable(),
  notices: z.array(noticeView),
  contentHash: z.string(),
  handling: handlingView,
  /** Whether the caller may take along the evidence package of the message. */
  mayTakeEvidence: z.boolean(),
  abilities: z.array(z.enum(abilities)),
});
export type IncomingDetail = z.infer<typeof incomingDetail>;

/** A document that came on paper, as the clerk writes it into the register, with its scan. */
export const paperBody = z.object({
  scanUploadId: z.uuid('Tải lên bản quét của văn bản giấy.|Upload the scan of the paper.'),
  senderName: z.string().trim().min(2, 'Nhập tên cơ quan, tổ chức hoặc người gửi.|Enter the sender’s name.').max(300),
  /** The sender's entry in the directory; null for one who stands in none. */
  senderAgencyId: id.nullable().default(null),
  number: z.string().trim().max(30).default(''),
  notation: z.string().trim().max(60).default(''),
  issuedOn: z.iso.date('Nhập ngày văn bản.|Enter the document’s date.'),
  typeCode: z.string().min(1, 'Chọn loại văn bản.|Choose a document type.'),
  summary: z.string().trim().min(1, 'Nhập trích yếu.|Enter the summary.').max(500),
  urgency: urgency.default('normal'),
  answerDue: z.iso.date('Ngày không đúng.|The date is wrong.').nullable().default(null),
  signerName: z.string().trim().max(120).default(''),
  signerTitle: z.string().trim().max(120).default(''),
});
export const paperReply = z.object({ id, arrivalNumber: z.int(), arrivalYear: z.int() });

/** The agency's seal on a copy. Sent again, it goes on with the copy that was begun. */
export const sealCopyBody = z.object({
  kind: copyKind,
  source: copySource,
  /** The file that the clerk wrote; for an extract only. */
  extractUploadId: id.optional(),
  credentialId: id,
  pin: z.string().max(200).optional(),
  otp: z.string().trim().max(50).optional(),
});
/** The agency's signature with the arrival mark. */
export const sealStampBody = sealCopyBody.pick({ credentialId: true, pin: true, otp: true });
export const sealCopyReply = z.object({ state: z.enum(['signed', 'pending']), document: incomingDetail });

export const refuseBody = z.object({ reason: z.string().trim().min(3, 'Nêu lý do để nơi gửi hiểu.|Give a reason that the sender understands.').max(1000) });
export const answerNoticeBody = z.object({ agree: z.boolean(), reason: z.string().trim().max(1000).optional() });
export const registeredReply = z.object({ arrivalNumber: z.int(), arrivalYear: z.int() });

const text = (most: number) => z.string().trim().max(most);
const neededText = text(1000).min(3, 'Viết ít nhất vài chữ để người nhận hiểu.|Write a few words that the reader understands.');
const day = z.iso.date('Ngày không đúng.|The date is wrong.');

export const submitBody = z.object({ leaderPostId: id, note: text(1000).default('') });
export const assignBody = z.object({
  instruction: neededText,
  mainPostId: id,
  cooperatingPostIds: z.array(id).max(50).default([]),
  dueOn: day,
  /** Left out, that of the document. */
  urgency: urgency.optional(),
  /** Whether the result goes to the leader before it counts. */
  isReviewed: z.boolean().default(false),
});
export const passBody = z.object({ postId: id, instruction: neededText, /** Left out, the deadline stays. */ dueOn: day.optional() });
export const handlingTextBody = z.object({ text: neededText });
export const extendBody = z.object({ dueOn: day, reason: neededText });
export const completeBody = z.object({ result: z.enum(results), text: text(2000).default(''), /** The issued reply, for `answered`. */ replyId: id.optional() });

const choosable = named.extend({ unitName: z.string().nullable() });
/** Who may instruct, and who may be assigned; `isOwnUnit` are those to whom the caller may pass work on. */
export const handlersReply = z.object({ leaders: z.array(choosable), assignees: z.array(choosable.extend({ isHead: z.boolean(), isOwnUnit: z.boolean() })) });
export type HandlersReply = z.infer<typeof handlersReply>;

const wording = z.object({ vi: z.string(), en: z.string() });
/** The earlier reports on the signatures of a file, the newest first. */
export const earlierReportsReply = z.object({
  reports: z.array(
    z.object({
      validatedAt: z.string(),
      indication: verdict,
      /** Null where no later one was made: an older one stands again. */
      replacedAt: z.string().nullable(),
      reasons: z.array(wording),
      /** What it rested on from outside the file. */
      materials: z.object({ crls: z.int(), ocsps: z.int(), certificates: z.int() }),
    }),
  ),
  hasMore: z.boolean(),
});
export type EarlierReports = z.infer<typeof earlierReportsReply>;

export const eventData = {
  'document-arrived': z.object({ senderName: z.string(), numberAndNotation: z.string(), verdict: z.string() }),
  'verdict-changed': z.object({ before: verdict, after: verdict, beforeVi: z.string(), beforeEn: z.string(), afterVi: z.string(), afterEn: z.string() }),
  'verdicts-updated': z.object({ judged: z.int(), changed: z.int() }),
  'document-registered': z.object({ arrivalNumber: z.int(), arrivalYear: z.int() }),
  'paper-registered': z.object({ senderName: z.string(), numberAndNotation: z.string(), arrivalNumber: z.int(), arrivalYear: z.int(), sha256: z.string() }),
  'document-stamped': z.object({ arrivalNumber: z.int(), arrivalYear: z.int(), sha256: z.string(), certificateSerial: z.string() }),
  'copy-created': z.object({ copyId: z.string(), kind: copyKind, kindVi: z.string(), kindEn: z.string(), baseSha256: z.string() }),
  'copy-sealed': z.object({ copyId: z.string(), kind: copyKind, kindVi: z.string(), kindEn: z.string(), numberAndNotation: z.string(), sha256: z.string(), certificateSerial: z.string() }),
  'copy-withdrawn': z.object({ copyId: z.string(), kind: copyKind, kindVi: z.string(), kindEn: z.string() }),
  'document-refused': z.object({ reason: z.string() }),
  'document-recalled': z.object({ reason: z.string() }),
  'document-replaced': z.object({ byNumber: z.string(), reason: z.string() }),
  'document-updated': z.object({ summary: z.string(), reason: z.string() }),
  'document-reminded': z.object({ senderName: z.string(), by: z.string() }),
  'answer-asked': z.object({ kindVi: z.string(), kindEn: z.string(), reason: z.string() }),
  'document-submitted': z.object({ leaderName: z.string(), leaderTitle: z.string(), note: z.string() }),
  'document-returned': z.object({ reason: z.string() }),
  'document-assigned': z.object({ mainName: z.string(), mainTitle: z.string(), instruction: z.string(), dueOn: z.string(), cooperating: z.string() }),
  'assignment-passed': z.object({ name: z.string(), title: z.string(), instruction: z.string(), dueOn: z.string() }),
  'assignment-released': z.object({ reason: z.string() }),
  'assignment-started': z.object({ name: z.string() }),
  'assignment-progressed': z.object({ text: z.string() }),
  'assignment-advised': z.object({ text: z.string() }),
  'deadline-extended': z.object({ dueOn: z.string(), reason: z.string() }),
  'document-reported': z.object({ result: z.enum(results), text: z.string() }),
  'document-completed': z.object({ result: z.enum(results), resultVi: z.string(), resultEn: z.string(), text: z.string() }),
  'reply-noted': z.object({ replyId: z.string(), summaryOrNumber: z.string() }),
  'sender-answered': z.object({ agreed: z.boolean(), answerVi: z.string(), answerEn: z.string(), reason: z.string() }),
} as const;
