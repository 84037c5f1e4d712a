import type { HealthCheck } from '#kernel/module.ts';
import { ClockError, trustedNow } from './adapters/built-in-authority/trusted-clock.ts';

const DAY_MS = 86_400_000;
/** An issuing authority's list is made anew each day and holds a week; a root whose key is elsewhere needs an appointment. */
const WARN_BEFORE = { issuing: 3 * DAY_MS, root: 30 * DAY_MS };

/** Verifiers refuse certificates of the built-in authority when its revocation list has run out, so it is said before. */
export const revocationListHealth: HealthCheck = {
  name: 'revocation-lists',
  check: async (kernel) => {
    const now = kernel.clock.now();
    const { rows } = await kernel.database.pool.query<{ issuer: 'issuing' | 'root'; isHere: boolean; end: Date }>(
      `select list.issuer, bool_and(key.container is not null) as "isHere", max(list.next_update) as end
         from signatures.revocation_list as list join signatures.authority_key as key on key.role = list.issuer and key.generation = list.generation
        where key.valid_to > $1 group by list.issuer, list.generation`,
      [now],
    );
    const due = rows.filter(({ issuer, end }) => end.getTime() - now.getTime() < WARN_BEFORE[issuer]);
    if (due.length === 0) return { status: 'ok', vi: 'Danh sách thu hồi còn hạn', en: 'The revocation lists are in force' };
    const issuers = [...new Set(due.map(({ issuer }) => issuer))].join(', ');
    const hasEnded = due.some(({ end }) => end <= now);
    const isElsewhere = due.some(({ isHere }) => !isHere);
    return {
      status: 'warn',
      vi: hasEnded ? `Danh sách thu hồi của ${issuers} đã quá hạn: bên kiểm tra ngoài có thể không chấp nhận chứng thư của CA cài sẵn` : `Danh sách thu hồi của ${issuers} sắp hết hạn`,
      en: hasEnded ? `The revocation list of ${issuers} has run out: verifiers elsewhere may refuse certificates of the built-in authority` : `The revocation list of ${issuers} runs out soon`,
      fixVi: isElsewhere
        ? 'Mang tệp khóa gốc tới và chạy: npx lienthong authority publish-root-crl --key TỆP.'
        : 'Chạy tiến trình worker (npx lienthong start --services=worker): nó phát hành danh sách mới.',
      fixEn: isElsewhere ? 'Bring the root’s key file and run: npx lienthong authority publish-root-crl --key FILE.' : 'Run a worker (npx lienthong start --services=worker): it issues new lists.',
    };
  },
};

/** The built-in time-stamping authority gives out nothing while its clock cannot be believed, and then nobody can sign. */
export const authorityClockHealth: HealthCheck = {
  name: 'timestamp-clock',
  check: async (kernel) => {
    try {
      await trustedNow(kernel);
      return { status: 'ok', vi: 'Đồng hồ cấp dấu thời gian đúng', en: 'The time-stamping clock is right' };
    } catch (error) {
      if (!(error instanceof ClockError)) throw error;
      return {
        status: 'warn',
        vi: `Ngừng cấp dấu thời gian: ${error.vi}`,
        en: `No timestamps are given out: ${error.message}`,
        fixVi: 'Sửa đồng bộ giờ (NTP) trên máy này và máy cơ sở dữ liệu; cấp lại ngay khi hai đồng hồ khớp.',
        fixEn: 'Mend NTP on this machine and the database’s; timestamps go on as soon as the clocks agree.',
      };
    }
  },
};
