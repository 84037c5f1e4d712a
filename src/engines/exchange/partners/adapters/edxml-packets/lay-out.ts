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
