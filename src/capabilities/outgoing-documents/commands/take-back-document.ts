import type { CommandContext } from '#kernel/command.ts';
import { sendNotice } from '#engines/exchange/index.ts';
import { lockForAction, updateDocument } from '../document-store.ts';
import { agencyIds, sentSubject } from '../sent-actions.ts';

/**
 * Takes a document back from recipients who have not opened it (lấy lại, status 13). It stays issued, and may be sent to them again;
 * the exchange has it on record.
 * @throws exchange.tooLateToTakeBack when one of them has.
 */
export async function takeBackDocument(ctx: CommandContext, input: { documentId: string; reason: string; recipientIds: readonly string[] }): Promise<void> {
  const { document } = await lockForAction(ctx, input.documentId, 'take-back');
  await sendNotice(ctx, { ...sentSubject(document), kind: 'take_back', reason: input.reason, recipients: agencyIds(input.recipientIds) });
  await updateDocument(ctx, document, {});
}
