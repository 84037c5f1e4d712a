import { z } from 'zod';
import { placement, writtenText } from '#engines/signatures/contract.ts';
import { BATCH_SIZE, initialsLooks, outgoingStates, signingFormulas, urgencies } from './domain/states.ts';

export { BATCH_SIZE, initialsLooks, outgoingStates, urgencies } from './domain/states.ts';
export { placement, type Placement } from '#engines/signatures/contract.ts';

/** The words in which screens and other systems speak of outgoing documents. */
export const urgency = z.enum(urgencies);
export type Urgency = z.infer<typeof urgency>;

export const outgoingState = z.enum(outgoingStates);
export type OutgoingState = z.infer<typeof outgoingState>;

export const abilities = ['edit', 'address', 'submit', 'ask-initials', 'withdraw', 'return', 'initial', 'sign', 'number', 'seal', 'issue', 'take-back', 'recall', 'replace', 'update', 'resend', 'remind', 'read-answer'] as const;
export type OutgoingAbility = (typeof abilities)[number];

const id = z.uuid();
const day = z.iso.date('Ngày không đúng.|The date is wrong.');

const reasonText = z.string().trim().min(3, 'Nêu lý do để người nhận hiểu.|Give a reason that the reader understands.').max(900);

/** A secrecy mark is accepted here only to be refused with the law's reason. */
export const draftFields = z.object({
  typeCode: z.string().min(1, 'Chọn loại văn bản.|Choose a document type.'),
  summary: z.string().trim().min(1, 'Nhập trích yếu.|Enter the summary.').max(500),
  urgency: urgency.default('normal'),
  secrecy: z.enum(['none', 'confidential', 'secret', 'top_secret']).default('none'),
  answerDue: day.nullable().default(null),
  recipientIds: z.array(id).max(2000).default([]),
});

export const createDraftBody = draftFields.extend({ mainUploadId: z.uuid('Tải lên tệp chính.|Upload the main file.'), attachmentUploadIds: z.array(id).max(50).default([]),
  /** The issued document that it will replace, and why. */
  replaces: z.object({ documentId: id, reason: reasonText }).nullable().default(null),
  /** The incoming document that it answers. */
  answersId: id.nullable().default(null),
});
export const editDraftBody = draftFields.extend({
  revision: z.int().min(1),
  mainUploadId: id.optional(),
  attachmentUploadIds: z.array(id).max(50).default([]),
  removedFileIds: z.array(id).max(50).default([]),
});
export const recipientsBody = z.object({ recipientIds: z.array(id).max(2000) });
export const submitBody = z.object({
  approverPostId: id,
  /** Who initials it before the approver gets it; left out, nobody. */
  initialsPostId: id.nullable().default(null),
});
export const reasonBody = z.object({ reason: z.string().trim().min(3, 'Nêu lý do để người nhận hiểu.|Give a reason that the reader understands.').max(1000) });

/** What is said to recipients of an issued document; without a list, to all whom it concerns. */
export const noticeBody = z.object({ reason: reasonText, recipientIds: z.array(id).min(1, 'Chọn ít nhất một nơi nhận.|Choose at least one recipient.').max(2000).optional() });
export const recipientsChoice = z.object({ recipientIds: z.array(id).min(1, 'Chọn ít nhất một nơi nhận.|Choose at least one recipient.').max(2000).optional() });
export const updateBody = z.object({
  reason: reasonText,
  addIds: z.array(id).max(2000).default([]),
  removeIds: z.array(id).max(2000).default([]),
  /** Facts beside the signed text: left out where they stay. */
  changed: z.object({ summary: z.string().trim().min(1, 'Nhập trích yếu.|Enter the summary.').max(500), urgency, answerDue: day.nullable() }).nullable().default(null),
});

/** Left out where the key's holder confirms on a device of the own; what needs one and gets none is refused by the key's holder. */
const pin = z.string().max(200).optional();
/** A one-time code beside the PIN, where the service that holds the key wants one. */
const otp = z.string().trim().max(50).optional();
/** How the key is released: by what is typed here, or by its owner's passkey on a device, bound to what is signed. */
const release = z.enum(['pin', 'passkey']).default('pin');
/** The requests that now wait for the owner's passkey. */
const approvalIds = z.array(id);

export const signBody = z.object({ credentialId: id, pin, otp, release, placement });
export const initialBody = z.object({
  credentialId: id,
  pin,
  otp,
  release,
  /** Left out, behind the last line of the content. */
  placement: placement.nullable().default(null),
  /** What the approver should know. */
  remark: z.string().trim().max(1000).default(''),
});
/** Several documents in one go, all with one key. */
export const signTogetherBody = z.object({
  credentialId: id,
  pin,
  otp,
  release,
  documents: z
    .array(z.discriminatedUnion('act', [z.object({ act: z.literal('sign'), id, placement }), z.object({ act: z.literal('initial'), id, placement: placement.nullable() })]))
    .min(1)
    .max(BATCH_SIZE)
    .refine((list) => new Set(list.map((each) => each.id)).size === list.length, 'Một văn bản có hai lần trong danh sách.|A document stands twice in the list.'),
});
const problemView = z.object({ code: z.string(), message: z.string(), fix: z.string().optional() });
export const signTogetherReply = z.object({
  documents: z.array(
    z.discriminatedUnion('state', [z.object({ id, state: z.literal('signed') }), z.object({ id, state: z.literal('pending') }), z.object({ id, state: z.literal('refused'), problem: problemView, /** The request in which it waits for the person’s passkey already. */ approvalId: z.uuid().optional() })]),
  ),
  /** How often the person confirms where that happens on a device. */
  confirmations: z.int(),
  approvalIds,
});
export type SignTogetherReply = z.infer<typeof signTogetherReply>;

const idList = z.string().transform((text) => text.split(',')).pipe(z.array(id).min(1).max(BATCH_SIZE));
export const signingProgressQuery = z.object({ ids: idList });
export const signingProgressReply = z.object({ documents: z.array(z.object({ id, progress: z.enum(['opened', 'asked', 'putting-in', 'signed', 'failed']) })) });
export type SigningProgressReply = z.infer<typeof signingProgressReply>;

/** The document after an act of signing, and how far that is. */
export const signingOutcome = z.object({ state: z.enum(['signed', 'pending']), approvalIds });
export type SigningOutcome = z.infer<typeof signingOutcome>;

export const sealBody = z.object({
  credentialId: id,
  pin,
  otp,
  /** Where the leader signed; left out, the place that was recorded at the signature. */
  signaturePlace: placement.nullable().default(null),
  /** Number, day and month in the blanks of the letter’s head. */
  texts: z.array(writtenText).max(10).default([]),
});
export const numberBody = z.object({ issuedOn: day.optional() });

export const fileView = z.object({
  id,
  fileId: id,
  role: z.enum(['main', 'source', 'attachment']),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  flags: z.array(z.string()),
  sealed: z.boolean(),
});

const expectedEffectName = z.enum(['called_off', 'at_once', 'asked', 'too_late', 'none']);

export const recipientView = z.object({
  agencyId: id,
  name: z.string(),
  code: z.string().nullable(),
  /** Set once the document is issued: the newest status of the exchange. */
  delivery: z
    .object({
      state: z.string(),
      arrivedAt: z.string().nullable(),
      answeredAt: z.string().nullable(),
      answeredBy: z.string().nullable(),
      reason: z.string().nullable(),
      envelopeId: id,
      sentAt: z.string(),
      /** The partner by which it went; null where the recipient works on this system. */
      via: z.string().nullable(),
      openedAt: z.string().nullable(),
      /** Otherwise nobody can say whether it was opened: its system tells the statuses of the law only. */
      tellsOpenings: z.boolean(),
      remindedAt: z.string().nullable(),
      reminderCount: z.int(),
      deliveredTo: z.string().nullable(),
      /** What a recall and a taking back would do here, as far as it is known; whether a reminder and sending again make sense. */
      effects: z.object({ recall: expectedEffectName, takeBack: expectedEffectName }),
      mayRemind: z.boolean(),
      mayResend: z.boolean(),
      notices: z.array(
        z.object({
          kind: z.enum(['recall', 'take_back', 'update']),
          cancels: z.boolean(),
          reason: z.string(),
          sentAt: z.string(),
          state: z.string(),
          answeredAt: z.string().nullable(),
          answeredBy: z.string().nullable(),
          answerReason: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
});

export const opinionView = z.object({
  id,
  kind: z.enum(['return', 'initials']),
  text: z.string(),
  person: z.object({ name: z.string(), title: z.string() }),
  onBehalfOf: z.object({ name: z.string(), title: z.string() }).nullable(),
  saidAt: z.string(),
});
export type OpinionView = z.infer<typeof opinionView>;

export const signingFormula = z.enum(signingFormulas);

export const outgoingDetail = z.object({
  id,
  revision: z.int(),
  state: outgoingState,
  typeCode: z.string(),
  typeName: z.string(),
  summary: z.string(),
  urgency,
  answerDue: z.string().nullable(),
  draftingUnitName: z.string().nullable(),
  drafterName: z.string(),
  createdAt: z.string(),
  approver: z.object({ postId: id, name: z.string(), title: z.string() }).nullable(),
  /** Who initials or initialled it, before the approver gets it. */
  initials: z.object({ postId: id, name: z.string(), title: z.string(), askedAt: z.string(), initialledAt: z.string().nullable() }).nullable(),
  /** What was said when it was returned or initialled, the newest last. */
  opinions: z.array(opinionView),
  /** How the caller would sign it: the formula of 30/2020/NĐ-CP Art. 13, and for whom. Null for whoever cannot. */
  signAs: z.object({ formula: signingFormula.nullable(), onBehalfOf: z.object({ name: z.string(), title: z.string() }).nullable() }).nullable(),
  signaturePlace: placement.nullable(),
  submittedAt: z.string().nullable(),
  returnReason: z.string().nullable(),
  signedAt: z.string().nullable(),
  signerName: z.string().nullable(),
  signerTitle: z.string().nullable(),
  signingFormula: signingFormula.nullable(),
  signedOnBehalfOf: z.object({ name: z.string(), title: z.string() }).nullable(),
  number: z.int().nullable(),
  notation: z.string().nullable(),
  numberAndNotation: z.string().nullable(),
  issuedOn: z.string().nullable(),
  numberedAt: z.string().nullable(),
  numberedBy: z.string().nullable(),
  sealedAt: z.string().nullable(),
  sealedBy: z.string().nullable(),
  issuedAt: z.string().nullable(),
  issuedBy: z.string().nullable(),
  /** The envelope of the exchange, once it is issued: leads to its receipts. */
  envelopeId: id.nullable(),
  withdrawnAt: z.string().nullable(),
  withdrawalReason: z.string().nullable(),
  recall: z.object({ at: z.string(), by: z.string(), reason: z.string() }).nullable(),
  /** The earlier document that this one replaces, or will. */
  replaces: z.object({ id, numberAndNotation: z.string(), summary: z.string(), reason: z.string() }).nullable(),
  replacedBy: z.object({ id, numberAndNotation: z.string(), at: z.string() }).nullable(),
  /** The incoming document that it answers. */
  answersId: id.nullable(),
  /** Whether the caller may take along the evidence package of what was sent. */
  mayTakeEvidence: z.boolean(),
  /** By when the law wants it sent, once it is issued (QĐ 28/2018 Art. 6.2). */
  sendDueAt: z.string().nullable(),
  files: z.array(fileView),
  recipients: z.array(recipientView),
  abilities: z.array(z.enum(abilities)),
});
export type OutgoingDetail = z.infer<typeof outgoingDetail>;

export const outgoingRow = z.object({
  id,
  state: outgoingState,
  typeName: z.string(),
  summary: z.string(),
  urgency,
  numberAndNotation: z.string().nullable(),
  issuedOn: z.string().nullable(),
  drafterName: z.string(),
  approverName: z.string().nullable(),
  recipientCount: z.int(),
  createdAt: z.string(),
});
export const outgoingList = z.object({ rows: z.array(outgoingRow), next: z.string().nullable() });

export const initiallerView = z.object({ postId: id, name: z.string(), title: z.string(), unitName: z.string().nullable() });

export const signingRoomRow = z.object({
  id,
  /** What the person has to do with it. */
  act: z.enum(['sign', 'initial']),
  typeName: z.string(),
  summary: z.string(),
  urgency,
  answerDue: z.string().nullable(),
  drafterName: z.string(),
  draftingUnitName: z.string().nullable(),
  waitingSince: z.string(),
  main: z.object({ fileId: id, name: z.string() }).nullable(),
});
export type SigningRoomRow = z.infer<typeof signingRoomRow>;
export const signingRoomPage = z.object({ rows: z.array(signingRoomRow), next: z.string().nullable() });
export const signingRoomQuery = z.object({ after: z.string().max(200).optional() });
export const signingRoomCount = z.object({ waiting: z.int() });

export const practiceView = z.object({ initialsLook: z.enum(initialsLooks), mayChange: z.boolean() });
export const practiceBody = z.object({ initialsLook: z.enum(initialsLooks) });

/** Page size of every list of this module. */
export const PAGE_SIZE = 50;

export const outgoingQuery = z.object({
  state: outgoingState.optional(),
  type: z.string().optional(),
  urgency: urgency.optional(),
  text: z.string().trim().max(200).optional(),
  after: z.string().max(200).optional(),
});

export const eventData = {
  'reply-created': z.object({ answersId: z.uuid(), summary: z.string() }),
  'reply-issued': z.object({ answersId: z.uuid(), numberAndNotation: z.string() }),
  'draft-created': z.object({ summary: z.string(), sha256: z.string() }),
  'draft-edited': z.object({ revision: z.int() }),
  'recipients-changed': z.object({ recipientCount: z.int() }),
  'document-submitted': z.object({ approverName: z.string(), approverTitle: z.string(), approverPostId: z.string() }),
  'initials-asked': z.object({ initialsName: z.string(), initialsTitle: z.string(), initialsPostId: z.string(), approverName: z.string(), approverTitle: z.string() }),
  'document-initialled': z.object({ signerName: z.string(), sha256: z.string(), certificateSerial: z.string(), remark: z.string() }),
  'practice-changed': z.object({ initialsLook: z.enum(initialsLooks) }),
  'document-returned': z.object({ reason: z.string() }),
  'document-signed': z.object({ signerName: z.string(), sha256: z.string(), certificateSerial: z.string() }),
  'document-numbered': z.object({ numberAndNotation: z.string(), issuedOn: z.string() }),
  'file-sealed': z.object({ name: z.string(), sha256: z.string(), certificateSerial: z.string() }),
  'document-sealed': z.object({ numberAndNotation: z.string() }),
  'document-issued': z.object({
    numberAndNotation: z.string(),
    recipientCount: z.int(),
    envelopeId: z.string().nullable(),
    /** The last part of the address of the document's public page, and what that page may say. */
    authenticityCode: z.string(),
    typeName: z.string(),
    issuedOn: z.string().nullable(),
    files: z.array(z.object({ role: z.string(), sha256: z.string() })),
  }),
  'document-withdrawn': z.object({ reason: z.string() }),
  'document-recalled': z.object({ numberAndNotation: z.string(), reason: z.string(), recipientCount: z.int(), authenticityCode: z.string() }),
  'document-replaced': z.object({ numberAndNotation: z.string(), reason: z.string(), authenticityCode: z.string(), byAuthenticityCode: z.string() }),
  'document-updated': z.object({ reason: z.string(), addedCount: z.int(), removedCount: z.int() }),
  'document-resent': z.object({ recipientCount: z.int() }),
  'answers-read': z.object({ count: z.int() }),
} as const;
