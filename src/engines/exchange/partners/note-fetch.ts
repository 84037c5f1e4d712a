import type { Queryable } from '#kernel/database.ts';
import type { PartnerId } from './adapter.ts';

/** One that fetches many parcels at once says so at most so often, so that its row is no hot spot. */
const SAY_EVERY_MS = 10_000;
/** So many pauses between two askings are remembered: their median is the partner's rhythm. */
const MOST_GAPS = 50;

/**
 * A partner that comes for its parcels itself has come: it asked what waits for it (`asks`, which is what its rhythm is told by),
 * or took some of it.
 */
export async function noteFetch(q: Queryable, of: { partnerId: PartnerId; now: Date; asks: boolean }): Promise<void> {
  await q.query(
    `update exchange.partner_line set fetched_at = $2,
       polled_at = case when $4 then $2 else polled_at end,
       poll_gaps = case when $4 and polled_at < $2 then (array_prepend(least(extract(epoch from $2 - polled_at), 2000000000)::integer, poll_gaps))[1:$5] else poll_gaps end
      where partner_id = $1 and (fetched_at is null or fetched_at not between $3 and $2 or ($4 and (polled_at is null or polled_at not between $3 and $2)))`,
    [of.partnerId, of.now, new Date(of.now.getTime() - SAY_EVERY_MS), of.asks, MOST_GAPS],
  );
}
