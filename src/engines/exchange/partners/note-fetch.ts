import type { Queryable } from '#kernel/database.ts';
import type { PartnerId } from './adapter.ts';

/** One that fetches many parcels at once says so at most so often, so that its row is no hot spot. */
const SAY_EVERY_MS = 10_000;

/** A partner that comes for its parcels itself has come: it asked what waits for it, or took some of it. */
export async function noteFetch(q: Queryable, of: { partnerId: PartnerId; now: Date }): Promise<void> {
  await q.query('update exchange.partner_line set fetched_at = $2 where partner_id = $1 and (fetched_at is null or fetched_at not between $3 and $2)', [
    of.partnerId,
    of.now,
    new Date(of.now.getTime() - SAY_EVERY_MS),
  ]);
}
