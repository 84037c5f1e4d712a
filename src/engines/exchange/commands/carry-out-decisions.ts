import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { isCancelling } from '../contract.ts';
import { noticeWords } from '../domain/notice.ts';
import { signReceipts } from '../domain/receipt.ts';
import { statusRules } from '../domain/status.ts';
import { receiptKey } from '../receipt-key.ts';
import { returnAnswerJobFor } from './answer-message.ts';
import type { DecidedNotice, NoticeTarget } from './kept-notices.ts';

type By = { name: string; title: string | null };

export type Decisions = {
  decided: readonly DecidedNotice[];
  /** Documents that arrive in this moment and tell of themselves. */
  fresh: ReadonlySet<string>;
  by: By;
  /** Whether a person decided. */
  isPersonal?: boolean;
};

/**
 * Carries out what was decided about notices, many at once: the documents change, the files of cancelled ones are withheld,
 * the answers 15 and 16 are signed and go back, and everything is on record.
 * @returns the documents that were cancelled or replaced by it.
 */
export async function carryOutDecisions(ctx: CommandContext, decisions: Decisions): Promise<NoticeTarget[]> {
  const { decided } = decisions;
  const changed = new Map(decided.flatMap((each) => (hasEffect(each) && each.target !== undefined ? [[each.target.messageId, each.target] as const] : [])));
  await updateTargets(ctx, [...changed.values()]);
  const ended = [...changed.values()].filter((target) => target.state === 'recalled' || target.state === 'replaced');
  await withhold(ctx, ended.filter((target) => target.state === 'recalled'));
  await updateNotices(ctx, decided);
  await answer(ctx, decisions);
  for (const each of decided) record(ctx, each, decisions);
  return ended;
}

function hasEffect({ decision }: DecidedNotice): boolean {
  return decision?.outcome === 'agree' && decision.effect !== 'none';
}

async function updateTargets(ctx: CommandContext, targets: readonly NoticeTarget[]): Promise<void> {
  if (targets.length === 0) return;
  await ctx.query(
    `update exchange.message m set state = t.state, sequence = t.sequence, changed_at = $5
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[]) as t (agency_id, id, state, sequence)
      where m.agency_id = t.agency_id and m.id = t.id`,
    [targets.map((each) => each.agencyId), targets.map((each) => each.messageId), targets.map((each) => each.state), targets.map((each) => each.sequence), ctx.now],
  );
}

/** The bytes stay as evidence; only auditors open them from now on. */
async function withhold(ctx: CommandContext, targets: readonly NoticeTarget[]): Promise<void> {
  if (targets.length === 0) return;
  await ctx.query(
    `insert into exchange.withheld_file (agency_id, file_id, message_id, since)
     select f.agency_id, f.file_id, f.message_id, $3 from unnest($1::uuid[], $2::uuid[]) as t (agency_id, id)
       join exchange.message_file f on f.agency_id = t.agency_id and f.message_id = t.id
     on conflict do nothing`,
    [targets.map((each) => each.agencyId), targets.map((each) => each.messageId), ctx.now],
  );
}

/** How far a notice is after the decision; a replacing document goes its own way. */
function stateOf({ notice, decision }: DecidedNotice): 'agreed' | 'declined' | null {
  if (notice.business.kind === 'replace' || decision === undefined || decision.outcome === 'ask') return null;
  return decision.outcome === 'agree' ? 'agreed' : 'declined';
}

async function updateNotices(ctx: CommandContext, decided: readonly DecidedNotice[]): Promise<void> {
  const known = decided.filter((each) => each.target !== undefined);
  if (known.length === 0) return;
  await ctx.query(
    `update exchange.message n
        set target_agency_id = t.target_agency_id, target_message_id = t.target_id, state = coalesce(t.state, n.state), answer_ordinal = n.answer_ordinal + case when t.state is null then 0 else 1 end,
            changed_at = $6
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) as t (agency_id, id, target_agency_id, target_id, state)
      where n.agency_id = t.agency_id and n.id = t.id`,
    [
      known.map((each) => each.notice.agencyId),
      known.map((each) => each.notice.noticeId),
      known.map((each) => each.target?.agencyId ?? null),
      known.map((each) => each.target?.messageId ?? null),
      known.map(stateOf),
      ctx.now,
    ],
  );
}

async function answer(ctx: CommandContext, { decided, by }: Decisions): Promise<void> {
  const answered = decided.flatMap((each) => {
    const state = stateOf(each);
    return state === null ? [] : [{ ...each, status: state === 'agreed' ? ('15' as const) : ('16' as const), reason: reasonOf(each), ordinal: each.notice.answers + 1 }];
  });
  if (answered.length === 0) return;
  const agencies = await agenciesOn(ctx, [...new Set(answered.flatMap(({ notice }) => [notice.agencyId, notice.addressedAgencyId]))], vietnamDay(ctx.now));
  const describe = (id: Id<'agency'>) => ({ agencyId: id, code: agencies.get(id)?.code ?? null, name: agencies.get(id)?.name ?? '' });
  const receipts = signReceipts(
    answered.map(({ notice, status, reason }) => ({
      version: 1 as const,
      envelopeId: notice.envelopeId,
      contentHash: notice.contentHash,
      documentCode: notice.documentCode,
      of: { envelopeId: notice.business.of.envelopeId, contentHash: notice.business.of.contentHash },
      sender: { agencyId: notice.senderAgencyId, ...notice.sender },
      recipient: describe(notice.agencyId),
      ...(notice.addressedAgencyId === notice.agencyId ? {} : { addressed: describe(notice.addressedAgencyId) }),
      status,
      at: isoInVietnam(ctx.now),
      by,
      ...(reason === null ? {} : { reason }),
    })),
    await receiptKey(ctx.kernel),
  );
  await ctx.query(
    `insert into exchange.message_answer (agency_id, message_id, ordinal, status, at, by_name, by_title, reason, receipt)
     select a.agency_id, a.message_id, a.ordinal, a.status, $7, $8, $9, a.reason, a.receipt
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[]) as a (agency_id, message_id, ordinal, status, reason, receipt)`,
    [
      answered.map(({ notice }) => notice.agencyId),
      answered.map(({ notice }) => notice.noticeId),
      answered.map(({ ordinal }) => ordinal),
      answered.map(({ status }) => status),
      answered.map(({ reason }) => reason),
      receipts,
      ctx.now,
      by.name,
      by.title,
    ],
  );
  for (const { notice, ordinal, status, reason } of answered) {
    const { agencyId, noticeId } = notice;
    const rule = statusRules[status];
    ctx.record({ type: 'exchange.message-answered', agencyId, subject: { type: 'message', id: noticeId }, data: { messageId: noticeId, status, statusVi: rule.vi, statusEn: rule.en, reason } });
    ctx.enqueue(returnAnswerJobFor(agencyId, noticeId, ordinal));
  }
}

function reasonOf({ decision }: DecidedNotice): string | null {
  return decision === undefined || decision.outcome === 'ask' ? null : (decision.reason ?? null);
}

/** One line in the receiver's record for each notice. What arrives in this moment tells of itself. */
function record(ctx: CommandContext, { notice, target, decision }: DecidedNotice, { fresh, by, isPersonal }: Decisions): void {
  const { business, noticeId, sender } = notice;
  const words = noticeWords[business.kind];
  const about = { noticeId, kind: business.kind, kindVi: words.vi, kindEn: words.en, senderName: sender.name, reason: business.reason };
  if (target === undefined || decision === undefined) {
    if (business.kind !== 'replace') ctx.record({ type: 'exchange.notice-kept', agencyId: notice.agencyId, subject: { type: 'message', id: noticeId }, data: about });
    return;
  }
  if (fresh.has(target.messageId)) return;
  const where = { agencyId: target.agencyId, subject: { type: 'message', id: target.messageId } };
  const data = { messageId: target.messageId, ...about };
  if (decision.outcome === 'ask') ctx.record({ type: 'exchange.notice-asked', ...where, data: { ...data, cancels: isCancelling(business), changed: business.changed ?? null } });
  else if (decision.outcome === 'decline') ctx.record({ type: 'exchange.notice-declined', ...where, data: { ...data, answer: decision.reason } });
  else if (decision.effect === 'recalled') ctx.record({ type: 'exchange.message-recalled', ...where, data: { ...data, by: isPersonal === true ? by.name : null } });
  else if (decision.effect === 'replaced') ctx.record({ type: 'exchange.message-replaced', ...where, data: { ...data, byNumber: notice.numberAndNotation } });
  else if (decision.effect === 'updated' && business.changed !== undefined) ctx.record({ type: 'exchange.message-updated', ...where, data: { ...data, changed: business.changed } });
}
