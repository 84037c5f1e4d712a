import type { Kernel } from '#kernel/kernel.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

const DAY_MS = 86_400_000;
const NAMED = 5;

type Ending = { name: string; days: number };

/** Certificates that people, agencies and the built-in authority sign with, by how soon they end: within 60, 30 and 7 days. */
export async function checkCertificates(kernel: Kernel): Promise<Finding[]> {
  const now = kernel.clock.now();
  const { rows } = await kernel.database.pool.query<{ name: string; valid_to: Date }>(
    `select subject as name, valid_to from signatures.credential where state = 'active' and valid_to < $1
     union all
     select 'CA: ' || role, valid_to from (select distinct on (role) role, valid_to from signatures.authority_key order by role, generation desc) as newest where valid_to < $1
     order by valid_to`,
    [new Date(now.getTime() + 60 * DAY_MS)],
  );
  return judgeCertificates(rows.map((row) => ({ name: row.name, days: Math.floor((row.valid_to.getTime() - now.getTime()) / DAY_MS) })));
}

export function judgeCertificates(ending: readonly Ending[]): Finding[] {
  const renew = {
    vi: 'Xin cấp chứng thư mới trước ngày hết hạn; văn bản đã ký không bị ảnh hưởng nhờ dấu thời gian.',
    en: 'Renew before they end; what was signed stays valid by its timestamp.',
  };
  const groups: { from: number; to: number; vi: string; en: string; judge: typeof warning }[] = [
    { from: -Infinity, to: 0, vi: 'đã hết hạn', en: 'have ended', judge: problem },
    { from: 0, to: 7, vi: 'hết hạn trong 7 ngày', en: 'end within 7 days', judge: problem },
    { from: 7, to: 30, vi: 'hết hạn trong 30 ngày', en: 'end within 30 days', judge: warning },
    { from: 30, to: 60, vi: 'hết hạn trong 60 ngày', en: 'end within 60 days', judge: warning },
  ];
  const findings = groups.flatMap(({ from, to, vi, en, judge }) => {
    const found = ending.filter(({ days }) => days >= from && days < to);
    const names = found.slice(0, NAMED).map(({ name }) => name).join('; ') + (found.length > NAMED ? '; …' : '');
    return found.length === 0 ? [] : [judge({ vi: `${String(found.length)} chứng thư ${vi}: ${names}`, en: `${String(found.length)} certificates ${en}: ${names}` }, renew)];
  });
  return findings.length > 0 ? findings : [ok({ vi: 'Không có chứng thư nào hết hạn trong 60 ngày', en: 'No certificate ends within 60 days' })];
}
