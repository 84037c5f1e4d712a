import type { Queryable } from '#kernel/database.ts';
import type { Period } from './traffic.ts';

/**
 * The figures of an agency's exchange (QĐ 28/2018 Art. 11, 14.3): documents, without notices about earlier ones. A document counts in the
 * period in which it was sent or arrived, whatever became of it later.
 */
export type ExchangeFigures = {
  /** Documents sent, and to how many recipients in all. */
  sent: number;
  recipients: number;
  arrived: number;
  refused: number;
  /** Recipients that are not connected, so that paper has to go to them. */
  needPaper: number;
  /** Came back for good, or are still on the way. */
  returned: number;
  waiting: number;
  /** The main file carries a digital signature; and one that was valid when it left. */
  sentSigned: number;
  sentValid: number;
  /** Sent by its deadline or after it (QĐ 28/2018 Art. 6.2); whose sender stated none is in neither. */
  sentOnTime: number;
  sentLate: number;
  received: number;
  receivedSigned: number;
  receivedOutside: number;
  /** Told its sender by 02 or 03 on the day of arrival, later, or not yet (30/2020/NĐ-CP Art. 21.2.c). */
  noticeOnTime: number;
  noticeLate: number;
  noticeOpen: number;
};

const ZONE = `'Asia/Ho_Chi_Minh'`;

/** The figures of one agency over a period, counted from its envelopes and messages. */
export async function exchangeFigures(q: Queryable, { agencyId, from, to }: Period): Promise<ExchangeFigures> {
  const { rows } = await q.query(
    `with sent as materialized (
       select e.agency_id, e.id, e.sent_at, e.send_due_at, main.facts
         from exchange.envelope e
         left join lateral (select i.value as facts from jsonb_array_elements(e.inspection) i
                             where i.value ->> 'sha256' = (select f.value ->> 'sha256' from json_array_elements(e.original::json -> 'files') f where f.value ->> 'role' = 'main' limit 1) limit 1) main on true
        where e.agency_id = $1 and e.sent_at >= $2 and e.sent_at < $3 and e.kind in ('new', 'replace')),
     received as materialized (
       select m.id, m.state, m.arrived_at, coalesce((m.verdict ->> 'signatureCount')::int, 0) > 0 as signed,
              exists (select from exchange.message_origin o where o.agency_id = m.agency_id and o.message_id = m.id) as outside,
              (select min(a.at) from exchange.message_answer a where a.agency_id = m.agency_id and a.message_id = m.id and a.status in ('02', '03')) as told_at
         from exchange.message m where m.agency_id = $1 and m.arrived_at >= $2 and m.arrived_at < $3 and m.kind in ('new', 'replace'))
     select s.*, d.*, r.*
       from (select count(*)::int as sent, count(*) filter (where (facts ->> 'signatureCount')::int > 0)::int as "sentSigned",
                    count(*) filter (where facts ->> 'indication' = 'TOTAL-PASSED')::int as "sentValid",
                    count(*) filter (where sent_at <= send_due_at)::int as "sentOnTime", count(*) filter (where sent_at > send_due_at)::int as "sentLate" from sent) s,
            (select count(*)::int as recipients, count(*) filter (where d.arrived_at is not null)::int as arrived, count(*) filter (where d.state = 'refused')::int as refused,
                    count(*) filter (where d.state = 'no_route')::int as "needPaper", count(*) filter (where d.state = 'returned')::int as returned,
                    count(*) filter (where d.state = 'waiting')::int as waiting
               from sent join exchange.delivery d on d.agency_id = sent.agency_id and d.envelope_id = sent.id where d.state <> 'cancelled') d,
            (select count(*)::int as received, count(*) filter (where signed)::int as "receivedSigned", count(*) filter (where outside)::int as "receivedOutside",
                    count(*) filter (where ${sameDay('told_at', 'arrived_at')})::int as "noticeOnTime", count(*) filter (where not ${sameDay('told_at', 'arrived_at')})::int as "noticeLate",
                    count(*) filter (where told_at is null and state = 'arrived')::int as "noticeOpen" from received) r`,
    [agencyId, from, to],
  );
  // safe because the statement selects exactly these columns, in one row
  return rows[0] as ExchangeFigures;
}

/** Days of Vietnam (QĐ 28/2018 Art. 14.4); null while one of them is. */
export function sameDay(one: string, other: string): string {
  return `((${one} at time zone ${ZONE})::date = (${other} at time zone ${ZONE})::date)`;
}
