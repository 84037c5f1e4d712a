import type { CommandContext } from '#kernel/command.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { endWaiting } from '../waiting.ts';

/** Takes a document out of the flow before it is issued. A number that it already has stays used, so the register has no gap. */
export async function withdrawDocument(ctx: CommandContext, input: { documentId: string; reason: string }): Promise<void> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'withdraw');
  await updateDocument(ctx, document, { state: next, withdrawn_at: ctx.now, withdrawal_reason: input.reason });
  await endWaiting(ctx, document, 'cancelled');
  ctx.record({ type: 'outgoing-documents.document-withdrawn', agencyId: agencyOf(document), subject: subjectOf(document), data: { reason: input.reason } });
}
