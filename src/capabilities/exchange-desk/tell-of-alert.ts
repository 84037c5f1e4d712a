import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { formatDay, formatInstant, vietnamDay } from '#kernel/time.ts';
import { openTasks, type Assignee } from '#engines/cases/index.ts';
import { postsEverywhere, roles } from '#engines/identity/index.ts';
import { canSendMail, sendMail } from './adapters/mail.ts';
import type { AlertRule } from './alert-rule.ts';
import { endOf, type AlertKind, type EndCause, type Found } from './domain/alert-rules.ts';
import { noAgency } from './no-agency.ts';

type AgencyId = Id<'agency'>;
type Told = { alertId: string; found: Found };

/** Where an alert is dealt with. */
const ALERTS_PATH = '/lien-thong/canh-bao';

/** Tells whom the rule names: a task in the list of work of each, and a letter to each address where the installation can send one. */
export async function tellOfAlert(ctx: CommandContext, rule: AlertRule, { alertId, found }: Told): Promise<void> {
  const addressees = await addresseesOf(ctx, rule, found);
  await openTasks(
    ctx,
    addressees.map(({ agencyId, assignee }) => ({
      agencyId,
      assignee,
      subject: { type: 'exchange-alert', id: alertId },
      kind: 'exchange-desk.alert',
      title: sentenceOf(rule.kind, found),
      dueAt: null,
      urgency: 'urgent' as const,
      href: `/app${ALERTS_PATH}?canh_bao=${alertId}`,
    })),
  );
  const agencies = [...new Set(addressees.map((each) => each.agencyId))];
  await ctx.query(`update exchange_desk.alert set told_at = $2, task_agencies = array(select distinct a from unnest(task_agencies || $3::uuid[]) a) where id = $1`, [alertId, ctx.now, agencies]);
  if (canSendMail(ctx.kernel.config)) for (const to of rule.emails) ctx.enqueue(mailJob(ctx, { alertId, to }));
}

/** The same alert to the same address goes out once for each time that it is told. */
function mailJob(ctx: CommandContext, { alertId, to }: { alertId: string; to: string }) {
  const toldAt = ctx.now.toISOString();
  return { kind: 'exchange-desk.send-alert', agencyId: noAgency, payload: { alertId, to, toldAt }, dedupeKey: `${alertId}:${toldAt}:${to}` };
}

async function addresseesOf(ctx: CommandContext, rule: AlertRule, found: Found): Promise<{ agencyId: AgencyId; assignee: Assignee }[]> {
  const keepers = await postsEverywhere(ctx, roles.filter((role) => rule.keeperRoles.includes(role)));
  const posts = [...keepers, ...rule.posts].map(({ agencyId, postId }) => ({ agencyId, assignee: { postId } }));
  if (found.agencyId === null) return posts;
  // safe because a finding's agency is an agency's id
  const agencyId = found.agencyId as AgencyId;
  return [...rule.agencyRoles.map((role) => ({ agencyId, assignee: { role } })), ...posts];
}

const sentences: Record<AlertKind, (found: Found) => string> = {
  partner_down: ({ name, since, count, cause }) => {
    if (cause === 'record_contradicts') return `Nhật ký của ${name} mâu thuẫn với bản đã làm chứng, phát hiện ${formatInstant(since)}: có thể đã bị viết lại`;
    if (cause === 'version_foreign') return `${name} gọi đến bằng phiên bản giao thức khác từ ${formatInstant(since)} nên chưa nhận được gì từ đó, ${String(count)} gói đang chờ`;
    return cause === 'not_fetched' ? `${name} chưa đến lấy gói từ ${formatInstant(since)}, ${String(count)} gói đang chờ` : `Mất kết nối với ${name} từ ${formatInstant(since)}, ${String(count)} gói đang chờ`;
  },
  queue_old: ({ name, since, count }) => `${name}: ${String(count)} lần gửi chờ quá lâu, lâu nhất từ ${formatInstant(since)}`,
  receipt_late: ({ name, count }) => `${name}: ${String(count)} văn bản chưa báo nhận trong ngày đến`,
  connection_ends: ({ name, since, cause }) => {
    const part = cause === 'vendor_key' || cause === 'own_certificate' ? ENDING[cause] : ENDING.their_certificate;
    return `${name}: ${part} hết hạn ngày ${formatDay(vietnamDay(endOf(since)))}, cần thay trước ngày đó`;
  },
};

const ENDING: Record<EndCause, string> = { vendor_key: 'khóa kết nối', their_certificate: 'chứng thư của bên kia', own_certificate: 'chứng thư của hệ thống này' };

/** One line that says what is wrong, without anything of a document. */
function sentenceOf(kind: AlertKind, found: Found): string {
  return sentences[kind](found);
}

/** Sends one letter about an alert. A mail server that is away is tried again as every job is; an alert that is over by then is not told. */
export const sendAlertJob = outsideJob({
  kind: 'exchange-desk.send-alert',
  payload: z.object({ alertId: z.uuid(), to: z.string(), toldAt: z.string() }),
  handle: async (kernel, { payload }) => {
    const { rows } = await kernel.database.pool.query(
      `select a.kind, a.subject_id as "subjectId", a.agency_id as "agencyId", a.subject_name as name, a.since, a.count, a.cause, a.state, r.name as rule
         from exchange_desk.alert a join exchange_desk.alert_rule r on r.id = a.rule_id where a.id = $1`,
      [payload.alertId],
    );
    // safe because the statement selects exactly these columns
    const [alert] = rows as (Found & { kind: AlertKind; state: string; rule: string })[];
    if (alert === undefined || alert.state === 'over') return;
    await sendMail(kernel.config, { to: payload.to, subject: `[Liên Thông] ${alert.rule}: ${alert.name}`, text: textOf(kernel, alert), id: `${payload.alertId}.${String(Date.parse(payload.toldAt))}` });
  },
});

function textOf(kernel: Kernel, alert: Found & { kind: AlertKind; rule: string }): string {
  const address = kernel.config.publicUrl;
  return [
    `${sentenceOf(alert.kind, alert)}.`,
    '',
    `Quy tắc: ${alert.rule}.`,
    address === undefined ? 'Mở Liên Thông, mục Liên thông văn bản, Cảnh báo để xử lý.' : `Mở để xử lý: ${address}/app${ALERTS_PATH}`,
    '',
    'Thư này do hệ thống gửi tự động, không cần trả lời.',
  ].join('\n');
}
