import type { HealthCheck } from '#kernel/module.ts';

/** Lines that are open, and what waits for a person. */
export const partnersHealth: HealthCheck = {
  name: 'exchange-partners',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ partners: number; open: number; failed: number; quarantined: number; withheld: number }>(
      `select (select count(*) from exchange.partner where state = 'active') as partners,
              (select count(*) from exchange.partner_line l join exchange.partner p on p.id = l.partner_id where l.circuit <> 'closed' and p.state = 'active') as open,
              (select count(*) from exchange.transfer where state = 'failed') as failed,
              (select count(*) from exchange.inbound where state = 'quarantined') as quarantined,
              (select count(*) from exchange.axis_withheld w join exchange.partner p on p.id = w.partner_id where p.state = 'active') as withheld`,
    );
    const { partners, open, failed, quarantined, withheld } = rows[0] ?? { partners: 0, open: 0, failed: 0, quarantined: 0, withheld: 0 };
    const vi = `Đối tác liên thông: ${String(partners)} đang hoạt động, ${String(open)} mất kết nối, ${String(failed)} gói không gửi được, ${String(quarantined)} gói đến bị cách ly, ${String(withheld)} gói trục chưa giao`;
    const en = `Partners: ${String(partners)} active, ${String(open)} out of reach, ${String(failed)} parcels given up, ${String(quarantined)} arrivals in quarantine, ${String(withheld)} packets that the axis does not give`;
    if (open + failed + quarantined + withheld === 0) return { status: 'ok', vi, en };
    return { status: 'warn', vi, en, fixVi: 'Mở danh sách đối tác: thử kết nối, gửi lại, xử lý gói cách ly, lấy lại gói trục chưa giao.', fixEn: 'Open the list of partners: test the line, send again, deal with the quarantine, ask again for what the axis does not give.' };
  },
};
