import { parseArgs } from 'node:util';
import { systemActor } from '#kernel/actor.ts';
import { readConfig } from '#kernel/config.ts';
import { AppError } from '#kernel/errors.ts';
import { createLog } from '#kernel/log.ts';
import { formatInstant } from '#kernel/time.ts';
import { listPartners, reconcileWith } from '#engines/exchange/index.ts';
import type { Reconciliation } from '#engines/exchange/contract.ts';
import { openInstallation } from '../installation.ts';

const USAGE = `Cách dùng / usage: npx lienthong exchange reconcile --since LÚC [--partner "TÊN"]
  --since LÚC       từ lúc nào: 2026-11-22T08:00 (giờ Việt Nam), 2026-11-22, hoặc 6h, 2d trước bây giờ;
                    lấy sớm hơn lúc sao lưu vài giờ, làm lại nhiều lần không sao
                    since when; some hours before the backup, and as often as you like
  --partner "TÊN"   chỉ hệ thống này; không có thì mọi hệ thống Liên Thông đang kết nối
                    this one only; otherwise every installation that is connected
`;

type Asked = { since: Date; partner: string | undefined };

/** After a restore: asks the other installations what they have from us and gave us, and mends what was lost. @returns 0 only when all answered and nothing is left to a person; 64 when it was called wrongly. */
export async function main(args: string[]): Promise<number> {
  const asked = read(args, new Date());
  if (asked === undefined) {
    process.stderr.write(USAGE);
    return 64;
  }
  const installation = await openInstallation(readConfig(), { log: createLog({ level: 'error' }) });
  try {
    const { kernel } = installation;
    const all = (await listPartners(kernel.database.pool)).filter(({ protocol, state }) => protocol === 'installation' && state === 'active');
    const chosen = asked.partner === undefined ? all : all.filter(({ name }) => name === asked.partner);
    if (chosen.length === 0) {
      const known = all.map(({ name }) => `"${name}"`).join(', ');
      process.stderr.write(`Không có hệ thống Liên Thông nào đang kết nối${asked.partner === undefined ? '' : ` tên "${asked.partner}"`}. / No such installation is connected.${known === '' ? '' : ` ${known}`}\n`);
      return 1;
    }
    let isClean = true;
    for (const { id, name } of chosen) {
      process.stdout.write(`\n  ${name}, từ ${formatInstant(asked.since)}\n`);
      const outcome = await reconcileWith(kernel, { actor: systemActor('exchange.reconcile'), partnerId: id, since: asked.since }).catch(refusal);
      process.stdout.write(typeof outcome === 'string' ? `  ✗ ${outcome}\n` : report(outcome));
      if (typeof outcome === 'string' || outcome.problems.length > 0) isClean = false;
    }
    return isClean ? 0 : 1;
  } finally {
    await installation.close();
  }
}

/** What a partner could not do is told, and the next one is asked; everything else is a defect. */
function refusal(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  return (['vi', 'en'] as const).map((language) => error.describe(language).message).join(' / ');
}

function report({ known, recovered, askedAgain, answeredBefore, problems }: Reconciliation): string {
  const lines = [
    `  ✓ ${String(known)} văn bản hai bên cùng có · known to both`,
    `  ${recovered.length > 0 ? '!' : '✓'} ${String(recovered.length)} văn bản của ta lấy lại từ bên kia; số của chúng đã dùng, vào sổ lại cho khớp · recovered; their numbers are used`,
    ...recovered.map((each) => `      ${each.number} ngày ${each.issuedOn}, ${each.senderName}: ${each.summary}`),
    `  ✓ ${String(askedAgain)} gói của bên kia đang được gửi lại · on their way again`,
    ...(answeredBefore.length === 0 ? [] : [`  ! ${String(answeredBefore.length)} trả lời đã gửi trước đây cần văn thư trả lời lại · answers that clerks give once more`]),
    ...problems.map((each) => `  ✗ ${each.envelopeId}: ${each.problem === 'notProven' ? 'không có dấu nào chứng minh là của ta, chờ người quyết định ở /goi-cach-ly · not proven to be ours, a person decides' : each.problem}`),
  ];
  return `${lines.join('\n')}\n`;
}

const HOUR_MS = 3_600_000;

function read(args: string[], now: Date): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { since: { type: 'string' }, partner: { type: 'string' } } });
    const since = momentOf(values.since ?? '', now);
    return positionals.length === 1 && positionals[0] === 'reconcile' && since !== undefined && since < now ? { since, partner: values.partner } : undefined;
  } catch {
    return undefined;
  }
}

/** An instant in Vietnamese time, its day, or so many hours or days ago. */
function momentOf(text: string, now: Date): Date | undefined {
  const ago = /^(\d{1,4})([hd])$/.exec(text);
  if (ago !== null) return new Date(now.getTime() - Number(ago[1]) * (ago[2] === 'h' ? 1 : 24) * HOUR_MS);
  const [, day, time = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?$/.exec(text) ?? [];
  const moment = new Date(`${day ?? ''}T${time}:00+07:00`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
