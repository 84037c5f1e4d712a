import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { exchangeErrors } from '../errors.ts';
import type { TransferId } from '../partners/adapter.ts';
import { wakeTransfer } from '../partners/commands/retry-transfer.ts';
import { deliverJobFor, deliverKey } from './release-envelope.ts';

export type RetryDelivery = { agencyId: Id<'agency'>; envelopeId: string; recipientAgencyId: Id<'agency'> };

/**
 * Tries a delivery again now: one that is stuck or waits for its next try, or one that had no way to go.
 * @throws `exchange.deliveryNotFound`; `exchange.deliveryNotWaiting` when it has arrived, or came back for good.
 */
export async function retryDelivery(ctx: CommandContext, input: RetryDelivery): Promise<void> {
  const { rows } = await ctx.query(
    `select d.state, d.recipient_name, e.subject_type, e.subject_id, e.inspected_at, d.transfer_id
       from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
      where d.agency_id = $1 and d.envelope_id = $2 and d.recipient_agency_id = $3 for update of d`,
    [input.agencyId, input.envelopeId, input.recipientAgencyId],
  );
  const [delivery] = rows;
  if (delivery === undefined) throw exchangeErrors.deliveryNotFound();
  if (delivery['state'] !== 'waiting' && delivery['state'] !== 'no_route') throw exchangeErrors.deliveryNotWaiting();
  // safe because the column holds parcels' ids
  const transferId = delivery['transfer_id'] as TransferId | null;
  if (transferId === null) await wakeJob(ctx, input, delivery['inspected_at'] !== null);
  else await wakeTransfer(ctx, { agencyId: input.agencyId, transferId });
  ctx.record({
    type: 'exchange.delivery-retried',
    agencyId: input.agencyId,
    subject: { type: String(delivery['subject_type']), id: String(delivery['subject_id']) },
    data: { envelopeId: input.envelopeId, recipientAgencyId: input.recipientAgencyId, recipientName: String(delivery['recipient_name']) },
  });
}

/** The job of a delivery that goes directly, or the look at the envelope's files before it. */
async function wakeJob(ctx: CommandContext, input: RetryDelivery, isInspected: boolean): Promise<void> {
  const woken = await ctx.query(
    `update kernel.job set failed_at = null, attempts = 0, run_at = $4, last_error = null
      where agency_id = $1 and kind = $2 and dedupe_key = $3 and lease_until is null`,
    [input.agencyId, isInspected ? 'exchange.deliver' : 'exchange.inspect', isInspected ? deliverKey(input.envelopeId, input.recipientAgencyId) : input.envelopeId, ctx.now],
  );
  if (woken.rowCount === 0) {
    ctx.enqueue(isInspected ? deliverJobFor(input, input.recipientAgencyId, ctx.now) : { kind: 'exchange.inspect', agencyId: input.agencyId, payload: { envelopeId: input.envelopeId }, dedupeKey: input.envelopeId });
  }
}
