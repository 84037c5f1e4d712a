import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Schedule } from '#kernel/module.ts';
import { expireAuthorizations } from './commands/expire-authorizations.ts';

const DAY_MS = 86_400_000;

export const remoteSigningSchedules: readonly Schedule[] = [
  {
    name: 'remote-signing.expire',
    everyMs: 60_000,
    run: async (kernel) => {
      await run(kernel, expireAuthorizations, undefined, { actor: systemActor('remote-signing') });
    },
  },
  {
    name: 'remote-signing.sweep',
    everyMs: 3_600_000,
    run: async ({ database: { pool }, clock }) => {
      const now = clock.now();
      const yesterday = new Date(now.getTime() - DAY_MS);
      await pool.query('delete from remote_signing.token where expires_at < $1', [now]);
      await pool.query('delete from remote_signing.turn where window_start < $1', [yesterday]);
      await pool.query('delete from remote_signing.consent where expires_at < $1', [yesterday]);
      await pool.query('delete from remote_signing.ceremony where expires_at < $1', [yesterday]);
    },
  },
];
