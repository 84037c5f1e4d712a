import { z } from 'zod';

const instant = z.string().nullable();
export const arrivalStep = z.object({ step: z.string(), outcome: z.enum(['passed', 'warned', 'failed']), detail: z.string().optional() });
/** `toldAt`: the time that the other side's system wrote, where it cannot be; then `at` is when it was heard. */
export const tracedAnswer = z.object({ ordinal: z.number().int(), status: z.string(), at: z.string(), toldAt: instant, by: z.string(), title: z.string().nullable(), reason: z.string().nullable(), receipt: z.string() });
/** The way through a partner: how often it was tried, and what the partner said. */
export const tracedParcel = z.object({
  partnerName: z.string(),
  state: z.string(),
  attempts: z.number().int(),
  checks: z.number().int(),
  createdAt: z.string(),
  sentAt: instant,
  nextTryAt: instant,
  problemCode: z.string().nullable(),
  problem: z.string().nullable(),
  partnerRef: z.string().nullable(),
});
const arrival = z.object({ agencyId: z.uuid(), messageId: z.uuid(), arrivedAt: z.string(), state: z.string(), steps: z.array(arrivalStep), indication: z.string(), signatureCount: z.number().int() });
export const tracedDelivery = z.object({
  recipientAgencyId: z.uuid(),
  recipientName: z.string(),
  recipientCode: z.string().nullable(),
  state: z.string(),
  createdAt: z.string(),
  arrivedAt: instant,
  openedAt: instant,
  deliveredToName: z.string().nullable(),
  problem: z.string().nullable(),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  parcel: tracedParcel.nullable(),
  /** What the receiving side wrote down, where it is in this installation. */
  arrival: arrival.nullable(),
  answers: z.array(tracedAnswer),
});

const document = { number: z.string(), notation: z.string(), typeName: z.string(), summary: z.string(), senderName: z.string(), urgency: z.string() };
export const tracedFile = z.object({ name: z.string(), mediaType: z.string(), sizeBytes: z.number(), role: z.string(), sha256: z.string(), inspection: z.object({ isPresent: z.boolean(), hashMatches: z.boolean(), sizeMatches: z.boolean(), indication: z.string(), signatureCount: z.number().int() }).nullable() });

/** An envelope as its sender has it, with the way to each recipient. */
export const envelopeTrace = z.object({
  agencyId: z.uuid(),
  envelopeId: z.uuid(),
  kind: z.string(),
  ...document,
  subject: z.object({ type: z.string(), id: z.string() }),
  contentHash: z.string(),
  sentAt: z.string(),
  sentBy: z.string(),
  signedAt: instant,
  sendDueAt: instant,
  inspectedAt: instant,
  files: z.array(tracedFile),
  recipientCount: z.number().int(),
  deliveries: z.array(tracedDelivery),
});
export type EnvelopeTrace = z.output<typeof envelopeTrace>;

/** A message as its receiver has it, with the way of each answer that went out through a partner. */
export const messageTrace = z.object({
  agencyId: z.uuid(),
  messageId: z.uuid(),
  envelopeId: z.uuid(),
  senderAgencyId: z.uuid(),
  kind: z.string(),
  ...document,
  contentHash: z.string(),
  state: z.string(),
  arrivedAt: z.string(),
  openedAt: instant,
  partnerName: z.string().nullable(),
  steps: z.array(arrivalStep),
  indication: z.string(),
  signatureCount: z.number().int(),
  answers: z.array(tracedAnswer.extend({ parcel: tracedParcel.nullable() })),
});
export type MessageTrace = z.output<typeof messageTrace>;
