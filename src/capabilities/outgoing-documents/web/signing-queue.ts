import type { SigningRoomRow } from '../contract.ts';

/** What became of a document in this room while its queue was on the screen. */
export type Outcome = 'signed' | 'initialled' | 'pending' | 'returned';

/** A row of the queue as it stands on the screen: what was done here keeps its place and says so. */
export type QueuedRow = SigningRoomRow & { outcome: Outcome | undefined };

/** A row that was on the screen, whether or not the server still has it in the queue. */
export type ShownRow = SigningRoomRow & { isAway: boolean };

/** What was done here, by document; `since` tells a document that comes back from the one that was done. */
export type Done = ReadonlyMap<string, { outcome: Outcome; since: string }>;

/**
 * The queue after it was asked for again, so that nothing moves under the pointer: every row keeps its place, and new ones come at the end.
 * What is in the queue no more is away: somebody else took it, or it was done here and the answer that says so is still on its way.
 */
export function keepPlaces(shown: readonly ShownRow[], fresh: readonly SigningRoomRow[]): readonly ShownRow[] {
  const freshById = new Map(fresh.map((row) => [row.id, { ...row, isAway: false }]));
  const known = new Set(shown.map((row) => row.id));
  return [...shown.map((row) => freshById.get(row.id) ?? { ...row, isAway: true }), ...[...freshById.values()].filter((row) => !known.has(row.id))];
}

/** What stands on the screen: what waits, and what was done here. What others took is seen no more. */
export function queueOf(shown: readonly ShownRow[], done: Done): readonly QueuedRow[] {
  return shown.flatMap(({ isAway, ...row }) => {
    const outcome = outcomeOf(row, done);
    return isAway && outcome === undefined ? [] : { ...row, outcome };
  });
}

export function outcomeOf(row: SigningRoomRow, done: Done): Outcome | undefined {
  const ended = done.get(row.id);
  return ended?.since === row.waitingSince ? ended.outcome : undefined;
}

/** The next document that still waits, behind the open one and then from the top; undefined when nothing waits any more. */
export function nextWaiting(shown: readonly ShownRow[], done: Done, openId: string): ShownRow | undefined {
  const at = shown.findIndex((row) => row.id === openId);
  return [...shown.slice(at + 1), ...shown.slice(0, Math.max(0, at))].find((row) => !row.isAway && outcomeOf(row, done) === undefined);
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
