import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { isCancelling, type Envelope } from '../../../contract.ts';
import { envelopeHash, readEnvelope } from '../../../envelope.ts';
import type { Party } from '../../adapter.ts';
import { partnersOfAgencies, relayEndOf, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { mayRelay, type RelayEnd } from '../../relay-rule.ts';
import type { ReceivedRow } from './statement.ts';

type AgencyId = Id<'agency'>;
export type Recovered = { ok: true; envelope: Envelope } | { ok: false; problem: 'envelopeUnreadable' | 'contentDiffers' | 'senderNotHere' | 'recipientUnknown' };

/** What a recovered envelope is about: the document of the sender's own module is lost, and only its number and text are known. */
export const RECOVERED = 'recovered-envelope';

/**
 * Writes one delivery back that a partner has and we lost, of an agency here or of one whose system is connected here: the envelope to
 * the byte, the recipient, and the parcel by which its answers will find it. It counts as handed over, so nothing is sent again. The
 * partner's word is believed only for an agency whose documents we send it and a recipient that is reached through this very partner; that it
 * was recovered stays on record.
 */
export async function recoverDelivery(ctx: CommandContext, given: { partner: PartnerRow; row: ReceivedRow; original: string }): Promise<Recovered> {
  const { partner, row, original } = given;
  const read = readEnvelope(original);
  if (!read.ok) return { ok: false, problem: 'envelopeUnreadable' };
  const { envelope } = read;
  if (envelopeHash(original) !== row.contentHash || envelope.envelopeId !== row.envelopeId || envelope.sender.agencyId !== row.senderRef) return { ok: false, problem: 'contentDiffers' };
  if (row.addressedRef === null) return { ok: false, problem: 'recipientUnknown' };
  // safe because ids that no agency has are not found below
  const [senderId, recipientId] = [row.senderRef as AgencyId, row.addressedRef as AgencyId];
  const today = vietnamDay(ctx.now);
  const agencies = await agenciesOn(ctx, [senderId, recipientId], today);
  const ways = await partnersOfAgencies(ctx, [senderId, recipientId], today);
  const origin = ways.get(senderId);
  const isLocal = agencies.get(senderId)?.hosting === 'local';
  if (!isLocal && (origin === undefined || !mayRelay(origin, relayEndOf(partner)))) return { ok: false, problem: 'senderNotHere' };
  const recipient = agencies.get(recipientId);
  const route = ways.get(recipientId);
  if (recipient === undefined || route?.partnerId !== partner.id) return { ok: false, problem: 'recipientUnknown' };
  await insertEnvelope(ctx, { senderId, envelope, original, contentHash: row.contentHash });
  await insertDelivery(ctx, { senderId, row, partnerId: partner.id, recipient });
  if (!isLocal && origin !== undefined) await insertRelay(ctx, { senderId, envelope, recipient, origin });
  const { number, notation } = envelope.document;
  recordPartnerEvent(ctx, 'envelope-recovered', { partner, agencyId: senderId, data: { envelopeId: row.envelopeId, number: `${number}/${notation}`, recipientName: recipient.name } });
  return { ok: true, envelope };
}

async function insertEnvelope(ctx: CommandContext, lost: { senderId: AgencyId; envelope: Envelope; original: string; contentHash: string }): Promise<void> {
  const { senderId, envelope, original, contentHash } = lost;
  const { business } = envelope;
  await ctx.query(
    `insert into exchange.envelope (agency_id, id, subject_type, subject_id, original, content_hash, urgency, recipient_count, sent_at, sent_by, kind, of_envelope_id, cancels, sequence, reason)
     values ($1, $2::uuid, $3, $2::text, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13)
     on conflict (agency_id, id) do nothing`,
    [
      senderId,
      envelope.envelopeId,
      RECOVERED,
      original,
      Buffer.from(contentHash, 'hex'),
      envelope.document.urgency,
      new Date(envelope.sentAt),
      JSON.stringify(actorRecord(ctx.actor)),
      business?.kind ?? 'new',
      business?.of.envelopeId ?? null,
      business !== undefined && isCancelling(business),
      business?.sequence ?? 0,
      business?.reason ?? null,
    ],
  );
}

async function insertDelivery(ctx: CommandContext, lost: { senderId: AgencyId; row: ReceivedRow; partnerId: string; recipient: { id: AgencyId; name: string; code: string | null } }): Promise<void> {
  const { senderId, row, partnerId, recipient } = lost;
  await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, envelope_id, order_key, state, attempts, checks, created_at, sent_at, changed_at)
     values ($1, $2, $3, 'envelope', $4::uuid, $5 || ':' || $4::text, 'processed', 0, 0, $6, $6, $6) on conflict (agency_id, id) do nothing`,
    [senderId, row.parcelId, partnerId, row.envelopeId, RECOVERED, ctx.now],
  );
  await ctx.query(
    `insert into exchange.delivery (agency_id, envelope_id, recipient_agency_id, position, recipient_name, recipient_code, state, answer_ordinal, delivered_to_agency_id, delivered_to_name, transfer_id, created_at, changed_at)
     select $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, 'waiting', 0, $3, $4, $6, $7, $7 from exchange.delivery where agency_id = $1 and envelope_id = $2`,
    [senderId, row.envelopeId, recipient.id, recipient.name, recipient.code, row.parcelId, ctx.now],
  );
  await ctx.query('update exchange.envelope set recipient_count = (select count(*) from exchange.delivery where agency_id = $1 and envelope_id = $2) where agency_id = $1 and id = $2', [senderId, row.envelopeId]);
}

/** By which its sender's system will recognise the answers; the packet with which that came is lost. */
async function insertRelay(ctx: CommandContext, lost: { senderId: AgencyId; envelope: Envelope; recipient: { id: AgencyId; code: string | null }; origin: RelayEnd & { party: Party } }): Promise<void> {
  const { senderId, envelope, recipient, origin } = lost;
  const { code } = envelope.sender;
  await ctx.query(
    `insert into exchange.relay (agency_id, envelope_id, recipient_agency_id, partner_id, addressed_code, sender_ref, sender_code, keeps_document_id, relayed_at)
     values ($1, $2, $3, $4, $5, $6, $7, true, $8)`,
    [senderId, envelope.envelopeId, recipient.id, origin.partnerId, recipient.code, origin.party.ref ?? code, code, ctx.now],
  );
}
