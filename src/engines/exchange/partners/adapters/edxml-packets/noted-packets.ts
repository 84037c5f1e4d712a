import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { PartnerId } from '../../adapter.ts';
import { documentIdOf, readAgencyCode, type EdxmlMessage } from '../../../edxml/index.ts';
import { readEnvelope } from '../../../envelope.ts';
import { documentEnvelopeId } from './derived-id.ts';
import { LONGEST_DOCUMENT_CODE, type Envelope } from '../../../contract.ts';

export type PacketBusiness = 'new' | 'revoke' | 'update' | 'replace' | 'take_back' | 'status' | 'unreadable';

/** What is noted of a packet that a vendor's system sent. */
export type PacketFacts = {
  partnerId: PartnerId;
  partnerRef: string;
  originalHash: string;
  messageType: 'edoc' | 'status' | 'unreadable';
  documentId: string | null;
  business: PacketBusiness;
  fromCode: string | null;
  toCodes: readonly string[];
  sentAt: Date;
};

/** What a message is about, by the id that it carries or, failing that, by agency, day and number. */
export function aboutOf(message: EdxmlMessage): { documentId: string; business: Exclude<PacketBusiness, 'unreadable'> } {
  if (message.kind === 'status') {
    const { documentId, promulgationDay } = message.responseFor;
    const isTakeBack = message.statusCode === '13';
    // The sample code of a toolkit writes the number and the agency into each other's place.
    const isSwapped = message.responseFor.organId.includes('/') && !message.responseFor.code.includes('/');
    const code = isSwapped ? message.responseFor.organId : message.responseFor.code;
    const answered = isSwapped ? message.responseFor.code : message.responseFor.organId;
    // A taking back is the sender's own word: what stands there may be the receiver.
    const organId = isTakeBack ? message.from.organId : answered;
    const [codeNumber = '', ...notation] = code.split('/');
    const made = promulgationDay === null ? '' : documentIdOf({ organId, day: promulgationDay, codeNumber, codeNotation: notation.join('/') });
    return { documentId: documentId || made, business: isTakeBack ? 'take_back' : 'status' };
  }
  const { business } = message;
  if (business.kind === 'new' || business.kind === 'replace') return { documentId: message.documentId, business: business.kind };
  return { documentId: business.documentId || message.documentId, business: business.kind };
}

/** As much of a code as is noted: what is longer names nothing that exists. */
const LONGEST_CODE = 100;

/**
 * Notes a packet with its original, so that whoever reads the original finds it. Notices about one document get their
 * places in the order in which they came.
 */
export async function notePacket(ctx: CommandContext, packet: PacketFacts): Promise<void> {
  const documentId = packet.documentId?.slice(0, LONGEST_DOCUMENT_CODE).toWellFormed() ?? null;
  await ctx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${packet.partnerId} ${documentId ?? ''}`]);
  await ctx.query(
    `insert into exchange.axis_packet (partner_id, partner_ref, original_hash, message_type, document_id, business, sequence, from_code, to_codes, sent_at, received_at)
     select $1, $2, $3, $4, $5, $6, (select count(*) from exchange.axis_packet where partner_id = $1 and document_id = $5 and business in ('revoke', 'update', 'replace', 'take_back')) + 1, $7, $8, $9, $10
     on conflict do nothing`,
    [packet.partnerId, packet.partnerRef, Buffer.from(packet.originalHash, 'hex'), packet.messageType, documentId, packet.business, packet.fromCode?.slice(0, LONGEST_CODE).toWellFormed() ?? null, packet.toCodes, packet.sentAt, ctx.now],
  );
}

export type NotedPacket = { partnerRef: string; sequence: number; sentAt: Date; receivedAt: Date; toCodes: string[] };

const NOTED = `select partner_ref as "partnerRef", sequence, sent_at as "sentAt", received_at as "receivedAt", to_codes as "toCodes" from exchange.axis_packet`;

/** What was noted of an original; the earliest when the same bytes came under several ids. */
export async function packetOf(q: Queryable, of: { partnerId: PartnerId; originalHash: string }): Promise<NotedPacket | undefined> {
  const { rows } = await q.query(`${NOTED} where partner_id = $1 and original_hash = $2 order by received_at, partner_ref limit 1`, [of.partnerId, Buffer.from(of.originalHash, 'hex')]);
  // safe because the statement selects exactly these columns
  return rows[0] as NotedPacket | undefined;
}

/** The packet with which a document came first: one that is sent again, written anew, keeps its time, so that it is the same. */
export async function firstPacketOf(q: Queryable, of: { partnerId: PartnerId; documentId: string }): Promise<NotedPacket | undefined> {
  const { rows } = await q.query(`${NOTED} where partner_id = $1 and document_id = $2 and business in ('new', 'replace') order by received_at, partner_ref limit 1`, [of.partnerId, of.documentId]);
  // safe because the statement selects exactly these columns
  return rows[0] as NotedPacket | undefined;
}

export type EarlierDocument = { envelope: Envelope; original: string; contentHash: string };

/** The document that a system sent under this id, as its receivers have it. `pending` while it has not been read yet. */
export async function earlierDocument(q: Queryable, of: { partnerId: PartnerId; documentId: string }): Promise<EarlierDocument | 'pending' | undefined> {
  const { rows } = await q.query(
    `select i.state, coalesce(m.original, e.original) as original, encode(coalesce(m.content_hash, e.content_hash), 'hex') as hash
       from exchange.axis_packet p
       join exchange.inbound i on i.partner_id = p.partner_id and i.partner_ref = p.partner_ref
       left join exchange.message_origin o on o.inbound_id = i.id
       left join exchange.message m on m.agency_id = o.agency_id and m.id = o.message_id
       left join exchange.relay r on r.inbound_id = i.id
       left join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
      where p.partner_id = $1 and p.document_id = $2 and p.business in ('new', 'replace') order by (m.id is null and e.id is null), p.received_at limit 1`,
    [of.partnerId, of.documentId],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as { state: string; original: string | null; hash: string | null } | undefined;
  if (row?.state === 'waiting' && row.original === null) return 'pending';
  const found = row === undefined || row.original === null || row.hash === null ? await recoveredDocument(q, of) : { original: row.original, hash: row.hash };
  if (found === undefined) return undefined;
  const read = readEnvelope(found.original);
  return read.ok ? { envelope: read.envelope, original: found.original, contentHash: found.hash } : undefined;
}

/** One that we passed on and that was written back after a restore, which lost its packet. */
async function recoveredDocument(q: Queryable, of: { partnerId: PartnerId; documentId: string }): Promise<{ original: string; hash: string } | undefined> {
  const { rows } = await q.query(
    `select e.original, encode(e.content_hash, 'hex') as hash from exchange.relay r join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
      where r.partner_id = $1 and r.inbound_id is null and r.envelope_id = $2 limit 1`,
    [of.partnerId, documentEnvelopeId(of.partnerId, of.documentId)],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as { original: string; hash: string } | undefined;
}

export type OwnParcel = { agencyId: Id<'agency'>; transferId: string; envelopeId: string; kind: string; recipientId: string; lastStatus: string | null; lastOrdinal: number; laidOutAt: Date };

/** What a status says that it answers. Ids of documents are their senders' own: two may use one, so the sender whose document is meant decides. */
export type Answered = { partnerId: PartnerId; documentId: string; senderCode: string; byAgencyId: string; aboutNotice: boolean };

/**
 * The delivery of ours that a system answers: by the document's id, its sender and the agency that answers, which is the recipient or its
 * successor. 15 and 16 answer the newest notice, everything else the document itself. A code that no sender had is no reason to lose the answer.
 */
export async function answeredDelivery(q: Queryable, of: Answered): Promise<OwnParcel | undefined> {
  const { text, counterpart } = readAgencyCode(of.senderCode);
  const { rows } = await q.query(
    `select d.agency_id as "agencyId", a.id as "transferId", d.envelope_id as "envelopeId", e.kind, d.recipient_agency_id as "recipientId", d.answer_ordinal as "lastOrdinal", a.created_at as "laidOutAt",
            (select r.status from exchange.delivery_answer r where r.agency_id = d.agency_id and r.envelope_id = d.envelope_id and r.recipient_agency_id = d.recipient_agency_id
              order by r.ordinal desc limit 1) as "lastStatus"
       from exchange.axis_parcel a
       join exchange.delivery d on d.agency_id = a.agency_id and d.transfer_id = a.id
       join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
      where a.partner_id = $1 and a.document_id = $2 and $3 in (d.recipient_agency_id::text, d.delivered_to_agency_id::text) and d.state <> 'cancelled'
        and (e.kind in ('recall', 'take_back', 'update')) = $4
      order by a.from_code = any ($5) desc, a.id desc limit 1`,
    [of.partnerId, of.documentId, of.byAgencyId, of.aboutNotice, [of.senderCode, text, ...(counterpart === null ? [] : [counterpart])]],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as OwnParcel | undefined;
}
