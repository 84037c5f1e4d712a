import type { Kernel } from '#kernel/kernel.ts';
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
      const ready = checks.every((check) => check.ok);
      http.reply.code(ready ? 200 : 503);
      return { status: ready ? 'ready' : 'not ready', checks };
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

type Check = { name: string; ok: boolean; message?: string };

/** Asks the database and every module. A check that throws is a check that failed. */
export async function readiness(kernel: Kernel): Promise<Check[]> {
  const database: Check = await kernel.database.pool
    .query('select 1')
    .then(() => ({ name: 'database', ok: true }))
    .catch((error: unknown) => ({ name: 'database', ok: false, message: error instanceof Error ? error.message : String(error) }));
  if (!database.ok) return [database];
  const checks = kernel.modules.flatMap((module) => module.health ?? []);
  const results = await Promise.all(
    checks.map((check) =>
      check
        .check(kernel)
        .then((result) => ({ name: check.name, ...result }))
        .catch((error: unknown) => ({ name: check.name, ok: false, message: error instanceof Error ? error.message : String(error) })),
    ),
  );
  return [database, ...results];
}
