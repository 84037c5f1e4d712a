import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { isNotice, type Envelope } from '../contract.ts';
import { decideArrival } from '../domain/arrival-steps.ts';
import { fileFacts, type FileInspection } from '../inspection.ts';
import { insertDeliveries } from '../insert-deliveries.ts';
import { envelopeHash } from '../envelope.ts';
import type { PartnerId } from './adapter.ts';
import type { InboundRow } from './inbound.ts';
import { recordPartnerEvent } from './record.ts';
import { handOver } from './transfers.ts';

type AgencyId = Id<'agency'>;

/** `ref` is what the sender wants to read again in the answers. */
export type RelayRecipient = { addressed: { id: AgencyId; name: string; code: string | null; ref: string | null }; to: { id: AgencyId; name: string; partnerId: PartnerId } };
export type RelayedEnvelope = {
  inbound: InboundRow;
  sender: { agencyId: AgencyId; ref: string; code: string | null };
  envelope: Envelope;
  /** Whether the document has an id that its own system gave it. */
  keepsDocumentId: boolean;
  original: string;
  contentHash: string;
  inspection: readonly FileInspection[];
  recipients: readonly RelayRecipient[];
};

/**
 * Passes an envelope of an agency outside on to agencies of other systems and installations, by the same outbox as our own. It is kept in the
 * space of its sender: one envelope, one delivery a recipient. The same one again changes nothing, and further
 * recipients are added to it.
 * @returns why it does not go, when it is not what it claims to be.
 */
export async function relayEnvelope(ctx: CommandContext, given: RelayedEnvelope): Promise<string | undefined> {
  const { inbound, sender, envelope, recipients } = given;
  if (recipients.length === 0) return undefined;
  const known = await keepEnvelope(ctx, given);
  const refusal = refusalOf(given, known);
  if (refusal !== undefined) return refusal;
  const fresh = await withoutKnown(ctx, given);
  if (fresh.length === 0) return undefined;
  const { agencyId } = sender;
  const { envelopeId } = envelope;
  const { rows } = await ctx.query('select count(*)::int as n from exchange.delivery where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId]);
  const behind = Number(rows[0]?.['n']);
  insertDeliveries(ctx, { agencyId, envelopeId, recipients: fresh.map(({ addressed }) => ({ ...addressed, hosting: 'external' })), behind });
  await ctx.query('update exchange.envelope set recipient_count = $3 where agency_id = $1 and id = $2', [agencyId, envelopeId, behind + fresh.length]);
  await ctx.query(
    `insert into exchange.relay (agency_id, envelope_id, recipient_agency_id, partner_id, inbound_id, addressed_code, addressed_ref, sender_ref, sender_code, keeps_document_id, relayed_at)
     select $1, $2, r.id, $3, $4, r.code, r.ref, $5, $6, $11, $7 from unnest($8::uuid[], $9::text[], $10::text[]) as r (id, code, ref)`,
    [
      agencyId,
      envelopeId,
      inbound.partnerId,
      inbound.id,
      sender.ref,
      sender.code,
      ctx.now,
      fresh.map(({ addressed }) => addressed.id),
      fresh.map(({ addressed }) => addressed.code),
      fresh.map(({ addressed }) => addressed.ref),
      given.keepsDocumentId,
    ],
  );
  const subject = subjectOf(envelope);
  await handOver(ctx, fresh.map(({ addressed, to }) => ({ agencyId, envelopeId, recipientAgencyId: addressed.id, subject, to: to.id, toName: to.name, partnerId: to.partnerId })));
  const partner = { id: inbound.partnerId, name: inbound.partnerName };
  recordPartnerEvent(ctx, 'envelope-relayed', { partner, agencyId, data: { envelopeId, number: `${envelope.document.number}/${envelope.document.notation}`, recipients: fresh.map(({ addressed }) => addressed.name).join(', ') } });
  return undefined;
}

/** Notices share the order of the document that they are about, so that none overtakes it. */
function subjectOf({ envelopeId, business }: Envelope): { type: string; id: string } {
  return { type: 'relay', id: isNotice(business) ? business.of.envelopeId : envelopeId };
}

/** @returns the hash of what is there under this id. */
async function keepEnvelope(ctx: CommandContext, { sender, envelope, original, inspection }: RelayedEnvelope): Promise<string> {
  const { business } = envelope;
  const subject = subjectOf(envelope);
  const cancels = business !== undefined && (business.kind === 'recall' || business.kind === 'take_back' || business.removedRecipients !== undefined);
  await ctx.query(
    `insert into exchange.envelope (agency_id, id, subject_type, subject_id, original, content_hash, urgency, recipient_count, sent_at, sent_by, inspection, inspected_at, kind, of_envelope_id, cancels, sequence, reason)
     values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $8, $11, $12, $13, $14, $15) on conflict do nothing`,
    [
      sender.agencyId,
      envelope.envelopeId,
      subject.type,
      subject.id,
      original,
      Buffer.from(envelopeHash(original), 'hex'),
      envelope.document.urgency,
      ctx.now,
      JSON.stringify(actorRecord(ctx.actor)),
      JSON.stringify(inspection),
      business?.kind ?? 'new',
      business?.of.envelopeId ?? null,
      cancels,
      business?.sequence ?? 0,
      business?.reason ?? null,
    ],
  );
  const { rows } = await ctx.query(`select encode(content_hash, 'hex') as hash from exchange.envelope where agency_id = $1 and id = $2 for update`, [sender.agencyId, envelope.envelopeId]);
  return String(rows[0]?.['hash']);
}

/** By the same steps as an arrival here: what no agency of ours would be given is not passed on either. */
function refusalOf({ envelope, original, contentHash, inspection }: RelayedEnvelope, knownHash: string): string | undefined {
  const computedHash = envelopeHash(original);
  const decision = decideArrival({
    statedHash: contentHash,
    computedHash,
    known: knownHash === computedHash ? 'new' : 'different',
    wellFormed: { ok: true },
    files: fileFacts(envelope, inspection),
    needsFiles: !isNotice(envelope.business),
    secrecy: envelope.document.secrecy,
    recipientActive: true,
  });
  return decision.accepted ? undefined : (decision.reason ?? '');
}

async function withoutKnown(ctx: CommandContext, { sender, envelope, recipients }: RelayedEnvelope): Promise<RelayRecipient[]> {
  const { rows } = await ctx.query('select recipient_agency_id as id from exchange.delivery where agency_id = $1 and envelope_id = $2', [sender.agencyId, envelope.envelopeId]);
  const known = new Set(rows.map((row) => String(row['id'])));
  return [...new Map(recipients.map((each) => [each.addressed.id, each])).values()].filter(({ addressed }) => !known.has(addressed.id));
}
