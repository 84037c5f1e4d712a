import type { CommandContext } from '#kernel/command.ts';
import { changePart, dueAtOf, renewTask } from '../assignments.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';

/** The leader sets another deadline, with the reason, for everybody who still has a part in the document (gia hạn). @throws incoming-documents.dueIsOver */
export async function extendDeadline(ctx: CommandContext, input: { documentId: string; dueOn: string; reason: string }): Promise<void> {
  const { document, parts } = await lockForAction(ctx, input.documentId, 'extend');
  const { dueAt, inWords } = await dueAtOf(ctx, input.dueOn);
  await updateDocument(ctx, document, { handling_due_at: dueAt });
  for (const part of parts.filter(({ state }) => state === 'open' || state === 'passed')) {
    await changePart(ctx, part, { due_at: dueAt, extension_reason: input.reason });
    if (part.state === 'open') await renewTask(ctx, document, { ...part, due_at: dueAt });
  }
  ctx.record({ type: 'incoming-documents.deadline-extended', agencyId: agencyOf(document), subject: subjectOf(document), data: { dueOn: inWords, reason: input.reason } });
}
