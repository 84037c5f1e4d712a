import type { CommandContext } from '#kernel/command.ts';
import { closeTasks, nextWorkingDayDeadline, openTasks, workingCalendar } from '#engines/cases/index.ts';
import { renewTask } from '../assignments.ts';
import { agencyOf, lockForAction, partsOf, subjectOf, updateDocument } from '../document-store.ts';
import type { DocumentRow, Tables } from '../tables.ts';

/**
 * The leader gives a document back with a reason: what was submitted, to the clerk; what was reported, to whoever has the main part.
 * The sender is told nothing by this, since nothing changed for them.
 */
export async function returnDocument(ctx: CommandContext, input: { documentId: string; reason: string }): Promise<void> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'return');
  const agencyId = agencyOf(document);
  await updateDocument(ctx, document, { state: next, return_reason: input.reason, reported_at: null, result: null, result_text: null, result_by: null, result_reply_id: null });
  // a question of the sender that waits for the clerk stays
  await closeTasks(ctx, ['instruct', 'review'].map((kind) => ({ agencyId, subject: subjectOf(document), kind: `incoming-documents.${kind}` })), 'done');
  if (document.state === 'submitted') await askClerk(ctx, document);
  else await reopenMainPart(ctx, document);
  ctx.record({ type: 'incoming-documents.document-returned', agencyId, subject: subjectOf(document), data: { reason: input.reason } });
}

/** The clerk is to submit it, the same day, at the latest the next working day (30/2020/NĐ-CP Art. 23.1). */
export async function askClerk(ctx: CommandContext, document: DocumentRow): Promise<void> {
  await openTasks(ctx, [
    {
      agencyId: agencyOf(document),
      subject: subjectOf(document),
      kind: 'incoming-documents.submit',
      assignee: { role: 'clerk' },
      title: document.summary,
      dueAt: nextWorkingDayDeadline(await workingCalendar(ctx.kernel), ctx.now),
      urgency: document.urgency,
      href: `/app/van-ban-den/${document.id}`,
    },
  ]);
}

/** The part that was reported last is open again. */
async function reopenMainPart(ctx: CommandContext, document: DocumentRow): Promise<void> {
  const reported = (await partsOf(ctx, document)).filter((part) => part.role === 'main' && part.state === 'done').at(-1);
  if (reported === undefined) return;
  await ctx
    .tables<Tables>()
    .updateTable('incoming_documents.assignment')
    .set({ state: 'open', ended_at: null, outcome: null })
    .where('agency_id', '=', reported.agency_id)
    .where('document_id', '=', reported.document_id)
    .where('id', '=', reported.id)
    .execute();
  await renewTask(ctx, document, reported);
}
