import type { Queryable } from '#kernel/database.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { PartnerId } from '../adapter.ts';

/**
 * What lies ready for a partner that comes for it: how much, since when the oldest, when the partner last came, if ever, and every
 * how many seconds it is expected to come (as an operator set it, or as it was seen); null before it came often enough to tell.
 */
export type UnfetchedParcels = { partnerId: PartnerId; name: string; count: number; readyAt: Date; fetchedAt: Date | null; everySeconds: number | null };

/**
 * Every how many seconds a partner of `p` with its line `l` comes: what was set, or else the median of what was seen, at most a day. One that
 * has asked fewer than four times has shown no rhythm yet.
 */
export const OBSERVED_SECONDS = `(select least(percentile_disc(0.5) within group (order by gap), 86400)::int from unnest(l.poll_gaps) gap having count(*) >= 3)`;
const EVERY_SECONDS = `coalesce((p.config ->> 'fetchesEveryMinutes')::int * 60, ${OBSERVED_SECONDS})`;

// A vendor's system finds what was laid out for it, one of another installation without an address what waits in the outbox. What a
// system works on it has; what agencies for trying sent is the matter of whoever tries.
const UNFETCHED = `
select p.id as "partnerId", p.name, w.count, w.ready_at as "readyAt", l.fetched_at as "fetchedAt", ${EVERY_SECONDS} as "everySeconds"
  from exchange.partner p
  join exchange.partner_line l on l.partner_id = p.id
 cross join lateral (
   select count(*)::int as count, min(created_at) as ready_at
     from (select a.created_at from exchange.axis_parcel a
            where p.protocol = 'provincial_axis' and a.partner_id = p.id and a.state = 'initial' and not exists (select from exchange.axis_sandbox s where s.agency_id = a.agency_id)
           union all
           select t.created_at from exchange.transfer t where p.protocol = 'installation' and p.address is null and t.partner_id = p.id and t.state = 'waiting') ready) w
 where p.state = 'active' and p.valid_from <= $1 and (p.valid_to is null or p.valid_to >= $1) and w.count > 0
 order by lower(p.name)`;

/** The partners in force that come for their parcels themselves and for whom some lie ready, by name. */
export async function unfetchedParcels(q: Queryable, now: Date): Promise<UnfetchedParcels[]> {
  const { rows } = await q.query(UNFETCHED, [vietnamDay(now)]);
  // safe because the statement selects exactly these columns
  return rows as UnfetchedParcels[];
}
