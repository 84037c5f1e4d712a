import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Parcel, PartnerId } from '../../adapter.ts';
import type { Packet } from './write-packet.ts';

/** How far the other side is with a packet. */
export type PacketState = 'initial' | 'processing' | 'done' | 'fail';

/**
 * Notes a parcel as laid out for the other side: a vendor's system finds it there, and answers find their delivery by it. The same one again
 * changes nothing. @returns how far the other side is with it.
 */
export async function layOut(kernel: Kernel, of: { partnerId: PartnerId; parcel: Parcel; packet: Packet }): Promise<PacketState> {
  const { partnerId, parcel, packet } = of;
  const agencyId = parcel.kind === 'envelope' ? parcel.sender.agencyId : parcel.from.agencyId;
  const now = kernel.clock.now();
  const { pool } = kernel.database;
  await pool.query(
    `insert into exchange.axis_parcel (agency_id, id, partner_id, message_type, document_id, from_code, to_codes, state, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'initial', $8, $8) on conflict do nothing`,
    [agencyId, parcel.id, partnerId, packet.messageType, packet.documentId, packet.fromCode, packet.toCodes, now],
  );
  const { rows } = await pool.query<{ state: PacketState }>('select state from exchange.axis_parcel where agency_id = $1 and id = $2', [agencyId, parcel.id]);
  return rows[0]?.state ?? 'initial';
}

/**
 * Under which id, and which code of its sender, a document went to the other side, which knows it by these whatever codes and forms hold
 * today. Undefined when it never went there. Of several parcels, that of one of these recipients.
 */
export async function laidOutAs(q: Queryable, of: { partnerId: PartnerId; agencyId: Id<'agency'>; envelopeId: string; recipientIds: readonly Id<'agency'>[] }): Promise<{ documentId: string; fromCode: string } | undefined> {
  const { rows } = await q.query(
    `select a.document_id as "documentId", a.from_code as "fromCode" from exchange.delivery d join exchange.axis_parcel a on a.agency_id = d.agency_id and a.id = d.transfer_id
      where d.agency_id = $1 and d.envelope_id = $2 and a.partner_id = $3 order by d.recipient_agency_id = any ($4) desc, a.id desc limit 1`,
    [of.agencyId, of.envelopeId, of.partnerId, of.recipientIds],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as { documentId: string; fromCode: string } | undefined;
}
