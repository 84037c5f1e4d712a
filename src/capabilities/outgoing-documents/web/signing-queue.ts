import type { SigningRoomRow } from '../contract.ts';

/** What became of a document in this room while its queue was on the screen. */
export type Outcome = 'signed' | 'initialled' | 'pending' | 'returned';

/** A row of the queue as it stands on the screen: what was done here keeps its place and says so. */
export type QueuedRow = SigningRoomRow & { outcome: Outcome | undefined };

/** What was done here, by document; `since` tells a document that comes back from the one that was done. */
export type Done = ReadonlyMap<string, { outcome: Outcome; since: string }>;

/**
 * The queue after it was asked for again, so that nothing moves under the pointer: rows that are still there, and those done here, keep their
 * places; those that somebody else took away drop out; new ones come at the end.
 */
export function keepPlaces(shown: readonly SigningRoomRow[], fresh: readonly SigningRoomRow[], done: Done): readonly SigningRoomRow[] {
  const freshById = new Map(fresh.map((row) => [row.id, row]));
  const kept = shown.flatMap((row) => freshById.get(row.id) ?? (done.has(row.id) ? row : []));
  const known = new Set(kept.map((row) => row.id));
  return [...kept, ...fresh.filter((row) => !known.has(row.id))];
}

export function outcomeOf(row: SigningRoomRow, done: Done): Outcome | undefined {
  const ended = done.get(row.id);
  return ended?.since === row.waitingSince ? ended.outcome : undefined;
}

/** The next document that still waits, behind the open one and then from the top; undefined when nothing waits any more. */
export function nextWaiting(rows: readonly QueuedRow[], openId: string | undefined): QueuedRow | undefined {
  const at = rows.findIndex((row) => row.id === openId);
  return [...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at))].find((row) => row.outcome === undefined);
}

/** What “select all” takes: what waits, of it as much as one turn signs, and whether that is all. */
export function selectable(rows: readonly QueuedRow[], hasMore: boolean, most: number): { rows: readonly QueuedRow[]; isAll: boolean; isBounded: boolean } {
  const waiting = rows.filter((row) => row.outcome === undefined);
  return { rows: waiting.slice(0, most), isAll: !hasMore && waiting.length <= most, isBounded: waiting.length > most || (hasMore && waiting.length === most) };
}

/** One row further or back, done or not, and never beyond the ends. */
export function neighbour(rows: readonly QueuedRow[], openId: string | undefined, step: 1 | -1): QueuedRow | undefined {
  const at = rows.findIndex((row) => row.id === openId);
  return at < 0 ? rows[0] : rows[Math.max(0, Math.min(rows.length - 1, at + step))];
}
