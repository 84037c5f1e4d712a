import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { MOST_TROUBLED, troubledDelivery, type TroubledDelivery } from '../contract.ts';

/** A delivery inside one installation takes less than a second; what waits longer than this is worth a look. */
const LATE_AFTER_MS = 120_000;
/** A partner that took a delivery answers by itself; when it has said nothing for so long somebody should ask. */
const UNANSWERED_AFTER_MS = 4 * 3_600_000;

export type StuckDeliveries = { now: Date; /** One agency, or the whole installation. */ agencyId?: Id<'agency'>; limit?: number };

/**
 * The deliveries that need a look, oldest first, at most 500: given up after too many tries (`stuck`), tried again
 * (`retrying`), waiting too long (`late`), without a way to go (`no_route`), or come back (`returned`). What agencies for trying
 * sent to a vendor's system waits for that vendor alone.
 */
export async function stuckDeliveries(q: Queryable, options: StuckDeliveries): Promise<TroubledDelivery[]> {
  const { rows } = await q.query(TROUBLED, [options.agencyId ?? null, Math.min(options.limit ?? MOST_TROUBLED, MOST_TROUBLED), new Date(options.now.getTime() - LATE_AFTER_MS), new Date(options.now.getTime() - UNANSWERED_AFTER_MS)]);
  return rows.map((row) => troubledDelivery.parse(row['delivery']));
}

// The job of a delivery is its own, or the one look at the envelope's files that comes before all of them; one that goes through a
// partner has its parcel in the outbox instead.
const TROUBLED = `
select json_build_object(
    'agencyId', d.agency_id, 'envelopeId', d.envelope_id, 'recipientAgencyId', d.recipient_agency_id, 'recipientName', d.recipient_name,
    'subject', json_build_object('type', e.subject_type, 'id', e.subject_id), 'document', e.original::json -> 'document',
    'trouble', case when d.state in ('no_route', 'returned') then d.state when j.failed_at is not null or t.state = 'failed' then 'stuck'
                      when j.last_error is not null or t.problem_code is not null then 'retrying' else 'late' end,
    'since', d.created_at, 'attempts', coalesce(t.attempts, j.attempts, 0), 'nextTryAt', coalesce(t.next_try_at, case when j.failed_at is null then j.run_at end), 'problem', coalesce(t.problem, t.problem_code, j.last_error, d.problem)) as delivery
  from exchange.delivery d
  join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
  left join kernel.job j on j.agency_id = d.agency_id
       and ((j.kind = 'exchange.deliver' and j.dedupe_key = d.envelope_id || ':' || d.recipient_agency_id)
         or (j.kind = 'exchange.inspect' and j.dedupe_key = d.envelope_id::text))
 left join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
 where d.state in ('waiting', 'no_route', 'returned') and ($1::uuid is null or d.agency_id = $1)
   and not exists (select from exchange.axis_sandbox s where s.agency_id = d.agency_id)
   and (d.state <> 'waiting' or j.last_error is not null or t.problem_code is not null or (coalesce(t.state, '') not in ('sent', 'processed') and d.created_at < $3) or d.created_at < $4)
 order by d.created_at, d.envelope_id, d.position
 limit $2`;
