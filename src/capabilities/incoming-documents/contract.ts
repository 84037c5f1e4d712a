import { z } from 'zod';
import { incomingStates, urgencies } from './domain/states.ts';

export { incomingStates, urgencies } from './domain/states.ts';

const id = z.uuid();
export const incomingState = z.enum(incomingStates);
export type IncomingState = z.infer<typeof incomingState>;
export const urgency = z.enum(urgencies);
export const abilities = ['register', 'refuse'] as const;
export type IncomingAbility = (typeof abilities)[number];

/** How the signatures of the main file stood on arrival. */
export const verdicts = ['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE', 'UNREADABLE', 'UNSIGNED'] as const;
export const verdict = z.enum(verdicts);
export type Verdict = z.infer<typeof verdict>;

/** Page size of the inbox. */
export const PAGE_SIZE = 50;

export const incomingRow = z.object({
  id,
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
});
export type IncomingRow = z.infer<typeof incomingRow>;
export const incomingList = z.object({ rows: z.array(incomingRow), next: z.string().nullable() });

export const incomingQuery = z.object({
  state: incomingState.optional(),
  urgency: urgency.optional(),
  type: z.string().max(50).optional(),
  sender: z.uuid().optional(),
  text: z.string().trim().max(200).optional(),
  after: z.string().max(200).optional(),
});

export const incomingFile = z.object({ fileId: id, sha256: z.string(), name: z.string(), mediaType: z.string(), sizeBytes: z.int(), role: z.enum(['main', 'attachment']), flags: z.array(z.string()).default([]) });


export const incomingDetail = incomingRow.extend({
  messageId: id,
  senderAgencyId: id,
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
  abilities: z.array(z.enum(abilities)),
});
export type IncomingDetail = z.infer<typeof incomingDetail>;

export const refuseBody = z.object({ reason: z.string().trim().min(3, 'Nêu lý do để nơi gửi hiểu.|Give a reason that the sender understands.').max(1000) });
export const registeredReply = z.object({ arrivalNumber: z.int(), arrivalYear: z.int() });

export const eventData = {
  'document-arrived': z.object({ senderName: z.string(), numberAndNotation: z.string(), verdict: z.string() }),
  'document-registered': z.object({ arrivalNumber: z.int(), arrivalYear: z.int() }),
  'document-refused': z.object({ reason: z.string() }),
} as const;
