import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { isNotice, type DeliveryStatus } from '../contract.ts';
import { signReceipts, type Receipt } from '../domain/receipt.ts';
import { readEnvelope } from '../envelope.ts';
import { receiptKey } from '../receipt-key.ts';
import type { PartnerId, TransferId } from './adapter.ts';
import { routesToSenders, sendParcelJob } from './transfers.ts';

type AgencyId = Id<'agency'>;
type Relayed = { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId };

/** What an agency outside answered to a relayed document goes back to the system of its sender, each answer once. */
export async function relayAnswers(ctx: CommandContext, of: Relayed): Promise<void> {
  const { agencyId, envelopeId, recipientAgencyId } = of;
  const { rows } = await ctx.query(
    `select a.ordinal, r.partner_id as "partnerId" from exchange.relay r
       join exchange.delivery_answer a on a.agency_id = r.agency_id and a.envelope_id = r.envelope_id and a.recipient_agency_id = r.recipient_agency_id
      where r.agency_id = $1 and r.envelope_id = $2 and r.recipient_agency_id = $3
        and not exists (select from exchange.transfer t where t.agency_id = $3 and t.relay_sender_id = $1 and t.relay_envelope_id = $2 and t.ordinal = a.ordinal)
      order by a.ordinal`,
    [agencyId, envelopeId, recipientAgencyId],
  );
  if (rows.length === 0) return;
  // safe because the statement selects exactly these columns
  const owed = rows as { ordinal: number; partnerId: PartnerId }[];
  // By the partner through which the sender is reached today; failing that by the one through which it came.
  const route = (await routesToSenders(ctx, [agencyId])).get(agencyId);
  const laid = await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, ordinal, relay_sender_id, relay_envelope_id, order_key, state, attempts, checks, next_try_at, created_at, changed_at)
     select $1, t.id, t.partner_id, 'answer', t.ordinal, $2, $3::uuid, 'relay:' || $3::uuid::text, 'waiting', 0, 0, $4, $4, $4 from unnest($5::uuid[], $6::uuid[], $7::int[]) as t (id, partner_id, ordinal)
     on conflict do nothing returning id`,
    [recipientAgencyId, agencyId, envelopeId, ctx.now, owed.map(() => newId<'transfer'>()), owed.map((each) => route ?? each.partnerId), owed.map((each) => each.ordinal)],
  );
  // safe because the statement returns the ids of transfers
  for (const row of laid.rows) ctx.enqueue(sendParcelJob({ agencyId: recipientAgencyId, transferId: row['id'] as TransferId, at: ctx.now }));
}

/** What a parcel with an answer carries, whether the answer was given here or passed on. */
export type CarriedAnswer = {
  status: string;
  at: Date;
  byName: string;
  byTitle: string | null;
  reason: string | null;
  receipt: string;
  envelopeId: string;
  hash: string;
  original: string;
  senderId: AgencyId;
  senderRef: string;
  senderCode: string | null;
  addressedRef: string | null;
  addressedCode: string | null;
};

/** The answer that such a parcel carries, with the codes by which the sender's system will recognise it. */
export async function relayedAnswer(q: Queryable, of: { agencyId: AgencyId; id: TransferId }): Promise<CarriedAnswer | undefined> {
  const { rows } = await q.query(
    `select a.status, a.at, a.by_name as "byName", a.by_title as "byTitle", a.reason, a.receipt, e.id as "envelopeId", encode(e.content_hash, 'hex') as hash, e.original,
            r.agency_id as "senderId", r.sender_ref as "senderRef", r.sender_code as "senderCode", r.addressed_ref as "addressedRef", r.addressed_code as "addressedCode"
       from exchange.transfer t
       join exchange.relay r on r.agency_id = t.relay_sender_id and r.envelope_id = t.relay_envelope_id and r.recipient_agency_id = t.agency_id
       join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
       join exchange.delivery_answer a on a.agency_id = r.agency_id and a.envelope_id = r.envelope_id and a.recipient_agency_id = r.recipient_agency_id and a.ordinal = t.ordinal
      where t.agency_id = $1 and t.id = $2`,
    [of.agencyId, of.id],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as CarriedAnswer | undefined;
}

type Origin = { protocol: string; original: string; hash: string; toldBy: string; addressedCode: string | null; recipientId: AgencyId; recipientName: string; toId: AgencyId; toName: string };

async function originOf(ctx: CommandContext, of: Relayed): Promise<Origin | undefined> {
  const { rows } = await ctx.query(
    `select p.protocol, e.original, encode(e.content_hash, 'hex') as hash, q.name as "toldBy", r.addressed_code as "addressedCode", d.recipient_agency_id as "recipientId", d.recipient_name as "recipientName",
            d.delivered_to_agency_id as "toId", d.delivered_to_name as "toName"
       from exchange.relay r
       join exchange.partner p on p.id = r.partner_id
       join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
       join exchange.delivery d on d.agency_id = r.agency_id and d.envelope_id = r.envelope_id and d.recipient_agency_id = r.recipient_agency_id
       join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
       join exchange.partner q on q.id = t.partner_id
      where r.agency_id = $1 and r.envelope_id = $2 and r.recipient_agency_id = $3`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as Origin | undefined;
}

export type ToldAnswer = { status: DeliveryStatus; at: Date; by: { name: string; title: string | null }; reason: string | null };

/**
 * What another installation is told is signed. A system outside gives no receipt that could be handed on, so this installation says
 * in its own name what that system told it, and names the system.
 * @returns undefined where the sender is no agency of another installation: there the kept original is the evidence.
 */
export async function receiptForOrigin(ctx: CommandContext, of: Relayed, told: ToldAnswer): Promise<string | undefined> {
  const origin = await originOf(ctx, of);
  if (origin?.protocol !== 'installation') return undefined;
  const { original, hash, toldBy, addressedCode, recipientId, recipientName, toId, toName } = origin;
  const read = readEnvelope(original);
  if (!read.ok) throw new Error(`the relayed envelope ${of.envelopeId} is not readable`);
  const { document, sender, business } = read.envelope;
  const addressed = { agencyId: recipientId, code: addressedCode, name: recipientName };
  const receipt: Receipt = {
    version: 1,
    envelopeId: of.envelopeId,
    contentHash: hash,
    documentCode: document.code,
    ...(isNotice(business) ? { of: { envelopeId: business.of.envelopeId, contentHash: business.of.contentHash } } : {}),
    sender,
    recipient: toId === recipientId ? addressed : { agencyId: toId, code: null, name: toName },
    ...(toId === recipientId ? {} : { addressed }),
    status: told.status,
    at: isoInVietnam(told.at),
    by: told.by,
    toldBy,
    ...(told.reason === null ? {} : { reason: told.reason }),
  };
  const [signed] = signReceipts([receipt], await receiptKey(ctx.kernel));
  return signed;
}

/** Whether an envelope is one of another system, which we only pass on, and whether its document has an id that this system gave it. */
export async function relayOf(q: Queryable, of: { agencyId: AgencyId; envelopeId: string }): Promise<{ isRelayed: boolean; keepsDocumentId: boolean }> {
  const { rows } = await q.query('select keeps_document_id as keeps from exchange.relay where agency_id = $1 and envelope_id = $2 limit 1', [of.agencyId, of.envelopeId]);
  return { isRelayed: rows.length > 0, keepsDocumentId: rows[0]?.['keeps'] === true };
}
