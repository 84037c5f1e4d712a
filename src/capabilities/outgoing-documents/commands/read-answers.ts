import type { CommandContext } from '#kernel/command.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';

/** The clerk has read that recipients did not agree, and leaves it at that: the task is done. */
export async function readAnswers(ctx: CommandContext, input: { documentId: string }): Promise<void> {
  const { document } = await lockForAction(ctx, input.documentId, 'read-answer');
  const count = await closeTasks(ctx, [{ agencyId: agencyOf(document), subject: subjectOf(document), kind: 'outgoing-documents.read-answer' }], 'done');
  await updateDocument(ctx, document, { answers_read_at: ctx.now });
  ctx.record({ type: 'outgoing-documents.answers-read', agencyId: agencyOf(document), subject: subjectOf(document), data: { count } });
}
