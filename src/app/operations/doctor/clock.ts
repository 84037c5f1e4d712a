import type { Queryable } from '#kernel/database.ts';
import type { Config } from '#kernel/config.ts';
import { askTimePeers } from '#engines/signatures/index.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

const SMALL_DRIFT_MS = 1000;
const LARGE_DRIFT_MS = 60_000;

/**
 * Compares this machine's clock with the database's and with the newest instant that is on record. A signature or a receipt with
 * a wrong time is worth little, and TCVN 14423:2026 5.8.2.1 asks for synchronised clocks.
 */
export async function checkClock(q: Queryable, now: () => number = Date.now): Promise<Finding[]> {
  const before = now();
  const { rows } = await q.query(
    `select extract(epoch from clock_timestamp()) * 1000 as database,
            extract(epoch from greatest((select max(at) from audit.tree_head), (select max(last_run_at) from kernel.schedule))) * 1000 as newest`,
  );
  const after = now();
  const database = Number(rows[0]?.['database']);
  const newest = rows[0]?.['newest'] ?? undefined;
  // The answer was made somewhere between the two looks.
  const driftMs = database < before ? database - before : Math.max(0, database - after);
  return [judgeDrift(driftMs), ...(newest === undefined ? [] : [judgeBackwards(Number(newest) - after)])];
}

const WORDS = { silent: 'không trả lời', malformed: 'trả lời sai dạng', refused: 'từ chối', unsynchronised: 'tự nó chưa đồng bộ' } as const;

/** Compares this machine's clock with each server of NTP_PEERS, asked now. */
export async function checkTimePeers({ ntpPeers }: Pick<Config, 'ntpPeers'>, now: () => number = Date.now): Promise<Finding[]> {
  return (await askTimePeers(ntpPeers, now)).map(({ peer: { name }, answer }) => {
    if (answer.state !== 'answered') {
      const fix = { vi: 'Kiểm tra tên, đường UDP 123 tới máy chủ giờ, hoặc chọn máy chủ khác trong NTP_PEERS.', en: 'Check the name and the way there (UDP 123), or choose another server in NTP_PEERS.' };
      return warning({ vi: `Máy chủ giờ ${name} không cho biết giờ (${WORDS[answer.state]})`, en: `The time server ${name} does not tell the time (${answer.state})` }, fix);
    }
    const seconds = (Math.abs(answer.offsetMs) / 1000).toFixed(1);
    if (Math.abs(answer.offsetMs) <= SMALL_DRIFT_MS + answer.errorMs) return ok({ vi: `Đồng hồ khớp với máy chủ giờ ${name}`, en: `The clock agrees with the time server ${name}` });
    return problem({ vi: `Đồng hồ lệch ${seconds.replace('.', ',')} giây so với máy chủ giờ ${name}: không cấp dấu thời gian`, en: `The clock is ${seconds} s off the time server ${name}: no timestamps are given out` }, FIX);
  });
}

const FIX = {
  vi: 'Bật đồng bộ giờ (chrony hoặc systemd-timesyncd) trên cả máy này và máy cơ sở dữ liệu.',
  en: 'Synchronise the clocks (chrony or systemd-timesyncd) of this machine and of the database’s.',
};

function judgeDrift(driftMs: number): Finding {
  const seconds = (Math.abs(driftMs) / 1000).toFixed(1);
  if (Math.abs(driftMs) <= SMALL_DRIFT_MS) return ok({ vi: 'Đồng hồ khớp với cơ sở dữ liệu', en: 'The clock agrees with the database’s' });
  const text = { vi: `Đồng hồ lệch ${seconds.replace('.', ',')} giây so với cơ sở dữ liệu`, en: `The clock is ${seconds} s off the database’s` };
  return Math.abs(driftMs) <= LARGE_DRIFT_MS ? warning(text, FIX) : problem(text, FIX);
}

function judgeBackwards(aheadMs: number): Finding {
  if (aheadMs <= SMALL_DRIFT_MS) return ok({ vi: 'Đồng hồ không chạy lùi', en: 'The clock has not run backwards' });
  const seconds = Math.round(aheadMs / 1000).toLocaleString('vi-VN');
  return problem({ vi: `Đồng hồ chạy lùi: đã có việc ghi nhận muộn hơn bây giờ ${seconds} giây`, en: `The clock ran backwards: something is on record ${seconds} s later than now` }, FIX);
}
