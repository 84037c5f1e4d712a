import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Schedule } from '#kernel/module.ts';
import { formatDay, vietnamDay } from '#kernel/time.ts';
import { openTasks } from '#engines/cases/index.ts';
import { askDue } from './commands/ask-status.ts';
import { renewalTasks, type Ending } from './renewal-tasks.ts';
import { followDecidingPosts } from './request-tasks.ts';

/** Days before the end at which the holder and the agency's administrator are told, each once. */
const WARNINGS = [60, 30, 7] as const;
const BATCH = 500;

export const certificateSchedules: readonly Schedule[] = [
  {
    name: 'certificates.ask-status',
    everyMs: 3_600_000,
    run: async (kernel) => {
      while ((await askDue(kernel)) === BATCH);
    },
  },
  {
    name: 'certificates.follow-deciding-posts',
    everyMs: 3_600_000,
    run: async (kernel) => {
      while ((await run(kernel, followDecidingPosts, undefined, { actor: systemActor('certificates') })) === BATCH);
    },
  },
  {
    name: 'certificates.warn-of-end',
    everyMs: 3_600_000,
    run: async (kernel) => {
      while ((await run(kernel, warnOfEnd, undefined, { actor: systemActor('certificates') })) === BATCH);
    },
  },
];

type Announced = Ending & { serial: string; days: number };

/**
 * Tells of certificates that end within 60, 30 and 7 days: a task for whoever keeps the agency's certificates, and one for the holder. Nothing
 * comes about one that is not to be renewed.
 * @returns how many were told of, at most 500 a run.
 */
export async function warnOfEnd(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `select agency_id, id, holder_name, person_id, serial, valid_to, days
       from (select *, (select min(d) from unnest($1::smallint[]) as d where valid_to < $2::timestamptz + d * interval '1 day') as days
               from certificates.certificate where status = 'active' and renewal_declined_at is null and valid_to > $2 and valid_to < $2::timestamptz + interval '60 days') c
      where warned_days is null or warned_days > days order by valid_to limit ${String(BATCH)}`,
    [WARNINGS, ctx.now],
  );
  // safe because the statement selects exactly these columns
  const ending = rows as Announced[];
  if (ending.length === 0) return 0;
  await openTasks(ctx, (await Promise.all(ending.map((certificate) => renewalTasks(ctx, certificate)))).flat());
  await ctx.query(
    `update certificates.certificate c set warned_days = w.days from unnest($1::uuid[], $2::uuid[], $3::smallint[]) as w (agency_id, id, days)
      where c.agency_id = w.agency_id and c.id = w.id`,
    [ending.map((each) => each.agency_id), ending.map((each) => each.id), ending.map((each) => each.days)],
  );
  for (const each of ending) {
    ctx.record({
      type: 'certificates.end-announced',
      agencyId: each.agency_id,
      subject: { type: 'certificate', id: each.id },
      data: { holder: each.holder_name, serial: each.serial, days: each.days, validTo: formatDay(vietnamDay(each.valid_to)) },
    });
  }
  return ending.length;
}
