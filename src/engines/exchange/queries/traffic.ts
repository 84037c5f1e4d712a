import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Mention } from '#engines/audit/index.ts';

type AgencyId = Id<'agency'>;

/** An agency and a stretch of time; `to` does not belong to it. */
export type Period = { agencyId: AgencyId; from: Date; to: Date };
/** An hour of an agency, named by its beginning. */
export type AgencyHour = { agencyId: AgencyId; hour: Date };

/** Periods as columns of a statement: it answers for many agencies at once, each by its own keys. */
export const periodColumns = (periods: readonly Period[]): unknown[] => [periods.map((each) => each.agencyId), periods.map((each) => each.from), periods.map((each) => each.to)];

// Both indexes begin with the agency, so that stepping from one agency to the next reads one entry each, however much they hold.
const stepsOf = (table: 'envelope' | 'message'): string => `
  (select agency_id from exchange.${table} order by agency_id limit 1)
  union all
  select (select t.agency_id from exchange.${table} t where t.agency_id > s.agency_id order by t.agency_id limit 1) from s where s.agency_id is not null`;

/** Every agency that ever sent or received here. It reads an index entry an agency, whatever the tables hold. */
export async function exchangingAgencies(q: Queryable): Promise<AgencyId[]> {
  const { rows } = await q.query(
    `with recursive senders as (with recursive s as (${stepsOf('envelope')}) select agency_id from s where agency_id is not null),
          receivers as (with recursive s as (${stepsOf('message')}) select agency_id from s where agency_id is not null)
     select agency_id as "agencyId" from senders union select agency_id from receivers order by 1`,
  );
  // safe because the statement selects exactly this column
  return (rows as { agencyId: AgencyId }[]).map((row) => row.agencyId);
}

/** When an agency last sent or received something before an instant; null when it never did. */
export async function lastTrafficBefore(q: Queryable, { agencyId, before }: { agencyId: AgencyId; before: Date }): Promise<Date | null> {
  const { rows } = await q.query(
    `select greatest((select max(e.sent_at) from exchange.envelope e where e.agency_id = $1 and e.sent_at < $2), (select max(m.arrived_at) from exchange.message m where m.agency_id = $1 and m.arrived_at < $2)) as at`,
    [agencyId, before],
  );
  // safe because the statement selects an instant or nothing
  return (rows[0]?.['at'] as Date | null | undefined) ?? null;
}

/** The hours in which agencies sent or received something. */
export async function busyHours(q: Queryable, periods: readonly Period[]): Promise<AgencyHour[]> {
  const { rows } = await q.query(
    `select p.agency_id as "agencyId", h.hour from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as p (agency_id, starts, ends)
      cross join lateral (
        select distinct date_trunc('hour', at) as hour
          from (select e.sent_at as at from exchange.envelope e where e.agency_id = p.agency_id and e.sent_at >= p.starts and e.sent_at < p.ends
                union all select m.arrived_at from exchange.message m where m.agency_id = p.agency_id and m.arrived_at >= p.starts and m.arrived_at < p.ends) t) h`,
    periodColumns(periods),
  );
  // safe because the statement selects exactly these columns
  return rows as AgencyHour[];
}

/**
 * The lines of the record after which an agency's flow or figures may be other ones, each with the key of its data that names what else it is
 * about. Whoever keeps such figures reads the record for these and counts `hoursOf` them again.
 */
export const figuresFollow: Readonly<Record<string, 'envelopeId' | 'noticeId' | null>> = {
  'exchange.envelope-sent': 'envelopeId',
  'exchange.envelope-inspected': 'envelopeId',
  'exchange.envelope-recovered': 'envelopeId',
  'exchange.recipients-added': 'envelopeId',
  'exchange.notice-sent': 'envelopeId',
  'exchange.deliveries-arrived': 'envelopeId',
  'exchange.notices-arrived': 'envelopeId',
  'exchange.delivery-answered': 'envelopeId',
  'exchange.notice-refused': 'envelopeId',
  'exchange.delivery-returned': 'envelopeId',
  'exchange.delivery-retried': 'envelopeId',
  'exchange.deliveries-cancelled': null,
  'exchange.message-arrived': null,
  'exchange.message-refused': null,
  'exchange.message-answered': null,
  'exchange.notice-received': null,
  'exchange.notice-kept': null,
  'exchange.notice-asked': 'noticeId',
  'exchange.notice-declined': 'noticeId',
  'exchange.notice-answered': 'noticeId',
  'exchange.message-recalled': 'noticeId',
  'exchange.message-replaced': 'noticeId',
  'exchange.message-updated': 'noticeId',
};

/** The hours in which what the record mentions was sent, or arrived. What nobody has is left out. */
export async function hoursOf(q: Queryable, mentions: readonly Mention[]): Promise<AgencyHour[]> {
  const envelopes = mentions.filter((each) => each.key === 'envelopeId');
  const messages = mentions.flatMap(({ agencyId, subject, key, value }) => [
    ...(subject.type === 'message' ? [{ agencyId, id: subject.id }] : []),
    ...(key === 'noticeId' ? [{ agencyId, id: value }] : []),
  ]);
  const documents = mentions.filter(({ subject, key }) => key === null && subject.type !== 'message');
  const { rows } = await q.query(
    `select distinct agency_id as "agencyId", date_trunc('hour', at) as hour
       from (select e.agency_id, e.sent_at as at from unnest($1::uuid[], $2::uuid[]) as k (agency_id, id) join exchange.envelope e on e.agency_id = k.agency_id and e.id = k.id
             union all select m.agency_id, m.arrived_at from unnest($3::uuid[], $4::uuid[]) as k (agency_id, id) join exchange.message m on m.agency_id = k.agency_id and m.id = k.id
             union all select e.agency_id, e.sent_at from unnest($5::uuid[], $6::text[], $7::text[]) as k (agency_id, type, id)
                         join exchange.envelope e on e.agency_id = k.agency_id and e.subject_type = k.type and e.subject_id = k.id) t`,
    [
      envelopes.map((each) => each.agencyId),
      envelopes.map((each) => each.value),
      messages.map((each) => each.agencyId),
      messages.map((each) => each.id),
      documents.map((each) => each.agencyId),
      documents.map(({ subject }) => subject.type),
      documents.map(({ subject }) => subject.id),
    ],
  );
  // safe because the statement selects exactly these columns
  return rows as AgencyHour[];
}

/** What went between an agency and another one in one minute: what was sent to it, by the minute of sending, and what of that has come how far; what came from it. */
export type FlowMinute = { agencyId: AgencyId; minute: Date; otherAgencyId: AgencyId; sent: number; arrived: number; returned: number; received: number; receivedOutside: number };

/** The flow of agencies minute by minute, notices included. What came through a partner is counted in `receivedOutside` too. */
export async function flowOf(q: Queryable, periods: readonly Period[]): Promise<FlowMinute[]> {
  const { rows } = await q.query(
    `select p.agency_id as "agencyId", f.minute, f.other as "otherAgencyId", f.sent, f.arrived, f.returned, f.received, f.outside as "receivedOutside"
       from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as p (agency_id, starts, ends)
      cross join lateral (
        select minute, other, sum(sent)::int as sent, sum(arrived)::int as arrived, sum(returned)::int as returned, sum(received)::int as received, sum(outside)::int as outside
          from (select date_trunc('minute', e.sent_at) as minute, coalesce(d.delivered_to_agency_id, d.recipient_agency_id) as other, 1 as sent,
                       (d.arrived_at is not null)::int as arrived, (d.state in ('returned', 'no_route', 'refused'))::int as returned, 0 as received, 0 as outside
                  from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id
                 where e.agency_id = p.agency_id and e.sent_at >= p.starts and e.sent_at < p.ends and d.state <> 'cancelled'
                union all
                select date_trunc('minute', m.arrived_at), m.sender_agency_id, 0, 0, 0, 1,
                       exists (select from exchange.message_origin o where o.agency_id = m.agency_id and o.message_id = m.id)::int
                  from exchange.message m where m.agency_id = p.agency_id and m.arrived_at >= p.starts and m.arrived_at < p.ends) t
         group by 1, 2) f`,
    periodColumns(periods),
  );
  // safe because the statement selects exactly these columns
  return rows as FlowMinute[];
}
