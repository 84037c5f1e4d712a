import type { Queryable } from '#kernel/database.ts';
import { kernelErrors } from '#kernel/errors.ts';

export type Turn = { key: string; most: number; windowMs: number; now: Date };

/**
 * Counts one more time that something was done in the present stretch of time.
 * @throws kernel.tooManyRequests with the seconds to wait
 */
export async function takeTurn(q: Queryable, { key, most, windowMs, now }: Turn): Promise<void> {
  const { rows } = await q.query(
    `insert into remote_signing.turn as t (key, window_start, count) values ($1, $2, 1)
     on conflict (key) do update
       set window_start = case when t.window_start <= $3 then excluded.window_start else t.window_start end,
           count = case when t.window_start <= $3 then 1 else t.count + 1 end
     returning count, window_start`,
    [key, now, new Date(now.getTime() - windowMs)],
  );
  assertTurn(rows[0], { most, windowMs, now });
}

/** Looks without counting. @throws kernel.tooManyRequests */
export async function assertTurnsLeft(q: Queryable, { key, most, windowMs, now }: Turn): Promise<void> {
  const { rows } = await q.query('select count + 1 as count, window_start from remote_signing.turn where key = $1 and window_start > $2', [key, new Date(now.getTime() - windowMs)]);
  assertTurn(rows[0], { most, windowMs, now });
}

function assertTurn(row: unknown, { most, windowMs, now }: Omit<Turn, 'key'>): void {
  if (row === undefined) return;
  // safe because both statements return exactly these columns
  const { count, window_start: start } = row as { count: number; window_start: Date };
  if (count <= most) return;
  throw kernelErrors.tooManyRequests({ values: { seconds: Math.max(1, Math.ceil((start.getTime() + windowMs - now.getTime()) / 1000)) } });
}
