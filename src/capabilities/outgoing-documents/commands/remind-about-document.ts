import type { CommandContext } from '#kernel/command.ts';
import { remindRecipients } from '#engines/exchange/index.ts';
import { lockForAction } from '../document-store.ts';
import { agencyIds, sentSubject } from '../sent-actions.ts';

/** Reminds recipients who have not registered the document. @throws exchange.nobodyToRemind */
export async function remindAboutDocument(ctx: CommandContext, input: { documentId: string; recipientIds?: readonly string[] | undefined }): Promise<void> {
  const { document } = await lockForAction(ctx, input.documentId, 'remind');
  await remindRecipients(ctx, { ...sentSubject(document), ...(input.recipientIds === undefined ? {} : { recipients: agencyIds(input.recipientIds) }) });
}
