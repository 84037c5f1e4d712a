import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { answerMessage } from '#engines/exchange/index.ts';
import { takeNumber } from '#engines/registers/index.ts';
import { archiveFile } from '#engines/signatures/index.ts';
import { agencyOf, lockForAction, messageOf } from '../document-store.ts';
import { filesOf, type DocumentRow, type Tables } from '../tables.ts';
import { askClerk } from './return-document.ts';

/**
 * Registers an incoming document (vào sổ, 30/2020/NĐ-CP Art. 22): it gets the next arrival number of the year, and the
 * sender is told "đã tiếp nhận" (03) with the clerk's name and the minute. What is validly signed gets its lasting copy, and the clerk is
 * to submit the document next (Art. 23.1).
 */
export async function registerDocument(ctx: CommandContext, input: { documentId: string }): Promise<{ arrivalNumber: number; arrivalYear: number }> {
  const { actor, document, next } = await lockForAction(ctx, input.documentId, 'register');
  const agencyId = agencyOf(document);
  const taken = await takeNumber(ctx, { agencyId, kind: 'incoming', day: vietnamDay(ctx.now) });
  await ctx
    .tables<Tables>()
    .updateTable('incoming_documents.document')
    .set({
      state: next,
      register_id: taken.registerId,
      arrival_year: taken.year,
      arrival_number: taken.number,
      registered_at: ctx.now,
      registered_by: actor.name,
    })
    .where('agency_id', '=', agencyId)
    .where('id', '=', document.id)
    .execute();
  await closeTasks(ctx, [{ agencyId, subject: { type: 'incoming-document', id: document.id } }], 'done');
  await answerMessage(ctx, { agencyId, messageId: messageOf(document), status: '03' });
  // an office without clerks of its own, a guest, has nobody to submit to
  if (actor.roles.includes('clerk')) await askClerk(ctx, document);
  await keepForLong(ctx, document);
  ctx.record({
    type: 'incoming-documents.document-registered',
    agencyId,
    subject: { type: 'incoming-document', id: document.id },
    data: { arrivalNumber: taken.number, arrivalYear: taken.year },
  });
  return { arrivalNumber: taken.number, arrivalYear: taken.year };
}

/** The verdict is about the main file; only what is valid now can be shown to have been valid later. */
async function keepForLong(ctx: CommandContext, document: DocumentRow): Promise<void> {
  if (document.verdict !== 'TOTAL-PASSED') return;
  for (const file of filesOf(document).filter(({ role, mediaType }) => role === 'main' && mediaType === 'application/pdf')) {
    await archiveFile(ctx, { agencyId: agencyOf(document), sha256: file.sha256, name: file.name });
  }
}
