import { actorRecord, systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { notifyLive } from '#kernel/live.ts';
import { startOfVietnamDay, vietnamDay } from '#kernel/time.ts';
import { busyHours, lastTraffic, type LastTraffic } from '#engines/exchange/index.ts';
import { noAgency } from './no-agency.ts';
import { countMarkedHours, HOUR_MS, HOURS_KEPT_DAYS, markHours } from './figures.ts';

type AgencyId = Id<'agency'>;

const TOPIC = 'exchange-desk';
const actor = systemActor(TOPIC);
const HOURS_AT_ONCE = 50;
/** A rebuild goes on at the next turn, so that other periodic tasks have theirs. */
const TURN_MS = 4_000;

/** Notices new traffic and counts what is marked, for some seconds at most. */
export async function keepFigures(kernel: Kernel): Promise<void> {
  await noticeTraffic(kernel);
  const until = performance.now() + TURN_MS;
  while (performance.now() < until) {
    const agencies = await run(kernel, countSome, undefined, { actor });
    if (agencies === 0) return;
  }
}

async function countSome(ctx: CommandContext): Promise<number> {
  const agencies = await countMarkedHours(ctx, HOURS_AT_ONCE);
  await tellScreens(ctx, agencies);
  return agencies.length;
}

/** Tells the screens of these agencies, with the commit, that figures are new (topic `exchange-desk`). Counting is no event of anybody's record. */
async function tellScreens(ctx: CommandContext, agencyIds: readonly AgencyId[]): Promise<void> {
  if (agencyIds.length === 0) return;
  const hint = { type: `${TOPIC}.figures-counted`, data: {}, at: ctx.now, actor: actorRecord(ctx.actor), requestId: ctx.requestId };
  notifyLive(ctx, agencyIds.map((agencyId) => ({ ...hint, agencyId, subject: { type: 'agency', id: agencyId }, id: newId<'event'>() })));
}

/** Marks the hours since the watermark of each agency that sent or received something new, in a transaction an agency. */
async function noticeTraffic(kernel: Kernel): Promise<void> {
  const seen = await watermarks(kernel);
  for (const last of await lastTraffic(kernel.database.pool)) {
    const mark = seen.get(last.agencyId);
    const isNew = isAfter(last.lastSentAt, mark?.lastSentAt) || isAfter(last.lastArrivedAt, mark?.lastArrivedAt);
    if (isNew) await run(kernel, markSince, { last, mark }, { actor });
  }
}

const isAfter = (at: Date | null, mark: Date | null | undefined): boolean => at !== null && (mark === null || mark === undefined || at > mark);

async function watermarks(kernel: Kernel): Promise<Map<AgencyId, LastTraffic>> {
  const { rows } = await kernel.database.pool.query('select agency_id as "agencyId", sent_at as "lastSentAt", arrived_at as "lastArrivedAt" from exchange_desk.watermark');
  // safe because the statement selects exactly these columns
  return new Map((rows as LastTraffic[]).map((row) => [row.agencyId, row]));
}

/** A transaction that began before another one may commit after it: what it wrote lies a little behind the watermark. */
const COMMITS_LATE_MS = 2 * 60_000;

async function markSince(ctx: CommandContext, { last, mark }: { last: LastTraffic; mark: LastTraffic | undefined }): Promise<void> {
  const { agencyId } = last;
  const marks = [mark?.lastSentAt, mark?.lastArrivedAt].flatMap((at) => at?.getTime() ?? []);
  const from = new Date(marks.length === 0 ? 0 : Math.floor((Math.min(...marks) - COMMITS_LATE_MS) / HOUR_MS) * HOUR_MS);
  const hours = await busyHours(ctx, { agencyId, from, to: new Date(ctx.now.getTime() + HOUR_MS) });
  await markHours(ctx, hours.map((hour) => ({ agencyId, hour })));
  await ctx.query(
    `insert into exchange_desk.watermark (agency_id, sent_at, arrived_at) values ($1, $2, $3)
     on conflict (agency_id) do update set sent_at = excluded.sent_at, arrived_at = excluded.arrived_at`,
    [agencyId, last.lastSentAt, last.lastArrivedAt],
  );
}

/**
 * Answers to what came from outside are told to its sender only, and no event here: the days that wait for one are looked at again.
 * Minutes older than two days and hours older than forty are let go; the days stay.
 */
export async function lookAtOpenDays(kernel: Kernel): Promise<void> {
  await run(kernel, markOpenDays, undefined, { actor });
}

const DAY_MS = 86_400_000;

async function markOpenDays(ctx: CommandContext): Promise<void> {
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", day::text as day from exchange_desk.day_statistic
      where day >= $1 and ((notice_open > 0 and received_outside > 0) or waiting > 0) order by day desc limit 2000`,
    [vietnamDay(new Date(ctx.now.getTime() - 30 * DAY_MS))],
  );
  // safe because the statement selects exactly these columns
  const open = rows as { agencyId: AgencyId; day: ReturnType<typeof vietnamDay> }[];
  await markHours(ctx, open.map(({ agencyId, day }) => ({ agencyId, hour: startOfVietnamDay(day) })));
  await ctx.query(`delete from exchange_desk.flow where (grain = 'minute' and starts_at < $1) or (grain = 'hour' and starts_at < $2)`, [new Date(ctx.now.getTime() - 2 * DAY_MS), new Date(ctx.now.getTime() - HOURS_KEPT_DAYS * DAY_MS)]);
}

/** Counts everything again from the exchange: forgets how far the traffic was seen, so that the next turns go through all of it. What was counted stands until then. */
export async function rebuildFigures(ctx: CommandContext): Promise<void> {
  await ctx.query('delete from exchange_desk.watermark');
  ctx.record({ type: 'exchange-desk.figures-rebuilt', agencyId: ctx.actor.kind === 'person' ? ctx.actor.agencyId : noAgency, subject: { type: 'statistics', id: noAgency }, data: {} });
}
