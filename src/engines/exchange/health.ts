import type { HealthCheck } from '#kernel/module.ts';

/** Deliveries that have not arrived. Their senders see each; one whose job failed for good is told by the health of the jobs. */
export const deliveriesHealth: HealthCheck = {
  name: 'exchange',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ waiting: number; noRoute: number; returned: number }>(
      `select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'no_route') as "noRoute",
              count(*) filter (where state = 'returned') as returned
         from exchange.delivery where state in ('waiting', 'no_route', 'returned')`,
    );
    const { waiting, noRoute, returned } = rows[0] ?? { waiting: 0, noRoute: 0, returned: 0 };
    const vi = `Lần gửi: ${String(waiting)} đang chờ, ${String(noRoute)} không có đường gửi, ${String(returned)} bị trả lại`;
    const en = `Deliveries: ${String(waiting)} waiting, ${String(noRoute)} without a route, ${String(returned)} returned`;
    return { status: 'ok', vi, en };
  },
};
