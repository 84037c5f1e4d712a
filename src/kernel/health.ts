import { diskSpace, spaceInWords } from './disk.ts';
import type { HealthCheck } from './module.ts';

/** Past this a job that is due waits for a worker that is away. */
const LATE_MS = 300_000;

/** Jobs that failed for good wait for a person; jobs that are late wait for a worker. People can work meanwhile. */
export const jobsHealth: HealthCheck = {
  name: 'jobs',
  check: async (kernel) => {
    const now = kernel.clock.now();
    const { rows } = await kernel.database.pool.query<{ waiting: number; stuck: number; late: number }>(
      `select count(*) filter (where failed_at is null) as waiting, count(*) filter (where failed_at is not null) as stuck,
              count(*) filter (where failed_at is null and run_at < $1 and (lease_until is null or lease_until < $2)) as late
         from kernel.job`,
      [new Date(now.getTime() - LATE_MS), now],
    );
    const { waiting, stuck, late } = rows[0] ?? { waiting: 0, stuck: 0, late: 0 };
    kernel.metrics.queue.set({ state: 'waiting' }, waiting);
    kernel.metrics.queue.set({ state: 'stuck' }, stuck);
    if (stuck > 0) {
      return {
        status: 'warn',
        vi: `${String(stuck)} việc nền bị kẹt`,
        en: `${String(stuck)} jobs are stuck`,
        fixVi: 'Đọc last_error trong kernel.job, sửa nguyên nhân rồi cho chạy lại.',
        fixEn: 'Read last_error in kernel.job, mend the cause, then let them run again.',
      };
    }
    if (late > 0) {
      return {
        status: 'warn',
        vi: `${String(late)} việc nền quá hạn 5 phút chưa ai làm`,
        en: `${String(late)} jobs have been due for 5 minutes and nobody does them`,
        fixVi: 'Chạy tiến trình worker (npx lienthong start --services=worker).',
        fixEn: 'Run a worker (npx lienthong start --services=worker).',
      };
    }
    return { status: 'ok', vi: `${String(waiting)} việc nền đang chờ`, en: `${String(waiting)} jobs wait` };
  },
};

/** A full disk stops uploads with a message of its own; what is there can be read, so it is never a failure. */
export const diskHealth: HealthCheck = {
  name: 'disk',
  check: async (kernel) => {
    const space = await diskSpace(kernel.config.dataDir);
    kernel.metrics.diskFree.set(space.freeBytes);
    const { vi, en, ...fix } = spaceInWords(space);
    return space.level === 'enough' ? { status: 'ok', vi, en } : { status: 'warn', vi, en, ...fix };
  },
};
