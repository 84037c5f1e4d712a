import type { Kernel } from './kernel.ts';
import type { Schedule } from './module.ts';

/** No two machines of an installation differ by so much: what is dated further ahead was dated by a clock that was wrong. */
export const FURTHEST_AHEAD_MS = 3_600_000;

/** The longest a lease or the pause after a failure may be. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Jobs that were put off, or held, by a machine whose clock was ahead: when it is set right they do not wait for the time that
 * it told. A job made by such a clock keeps its distance from its making.
 */
export const wrongClockSchedule: Schedule = {
  name: 'kernel.clock-set-right',
  everyMs: 60_000,
  run: async (kernel: Kernel) => {
    const now = kernel.clock.now();
    const ahead = new Date(now.getTime() + FURTHEST_AHEAD_MS);
    await kernel.database.pool.query('update kernel.job set run_at = run_at - (created_at - $1::timestamptz), created_at = $1 where created_at > $2', [now, ahead]);
    const beyond = new Date(ahead.getTime() + LONGEST_WAIT_MS);
    await kernel.database.pool.query('update kernel.job set lease_until = null, leased_by = null where lease_until > $1', [beyond]);
    await kernel.database.pool.query('update kernel.job set run_at = $1 where run_at > $2 and attempts > 0 and failed_at is null', [now, beyond]);
  },
};
