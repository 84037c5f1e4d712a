import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { addDays, startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { exchangeFigures, flowOf, type ExchangeFigures, type FlowMinute } from '#engines/exchange/index.ts';

type AgencyId = Id<'agency'>;
type StaleHour = { agencyId: AgencyId; hour: Date };

export const HOUR_MS = 3_600_000;

/**
 * Says that something of these hours changed, so that they are counted again. Saying it twice is no harm. Each says it with a mark of its own:
 * on one shared row, whoever brings a document would wait for the counting that is taking the row away.
 */
export async function markHours(ctx: CommandContext, hours: readonly StaleHour[]): Promise<void> {
  if (hours.length === 0) return;
  await ctx.query(
    `insert into exchange_desk.stale_hour (agency_id, hour, mark)
     select distinct agency_id, date_trunc('hour', at), $3::uuid from unnest($1::uuid[], $2::timestamptz[]) as h (agency_id, at)`,
    [hours.map((each) => each.agencyId), hours.map((each) => each.hour), newId()],
  );
}

/**
 * Counts up to `most` marked hours again. The mark goes before the counting, so that whatever changes meanwhile marks the
 * hour anew; the figures are counted from the exchange itself, so that no event can be counted twice or be missed for good.
 * @returns the agencies whose figures are new.
 */
export async function countMarkedHours(ctx: CommandContext, most: number): Promise<AgencyId[]> {
  const { rows } = await ctx.query(
    `delete from exchange_desk.stale_hour s
      using (select distinct agency_id, hour from exchange_desk.stale_hour order by agency_id, hour limit $1) t
      where s.agency_id = t.agency_id and s.hour = t.hour returning s.agency_id as "agencyId", s.hour`,
    [most],
  );
  // safe because the statement returns exactly these columns
  const marked = [...new Map((rows as StaleHour[]).map((each) => [`${each.agencyId} ${each.hour.toISOString()}`, each])).values()];
  const days = new Map<string, { agencyId: AgencyId; day: CalendarDay }>();
  for (const { agencyId, hour } of marked) {
    await countHour(ctx, { agencyId, hour });
    const day = vietnamDay(hour);
    days.set(`${agencyId} ${day}`, { agencyId, day });
  }
  for (const each of days.values()) await countDay(ctx, each);
  return [...new Set(marked.map((each) => each.agencyId))];
}

async function countHour(ctx: CommandContext, { agencyId, hour }: StaleHour): Promise<void> {
  const minutes = await flowOf(ctx, { agencyId, from: hour, to: new Date(hour.getTime() + HOUR_MS) });
  await ctx.query(
    `delete from exchange_desk.flow where agency_id = $1 and ((grain = 'minute' and starts_at >= $2 and starts_at < $3) or (grain = 'hour' and starts_at = $2))`,
    [agencyId, hour, new Date(hour.getTime() + HOUR_MS)],
  );
  if (minutes.length === 0) return;
  await ctx.query(
    `with counted as (select * from unnest($2::timestamptz[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[]) as m (at, other, sent, arrived, returned, received, outside)),
          kept as (select 'minute' as grain, * from counted
                   union all select 'hour', date_trunc('hour', at), other, sum(sent), sum(arrived), sum(returned), sum(received), sum(outside) from counted group by 2, 3)
     insert into exchange_desk.flow (agency_id, grain, starts_at, other_agency_id, sent, arrived, returned, received, received_outside)
     select $1, * from kept`,
    [agencyId, minutes.map((each) => each.minute), ...columnsOf(minutes)],
  );
}

function columnsOf(minutes: readonly FlowMinute[]): unknown[] {
  return [
    minutes.map((each) => each.otherAgencyId),
    minutes.map((each) => each.sent),
    minutes.map((each) => each.arrived),
    minutes.map((each) => each.returned),
    minutes.map((each) => each.received),
    minutes.map((each) => each.receivedOutside),
  ];
}

/** Hours are kept this long; the flow of an older day is counted from the documents. */
export const HOURS_KEPT_DAYS = 40;

async function countDay(ctx: CommandContext, { agencyId, day }: { agencyId: AgencyId; day: CalendarDay }): Promise<void> {
  const period = { agencyId, from: startOfVietnamDay(day), to: startOfVietnamDay(addDays(day, 1)) };
  await ctx.query(`delete from exchange_desk.flow where agency_id = $1 and grain = 'day' and starts_at = $2`, [agencyId, period.from]);
  const hasHours = day > addDays(vietnamDay(ctx.now), 1 - HOURS_KEPT_DAYS);
  if (hasHours) await ctx.query(`${INSERT_DAY} from exchange_desk.flow where agency_id = $1 and grain = 'hour' and starts_at >= $2 and starts_at < $3 group by other_agency_id`, [agencyId, period.from, period.to]);
  else {
    const columns = columnsOf(await flowOf(ctx, period));
    await ctx.query(
      `${INSERT_DAY} from unnest($3::uuid[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[]) as m (other_agency_id, sent, arrived, returned, received, received_outside) group by other_agency_id`,
      [agencyId, period.from, ...columns],
    );
  }
  await keepDay(ctx, { agencyId, day, figures: await exchangeFigures(ctx, period) });
}

const INSERT_DAY = `
insert into exchange_desk.flow (agency_id, grain, starts_at, other_agency_id, sent, arrived, returned, received, received_outside)
select $1, 'day', $2, other_agency_id, sum(sent), sum(arrived), sum(returned), sum(received), sum(received_outside)`;

async function keepDay(ctx: CommandContext, { agencyId, day, figures }: { agencyId: AgencyId; day: CalendarDay; figures: ExchangeFigures }): Promise<void> {
  // safe because the record has exactly these keys
  const columns = Object.entries(columnOf) as [keyof ExchangeFigures, string][];
  const names = columns.map(([, column]) => column);
  await ctx.query(
    `insert into exchange_desk.day_statistic (agency_id, day, counted_at, ${names.join(', ')}) values ($1, $2, $3, ${names.map((_, index) => `$${String(index + 4)}`).join(', ')})
     on conflict (agency_id, day) do update set counted_at = excluded.counted_at, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [agencyId, day, ctx.now, ...columns.map(([name]) => figures[name])],
  );
}

/** Where each figure stands in `day_statistic`. */
export const columnOf = {
  sent: 'sent',
  recipients: 'recipients',
  arrived: 'arrived',
  refused: 'refused',
  needPaper: 'need_paper',
  returned: 'returned',
  waiting: 'waiting',
  sentSigned: 'sent_signed',
  sentValid: 'sent_valid',
  sentOnTime: 'sent_on_time',
  sentLate: 'sent_late',
  received: 'received',
  receivedSigned: 'received_signed',
  receivedOutside: 'received_outside',
  noticeOnTime: 'notice_on_time',
  noticeLate: 'notice_late',
  noticeOpen: 'notice_open',
} as const satisfies Record<keyof ExchangeFigures, string>;
