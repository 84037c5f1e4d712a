import { MOST_TROUBLED, type TroubledDelivery } from '#engines/exchange/contract.ts';
import { keyOf } from './trouble.ts';

type Listed = { items: readonly TroubledDelivery[]; retryable: readonly TroubledDelivery[]; shown: number; chosen: ReadonlySet<string> };

/**
 * All that can be tried again, once of the rows in view all of these are chosen and there are more; undefined while there is nothing to add. `isBounded` where the
 * list may not hold all.
 */
export function moreToChoose({ items, retryable, shown, chosen }: Listed): { keys: ReadonlySet<string>; isBounded: boolean } | undefined {
  const inView = new Set(items.slice(0, shown).map(keyOf));
  const keys = retryable.map(keyOf);
  const isAllInView = keys.every((key) => !inView.has(key) || chosen.has(key));
  return isAllInView && keys.some((key) => !chosen.has(key)) ? { keys: new Set(keys), isBounded: items.length >= MOST_TROUBLED } : undefined;
}
