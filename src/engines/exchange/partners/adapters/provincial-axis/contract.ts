import { z } from 'zod';
import { packetSigning } from '../../contract.ts';

/** The system of another vendor, as the province's administrator sees and sets it. */

const systemId = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9.-]{2,59}$/, { error: 'Từ 3 đến 60 chữ thường, số, dấu chấm, gạch nối.|3 to 60 small letters, digits, dots, dashes.' });
const code = z.string().trim().min(2).max(35);
const name = z.string().trim().min(2).max(300);

export const systemQuotas = z.object({
  messagesPerDay: z.number().int().min(1).max(1_000_000),
  megabytesPerDay: z.number().int().min(1).max(1_000_000),
  requestsPerMinute: z.number().int().min(1).max(10_000),
});
export const systemAgency = z.object({ code, name });
export const newSystem = z.object({ name, systemId, isSandbox: z.boolean(), agencies: z.array(systemAgency).max(200), quotas: systemQuotas.optional() });
/** The key is in this answer only. */
export const issuedKey = z.object({ keyId: z.uuid(), secret: z.string(), expiresAt: z.string() });
export const createdSystem = z.object({ partnerId: z.uuid(), systemId: z.string(), key: issuedKey });
/** `formerEndsOn`: the last day on which the keys before it still hold; without it they hold until their own end. */
export const newSystemKey = z.object({ expiresOn: z.iso.date(), formerEndsOn: z.iso.date().optional(), note: z.string().trim().max(200).optional() });
/** Null: as it was seen. */
export const systemFetching = z.object({ everyMinutes: z.number().int().min(1).max(1440).nullable() });
export const sandboxMode = z.object({ isSandbox: z.boolean() });

export const systemKeyView = z.object({ id: z.uuid(), hint: z.string(), note: z.string().nullable(), createdAt: z.string(), createdBy: z.string(), expiresAt: z.string(), revokedAt: z.string().nullable(), lastUsedAt: z.string().nullable(), isGood: z.boolean(), /** The good one with which the system called last. */ isInUse: z.boolean() });
export const systemStepView = z.object({ step: z.string(), doneAt: z.string().nullable(), problemCode: z.string().nullable(), problemVi: z.string().nullable(), problemEn: z.string().nullable(), problemAt: z.string().nullable() });
export const systemView = z.object({
  systemId: z.string(),
  isSandbox: z.boolean(),
  signing: packetSigning,
  quotas: systemQuotas,
  usedToday: z.object({ messages: z.number().int(), bytes: z.number() }),
  lastSeenAt: z.string().nullable(),
  /** Every how many minutes it asks what waits for it: as an operator set it, and as it was seen. By this the alert judges whether it stays away. */
  fetching: z.object({ setMinutes: z.number().int().nullable(), observedMinutes: z.number().int().nullable() }),
  /** The code under which the vendor tries; null while it has never been in the sandbox. */
  sandboxCode: z.string().nullable(),
  keys: z.array(systemKeyView),
  steps: z.array(systemStepView),
});
