import type { CommandContext } from '#kernel/command.ts';
import { answerNotice } from '#engines/exchange/index.ts';
import { cancelDocuments } from '../cancel-documents.ts';
import { agencyOf, lockForAction, messageOf } from '../document-store.ts';
import { errors } from '../errors.ts';
import { endQuestion } from '../notice-subscribers.ts';
import type { Tables } from '../tables.ts';

/**
 * The clerk answers what the sender asked of a registered document: agrees (15), and a recalled document is cancelled at
 * once; or refuses with a reason (16), and it stays as it is (QĐ 28/2018 Art. 5.4, 9.2; 30/2020/NĐ-CP Art. 18.4.b).
 */
export async function answerSender(ctx: CommandContext, input: { documentId: string; noticeId: string; agree: boolean; reason?: string | undefined }): Promise<void> {
  const { actor, document } = await lockForAction(ctx, input.documentId, 'answer-notice');
  const agencyId = agencyOf(document);
  const reason = input.reason?.trim() === '' ? undefined : input.reason?.trim();
  const notice = await ctx
    .tables<Tables>()
    .updateTable('incoming_documents.notice')
    .set({ is_agreed: input.agree, answered_at: ctx.now, answered_by: actor.name, answer_reason: reason ?? null })
    .where('agency_id', '=', agencyId)
    .where('document_id', '=', document.id)
    .where('id', '=', input.noticeId)
    .where('answered_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (notice === undefined) throw errors.nothingAsked();
  await endQuestion(ctx, { agencyId, documentId: document.id });
  await answerNotice(ctx, { agencyId, messageId: messageOf(document), noticeId: input.noticeId, agree: input.agree, ...(reason === undefined ? {} : { reason }) });
  if (input.agree && notice.cancels) {
    await cancelDocuments(ctx, [{ agencyId, messageId: messageOf(document), kind: notice.kind, reason: notice.reason, agreedBy: actor.name, at: ctx.now }]);
  }
  ctx.record({
    type: 'incoming-documents.sender-answered',
    agencyId,
    subject: { type: 'incoming-document', id: document.id },
    data: { agreed: input.agree, answerVi: input.agree ? 'đồng ý' : 'không đồng ý', answerEn: input.agree ? 'agreed' : 'declined', reason: reason ?? '' },
  });
}
