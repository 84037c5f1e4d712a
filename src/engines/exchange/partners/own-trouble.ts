import { translateDatabaseError } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import { PartnerUnavailable } from './adapter.ts';

const OWN = new Set(['kernel.unavailable', 'kernel.storageFull']);

/** Whether work failed because our own database or disk is away or full: no fault of the partner, and no defect of what was worked on. */
export function isOwnTrouble(error: unknown): boolean {
  if (error instanceof PartnerUnavailable) return false;
  const known = translateDatabaseError(error);
  return known instanceof AppError && OWN.has(known.code);
}
