import { join } from 'node:path';
import { diskHealth, jobsHealth } from './health.ts';
import type { Module } from './module.ts';
import { wrongClockSchedule } from './wrong-clock.ts';

/** The kernel's own tables: jobs, idempotency keys, schedules. */
export const kernelModule: Module = {
  name: 'kernel',
  migrations: join(import.meta.dirname, 'migrations'),
  schedules: [
    {
      name: 'kernel.forget-idempotency-keys',
      everyMs: 3_600_000,
      run: async (kernel) => {
        // A client retries within minutes; two days cover a long week-end of a queue.
        const before = new Date(kernel.clock.now().getTime() - 2 * 86_400_000);
        await kernel.database.pool.query('delete from kernel.idempotency where created_at < $1', [before]);
      },
    },
    wrongClockSchedule,
  ],
  health: [jobsHealth, diskHealth],
};
