import { Gauge } from 'prom-client';
import { service, type Kernel } from '#kernel/kernel.ts';
import { AppError } from '#kernel/errors.ts';
import type { HealthCheck } from '#kernel/module.ts';
import { auditErrors } from './errors.ts';
import { assertSignedEdge, readEdge } from './queries/own-head.ts';
import { signingKey } from './signing-key.ts';

/** Past this the entries should have been sealed many times over: the worker is away or the sealer fails. */
const TOO_OLD_MS = 120_000;

const waitingGauge = service(
  Symbol('audit waiting gauge'),
  ({ metrics }) => new Gauge({ name: 'lienthong_audit_oldest_unsealed_seconds', help: 'Age of the oldest audit entry that waits for the sealer', registers: [metrics.registry] }),
);

/**
 * How long entries wait for the sealer. It never makes the web server unready, since people can work meanwhile: the
 * warning and the gauge are what an operator watches.
 */
export const sealerHealth: HealthCheck = {
  name: 'audit',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ waiting: number; oldest: Date | null }>(
      `select coalesce(sum(length(p.entries)) / 64, 0)::bigint as waiting, min(e.at) as oldest
         from (select * from audit.pending order by id limit 1000) p join audit.entry e using (agency_id, id)`,
    );
    const { waiting, oldest } = rows[0] ?? { waiting: 0, oldest: null };
    const ageMs = oldest === null ? 0 : Math.max(0, kernel.clock.now().getTime() - oldest.getTime());
    waitingGauge(kernel).set(ageMs / 1000);
    const seconds = String(Math.round(ageMs / 1000));
    const vi = `${String(waiting)} bản ghi nhật ký chờ niêm phong, lâu nhất đã ${seconds} giây`;
    const en = `${String(waiting)} entries wait for the sealer, the oldest for ${seconds} s`;
    if (!(await isSignedEdge(kernel))) {
      const { vi, en, fixVi = '', fixEn = '' } = auditErrors.treeRewritten().entry;
      return { status: 'warn', vi, en, fixVi, fixEn };
    }
    if (ageMs < TOO_OLD_MS) return { status: 'ok', vi, en };
    return {
      status: 'warn',
      vi,
      en,
      fixVi: 'Chạy tiến trình worker (npm start, hoặc npx lienthong start --services=worker) và xem nhật ký của nó.',
      fixEn: 'Run a worker (npm start, or npx lienthong start --services=worker) and look at its log.',
    };
  },
};

/** Whether the tree can go on; a sealer at work in between does no harm, since its head comes with its nodes. */
async function isSignedEdge(kernel: Kernel): Promise<boolean> {
  try {
    await kernel.database.transaction(async (_tx, client) => assertSignedEdge(client, await readEdge(client), signingKey(kernel).publicKey));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'audit.treeRewritten') return false;
    throw error;
  }
}
