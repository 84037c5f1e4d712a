import type { CommandContext } from '#kernel/command.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { setRecipients } from '../draft-fields.ts';

/** Changes to whom a document goes, at any time before it is issued. */
export async function changeRecipients(ctx: CommandContext, input: { documentId: string; recipientIds: readonly string[] }): Promise<void> {
  const { document } = await lockForAction(ctx, input.documentId, 'address');
  await setRecipients(ctx, document, input.recipientIds);
  await updateDocument(ctx, document, {});
  ctx.record({
    type: 'outgoing-documents.recipients-changed',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { recipientCount: new Set(input.recipientIds).size },
  });
}
