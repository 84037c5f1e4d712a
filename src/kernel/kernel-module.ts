import { join } from 'node:path';
import type { Module } from './module.ts';

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
  ],
  health: [
    {
      name: 'jobs',
      check: async (kernel) => {
        const { rows } = await kernel.database.pool.query<{ waiting: number; stuck: number }>(
          `select count(*) filter (where failed_at is null) as waiting, count(*) filter (where failed_at is not null) as stuck from kernel.job`,
        );
        const [row] = rows;
        kernel.metrics.queue.set({ state: 'waiting' }, row?.waiting ?? 0);
        kernel.metrics.queue.set({ state: 'stuck' }, row?.stuck ?? 0);
        return { ok: true, message: `${String(row?.waiting ?? 0)} waiting, ${String(row?.stuck ?? 0)} stuck` };
      },
    },
  ],
};
