import type { CommandContext } from '#kernel/command.ts';
import { addDays, startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { exchangeFigures, flowOf, type AgencyHour, type ExchangeFigures, type Period, type PeriodFigures } from '#engines/exchange/index.ts';
import { agenciesIn, keepDayFlow, keepHourFlow, keepOldDayFlow } from './keep-flow.ts';

type AgencyId = Period['agencyId'];
type AgencyDay = { agencyId: AgencyId; day: CalendarDay };

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Hours are kept this long; an older day is counted from the documents. */
const HOURS_KEPT_DAYS = 40;
const MINUTES_KEPT_DAYS = 2;
/** So many hours or days are counted by one statement. */
const HOURS_AT_ONCE = 1000;
const OLD_DAYS_AT_ONCE = 100;

/** The beginning of the hour of an instant. */
export const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);

/** The oldest hours of which minutes and hours are kept. */
export function keptSince(now: Date): { minutes: Date; hours: Date } {
  return { minutes: hourOf(new Date(now.getTime() - MINUTES_KEPT_DAYS * DAY_MS)), hours: startOfVietnamDay(addDays(vietnamDay(now), 1 - HOURS_KEPT_DAYS)) };
}

/**
 * Counts hours and the days in which they lie again, from the exchange itself: counting twice changes nothing. All agencies are counted by the
 * same statements, and only what became different is written.
 * @returns the agencies of which something became different.
 */
export async function countAgain(ctx: CommandContext, hours: readonly AgencyHour[]): Promise<Set<AgencyId>> {
  const changed = new Set<AgencyId>();
  const { hours: hoursKept } = keptSince(ctx.now);
  const recent = hours.filter(({ hour }) => hour >= hoursKept);
  for (const some of chunks(recent, HOURS_AT_ONCE)) addAll(changed, await countHours(ctx, some));
  for (const some of chunks(daysOf(recent), HOURS_AT_ONCE)) addAll(changed, await countDays(ctx, some));
  for (const some of chunks(daysOf(hours.filter(({ hour }) => hour < hoursKept)), OLD_DAYS_AT_ONCE)) addAll(changed, await countOldDays(ctx, some));
  return changed;
}

function addAll<Item>(set: Set<Item>, items: Iterable<Item>): void {
  for (const item of items) set.add(item);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function daysOf(hours: readonly AgencyHour[]): AgencyDay[] {
  const days = hours.map(({ agencyId, hour }) => ({ agencyId, day: vietnamDay(hour) }));
  return [...new Map(days.map((each) => [`${each.agencyId} ${each.day}`, each])).values()];
}

async function countHours(ctx: CommandContext, hours: readonly AgencyHour[]): Promise<AgencyId[]> {
  const periods = hours.map(({ agencyId, hour }) => ({ agencyId, from: hour, to: new Date(hour.getTime() + HOUR_MS) }));
  const flow = await keepHourFlow(ctx, { periods, minutes: await flowOf(ctx, periods), minutesFrom: keptSince(ctx.now).minutes });
  const counted = await exchangeFigures(ctx, periods);
  const { rows } = await ctx.query(KEEP_HOURS, [counted.map((each) => each.agencyId), counted.map((each) => each.from), ...figureColumns(counted)]);
  return [...flow, ...agenciesIn(rows)];
}

async function countDays(ctx: CommandContext, days: readonly AgencyDay[]): Promise<AgencyId[]> {
  const periods = days.map(periodOf);
  const flow = await keepDayFlow(ctx, periods);
  const { rows } = await ctx.query(KEEP_DAYS, [days.map((each) => each.agencyId), days.map((each) => each.day), periods.map((each) => each.from), periods.map((each) => each.to), ctx.now]);
  return [...flow, ...agenciesIn(rows)];
}

async function countOldDays(ctx: CommandContext, days: readonly AgencyDay[]): Promise<AgencyId[]> {
  const periods = days.map(periodOf);
  const flow = await keepOldDayFlow(ctx, { periods, minutes: await flowOf(ctx, periods) });
  const counted = await exchangeFigures(ctx, periods);
  const { rows } = await ctx.query(KEEP_OLD_DAYS, [counted.map((each) => each.agencyId), counted.map((each) => vietnamDay(each.from)), ctx.now, ...figureColumns(counted)]);
  return [...flow, ...agenciesIn(rows)];
}

function periodOf({ agencyId, day }: AgencyDay): Period {
  return { agencyId, from: startOfVietnamDay(day), to: startOfVietnamDay(addDays(day, 1)) };
}

/** Where each figure stands in `hour_statistic` and `day_statistic`. */
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

// safe because the record has exactly these keys
const columns = Object.entries(columnOf) as [keyof ExchangeFigures, string][];
const names = columns.map(([, column]) => column);
const list = names.join(', ');
const overwritten = names.map((name) => `${name} = excluded.${name}`).join(', ');
/** The figures as parameters, from this number on. */
const arraysFrom = (first: number): string => names.map((_, index) => `$${String(first + index)}::int[]`).join(', ');
const ofRow = (alias: string): string => names.map((name) => `${alias}.${name}`).join(', ');

function figureColumns(counted: readonly PeriodFigures[]): number[][] {
  return columns.map(([name]) => counted.map((each) => each.figures[name]));
}

const KEEP_HOURS = `
with counted as materialized (select * from unnest($1::uuid[], $2::timestamptz[], ${arraysFrom(3)}) as c (agency_id, hour, ${list})),
     kept as (
       insert into exchange_desk.hour_statistic (agency_id, hour, ${list})
       select * from (select * from counted except select h.agency_id, h.hour, ${ofRow('h')} from counted c join exchange_desk.hour_statistic h on h.agency_id = c.agency_id and h.hour = c.hour) different
       on conflict (agency_id, hour) do update set ${overwritten} returning agency_id)
select distinct agency_id as "agencyId" from kept`;

/** Keeps what `counted` says of days, in the rows that became different. */
const keepDays = (counted: string, now: string): string => `
with ${counted},
     kept as (
       insert into exchange_desk.day_statistic (agency_id, day, ${list}, counted_at)
       select different.*, ${now}::timestamptz
         from (select * from counted except select d.agency_id, d.day, ${ofRow('d')} from counted c join exchange_desk.day_statistic d on d.agency_id = c.agency_id and d.day = c.day) different
       on conflict (agency_id, day) do update set ${overwritten}, counted_at = excluded.counted_at returning agency_id)
select distinct agency_id as "agencyId" from kept`;

const KEEP_DAYS = keepDays(
  `asked as (select * from unnest($1::uuid[], $2::date[], $3::timestamptz[], $4::timestamptz[]) as a (agency_id, day, starts, ends)),
     counted as materialized (
       select a.agency_id, a.day, ${names.map((name) => `sum(h.${name})::int as ${name}`).join(', ')}
         from asked a join exchange_desk.hour_statistic h on h.agency_id = a.agency_id and h.hour >= a.starts and h.hour < a.ends group by 1, 2)`,
  '$5',
);

const KEEP_OLD_DAYS = keepDays(`counted as materialized (select * from unnest($1::uuid[], $2::date[], ${arraysFrom(4)}) as c (agency_id, day, ${list}))`, '$3');
