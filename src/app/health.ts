import type { Kernel } from '#kernel/kernel.ts';
import type { Health } from '#kernel/module.ts';
import { anyone, route } from '#kernel/route.ts';

/** What a supervisor, a proxy and Prometheus ask. None of it names a person or a document. */
export const healthRoutes = [
  route({
    method: 'GET',
    url: '/health/live',
    summary: 'Whether the process runs',
    access: anyone('a supervisor asks before anybody can sign in'),
    run: () => Promise.resolve({ status: 'live' }),
  }),
  route({
    method: 'GET',
    url: '/health/ready',
    summary: 'Whether the database answers and each part is well',
    access: anyone('a proxy asks before it sends people here'),
    run: async (http) => {
      const checks = await readiness(http.kernel);
      const status = (['fail', 'warn', 'ok'] as const).find((worst) => checks.some((check) => check.status === worst)) ?? 'ok';
      http.reply.code(status === 'fail' ? 503 : 200);
      return { status, checks };
    },
  }),
  route({
    method: 'GET',
    url: '/metrics',
    summary: 'Figures in Prometheus form',
    access: anyone('counts and times without names; the proxy keeps the address inside'),
    run: async (http) => {
      await readiness(http.kernel);
      return { special: 'bytes' as const, body: Buffer.from(await http.kernel.metrics.registry.metrics()), contentType: http.kernel.metrics.registry.contentType };
    },
  }),
];

export type Check = { name: string } & Health;

const LEVELS: Record<Health['status'], number> = { ok: 0, warn: 1, fail: 2 };

/** Asks the database and every module, and keeps the answers for /metrics. A check that throws is a check that failed. */
export async function readiness(kernel: Kernel): Promise<Check[]> {
  const database = await ask('database', async () => {
    await kernel.database.pool.query('select 1');
    return { status: 'ok', vi: 'Cơ sở dữ liệu trả lời', en: 'The database answers' };
  });
  const parts = database.status === 'ok' ? kernel.modules.flatMap((module) => module.health ?? []) : [];
  const checks = [database, ...(await Promise.all(parts.map(({ name, check }) => ask(name, () => check(kernel)))))];
  for (const { name, status } of checks) kernel.metrics.health.set({ check: name }, LEVELS[status]);
  return checks;
}

async function ask(name: string, check: () => Promise<Health>): Promise<Check> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const fix = { fixVi: 'Xem nhật ký hệ thống, rồi chạy npx lienthong doctor.', fixEn: 'See the log, then run npx lienthong doctor.' };
    return { name, status: 'fail', vi: `Phần ${name} báo lỗi: ${message}`, en: `The part ${name} is not well: ${message}`, ...fix };
  }
}
