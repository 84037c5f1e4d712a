import type { Schedule } from '#kernel/module.ts';

const HOUR = 3_600_000;
/** Sessions are kept for a year after their end: the access record of level 3 (TCVN 14423:2026, 5.8.2.1; NĐ 333/2026 Art. 16). */
const SESSIONS_KEPT_MS = 366 * 24 * HOUR;

/** What has served its time is taken away: steps, guards and old sessions. */
export const identitySchedules: readonly Schedule[] = [
  {
    name: 'identity.forget-what-is-over',
    everyMs: HOUR,
    run: async (kernel) => {
      const now = kernel.clock.now();
      const ago = (ms: number): Date => new Date(now.getTime() - ms);
      const { pool } = kernel.database;
      await pool.query('delete from identity.sign_in_step where expires_at < $1', [now]);
      await pool.query('delete from identity.address_guard where window_start < $1', [ago(24 * HOUR)]);
      await pool.query('delete from identity.sign_in_guard where last_failure_at < $1 and (locked_until is null or locked_until < $2)', [ago(24 * HOUR), now]);
      await pool.query('delete from identity.session where expires_at < $1', [ago(SESSIONS_KEPT_MS)]);
    },
  },
];
