import { z } from 'zod';
import { placement, writtenText } from '#engines/signatures/contract.ts';
import { outgoingStates, urgencies } from './domain/states.ts';

export { outgoingStates, urgencies } from './domain/states.ts';
export { placement, type Placement } from '#engines/signatures/contract.ts';

/** The words in which screens and other systems speak of outgoing documents. */
export const urgency = z.enum(urgencies);
export type Urgency = z.infer<typeof urgency>;

export const outgoingState = z.enum(outgoingStates);
export type OutgoingState = z.infer<typeof outgoingState>;

export const abilities = ['edit', 'address', 'submit', 'withdraw', 'return', 'sign', 'number', 'seal', 'issue'] as const;
export type OutgoingAbility = (typeof abilities)[number];

const id = z.uuid();
const day = z.iso.date('Ngày không đúng.|The date is wrong.');

/** A secrecy mark is accepted here only to be refused with the law's reason. */
export const draftFields = z.object({
  typeCode: z.string().min(1, 'Chọn loại văn bản.|Choose a document type.'),
  summary: z.string().trim().min(1, 'Nhập trích yếu.|Enter the summary.').max(500),
  urgency: urgency.default('normal'),
  secrecy: z.enum(['none', 'confidential', 'secret', 'top_secret']).default('none'),
  answerDue: day.nullable().default(null),
  recipientIds: z.array(id).max(2000).default([]),
});

export const createDraftBody = draftFields.extend({ mainUploadId: id, attachmentUploadIds: z.array(id).max(50).default([]) });
export const editDraftBody = draftFields.extend({
  revision: z.int().min(1),
  mainUploadId: id.optional(),
  attachmentUploadIds: z.array(id).max(50).default([]),
  removedFileIds: z.array(id).max(50).default([]),
});
export const recipientsBody = z.object({ recipientIds: z.array(id).max(2000) });
export const submitBody = z.object({ approverPostId: id });
export const reasonBody = z.object({ reason: z.string().trim().min(3, 'Nêu lý do để người nhận hiểu.|Give a reason that the reader understands.').max(1000) });

export const signBody = z.object({ credentialId: id, pin: z.string().min(1, 'Nhập mã PIN.|Enter the PIN.').max(200), placement });
export const sealBody = z.object({
  credentialId: id,
  pin: z.string().min(1, 'Nhập mã PIN.|Enter the PIN.').max(200),
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
    })
    .nullable(),
});

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
  signaturePlace: placement.nullable(),
  submittedAt: z.string().nullable(),
  returnReason: z.string().nullable(),
  signedAt: z.string().nullable(),
  signerName: z.string().nullable(),
  signerTitle: z.string().nullable(),
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

/** Page size of every list of this module. */
export const PAGE_SIZE = 50;

export const outgoingQuery = z.object({
  state: outgoingState.optional(),
  type: z.string().optional(),
  urgency: urgency.optional(),
  text: z.string().trim().max(200).optional(),
  after: z.string().max(200).optional(),
});

export const documentTypeView = z.object({ code: z.string(), name: z.string(), abbreviation: z.string().nullable() });

export const eventData = {
  'draft-created': z.object({ summary: z.string(), sha256: z.string() }),
  'draft-edited': z.object({ revision: z.int() }),
  'recipients-changed': z.object({ recipientCount: z.int() }),
  'document-submitted': z.object({ approverName: z.string(), approverTitle: z.string(), approverPostId: z.string() }),
  'document-returned': z.object({ reason: z.string() }),
  'document-signed': z.object({ signerName: z.string(), sha256: z.string(), certificateSerial: z.string() }),
  'document-numbered': z.object({ numberAndNotation: z.string(), issuedOn: z.string() }),
  'file-sealed': z.object({ name: z.string(), sha256: z.string(), certificateSerial: z.string() }),
  'document-sealed': z.object({ numberAndNotation: z.string() }),
  'document-issued': z.object({ numberAndNotation: z.string(), recipientCount: z.int(), envelopeId: z.string().nullable() }),
  'document-withdrawn': z.object({ reason: z.string() }),
} as const;
