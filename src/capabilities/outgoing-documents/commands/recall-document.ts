import type { CommandContext } from '#kernel/command.ts';
import { sendNotice } from '#engines/exchange/index.ts';
import { authenticityCodeOf } from '../authenticity.ts';
import { fullNumber } from '../describe-document.ts';
import { agencyOf, lockForAction, personOf, subjectOf, updateDocument } from '../document-store.ts';
import { sentSubject } from '../sent-actions.ts';
import { endWaiting } from '../waiting.ts';

/**
 * Recalls an issued document from all its recipients (thu hồi, 30/2020/NĐ-CP Art. 18.4; QĐ 28/2018 Art. 8.2): the own copy is
 * frozen and the public page says so at once; each recipient cancels it and answers. Once more, it asks those again who
 * did not agree.
 */
export async function recallDocument(ctx: CommandContext, input: { documentId: string; reason: string }): Promise<void> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'recall');
  const { told, calledOff } = await sendNotice(ctx, { ...sentSubject(document), kind: 'recall', reason: input.reason, ifAny: document.state === 'issued' });
  await updateDocument(ctx, document, { state: next, recalled_at: document.recalled_at ?? ctx.now, recalled_by: document.recalled_by ?? personOf(ctx).name, recall_reason: document.recall_reason ?? input.reason });
  await endWaiting(ctx, document, 'done');
  ctx.record({
    type: 'outgoing-documents.document-recalled',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { numberAndNotation: fullNumber(document), reason: input.reason, recipientCount: new Set([...told, ...calledOff]).size, authenticityCode: await authenticityCodeOf(ctx, document) },
  });
}
