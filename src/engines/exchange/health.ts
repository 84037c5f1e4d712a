import type { HealthCheck } from '#kernel/module.ts';

/** Deliveries that nobody carries on by itself. They do not make the installation unready: people must look at them. */
export const stuckHealth: HealthCheck = {
  name: 'exchange',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ waiting: number; noRoute: number; returned: number }>(
      `select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'no_route') as "noRoute",
              count(*) filter (where state = 'returned') as returned
         from exchange.delivery where state in ('waiting', 'no_route', 'returned')`,
    );
    const [row] = rows;
    return { ok: true, message: `${String(row?.waiting ?? 0)} waiting, ${String(row?.noRoute ?? 0)} without a route, ${String(row?.returned ?? 0)} returned` };
  },
};
