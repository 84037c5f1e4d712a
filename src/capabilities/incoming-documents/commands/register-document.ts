import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { answerMessage } from '#engines/exchange/index.ts';
import { takeNumber } from '#engines/registers/index.ts';
import { agencyOf, lockForAction, messageOf } from '../document-store.ts';
import type { Tables } from '../tables.ts';

/**
 * Registers an incoming document (vào sổ, 30/2020/NĐ-CP Art. 22): it gets the next arrival number of the year, and the
 * sender is told "đã tiếp nhận" (03) with the clerk's name and the minute.
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
  ctx.record({
    type: 'incoming-documents.document-registered',
    agencyId,
    subject: { type: 'incoming-document', id: document.id },
    data: { arrivalNumber: taken.number, arrivalYear: taken.year },
  });
  return { arrivalNumber: taken.number, arrivalYear: taken.year };
}
