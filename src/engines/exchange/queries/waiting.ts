import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';

/** What an agency has waiting: how many deliveries, and since when the oldest. */
export type WaitingQueue = { agencyId: Id<'agency'>; count: number; oldestAt: Date };

const MOST = 1000;

/**
 * The agencies whose deliveries have waited since before `before` without being taken by anybody: neither arrived nor taken by a
 * partner, the oldest first. Those without a way to go are not in a queue: they wait for a decision.
 */
export async function waitingQueues(q: Queryable, before: Date): Promise<WaitingQueue[]> {
  const { rows } = await q.query(
    `select d.agency_id as "agencyId", count(*)::int as count, min(d.created_at) as "oldestAt"
       from exchange.delivery d left join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
      where d.state = 'waiting' and d.created_at < $1 and coalesce(t.state, '') not in ('sent', 'processed') and not exists (select from exchange.axis_sandbox s where s.agency_id = d.agency_id)
      group by d.agency_id order by min(d.created_at), d.agency_id limit $2`,
    [before, MOST],
  );
  // safe because the statement selects exactly these columns
  return rows as WaitingQueue[];
}
