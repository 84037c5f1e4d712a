import type { Arrival } from './words.ts';

type Seen = Pick<Arrival, 'id'>;

/**
 * What became of an arrival that was read again: it waits for a person once more, the machine is still at it, or neither, and then it
 * went its way. A page ends somewhere; what may stand behind its end proves nothing.
 */
export function outcomeOf(tried: Seen, seen: { standing: readonly Seen[]; working: readonly Seen[]; pageSize: number }): 'failed' | 'open' | 'done' {
  const holds = (page: readonly Seen[]): boolean => page.some(({ id }) => id === tried.id);
  const reaches = (page: readonly Seen[]): boolean => page.length < seen.pageSize || (page.at(-1)?.id ?? '') <= tried.id;
  if (holds(seen.standing)) return 'failed';
  return !holds(seen.working) && reaches(seen.standing) && reaches(seen.working) ? 'done' : 'open';
}
