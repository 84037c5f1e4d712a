import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { exchangeErrors } from '../errors.ts';
import { insertDeliveries } from '../insert-deliveries.ts';
import { deliverJobFor } from './release-envelope.ts';
import { activeRecipients, runAtFor } from './send-envelope.ts';
import { envelopeIdOf, lockSent, type SentSubject } from './sent-documents.ts';

/**
 * Sends a document that went out before to further recipients: the same envelope, to the byte.
 * @throws `exchange.nothingSent`; `exchange.recipientKnown` for one that has it or gets it; the refusals of `sendEnvelope`.
 */
export async function addRecipients(ctx: CommandContext, input: SentSubject & { recipients: readonly Id<'agency'>[] }): Promise<void> {
  const sent = await lockSent(ctx, input);
  const newest = sent.envelopes.at(-1);
  if (newest === undefined) throw exchangeErrors.nothingSent();
  const agencies = await agenciesOn(ctx, [...new Set(input.recipients)], vietnamDay(ctx.now));
  const recipients = activeRecipients(input, agencies);
  const known = sent.deliveries.find(({ recipientAgencyId }) => recipients.some(({ id }) => id === recipientAgencyId));
  if (known !== undefined) throw exchangeErrors.recipientKnown({ values: { name: known.recipientName } });
  const envelopeId = envelopeIdOf(newest.envelopeId);
  insertDeliveries(ctx, { agencyId: input.agencyId, envelopeId, recipients, behind: sent.deliveries.filter((each) => each.envelopeId === newest.envelopeId).length });
  const { rows } = await ctx.query('update exchange.envelope set recipient_count = recipient_count + $3 where agency_id = $1 and id = $2 returning inspected_at', [input.agencyId, envelopeId, recipients.length]);
  ctx.record({ type: 'exchange.recipients-added', agencyId: input.agencyId, subject: input.subject, data: { envelopeId, recipientCount: recipients.length } });
  // Before the look at the files there is nothing to start: it starts all deliveries that wait then.
  if (rows[0]?.['inspected_at'] === null) return;
  for (const { id } of recipients) ctx.enqueue(deliverJobFor({ agencyId: input.agencyId, envelopeId }, id, runAtFor(ctx.now, newest.document.urgency)));
}
