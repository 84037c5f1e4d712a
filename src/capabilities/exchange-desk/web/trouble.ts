import type { TroubledDelivery } from '#engines/exchange/contract.ts';

export type Troubles = { items: TroubledDelivery[] };

export const troubleUrl = '/api/v1/exchange/troubled-deliveries';

/** A delivery becomes late by the clock alone, without an event that would tell. */
export const LOOK_AGAIN_MS = 60_000;

/** Younger than this, a delivery that is merely on its way is no trouble yet, so that its absence from the list proves nothing. */
const SURELY_LATE_MS = 180_000;

export const keyOf = (item: TroubledDelivery): string => `${item.envelopeId}:${item.recipientAgencyId}`;

/** What came back for good is not tried again: the sender chooses another recipient. */
export const canBeRetried = (item: TroubledDelivery): boolean => item.trouble !== 'returned';

/** Its system cannot be reached: whatever is sent there waits until the line is up again. */
export const isLineDown = (item: Pick<TroubledDelivery, 'problem'>): boolean => item.problem === 'circuitOpen';

/**
 * What became of a delivery after it was tried again, by the list as it stands now. Trying again forgets earlier failures,
 * so whatever failure is in the list is a new one.
 */
export function outcomeOf(tried: TroubledDelivery, items: readonly TroubledDelivery[], now: Date): 'sent' | 'failed' | 'open' {
  const found = items.find((item) => keyOf(item) === keyOf(tried));
  if (found === undefined) {
    const wouldShow = tried.trouble === 'no_route' || now.getTime() - Date.parse(tried.since) > SURELY_LATE_MS;
    return wouldShow ? 'sent' : 'open';
  }
  return found.trouble === 'stuck' || found.trouble === 'retrying' || found.trouble === 'returned' ? 'failed' : 'open';
}
