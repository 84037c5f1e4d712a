import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { DeliveryLine } from '../contract.ts';
import { hears } from '../partners/hears.ts';

export type DeliveriesOf = { agencyId: Id<'agency'>; subject: { type: string; id: string } };

/**
 * What became of everything that was sent for a subject, one line a recipient in the order of the list: 01, 03, 02 and
 * the rest with times, people and reasons.
 */
export async function deliveriesOf(q: Queryable, of: DeliveriesOf): Promise<DeliveryLine[]> {
  // safe because the statement builds exactly the lines of the contract
  return JSON.parse(await deliveryLinesJson(q, of)) as DeliveryLine[];
}

/** The same as JSON text that PostgreSQL built: an array of `deliveryLine`. */
async function deliveryLinesJson(q: Queryable, of: DeliveriesOf): Promise<string> {
  const { rows } = await q.query(LINES, [of.agencyId, of.subject.type, of.subject.id]);
  return String(rows[0]?.['lines']);
}

const LINES = `
with line as (
  select e.sent_at, p.name as via, ${hears('openings')} as tells_openings, ${hears('reminders')} as hears_reminders, d.* from exchange.envelope e
    join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id
    left join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
    left join exchange.partner p on p.id = t.partner_id
   where e.agency_id = $1 and e.subject_type = $2 and e.subject_id = $3 and e.kind in ('new', 'replace')),
 notice as (
  select e.of_envelope_id, d.recipient_agency_id,
         json_agg(json_build_object('envelopeId', e.id, 'kind', e.kind, 'cancels', e.cancels, 'reason', e.reason, 'sentAt', e.sent_at, 'state', d.state,
           'answeredAt', d.answered_at, 'answeredBy', a.by_name, 'answerReason', a.reason) order by e.sequence) as notices
    from exchange.envelope e
    join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id
    left join exchange.delivery_answer a on a.agency_id = d.agency_id and a.envelope_id = d.envelope_id and a.recipient_agency_id = d.recipient_agency_id and a.ordinal = d.answer_ordinal and a.ordinal > 1
   where e.agency_id = $1 and e.kind in ('recall', 'take_back', 'update') and e.of_envelope_id in (select envelope_id from line)
   group by e.of_envelope_id, d.recipient_agency_id),
 answer as (
  select a.envelope_id, a.recipient_agency_id,
         min(a.at) filter (where a.status = '01') as arrived_at,
         (array_agg(a.at order by a.ordinal desc) filter (where a.status <> '01'))[1] as answered_at,
         (array_agg(a.by_name order by a.ordinal desc) filter (where a.status <> '01'))[1] as answered_by,
         (array_agg(a.by_title order by a.ordinal desc) filter (where a.status <> '01'))[1] as answered_by_title,
         json_agg(json_build_object('status', a.status, 'at', a.at, 'by', a.by_name, 'title', a.by_title, 'reason', a.reason) order by a.ordinal) as answers
    from exchange.delivery_answer a
   where a.agency_id = $1 and a.envelope_id in (select envelope_id from line)
   group by a.envelope_id, a.recipient_agency_id)
select coalesce(json_agg(json_build_object(
    'envelopeId', l.envelope_id, 'recipientAgencyId', l.recipient_agency_id, 'recipientName', l.recipient_name, 'recipientCode', l.recipient_code,
    'state', l.state, 'status', l.status, 'sentAt', l.sent_at, 'arrivedAt', coalesce(a.arrived_at, l.arrived_at), 'answeredAt', a.answered_at,
    'answeredBy', a.answered_by, 'answeredByTitle', a.answered_by_title, 'reason', l.problem,
    'deliveredTo', case when l.delivered_to_agency_id <> l.recipient_agency_id
                        then json_build_object('agencyId', l.delivered_to_agency_id, 'name', l.delivered_to_name) end,
    'successors', coalesce(l.successors, '[]'::jsonb), 'via', l.via, 'tellsOpenings', l.tells_openings, 'hearsReminders', l.hears_reminders, 'openedAt', l.opened_at, 'remindedAt', l.reminded_at, 'reminderCount', l.reminder_count,
    'notices', coalesce(n.notices, '[]'::json), 'answers', coalesce(a.answers, '[]'::json)
  ) order by l.sent_at, l.envelope_id, l.position), '[]'::json)::text as lines
  from line l left join answer a on a.envelope_id = l.envelope_id and a.recipient_agency_id = l.recipient_agency_id
  left join notice n on n.of_envelope_id = l.envelope_id and n.recipient_agency_id = l.recipient_agency_id`;

/** By when an envelope had to be sent (QĐ 28/2018 Art. 6.2), as its sender stated it; null when it did not. */
export async function findSendDueAt(q: Queryable, of: { agencyId: string; envelopeId: string }): Promise<Date | null> {
  const { rows } = await q.query('select send_due_at as due from exchange.envelope where agency_id = $1 and id = $2', [of.agencyId, of.envelopeId]);
  // safe because the column holds an instant or nothing
  return (rows[0]?.['due'] as Date | null | undefined) ?? null;
}
