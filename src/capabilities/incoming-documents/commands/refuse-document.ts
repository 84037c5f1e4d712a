import type { CommandContext } from '#kernel/command.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { answerMessage } from '#engines/exchange/index.ts';
import { agencyOf, lockForAction, messageOf } from '../document-store.ts';
import type { Tables } from '../tables.ts';

/** Refuses an incoming document with a reason, which travels back as 02 (QĐ 28/2018 Art. 5.4; 30/2020/NĐ-CP Art. 21.2). */
export async function refuseDocument(ctx: CommandContext, input: { documentId: string; reason: string }): Promise<void> {
  const { actor, document, next } = await lockForAction(ctx, input.documentId, 'refuse');
  const agencyId = agencyOf(document);
  await ctx
    .tables<Tables>()
    .updateTable('incoming_documents.document')
    .set({ state: next, refused_at: ctx.now, refused_by: actor.name, refusal_reason: input.reason })
    .where('agency_id', '=', agencyId)
    .where('id', '=', document.id)
    .execute();
  await closeTasks(ctx, [{ agencyId, subject: { type: 'incoming-document', id: document.id } }], 'cancelled');
  await answerMessage(ctx, { agencyId, messageId: messageOf(document), status: '02', reason: input.reason });
  ctx.record({ type: 'incoming-documents.document-refused', agencyId, subject: { type: 'incoming-document', id: document.id }, data: { reason: input.reason } });
}
