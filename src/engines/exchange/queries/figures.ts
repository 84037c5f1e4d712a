import type { Queryable } from '#kernel/database.ts';
import { periodColumns, type Period } from './traffic.ts';

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

/** The figures of an agency over a period that was asked for. */
export type PeriodFigures = { agencyId: Period['agencyId']; from: Date; figures: ExchangeFigures };

/** The figures of agencies over periods, counted from their envelopes and messages: one line for each period, in no order. */
export async function exchangeFigures(q: Queryable, periods: readonly Period[]): Promise<PeriodFigures[]> {
  const { rows } = await q.query(
    // "offset 0" keeps a row's answers from being looked up anew for each figure. A single file that was looked at is the main one: each envelope has one.
    `select p.agency_id as "agencyId", p.starts as "from", s.*, r.*
       from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as p (agency_id, starts, ends)
      cross join lateral (
        select count(*)::int as sent, count(*) filter (where (facts ->> 'signatureCount')::int > 0)::int as "sentSigned",
               count(*) filter (where facts ->> 'indication' = 'TOTAL-PASSED')::int as "sentValid",
               count(*) filter (where sent_at <= send_due_at)::int as "sentOnTime", count(*) filter (where sent_at > send_due_at)::int as "sentLate",
               coalesce(sum(recipients), 0)::int as recipients, coalesce(sum(arrived), 0)::int as arrived, coalesce(sum(refused), 0)::int as refused,
               coalesce(sum(need_paper), 0)::int as "needPaper", coalesce(sum(returned), 0)::int as returned, coalesce(sum(waiting), 0)::int as waiting
          from (select e.sent_at, e.send_due_at, d.*,
                       case when jsonb_array_length(e.inspection) = 1 then e.inspection -> 0
                            else (select i.value from jsonb_array_elements(e.inspection) i
                                   where i.value ->> 'sha256' = (select f.value ->> 'sha256' from json_array_elements(e.original::json -> 'files') f where f.value ->> 'role' = 'main' limit 1) limit 1) end as facts
                  from exchange.envelope e
                 cross join lateral (
                   select count(*) as recipients, count(*) filter (where d.arrived_at is not null) as arrived, count(*) filter (where d.state = 'refused') as refused,
                          count(*) filter (where d.state = 'no_route') as need_paper, count(*) filter (where d.state = 'returned') as returned, count(*) filter (where d.state = 'waiting') as waiting
                     from exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id and d.state <> 'cancelled') d
                 where e.agency_id = p.agency_id and e.sent_at >= p.starts and e.sent_at < p.ends and e.kind in ('new', 'replace') offset 0) sent) s
      cross join lateral (
        select count(*)::int as received, count(*) filter (where signed)::int as "receivedSigned", count(*) filter (where outside)::int as "receivedOutside",
               count(*) filter (where ${sameDay('told_at', 'arrived_at')})::int as "noticeOnTime", count(*) filter (where not ${sameDay('told_at', 'arrived_at')})::int as "noticeLate",
               count(*) filter (where told_at is null and state = 'arrived')::int as "noticeOpen"
          from (select m.state, m.arrived_at, coalesce((m.verdict ->> 'signatureCount')::int, 0) > 0 as signed,
                       exists (select from exchange.message_origin o where o.agency_id = m.agency_id and o.message_id = m.id) as outside,
                       (select min(a.at) from exchange.message_answer a where a.agency_id = m.agency_id and a.message_id = m.id and a.status in ('02', '03')) as told_at
                  from exchange.message m where m.agency_id = p.agency_id and m.arrived_at >= p.starts and m.arrived_at < p.ends and m.kind in ('new', 'replace') offset 0) received) r`,
    periodColumns(periods),
  );
  // safe because the statement selects exactly these columns
  return (rows as ({ agencyId: Period['agencyId']; from: Date } & ExchangeFigures)[]).map(({ agencyId, from, ...figures }) => ({ agencyId, from, figures }));
}

/** Days of Vietnam (QĐ 28/2018 Art. 14.4); null while one of them is. */
export function sameDay(one: string, other: string): string {
  return `((${one} at time zone ${ZONE})::date = (${other} at time zone ${ZONE})::date)`;
}
