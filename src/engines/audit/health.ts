import type { HealthCheck } from '#kernel/module.ts';

/** Entries older than this should have been sealed many times over: the worker is away or the sealer fails. */
const TOO_OLD_MS = 120_000;

export const sealerHealth: HealthCheck = {
  name: 'audit',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ waiting: number; oldest: Date | null }>(
      `select coalesce(sum(cardinality(p.entry_ids)), 0)::bigint as waiting, min(e.at) as oldest
         from (select * from audit.pending order by id limit 1000) p join audit.entry e using (agency_id, id)`,
    );
    const { waiting, oldest } = rows[0] ?? { waiting: 0, oldest: null };
    const ageMs = oldest === null ? 0 : kernel.clock.now().getTime() - oldest.getTime();
    return { ok: ageMs < TOO_OLD_MS, message: `${String(waiting)} entries wait for the sealer, the oldest for ${String(Math.round(ageMs / 1000))} s` };
  },
};
