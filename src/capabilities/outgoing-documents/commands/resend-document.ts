import type { CommandContext } from '#kernel/command.ts';
import { deliveriesOf, retryDelivery, sendEnvelope, type DeliveryLine } from '#engines/exchange/index.ts';
import { contentForEnvelope } from '../describe-document.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { sentSubject } from '../sent-actions.ts';

/** What still waits is tried again; who refused it, or from whom it was taken back, gets it anew. */
const WAITING: ReadonlySet<string> = new Set(['waiting', 'no_route']);
export const RESENDABLE: ReadonlySet<string> = new Set(['waiting', 'no_route', 'refused', 'recalled', 'cancelled']);

/**
 * Sends an issued document again to recipients who do not have it (gửi lại).
 * @throws outgoing-documents.nothingToResend when all chosen ones have it.
 */
export async function resendDocument(ctx: CommandContext, input: { documentId: string; recipientIds?: readonly string[] | undefined }): Promise<void> {
  const { document } = await lockForAction(ctx, input.documentId, 'resend');
  const sent = sentSubject(document);
  // the newest line of a recipient says where it stands
  const newest = new Map<string, DeliveryLine>((await deliveriesOf(ctx, sent)).map((line) => [line.recipientAgencyId, line]));
  const lines = [...newest.values()].filter((line) => RESENDABLE.has(line.state) && (input.recipientIds?.includes(line.recipientAgencyId) ?? true));
  if (lines.length === 0) throw errors.nothingToResend();
  for (const line of lines.filter(({ state }) => WAITING.has(state))) await retryDelivery(ctx, { agencyId: sent.agencyId, envelopeId: line.envelopeId, recipientAgencyId: line.recipientAgencyId });
  const anew = lines.filter(({ state }) => !WAITING.has(state)).map((line) => line.recipientAgencyId);
  if (anew.length > 0) await sendEnvelope(ctx, { ...sent, recipients: anew, ...(await contentForEnvelope(ctx, document)) });
  await updateDocument(ctx, document, {});
  ctx.record({ type: 'outgoing-documents.document-resent', agencyId: agencyOf(document), subject: subjectOf(document), data: { recipientCount: lines.length } });
}
