import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';

export { envelopeTrace, messageTrace, type EnvelopeTrace, type MessageTrace } from './trace/contract.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const day = z.iso.date();
/** A UUID that the type system knows by its kind. */
const idOf = <Kind extends string>() =>
  z
    .uuid()
    // safe because the schema is only used for values of this kind
    .transform((value) => value as Id<Kind>);
const agencyId = idOf<'agency'>();

/** Of a document from an axis it is the `DocumentId`, for which the standard has 200 signs; some write more. */
export const LONGEST_DOCUMENT_CODE = 300;

/** The facts of a document that travel with it (QĐ 28/2018 Art. 10.2, NĐ 30/2020 App. VI Part II). */
export const envelopeDocument = z.object({
  /** Agency code, year, ordinal number of the document in the year (QĐ 28/2018 Art. 10.2.b). */
  code: z.string().min(1).max(LONGEST_DOCUMENT_CODE),
  number: z.string().min(1).max(50),
  notation: z.string().min(1).max(100),
  issuedOn: day,
  /** Code of one of the 29 types of NĐ 30/2020 Art. 7. */
  documentType: z.string().min(1).max(50),
  typeName: z.string().min(1).max(200),
  /** Trích yếu. */
  summary: z.string().min(1).max(2000),
  /** thường, khẩn, thượng khẩn, hỏa tốc. */
  urgency: z.enum(['normal', 'urgent', 'very_urgent', 'flash']),
  answerDue: day.nullable(),
  signerName: z.string().max(200),
  signerTitle: z.string().max(300),
  senderName: z.string().min(1).max(300),
  senderCode: z.string().max(35),
  pageCount: z.number().int().min(1).nullable(),
  /** Any mark of the protection of state secrets is refused: such documents do not belong in a networked system. */
  secrecy: z.enum(['none', 'confidential', 'secret', 'top_secret']).default('none'),
});
export type EnvelopeDocument = z.input<typeof envelopeDocument>;

/** One file of an envelope: shared by hash, never copied. */
export const envelopeFile = z.object({
  sha256,
  name: z.string().min(1).max(300),
  mediaType: z.string().min(1).max(200),
  sizeBytes: z.number().int().min(1),
  role: z.enum(['main', 'attachment']),
  /** What the sender's check noticed inside, such as a script that is never run. */
  flags: z.array(z.string().max(50)).max(50).default([]),
});
export type EnvelopeFile = z.output<typeof envelopeFile>;

/** What an envelope wants of a document that was sent before. An envelope without this part brings a new document (type 0 of QCVN 102). */
export const businessKind = z.enum(['recall', 'take_back', 'update', 'replace']);
export type BusinessKind = z.infer<typeof businessKind>;

/** The notices: they carry no files and are answered with 15 or 16. A replacing document is answered like any document. */
export const noticeKind = businessKind.exclude(['replace']);
export type NoticeKind = z.infer<typeof noticeKind>;

const sentBefore = z.object({ envelopeId: z.uuid(), documentCode: z.string(), contentHash: sha256 });
const namedAgency = z.object({ agencyId, name: z.string(), code: z.string().nullable() });

/** The facts that may be put right without touching what was signed. An update carries all of them, so that the newest one decides. */
export const changedFacts = z.object({ summary: z.string().min(1).max(2000), urgency: envelopeDocument.shape.urgency, answerDue: day.nullable() });
export type ChangedFacts = z.output<typeof changedFacts>;

export const business = z.object({
  kind: businessKind,
  of: sentBefore,
  /** Other envelopes of the same document: it was sent again to some. */
  others: z.array(sentBefore).max(50).optional(),
  /** Place among the notices of the document: what was sent later decides, whatever arrives first. */
  sequence: z.number().int().min(1),
  reason: z.string().min(1).max(1000),
  changed: changedFacts.optional(),
  /** Recipients that shall not have the document any more; the update goes to them. */
  removedRecipients: z.array(namedAgency).max(5000).optional(),
});
export type Business = z.output<typeof business>;

/** The envelope as it is written down once, hashed, and kept untouched on both sides. */
export const envelope = z
  .object({
    version: z.literal(1),
    envelopeId: z.uuid(),
    sentAt: z.iso.datetime({ offset: true }),
    sender: z.object({ agencyId, name: z.string().min(1), code: z.string() }),
    document: envelopeDocument,
    files: z.array(envelopeFile).max(200),
    business: business.optional(),
  })
  .refine((content) => content.files.length > 0 || isNotice(content.business), { path: ['files'], error: 'Thiếu tệp văn bản.|The file is missing.' });
export type Envelope = z.output<typeof envelope>;

/** Whether an envelope speaks about an earlier document only, and brings none. */
export function isNotice(part: Business | undefined): part is Business & { kind: NoticeKind } {
  return part !== undefined && part.kind !== 'replace';
}

/** Whether the receiver shall cancel what it has. */
export function isCancelling(part: Business): boolean {
  return part.kind === 'recall' || part.kind === 'take_back' || (part.kind === 'update' && part.removedRecipients !== undefined);
}

/** What the receiver answers (QCVN 102:2016): 02 refused, 03 registered, 04 assigned, 05 in process, 06 completed. */
export const answerStatus = z.enum(['02', '03', '04', '05', '06']);
export type AnswerStatus = z.infer<typeof answerStatus>;
/** All statuses that come back; 01 is given by the system on arrival, 15 and 16 answer a notice. (13 is what a taking back says to the receiver.) */
export const deliveryStatus = z.enum(['01', '02', '03', '04', '05', '06', '15', '16']);
export type DeliveryStatus = z.infer<typeof deliveryStatus>;

export const deliveryState = z.enum([
  'waiting',
  'no_route',
  'returned',
  'arrived',
  'refused',
  'registered',
  'assigned',
  'in_process',
  'completed',
  'cancelled',
  'recalled',
  'replaced',
  'agreed',
  'declined',
]);
export type DeliveryState = z.infer<typeof deliveryState>;

/** The verdict on the signatures of the main file, as it stood on arrival. */
export const verdict = z.object({
  indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE', 'UNREADABLE', 'UNSIGNED']),
  signatureCount: z.number().int(),
  files: z.array(z.object({ sha256, indication: z.string(), signatureCount: z.number().int() })),
});
export type Verdict = z.infer<typeof verdict>;

export const successor = z.object({ id: agencyId, name: z.string(), kind: z.string() });

/** One recipient's line below an issued document. */
export const deliveryLine = z.object({
  envelopeId: z.uuid(),
  recipientAgencyId: agencyId,
  recipientName: z.string(),
  recipientCode: z.string().nullable(),
  state: deliveryState,
  status: deliveryStatus.nullable(),
  sentAt: z.string(),
  /** 01: when it arrived. */
  arrivedAt: z.string().nullable(),
  /** The newest answer of a person: when, who, in which post. */
  answeredAt: z.string().nullable(),
  answeredBy: z.string().nullable(),
  answeredByTitle: z.string().nullable(),
  reason: z.string().nullable(),
  /** Set when the recipient was closed on the way and its successor got it. */
  deliveredTo: z.object({ agencyId, name: z.string() }).nullable(),
  /** Set when it came back: who could have it instead. */
  successors: z.array(successor),
  /** The partner by which it went, by its name. */
  via: z.string().nullable(),
  /**
   * Whether the receiving side tells openings, so that none means that nobody has looked, and whether it passes on reminders. Other installations
   * of Liên Thông do once they say so; the law's statuses, which is all that other systems answer with, have neither.
   */
  tellsOpenings: z.boolean(),
  hearsReminders: z.boolean(),
  /** When somebody at the receiver first looked at it. */
  openedAt: z.string().nullable(),
  remindedAt: z.string().nullable(),
  reminderCount: z.number().int(),
  /** What was asked of the recipient since, and what it answered: recalls, takings back, updates; the newest last. */
  notices: z.array(
    z.object({
      envelopeId: z.uuid(),
      kind: noticeKind,
      cancels: z.boolean(),
      reason: z.string(),
      sentAt: z.string(),
      state: deliveryState,
      answeredAt: z.string().nullable(),
      answeredBy: z.string().nullable(),
      answerReason: z.string().nullable(),
    }),
  ),
  answers: z.array(z.object({ status: deliveryStatus, at: z.string(), by: z.string(), title: z.string().nullable(), reason: z.string().nullable() })),
});
export type DeliveryLine = z.output<typeof deliveryLine>;

/** So many troubled deliveries are listed at most, the oldest; whoever mended those sees the next. */
export const MOST_TROUBLED = 500;

/** A delivery that needs a look: it waits longer than it should, has no way to go, or came back. */
export const troubledDelivery = z.object({
  agencyId,
  envelopeId: z.uuid(),
  recipientAgencyId: agencyId,
  recipientName: z.string(),
  subject: z.object({ type: z.string(), id: z.string() }),
  /** What it is about is for the people of its own agency. */
  document: z.object({ number: z.string(), notation: z.string(), summary: z.string().nullable(), senderName: z.string() }),
  trouble: z.enum(['stuck', 'retrying', 'late', 'no_route', 'returned']),
  since: z.string(),
  attempts: z.number().int(),
  nextTryAt: z.string().nullable(),
  problem: z.string().nullable(),
});
export type TroubledDelivery = z.output<typeof troubledDelivery>;

export const messageFile = envelopeFile.extend({ fileId: idOf<'file'>() });
export type MessageFile = z.output<typeof messageFile>;

/** A message as the receiving agency has it, with what anyone needs to judge it. */
export const messageView = z.object({
  id: idOf<'message'>(),
  envelopeId: z.uuid(),
  senderAgencyId: agencyId,
  addressedAgencyId: agencyId,
  contentHash: sha256,
  state: z.string(),
  arrivedAt: z.string(),
  verdict,
  steps: z.array(z.object({ step: z.string(), outcome: z.enum(['passed', 'warned', 'failed']), detail: z.string().optional() })),
  answers: z.array(z.object({ status: deliveryStatus, at: z.string(), by: z.string(), title: z.string().nullable(), reason: z.string().nullable(), receipt: z.string() })),
});
export type MessageView = z.output<typeof messageView>;

/** Data of the events. */
export const envelopeSent = z.object({ envelopeId: z.uuid(), recipientCount: z.number().int(), contentHash: sha256 });
export const envelopeInspected = z.object({
  envelopeId: z.uuid(),
  files: z.array(z.object({ sha256, isPresent: z.boolean(), hashMatches: z.boolean(), sizeMatches: z.boolean(), indication: z.string(), signatureCount: z.number().int() })),
});
export const deliveriesArrived = z.object({ envelopeId: z.uuid(), count: z.number().int(), recipients: z.array(agencyId) });
export const messageArrived = z.object({
  messageId: idOf<'message'>(),
  envelopeId: z.uuid(),
  contentHash: sha256,
  senderAgencyId: agencyId,
  senderName: z.string(),
  /** The agency that the sender wrote on it, when it was another one that this agency succeeds. */
  addressedAgencyId: agencyId.nullable(),
  document: envelopeDocument,
  files: z.array(messageFile),
  /** That of the main file, on arrival. */
  verdict,
  /** Set when its recall or its replacement overtook it: it is kept, and arrives without force. */
  standing: z.object({ state: z.enum(['recalled', 'replaced']), kind: businessKind, reason: z.string(), byMessageId: idOf<'message'>(), byNumber: z.string() }).optional(),
  /** Set when it replaces an earlier document of the sender. */
  replaces: z.object({ documentCode: z.string(), reason: z.string() }).optional(),
});
export type MessageArrived = z.output<typeof messageArrived>;
export const messageRefused = z.object({
  messageId: idOf<'message'>(),
  envelopeId: z.uuid(),
  senderAgencyId: agencyId,
  senderName: z.string(),
  step: z.string(),
  reason: z.string(),
});
export const contradictionKept = z.object({ envelopeId: z.uuid(), senderAgencyId: agencyId, senderName: z.string(), contentHash: sha256, knownHash: sha256 });
const aboutMessage = {
  /** The document that the notice is about, as this agency has it, and the notice itself. */
  messageId: idOf<'message'>(),
  noticeId: idOf<'message'>(),
  kind: businessKind,
  kindVi: z.string(),
  kindEn: z.string(),
  senderName: z.string(),
  reason: z.string(),
};
export const messageRecalled = z.object({ ...aboutMessage, /** Who agreed; null when nobody had to be asked. */ by: z.string().nullable() });
export const messageReplaced = z.object({ ...aboutMessage, byNumber: z.string() });
export const messageUpdated = z.object({ ...aboutMessage, changed: changedFacts });
export const noticeAsked = z.object({ ...aboutMessage, cancels: z.boolean(), changed: changedFacts.nullable() });
export const noticeDeclined = z.object({ ...aboutMessage, answer: z.string() });
export const noticeAnswered = z.object({ messageId: idOf<'message'>(), noticeId: idOf<'message'>(), status: deliveryStatus.extract(['15', '16']), statusVi: z.string(), statusEn: z.string(), reason: z.string().nullable() });
export const noticeKept = z.object({ noticeId: idOf<'message'>(), kind: businessKind, kindVi: z.string(), kindEn: z.string(), senderName: z.string(), reason: z.string() });
/** A notice came and was taken; what it made of its document is told by the lines above. */
export const noticeReceived = z.object({
  messageId: idOf<'message'>(),
  envelopeId: z.uuid(),
  contentHash: sha256,
  senderAgencyId: agencyId,
  senderName: z.string(),
  kind: noticeKind,
  kindVi: z.string(),
  kindEn: z.string(),
  reason: z.string(),
});
export const messageReminded = z.object({ messageId: idOf<'message'>(), senderName: z.string(), by: z.string() });
export const messageOpened = z.object({ messageId: idOf<'message'>() });
/** The hash is absent in records of before it was told. */
export const noticeSent = z.object({ envelopeId: z.uuid(), contentHash: sha256.optional(), kind: noticeKind, kindVi: z.string(), kindEn: z.string(), reason: z.string(), recipientCount: z.number().int() });
export const deliveriesCancelled = z.object({ count: z.number().int(), recipients: z.array(agencyId), reason: z.string() });
export const noticesArrived = z.object({ envelopeId: z.uuid(), kindVi: z.string(), kindEn: z.string(), count: z.number().int() });
export const deliveriesOpened = z.object({ envelopeId: z.uuid(), recipientAgencyId: agencyId, recipientName: z.string() });
export const reminderSent = z.object({ recipientCount: z.number().int(), recipients: z.array(agencyId) });
export const recipientsAdded = z.object({ envelopeId: z.uuid(), recipientCount: z.number().int() });
/** Of a document, or of a notice with 15 or 16. */
export const messageAnswered = z.object({ messageId: idOf<'message'>(), status: deliveryStatus.exclude(['01']), statusVi: z.string(), statusEn: z.string(), reason: z.string().nullable() });
export const deliveryAnswered = z.object({
  envelopeId: z.uuid(),
  recipientAgencyId: agencyId,
  recipientName: z.string(),
  status: deliveryStatus,
  statusVi: z.string(),
  statusEn: z.string(),
  at: z.string(),
  by: z.string(),
  reason: z.string().nullable(),
  /** Of the envelope that is answered. */
  kind: businessKind.optional(),
});
export type DeliveryAnswered = z.output<typeof deliveryAnswered>;
export const deliveryReturned = z.object({ envelopeId: z.uuid(), recipientAgencyId: agencyId, recipientName: z.string(), problem: z.string(), successors: z.array(successor) });
export const deliveryRetried = z.object({ envelopeId: z.uuid(), recipientAgencyId: agencyId, recipientName: z.string() });

export type { ConflictView, Reconciliation, TakerList } from './partners/contract.ts';
export type { conflictPage, conflictView, inboundView, invitationReply, invitationSummary, linkView, packetSigning, partnerKeys, partnerTrust, partnerView, rotated, transferView, withheldPage } from './partners/contract.ts';
export type { createdSystem, issuedKey, systemView } from './partners/adapters/provincial-axis/contract.ts';
