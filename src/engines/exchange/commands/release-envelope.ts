import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { envelopeDocument } from '../contract.ts';
import type { FileInspection } from '../inspection.ts';
import { runAtFor } from './send-envelope.ts';

export type ReleaseEnvelope = { agencyId: Id<'agency'>; envelopeId: Id<'envelope'>; inspection: FileInspection[] };

/**
 * Notes what the look at the files found and puts every waiting delivery to work, each as its own job. A second call for
 * the same envelope has no effect.
 */
export async function releaseEnvelope(ctx: CommandContext, input: ReleaseEnvelope): Promise<void> {
  const released = await ctx.query(
    `update exchange.envelope set inspection = $3, inspected_at = $4
      where agency_id = $1 and id = $2 and inspected_at is null returning subject_type, subject_id, urgency`,
    [input.agencyId, input.envelopeId, JSON.stringify(input.inspection), ctx.now],
  );
  const [envelope] = released.rows;
  if (envelope === undefined) return;
  ctx.record({
    type: 'exchange.envelope-inspected',
    agencyId: input.agencyId,
    subject: { type: String(envelope['subject_type']), id: String(envelope['subject_id']) },
    data: { envelopeId: input.envelopeId, files: input.inspection },
  });
  const waiting = await ctx.query(`select recipient_agency_id from exchange.delivery where agency_id = $1 and envelope_id = $2 and state = 'waiting'`, [
    input.agencyId,
    input.envelopeId,
  ]);
  const runAt = runAtFor(ctx.now, envelopeDocument.shape.urgency.parse(envelope['urgency']));
  for (const row of waiting.rows) ctx.enqueue(deliverJobFor(input, String(row['recipient_agency_id']), runAt));
}

/** The job of one delivery: it stands in the queue once. */
export function deliverJobFor(envelope: { agencyId: Id<'agency'>; envelopeId: string }, recipientAgencyId: string, runAt: Date) {
  return {
    kind: 'exchange.deliver',
    agencyId: envelope.agencyId,
    payload: { envelopeId: envelope.envelopeId, recipientAgencyId },
    dedupeKey: deliverKey(envelope.envelopeId, recipientAgencyId),
    runAt,
  };
}

export function deliverKey(envelopeId: string, recipientAgencyId: string): string {
  return `${envelopeId}:${recipientAgencyId}`;
}
