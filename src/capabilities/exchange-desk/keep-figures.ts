import { actorRecord, systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { notifyLive } from '#kernel/live.ts';
import { addDays, startOfVietnamDay, vietnamDay } from '#kernel/time.ts';
import { mentionsSince, recordSize } from '#engines/audit/index.ts';
import { busyHours, exchangingAgencies, figuresFollow, hoursOf, lastTrafficBefore, type AgencyHour } from '#engines/exchange/index.ts';
import { noAgency } from './no-agency.ts';
import { countAgain, hourOf, keptSince } from './figures.ts';

type AgencyId = Id<'agency'>;

const TOPIC = 'exchange-desk';
const actor = systemActor(TOPIC);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A rebuild goes on at the next turn, so that other periodic tasks have theirs. */
const TURN_MS = 4_000;
const LINES_AT_ONCE = 20_000;
/** So many hours are counted by one transaction: while it lasts, PostgreSQL can clean up nowhere. */
const HOURS_A_STEP = 50;
/** Counting what happens takes a twentieth of the time at most: in a busy hour the figures are older than usual, and say so. */
const RESTS_TIMES = 19;
const BUSY_TURN_MS = 1000;
const resting = service<{ until: number }>(Symbol('rest of the figures'), () => ({ until: 0 }));
/** Of an agency's history so many days are counted by one transaction. */
const HISTORY_DAYS = 31;
/** An hour that is over is counted once more when everything that was begun in it has ended. */
const HOUR_SETTLES_MS = 5 * MINUTE_MS;

/**
 * Reads on in the record and counts what changed, for some seconds at most. It goes by rounds: the record is read to its end, then every hour of
 * which something changed is counted once, however much happened in it; what comes meanwhile belongs to the next round.
 */
export async function keepFigures(kernel: Kernel): Promise<void> {
  const until = performance.now() + TURN_MS;
  while (performance.now() < until) if ((await run(kernel, takeStep, undefined, { actor })) === 'nothing') return;
}

/** `keepFigures` at its turn, unless it rests: in an hour in which everybody writes, counting must not take the place of the writing. A rebuild was asked for and rests not. */
export async function keepFiguresInTurn(kernel: Kernel): Promise<void> {
  const rest = resting(kernel);
  const until = performance.now() + TURN_MS;
  if (performance.now() < rest.until) return;
  let busyMs = 0;
  while (performance.now() < until && busyMs < BUSY_TURN_MS) {
    const began = performance.now();
    const done = await run(kernel, takeStep, undefined, { actor });
    if (done === 'nothing') return;
    if (done === 'news') busyMs += performance.now() - began;
  }
  if (busyMs >= BUSY_TURN_MS) rest.until = performance.now() + busyMs * RESTS_TIMES;
}

/** Until when whatever was committed is in the figures; null before the first counting. */
export async function figuresCompleteAt(q: Queryable): Promise<Date | null> {
  const { rows } = await q.query('select complete_at as at from exchange_desk.reading');
  // safe because the column holds an instant or nothing
  return (rows[0]?.['at'] as Date | null | undefined) ?? null;
}

/** One transaction of work, and of which sort it was. */
async function takeStep(ctx: CommandContext): Promise<'news' | 'history' | 'nothing'> {
  const reading = await lockReading(ctx);
  if (reading.nextLine === null) return beginAnew(ctx);
  const history = await nextHistory(ctx);
  // A day of which some hours are not counted yet would be summed up wrongly: these come before anything else.
  if (history !== undefined && history.before > keptSince(ctx.now).hours) return countHistory(ctx, history);
  if (reading.isCounting) return countDue(ctx);
  if (await readOn(ctx, { ...reading, nextLine: reading.nextLine })) return 'news';
  return history === undefined ? 'nothing' : countHistory(ctx, history);
}

type Reading = { nextLine: number | null; hoursCheckedTo: Date | null; isCounting: boolean };

/** Whoever counts waits here for whoever is counting. */
async function lockReading(ctx: CommandContext): Promise<Reading> {
  const { rows } = await ctx.query('select next_line as "nextLine", hours_checked_to as "hoursCheckedTo", is_counting as "isCounting" from exchange_desk.reading for update');
  // safe because the migration made the one row, and nobody takes it away
  return rows[0] as Reading;
}

/** What is committed from now on stands behind the present end of the record; what was committed before is history. */
async function beginAnew(ctx: CommandContext): Promise<'history'> {
  const nextLine = await recordSize(ctx);
  await ctx.query('insert into exchange_desk.history (agency_id, before) select a, $2 from unnest($1::uuid[]) as a on conflict (agency_id) do update set before = excluded.before', [
    await exchangingAgencies(ctx),
    new Date(ctx.now.getTime() + DAY_MS),
  ]);
  await ctx.query('delete from exchange_desk.due_hour');
  await ctx.query('update exchange_desk.reading set next_line = $1, hours_checked_to = $2, is_counting = false, round_until = null', [nextLine, hourOf(ctx.now)]);
  return 'history';
}

type History = { agencyId: AgencyId; before: Date };

async function nextHistory(ctx: CommandContext): Promise<History | undefined> {
  const { rows } = await ctx.query('select agency_id as "agencyId", before from exchange_desk.history order by before desc, agency_id limit 1');
  // safe because the statement selects exactly these columns
  return rows[0] as History | undefined;
}

async function countHistory(ctx: CommandContext, { agencyId, before }: History): Promise<'history'> {
  const last = await lastTrafficBefore(ctx, { agencyId, before });
  if (last === null) {
    await ctx.query('delete from exchange_desk.history where agency_id = $1', [agencyId]);
    return 'history';
  }
  const from = startOfVietnamDay(addDays(vietnamDay(last), 1 - HISTORY_DAYS));
  await count(ctx, await busyHours(ctx, [{ agencyId, from, to: before }]));
  await ctx.query('update exchange_desk.history set before = $2 where agency_id = $1', [agencyId, from]);
  return 'history';
}

/** Reads some lines of the record; at its end a round begins. @returns whether there is more to do. */
async function readOn(ctx: CommandContext, { nextLine, hoursCheckedTo }: Reading & { nextLine: number }): Promise<boolean> {
  const { mentions, next, isEnd, sealedUntil } = await mentionsSince(ctx, { from: nextLine, most: LINES_AT_ONCE, keys: figuresFollow });
  if (mentions.length > 0) await note(ctx, await hoursOf(ctx, mentions));
  if (!isEnd) {
    await ctx.query('update exchange_desk.reading set next_line = $1', [next]);
    return true;
  }
  await noteEndedHours(ctx, hoursCheckedTo);
  const until = sealedUntil ?? ctx.now;
  const { rows } = await ctx.query(
    `update exchange_desk.reading r set next_line = $1, is_counting = due.is_any, round_until = $2, complete_at = case when due.is_any then r.complete_at else $2 end
       from (select exists (select from exchange_desk.due_hour) as is_any) due returning r.is_counting as "isCounting"`,
    [next, until],
  );
  return rows[0]?.['isCounting'] === true;
}

/** Counts some of what is due; with the last of it the round is over. */
async function countDue(ctx: CommandContext): Promise<'news'> {
  const { rows } = await ctx.query(
    `delete from exchange_desk.due_hour d using (select agency_id, hour from exchange_desk.due_hour order by agency_id, hour limit ${String(HOURS_A_STEP)}) taken
      where d.agency_id = taken.agency_id and d.hour = taken.hour returning d.agency_id as "agencyId", d.hour`,
  );
  // safe because the statement returns exactly these columns
  await count(ctx, rows as AgencyHour[]);
  if (rows.length < HOURS_A_STEP) await ctx.query('update exchange_desk.reading set is_counting = false, complete_at = coalesce(round_until, complete_at), round_until = null');
  return 'news';
}

async function note(ctx: CommandContext, hours: readonly AgencyHour[]): Promise<void> {
  if (hours.length === 0) return;
  await ctx.query('insert into exchange_desk.due_hour (agency_id, hour) select * from unnest($1::uuid[], $2::timestamptz[]) on conflict do nothing', [
    hours.map(({ agencyId }) => agencyId),
    hours.map(({ hour }) => hour),
  ]);
}

/** Notes the hours that have ended since: a few changes stand in nobody's record, such as a way to a recipient that was not found. */
async function noteEndedHours(ctx: CommandContext, checkedTo: Date | null): Promise<void> {
  const to = hourOf(new Date(ctx.now.getTime() - HOUR_SETTLES_MS));
  if (checkedTo !== null && checkedTo >= to) return;
  const from = new Date(Math.max(checkedTo?.getTime() ?? 0, to.getTime() - DAY_MS));
  await note(ctx, await busyHours(ctx, (await exchangingAgencies(ctx)).map((agencyId) => ({ agencyId, from, to }))));
  await ctx.query('update exchange_desk.reading set hours_checked_to = $1', [to]);
}

async function count(ctx: CommandContext, hours: readonly AgencyHour[]): Promise<void> {
  tellScreens(ctx, [...(await countAgain(ctx, hours))]);
}

/** Tells the screens of these agencies, after the commit, that figures are new (topic `exchange-desk`). Counting is no event of anybody's record. */
function tellScreens(ctx: CommandContext, agencyIds: readonly AgencyId[]): void {
  if (agencyIds.length === 0) return;
  const hint = { type: `${TOPIC}.figures-counted`, data: {}, at: ctx.now, actor: actorRecord(ctx.actor), requestId: ctx.requestId };
  notifyLive(ctx, agencyIds.map((agencyId) => ({ ...hint, agencyId, subject: { type: 'agency', id: agencyId }, id: newId<'event'>() })));
}

/** Has the hours of which something still waits counted again, and lets go what is kept for some time only. */
export async function lookAtOpenHours(kernel: Kernel): Promise<void> {
  await run(kernel, noteOpenHours, undefined, { actor });
  await keepFiguresInTurn(kernel);
}

const OPEN_DAYS = 30;
const OPEN_AT_ONCE = 2000;

async function noteOpenHours(ctx: CommandContext): Promise<void> {
  await lockReading(ctx);
  const { rows } = await ctx.query(`select agency_id as "agencyId", hour from exchange_desk.hour_statistic where waiting > 0 and hour >= $1 order by hour desc, agency_id limit $2`, [
    new Date(ctx.now.getTime() - OPEN_DAYS * DAY_MS),
    OPEN_AT_ONCE,
  ]);
  // safe because the statement selects exactly these columns
  await note(ctx, rows as AgencyHour[]);
  const { minutes, hours } = keptSince(ctx.now);
  await ctx.query(`delete from exchange_desk.flow where (grain = 'minute' and starts_at < $1) or (grain = 'hour' and starts_at < $2)`, [minutes, hours]);
  await ctx.query('delete from exchange_desk.hour_statistic where hour < $1', [hours]);
}

/** Counts everything again from the exchange: the next turns go through all of it, the newest days first. What was counted stands until then. */
export async function rebuildFigures(ctx: CommandContext): Promise<void> {
  await ctx.query('update exchange_desk.reading set next_line = null');
  ctx.record({ type: 'exchange-desk.figures-rebuilt', agencyId: ctx.actor.kind === 'person' ? ctx.actor.agencyId : noAgency, subject: { type: 'statistics', id: noAgency }, data: {} });
}
