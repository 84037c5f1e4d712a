import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { isCancelling } from '../contract.ts';
import { stateLabels, statusRules } from '../domain/status.ts';
import { exchangeErrors } from '../errors.ts';
import { answeredBy } from './answer-message.ts';
import { carryOutDecisions } from './carry-out-decisions.ts';
import { openNotices, type NoticeTarget } from './kept-notices.ts';
import { settleLeftOver } from './settle-notices.ts';

export type AnswerNotice = { agencyId: Id<'agency'>; /** The document that the notice is about. */ messageId: Id<'message'>; noticeId: string; agree: boolean; reason?: string };

/**
 * A person answers a notice about a registered document: 15 cancels or changes it here, 16 leaves it as it is. Whether the
 * person may do so is for the caller to decide.
 * @throws `exchange.messageNotFound`; `exchange.answerNotNow` when it was answered or settled meanwhile;
 *   `exchange.reasonMissing` for a refusal without a reason.
 */
export async function answerNotice(ctx: CommandContext, input: AnswerNotice): Promise<void> {
  const target = await lockTarget(ctx, input);
  const notice = (await openNotices(ctx, [target])).find((each) => each.noticeId === input.noticeId);
  if (notice === undefined) {
    const status = statusRules[input.agree ? '15' : '16'];
    const present = stateLabels[target.state];
    throw exchangeErrors.answerNotNow({ values: { stateVi: present.vi, stateEn: present.en, statusVi: status.vi, statusEn: status.en } });
  }
  const reason = input.reason?.trim() === '' ? undefined : input.reason?.trim();
  const decision = input.agree ? { outcome: 'agree' as const, effect: effectOn(target, notice), ...(reason === undefined ? {} : { reason }) } : refusal(reason);
  const ended = await carryOutDecisions(ctx, { decided: [{ notice, target, decision }], fresh: new Set(), by: answeredBy(ctx), isPersonal: true });
  await settleLeftOver(ctx, ended);
  ctx.record({
    type: 'exchange.notice-answered',
    agencyId: input.agencyId,
    subject: { type: 'message', id: input.messageId },
    data: { messageId: input.messageId, noticeId: notice.noticeId, status: input.agree ? '15' : '16', ...words(input.agree), reason: reason ?? null },
  });
}

function refusal(reason: string | undefined): { outcome: 'decline'; reason: string } {
  if (reason === undefined) throw exchangeErrors.reasonMissing({ fields: [{ path: 'reason', vi: 'Chưa nêu lý do.', en: 'The reason is missing.' }] });
  return { outcome: 'decline', reason };
}

function words(agree: boolean): { statusVi: string; statusEn: string } {
  const rule = statusRules[agree ? '15' : '16'];
  return { statusVi: rule.vi, statusEn: rule.en };
}

function effectOn(target: NoticeTarget, { business }: { business: Parameters<typeof isCancelling>[0] }): 'recalled' | 'updated' | 'none' {
  if (isCancelling(business)) {
    target.state = 'recalled';
    return 'recalled';
  }
  // a newer update that was agreed to before stays
  if (business.sequence <= target.sequence) return 'none';
  target.sequence = business.sequence;
  return 'updated';
}

async function lockTarget(ctx: CommandContext, input: AnswerNotice): Promise<NoticeTarget> {
  if (ctx.actor.kind === 'person' && ctx.actor.agencyId !== input.agencyId) throw exchangeErrors.messageNotFound();
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", id as "messageId", envelope_id as "envelopeId", encode(content_hash, 'hex') as "contentHash", state, opened_at is not null as "isOpened", sequence
       from exchange.message where agency_id = $1 and id = $2 and kind in ('new', 'replace') for update`,
    [input.agencyId, input.messageId],
  );
  // safe because the statement selects exactly these columns
  const target = rows[0] as NoticeTarget | undefined;
  if (target === undefined) throw exchangeErrors.messageNotFound();
  return target;
}
