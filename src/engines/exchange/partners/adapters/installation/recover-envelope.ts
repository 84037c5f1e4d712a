import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { isCancelling, type Envelope } from '../../../contract.ts';
import { envelopeHash, readEnvelope } from '../../../envelope.ts';
import type { Party } from '../../adapter.ts';
import { partnersOfAgencies, relayEndOf, type PartnerRow } from '../../partner-rows.ts';
import { mayRelay, type RelayEnd } from '../../relay-rule.ts';
import { isOurMark } from './sent-mark.ts';
import type { ReceivedRow } from './statement.ts';
import { sentParcelOf, type WireParcel } from './wire.ts';

type AgencyId = Id<'agency'>;
/** Why a letter that a partner speaks of cannot be one of ours, or is here already. */
export type Unfit = 'envelopeUnreadable' | 'contentDiffers' | 'senderNotHere' | 'recipientUnknown' | 'known';
export type Recovered<Problem> = { ok: true; envelope: Envelope } | { ok: false; problem: Problem };

/** What a partner says that it has from us, the text, and the parcel as it came there. */
export type Lost = { partner: PartnerRow; row: ReceivedRow; original: string; parcel?: (WireParcel & { kind: 'envelope' }) | undefined };

/** What a recovered envelope is about: the document of the sender's own module is lost, and only its number and text are known. */
const RECOVERED = 'recovered-envelope';

/**
 * Writes one delivery back that a partner has and we lost, as `writeBack`, where it is proved to be ours: the parcel bears the mark that we
 * made for this partner, content, sender and recipient. The partner's word is not believed.
 */
export async function recoverDelivery(ctx: CommandContext, lost: Lost): Promise<Recovered<Unfit | 'notProven'>> {
  const fit = await fitOf(ctx, lost);
  if (!fit.ok) return fit;
  return isProven(ctx, lost) ? write(ctx, lost, fit) : { ok: false, problem: 'notProven' };
}

/**
 * Writes one delivery back of an agency here or of one whose system is connected here: the envelope to the byte, the recipient, and the parcel
 * by which its answers will find it. It counts as handed over, so nothing is sent again. Whoever calls has made sure that it is ours; that it
 * was recovered stays on record.
 */
export async function writeBack(ctx: CommandContext, lost: Lost): Promise<Recovered<Unfit>> {
  const fit = await fitOf(ctx, lost);
  return fit.ok ? write(ctx, lost, fit) : fit;
}

type Named = { id: AgencyId; name: string; code: string | null };
type Fit = { ok: true; envelope: Envelope; senderId: AgencyId; recipient: Named; /** Whose system sent it, where it was passed on. */ origin: (RelayEnd & { party: Party }) | undefined };

/** Whether it fits its hash, its sender sends through us, its recipient is reached through this very partner, and nothing here stands against it. */
async function fitOf(ctx: CommandContext, { partner, row, original }: Lost): Promise<Fit | { ok: false; problem: Unfit }> {
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
  const isLocal = agencies.get(senderId)?.hosting === 'local';
  const origin = isLocal ? undefined : ways.get(senderId);
  if (!isLocal && (origin === undefined || !mayRelay(origin, relayEndOf(partner)))) return { ok: false, problem: 'senderNotHere' };
  const recipient = agencies.get(recipientId);
  if (recipient === undefined || ways.get(recipientId)?.partnerId !== partner.id) return { ok: false, problem: 'recipientUnknown' };
  const inTheWay = await findInTheWay(ctx, { senderId, recipientId, row, partnerId: partner.id });
  return inTheWay === undefined ? { ok: true, envelope, senderId, recipient, origin } : { ok: false, problem: inTheWay };
}

async function write(ctx: CommandContext, { partner, row, original, parcel }: Lost, { envelope, senderId, recipient, origin }: Fit): Promise<{ ok: true; envelope: Envelope }> {
  await insertEnvelope(ctx, { senderId, envelope, original, contentHash: row.contentHash });
  await insertDelivery(ctx, { senderId, row, partnerId: partner.id, recipient, carriesMark: parcel?.mark !== undefined });
  if (origin !== undefined) await insertRelay(ctx, { senderId, envelope, recipient, origin });
  const { number, notation } = envelope.document;
  const said = { envelopeId: row.envelopeId, contentHash: row.contentHash, number: `${number}/${notation}`, recipientAgencyId: recipient.id, recipientName: recipient.name };
  ctx.record({ type: 'exchange.envelope-recovered', agencyId: senderId, subject: { type: RECOVERED, id: row.envelopeId }, data: { partnerId: partner.id, partnerName: partner.name, ...said } });
  return { ok: true, envelope };
}

/** The mark is for this very parcel, and the parcel is about this very row. */
function isProven(ctx: CommandContext, { partner, row, parcel }: Lost): boolean {
  if (parcel === undefined || row.addressedRef === null) return false;
  const sent = sentParcelOf(parcel, partner.id);
  const isAbout = sent.parcelId === row.parcelId && sent.contentHash === row.contentHash && sent.senderRef === row.senderRef && sent.recipientRefs.includes(row.addressedRef);
  return isAbout && isOurMark(ctx.kernel.config.appSecret, sent, parcel.mark);
}

/** The recipient has it already, or its envelope or parcel stands here as something else. */
async function findInTheWay(ctx: CommandContext, of: { senderId: AgencyId; recipientId: AgencyId; row: ReceivedRow; partnerId: string }): Promise<'known' | 'contentDiffers' | undefined> {
  const { senderId, recipientId, row, partnerId } = of;
  const { rows } = await ctx.query(
    `select exists (select from exchange.envelope where agency_id = $1 and id = $2 and content_hash <> $3)
         or exists (select from exchange.transfer where agency_id = $1 and id = $4 and (partner_id <> $5 or envelope_id is distinct from $2)) as differs,
            exists (select from exchange.delivery where agency_id = $1 and envelope_id = $2 and recipient_agency_id = $6) as known`,
    [senderId, row.envelopeId, Buffer.from(row.contentHash, 'hex'), row.parcelId, partnerId, recipientId],
  );
  if (rows[0]?.['differs'] === true) return 'contentDiffers';
  return rows[0]?.['known'] === true ? 'known' : undefined;
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

async function insertDelivery(ctx: CommandContext, lost: { senderId: AgencyId; row: ReceivedRow; partnerId: string; recipient: Named; carriesMark: boolean }): Promise<void> {
  const { senderId, row, partnerId, recipient, carriesMark } = lost;
  await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, envelope_id, order_key, state, attempts, checks, created_at, sent_at, changed_at, carries_mark)
     values ($1, $2, $3, 'envelope', $4::uuid, $5 || ':' || $4::text, 'processed', 0, 0, $6, $6, $6, $7) on conflict (agency_id, id) do nothing`,
    [senderId, row.parcelId, partnerId, row.envelopeId, RECOVERED, ctx.now, carriesMark],
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
