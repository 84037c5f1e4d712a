import { run, type CommandContext } from '#kernel/command.ts';
import { formatInstant } from '#kernel/time.ts';
import type { PersonActor } from '#kernel/actor.ts';
import type { RouteContext } from '#kernel/route.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { vietnamDay } from '#kernel/time.ts';
import { canMailLinks, sendMail } from './adapters/mail.ts';
import { invite, type Invite } from './commands/invite.ts';
import { errors } from './errors.ts';

export type Invited = { id: string; path: string; expiresAt: string; mail: 'none' | 'sent' | 'failed' };

/**
 * Makes an invitation and, where an address was given, sends its link there once the invitation stands. The link is kept nowhere,
 * so no job can send it later: when the mail server does not take it, whoever invites is told and has the link to copy.
 * @throws guest-offices.mailOff when an address is given and this installation sends no e-mail; and what `invite` refuses
 */
export async function inviteAndMail(http: RouteContext<PersonActor>, input: Invite & { email: string | null }): Promise<Invited> {
  const { kernel, actor } = http;
  const { email, ...given } = input;
  if (email !== null && !canMailLinks(kernel.config)) throw errors.mailOff();
  // Without the idempotency key of the request: a kept reply would hold the link.
  const made = await run(kernel, invite, { ...given, contact: given.contact === '' ? (email ?? '') : given.contact }, { actor, requestId: http.requestId });
  if (email === null) return { ...made, mail: 'none' };
  const inviter = await getAgencyOn(kernel.database.pool, actor.agencyId, vietnamDay(kernel.clock.now()));
  try {
    await sendMail(kernel.config, { to: email, subject: subjectOf(given, inviter.name), text: textOf({ given, inviter: inviter.name, by: actor.name, link: `${kernel.config.publicUrl ?? ''}${made.path}`, expiresAt: new Date(made.expiresAt) }) });
  } catch (error) {
    kernel.log.warn({ err: error, requestId: http.requestId }, 'the mail server did not take an invitation');
    return { ...made, mail: 'failed' };
  }
  await http.run(noteMailed, { id: made.id, invitee: given.invitee, email });
  return { ...made, mail: 'sent' };
}

function noteMailed(ctx: CommandContext, { id, invitee, email }: { id: string; invitee: string; email: string }): Promise<void> {
  if (ctx.actor.kind === 'person') ctx.record({ type: 'guest-offices.invitation-mailed', agencyId: ctx.actor.agencyId, subject: { type: 'guest-invitation', id }, data: { invitee, email } });
  return Promise.resolve();
}

const subjectOf = ({ purpose }: Pick<Invite, 'purpose'>, inviter: string): string => (purpose === 'office' ? `${inviter} mời gửi, nhận văn bản điện tử` : `${inviter} mời bạn cùng gửi, nhận văn bản điện tử`);

type Text = { given: Invite; inviter: string; by: string; link: string; expiresAt: Date };

function textOf({ given, inviter, by, link, expiresAt }: Text): string {
  const [what, how] =
    given.purpose === 'office'
      ? [`${inviter} mời ${given.invitee} mở tài khoản để gửi và nhận văn bản điện tử với các cơ quan nhà nước của tỉnh.`, 'Mở liên kết, điền thông tin và đính kèm giấy phép; tỉnh sẽ xem xét và duyệt.']
      : [`${by} mời ${given.invitee} cùng gửi và nhận văn bản điện tử cho ${inviter}.`, 'Mở liên kết, điền họ tên và đặt mật khẩu.'];
  return ['Kính gửi Quý vị,', '', what, '', how, '', link, '', `Liên kết dùng một lần, đến ${formatInstant(expiresAt)}. Nếu không biết vì sao nhận được thư này, Quý vị bỏ qua thư; không ai dùng được liên kết khi không có thư.`, '', 'Thư này do hệ thống gửi tự động, không cần trả lời.'].join('\n');
}
