import { z } from 'zod';

const wording = z.object({ vi: z.string(), en: z.string() });

/** The copy of a signed file that lasts for decades, beside the file as it was issued. */
const lastingCopy = z.object({
  /** `notValid`: the signatures do not hold or cannot be checked yet. */
  state: z.enum(['waiting', 'archived', 'notValid']),
  /** The PAdES level of the copy (EN 319 142-1). */
  level: z.literal('B-LTA').nullable(),
  /** When the newest archive time stamp was made, and until when it protects. */
  archivedAt: z.string().nullable(),
  protectedUntil: z.string().nullable(),
  /** From then on the next time stamp is put on top. */
  renewsFrom: z.string().nullable(),
  copy: z.object({ fileId: z.uuid(), name: z.string(), sizeBytes: z.int() }).nullable(),
  /** Why it could not be made or renewed, and when that was tried last. */
  failure: z.object({ at: z.string(), reason: wording }).nullable(),
});
export type LastingCopy = z.infer<typeof lastingCopy>;
export const lastingCopyReply = z.object({ copy: lastingCopy.nullable() });

const failedCopy = z.object({
  agencyId: z.uuid(),
  agencyName: z.string(),
  sha256: z.string(),
  name: z.string(),
  /** True when an older copy is there, whose renewal failed. */
  hasCopy: z.boolean(),
  protectedUntil: z.string().nullable(),
  failedAt: z.string(),
  reason: wording,
});
export type FailedCopy = z.infer<typeof failedCopy>;
export const failedCopies = z.object({ rows: z.array(failedCopy), next: z.string().nullable() });
export const failedCopiesQuery = z.object({ after: z.string().max(100).optional() });
export const retryCopyBody = z.object({ agencyId: z.uuid(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
