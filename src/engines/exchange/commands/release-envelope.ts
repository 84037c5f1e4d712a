import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { envelopeDocument } from '../contract.ts';
import type { FileInspection } from '../inspection.ts';
import { runAtFor } from './send-envelope.ts';

export type ReleaseEnvelope = { agencyId: Id<'agency'>; envelopeId: Id<'envelope'>; inspection: FileInspection[] };

/**
 * Notes what the look at the files found and puts every waiting delivery to work, each as its own job; for many envelopes with as many
 * statements as for one. A second call for the same envelope has no effect.
 */
export async function releaseEnvelopes(ctx: CommandContext, inputs: readonly ReleaseEnvelope[]): Promise<void> {
  const { rows } = await ctx.query(
    `update exchange.envelope e set inspection = i.inspection, inspected_at = $4
       from rows from (unnest($1::uuid[], $2::uuid[]), jsonb_array_elements($3::jsonb)) as i (agency_id, id, inspection)
      where e.agency_id = i.agency_id and e.id = i.id and e.inspected_at is null
     returning e.agency_id as "agencyId", e.id, e.subject_type as type, e.subject_id as "subjectId", e.urgency`,
    [inputs.map(({ agencyId }) => agencyId), inputs.map(({ envelopeId }) => envelopeId), JSON.stringify(inputs.map(({ inspection }) => inspection)), ctx.now],
  );
  // safe because the statement returns exactly these columns
  const released = new Map((rows as Released[]).map((row) => [`${row.agencyId} ${row.id}`, row]));
  if (released.size === 0) return;
  for (const { agencyId, envelopeId, inspection } of inputs) {
    const envelope = released.get(`${agencyId} ${envelopeId}`);
    if (envelope === undefined) continue;
    const subject = { type: envelope.type, id: envelope.subjectId };
    ctx.record({ type: 'exchange.envelope-inspected', agencyId, subject, data: { envelopeId, files: inspection } });
  }
  await enqueueDeliveries(ctx, [...released.values()]);
}

type Released = { agencyId: Id<'agency'>; id: string; type: string; subjectId: string; urgency: string };

async function enqueueDeliveries(ctx: CommandContext, released: readonly Released[]): Promise<void> {
  // An agency outside may be reached through a partner: the routing of its delivery finds out. The states are parameters for the reason that OPEN_STATES tells.
  const { rows } = await ctx.query(
    `select r.place::int as place, d.recipient_agency_id as recipient from unnest($1::uuid[], $2::uuid[]) with ordinality as r (agency_id, id, place)
       join exchange.delivery d on d.agency_id = r.agency_id and d.envelope_id = r.id
      where d.state = $3 or (d.state = $4 and exists (select from exchange.partner_agency p where p.agency_id = d.recipient_agency_id and p.valid_to is null))
      order by r.place, d.position`,
    [released.map(({ agencyId }) => agencyId), released.map(({ id }) => id), 'waiting', 'no_route'],
  );
  for (const row of rows) {
    const envelope = released[Number(row['place']) - 1];
    if (envelope === undefined) throw new Error('a delivery has an envelope');
    const runAt = runAtFor(ctx.now, envelopeDocument.shape.urgency.parse(envelope.urgency));
    ctx.enqueue(deliverJobFor({ agencyId: envelope.agencyId, envelopeId: envelope.id }, String(row['recipient']), runAt));
  }
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
