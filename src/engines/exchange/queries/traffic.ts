import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';

type AgencyId = Id<'agency'>;

/** An agency and a stretch of time; `to` does not belong to it. */
export type Period = { agencyId: AgencyId; from: Date; to: Date };

/** The newest sending and the newest arrival of an agency. */
export type LastTraffic = { agencyId: AgencyId; lastSentAt: Date | null; lastArrivedAt: Date | null };

// Both indexes begin with the agency, so that stepping from one agency to the next reads one entry each, however much they hold.
const stepsOf = (table: 'envelope' | 'message'): string => `
  (select agency_id from exchange.${table} order by agency_id limit 1)
  union all
  select (select t.agency_id from exchange.${table} t where t.agency_id > s.agency_id order by t.agency_id limit 1) from s where s.agency_id is not null`;

/** Every agency that ever sent or received here, with when it last did. It reads a few index entries an agency, whatever the tables hold. */
export async function lastTraffic(q: Queryable): Promise<LastTraffic[]> {
  const { rows } = await q.query(
    `with recursive senders as (with recursive s as (${stepsOf('envelope')}) select agency_id from s where agency_id is not null),
          receivers as (with recursive s as (${stepsOf('message')}) select agency_id from s where agency_id is not null)
     select a.agency_id as "agencyId",
            (select max(e.sent_at) from exchange.envelope e where e.agency_id = a.agency_id) as "lastSentAt",
            (select max(m.arrived_at) from exchange.message m where m.agency_id = a.agency_id) as "lastArrivedAt"
       from (select agency_id from senders union select agency_id from receivers) a order by 1`,
  );
  // safe because the statement selects exactly these columns
  return rows as LastTraffic[];
}

/** The hours, as their beginnings, in which an agency sent or received something; oldest first. */
export async function busyHours(q: Queryable, { agencyId, from, to }: Period): Promise<Date[]> {
  const { rows } = await q.query(
    `select distinct date_trunc('hour', at) as hour
       from (select sent_at as at from exchange.envelope where agency_id = $1 and sent_at >= $2 and sent_at < $3
             union all select arrived_at from exchange.message where agency_id = $1 and arrived_at >= $2 and arrived_at < $3) t order by 1`,
    [agencyId, from, to],
  );
  // safe because the statement selects exactly this column
  return (rows as { hour: Date }[]).map((row) => row.hour);
}

/** When an envelope was sent; of one recipient too, when it arrived, and at which agency of this installation. */
export type DeliveryTimes = { agencyId: AgencyId; sentAt: Date; holderAgencyId: AgencyId | null; arrivedAt: Date | null };

/** The times of envelopes, or of single deliveries where a recipient is named. Those that nobody has are left out. */
export async function deliveryTimes(q: Queryable, deliveries: readonly { agencyId: AgencyId; envelopeId: string; recipientAgencyId?: AgencyId | undefined }[]): Promise<DeliveryTimes[]> {
  const { rows } = await q.query(
    `select e.agency_id as "agencyId", e.sent_at as "sentAt", m.agency_id as "holderAgencyId", m.arrived_at as "arrivedAt"
       from (select distinct * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as k (agency_id, id, recipient)) k
       join exchange.envelope e on e.agency_id = k.agency_id and e.id = k.id
       left join exchange.delivery d on d.agency_id = k.agency_id and d.envelope_id = k.id and d.recipient_agency_id = k.recipient
       left join exchange.message m on m.agency_id = coalesce(d.delivered_to_agency_id, d.recipient_agency_id) and m.sender_agency_id = d.agency_id and m.envelope_id = d.envelope_id`,
    [deliveries.map((each) => each.agencyId), deliveries.map((each) => each.envelopeId), deliveries.map((each) => each.recipientAgencyId ?? null)],
  );
  // safe because the statement selects exactly these columns
  return rows as DeliveryTimes[];
}

/** What went between an agency and another one in one minute: what was sent to it, by the minute of sending, and what of that has come how far; what came from it. */
export type FlowMinute = { minute: Date; otherAgencyId: AgencyId; sent: number; arrived: number; returned: number; received: number; receivedOutside: number };

/** The flow of an agency minute by minute, notices included. What came through a partner is counted in `receivedOutside` too. */
export async function flowOf(q: Queryable, { agencyId, from, to }: Period): Promise<FlowMinute[]> {
  const { rows } = await q.query(
    `select minute, other as "otherAgencyId", sum(sent)::int as sent, sum(arrived)::int as arrived, sum(returned)::int as returned, sum(received)::int as received, sum(outside)::int as "receivedOutside"
       from (select date_trunc('minute', e.sent_at) as minute, coalesce(d.delivered_to_agency_id, d.recipient_agency_id) as other, 1 as sent,
                    (d.arrived_at is not null)::int as arrived, (d.state in ('returned', 'no_route', 'refused'))::int as returned, 0 as received, 0 as outside
               from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id
              where e.agency_id = $1 and e.sent_at >= $2 and e.sent_at < $3 and d.state <> 'cancelled'
             union all
             select date_trunc('minute', m.arrived_at), m.sender_agency_id, 0, 0, 0, 1,
                    exists (select from exchange.message_origin o where o.agency_id = m.agency_id and o.message_id = m.id)::int
               from exchange.message m where m.agency_id = $1 and m.arrived_at >= $2 and m.arrived_at < $3) f
      group by 1, 2`,
    [agencyId, from, to],
  );
  // safe because the statement selects exactly these columns
  return rows as FlowMinute[];
}
