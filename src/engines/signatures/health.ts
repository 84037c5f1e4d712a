import type { HealthCheck } from '#kernel/module.ts';

/** Verifiers refuse certificates of the built-in authority when its revocation list has run out. */
export const revocationListHealth: HealthCheck = {
  name: 'revocation-lists',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ issuer: string }>(
      `select issuer from signatures.revocation_list group by issuer having max(next_update) <= $1`,
      [kernel.clock.now()],
    );
    if (rows.length === 0) return { ok: true };
    return { ok: false, message: `the revocation list of ${rows.map((row) => row.issuer).join(', ')} has run out: is a worker running?` };
  },
};
