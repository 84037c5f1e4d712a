import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, parseCalendarDay, startOfVietnamDay, vietnamDay } from '#kernel/time.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { contradictedRecords, endingConnections, listPartners, unfetchedParcels, waitingQueues } from '#engines/exchange/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { RULE_COLUMNS, type AlertRule } from './alert-rule.ts';
import { awayFrom, endOf, judgeAlerts, warnedSince, type AlertKind, type Found, type Standing, type Step } from './domain/alert-rules.ts';
import { noAgency } from './no-agency.ts';
import { tellOfAlert } from './tell-of-alert.ts';

type AgencyId = Id<'agency'>;

const actor = systemActor('exchange-desk.alerts');

/** Looks at what each rule is about, outside any transaction, and then opens, tells and ends its alerts in one. */
export async function judgeRules(kernel: Kernel): Promise<void> {
  const { rows } = await kernel.database.pool.query(`select ${RULE_COLUMNS} from exchange_desk.alert_rule order by id`);
  // safe because the statement selects exactly these columns
  for (const rule of rows as AlertRule[]) {
    const now = kernel.clock.now();
    const found = rule.isOn ? await findings[rule.kind](kernel, { now, before: new Date(now.getTime() - rule.thresholdMinutes * 60_000) }) : [];
    await run(kernel, settleRule, { rule, found }, { actor });
  }
}

type Asked = { now: Date; before: Date };

const findings: Record<AlertKind, (kernel: Kernel, asked: Asked) => Promise<Found[]>> = {
  async partner_down({ database: { pool: q } }, { now }) {
    const outOfReach = (await listPartners(q)).flatMap(({ id, name, state, line: { openedAt, waiting }, foreignVersion }): Found[] => {
      // One that calls in another version can be reached, and nothing of it can be taken.
      const [since] = [openedAt, foreignVersion?.since ?? null].flatMap((at) => (at === null ? [] : [new Date(at)])).toSorted((one, other) => one.getTime() - other.getTime());
      if (state !== 'active' || since === undefined) return [];
      return [{ subjectId: id, agencyId: null, name, since, count: waiting, cause: openedAt === null ? 'version_foreign' : 'line_open' }];
    });
    // One that comes for its parcels has no line that could open: it is away when some lie ready and it has not come since, though
    // by its own rhythm it should have. One that asks every quarter of an hour is not away after five minutes.
    const staysAway = (await unfetchedParcels(q, now)).map(({ partnerId, name, count, readyAt, fetchedAt, everySeconds }) => ({
      subjectId: partnerId,
      agencyId: null,
      name,
      since: fetchedAt !== null && fetchedAt > readyAt ? fetchedAt : readyAt,
      count,
      cause: 'not_fetched' as const,
      ...(everySeconds === null ? {} : { notBefore: awayFrom(fetchedAt ?? readyAt, everySeconds) }),
    }));
    // A line can be mended; whose record was rewritten is not to be believed until a person has looked.
    const contradicted = (await contradictedRecords(q)).map(({ partnerId, name, since }): Found => ({ subjectId: partnerId, agencyId: null, name, since, count: 0, cause: 'record_contradicts' }));
    const found = new Map([...staysAway, ...outOfReach, ...contradicted].map((each) => [each.subjectId, each]));
    return [...found.values()];
  },
  async queue_old({ database: { pool: q } }, { now, before }) {
    return named(q, now, (await waitingQueues(q, before)).map(({ agencyId, count, oldestAt }) => ({ agencyId, count, since: oldestAt })));
  },
  async receipt_late({ database: { pool: q } }, { now }) {
    const { rows } = await q.query(
      `select agency_id as "agencyId", min(day)::text as day, sum(notice_open)::int as count from exchange_desk.day_statistic where notice_open > 0 and day < $1 and day >= $2 group by agency_id`,
      [vietnamDay(now), addDays(vietnamDay(now), -LOOKS_BACK_DAYS)],
    );
    // safe because the statement selects exactly these columns
    const late = rows as { agencyId: AgencyId; day: string; count: number }[];
    // the day is over when the next one begins
    const dayAfter = (text: string): Date => startOfVietnamDay(addDays(parseCalendarDay(text) ?? vietnamDay(now), 1));
    return named(q, now, late.map(({ agencyId, day, count }) => ({ agencyId, count, since: dayAfter(day) })));
  },
  async connection_ends(kernel, { now }) {
    return (await endingConnections(kernel, endOf(now))).map(({ partnerId, name, part, endsAt }) => ({ subjectId: partnerId, agencyId: null, name, since: warnedSince(endsAt), count: 0, cause: part }));
  },
};

const LOOKS_BACK_DAYS = 30;

async function named(q: Queryable, now: Date, found: readonly { agencyId: AgencyId; count: number; since: Date }[]): Promise<Found[]> {
  const agencies = await agenciesOn(q, found.map((each) => each.agencyId), vietnamDay(now));
  return found.map((each) => ({ ...each, cause: null, subjectId: each.agencyId, name: agencies.get(each.agencyId)?.name ?? '' }));
}

async function settleRule(ctx: CommandContext, { rule, found }: { rule: AlertRule; found: readonly Found[] }): Promise<void> {
  // Two workers never settle the same rule at once: the second sees what the first opened.
  await ctx.query('select 1 from exchange_desk.alert_rule where id = $1 for update', [rule.id]);
  const { rows } = await ctx.query(`select id, subject_id as "subjectId", state, told_at as "toldAt" from exchange_desk.alert where rule_id = $1 and state <> 'over' for update`, [rule.id]);
  // safe because the statement selects exactly these columns
  const standing = rows as Standing[];
  for (const step of judgeAlerts({ rule, found, standing, lastToldAt: await lastTold(ctx, rule), now: ctx.now })) await settle(ctx, rule, step);
}

async function lastTold(ctx: CommandContext, rule: AlertRule): Promise<Map<string, Date>> {
  const since = new Date(ctx.now.getTime() - rule.quietMinutes * 60_000);
  const { rows } = await ctx.query('select subject_id as id, max(told_at) as at from exchange_desk.alert where rule_id = $1 and told_at > $2 group by subject_id', [rule.id, since]);
  // safe because the statement selects exactly these columns
  return new Map((rows as { id: string; at: Date }[]).map(({ id, at }) => [id, at]));
}

async function settle(ctx: CommandContext, rule: AlertRule, step: Step): Promise<void> {
  if (step.kind === 'end') return endAlert(ctx, rule, step.alert.id);
  const alertId = step.kind === 'open' ? newId() : step.alert.id;
  if (step.kind === 'open') await openAlert(ctx, rule, { alertId, found: step.found });
  else await refresh(ctx, rule, { alertId, found: step.found });
  if (step.tells) await tellOfAlert(ctx, rule, { alertId, found: step.found });
}

/** What is standing may have grown; and where one part of a connection was replaced, the next to end is another one. */
async function refresh(ctx: CommandContext, rule: AlertRule, { alertId, found }: { alertId: string; found: Found }): Promise<void> {
  if (rule.kind !== 'connection_ends') await ctx.query('update exchange_desk.alert set count = $2 where id = $1 and count <> $2', [alertId, found.count]);
  else await ctx.query('update exchange_desk.alert set since = $2, cause = $3 where id = $1 and (since, cause) is distinct from ($2::timestamptz, $3::text)', [alertId, found.since, found.cause]);
}

async function openAlert(ctx: CommandContext, rule: AlertRule, { alertId, found }: { alertId: string; found: Found }): Promise<void> {
  await ctx.query(
    `insert into exchange_desk.alert (id, rule_id, kind, subject_id, agency_id, subject_name, state, since, count, cause, opened_at, task_agencies) values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, '{}')`,
    [alertId, rule.id, rule.kind, found.subjectId, found.agencyId, found.name, found.since, found.count, found.cause, ctx.now],
  );
  ctx.record({ type: 'exchange-desk.alert-opened', agencyId: agencyOf(found.agencyId), subject: { type: 'exchange-alert', id: alertId }, data: { rule: rule.name, about: found.name, count: found.count } });
}

async function endAlert(ctx: CommandContext, rule: AlertRule, alertId: string): Promise<void> {
  const { rows } = await ctx.query(
    `update exchange_desk.alert set state = 'over', over_at = $2 where id = $1 returning agency_id as "agencyId", subject_name as name, task_agencies as "taskAgencies"`,
    [alertId, ctx.now],
  );
  // safe because the statement returns exactly these columns
  const [row] = rows as { agencyId: string | null; name: string; taskAgencies: AgencyId[] }[];
  if (row === undefined) return;
  await closeAlertTasks(ctx, { alertId, agencies: row.taskAgencies });
  ctx.record({ type: 'exchange-desk.alert-ended', agencyId: agencyOf(row.agencyId), subject: { type: 'exchange-alert', id: alertId }, data: { rule: rule.name, about: row.name } });
}

/** Takes an alert out of everybody's list of work. */
export async function closeAlertTasks(ctx: CommandContext, { alertId, agencies }: { alertId: string; agencies: readonly AgencyId[] }): Promise<void> {
  await closeTasks(ctx, agencies.map((agencyId) => ({ agencyId, subject: { type: 'exchange-alert', id: alertId } })), 'done');
}

/** In whose record an alert stands. */
export function agencyOf(agencyId: string | null): AgencyId {
  // safe because alerts name agencies here
  return agencyId === null ? noAgency : (agencyId as AgencyId);
}
