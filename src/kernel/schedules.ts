import type { Kernel } from './kernel.ts';
import { FURTHEST_AHEAD_MS } from './wrong-clock.ts';

/**
 * Runs the periodic tasks that are due. The row of a task is taken by one worker with a conditional update, so two
 * workers never start the same round; a task that dies is due again at its next turn. A turn that lies ahead was dated by a
 * machine whose clock was wrong, and keeps nobody waiting until then.
 */
export async function runDueSchedules(kernel: Kernel): Promise<void> {
  const now = kernel.clock.now();
  for (const schedule of kernel.schedules) {
    const before = kernel.scheduleMemory.get(schedule.name) ?? 0;
    if (now.getTime() - before < schedule.everyMs) continue;
    kernel.scheduleMemory.set(schedule.name, now.getTime());
    const taken = await kernel.database.pool.query(
      `insert into kernel.schedule (name, last_run_at) values ($1, $2)
       on conflict (name) do update set last_run_at = excluded.last_run_at
        where kernel.schedule.last_run_at <= $3 or kernel.schedule.last_run_at > $4`,
      [schedule.name, now, new Date(now.getTime() - schedule.everyMs), new Date(now.getTime() + FURTHEST_AHEAD_MS)],
    );
    if (taken.rowCount === 0) continue;
    try {
      await schedule.run(kernel);
    } catch (error) {
      kernel.metrics.scheduleFailures.inc({ name: schedule.name });
      kernel.log.error({ err: error, schedule: schedule.name }, 'a periodic task failed; it runs again at its next turn');
    }
  }
}
