/** Which of two time stamps is older, as far as their authorities say it (RFC 3161 section 2.4.2, as EN 319 102-1 clause 5.5.4 wants it applied). */
import type { CheckedTimestamp } from './integrity.ts';

/** Of tokens that do not both state how exact they are: a stamp that claims to be this much younger than one over it still counts. */
const unstatedToleranceMs = 60_000;

/**
 * False when a time stamp claims to be younger than one that covers it: by more than both together may be off; by anything at all when one
 * certificate made them and its authority vouches for the order of its times.
 */
export function isInOrder(inner: CheckedTimestamp, outer: CheckedTimestamp): boolean {
  const [one, other] = [inner.token, outer.token];
  const youngerMs = one.time.getTime() - other.time.getTime();
  if (youngerMs <= 0) return true;
  const isSameAuthority = inner.check.signer !== undefined && inner.check.signer.fingerprint === outer.check.signer?.fingerprint;
  if (isSameAuthority && one.isOrdered && other.isOrdered) return false;
  if (one.accuracyMs === undefined || other.accuracyMs === undefined) return youngerMs <= unstatedToleranceMs;
  return youngerMs <= one.accuracyMs + other.accuracyMs;
}
