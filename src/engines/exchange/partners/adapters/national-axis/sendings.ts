import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { PartnerId, TransferId } from '../../adapter.ts';
import type { PacketState } from './sent-list.ts';

/** Which packet of which parcel. */
export type Place = { agencyId: Id<'agency'>; transferId: TransferId; part: number };
export type Sending = { packetHash: string; begunAt: Date; docId: string | null; state: PacketState };

/** What is known of a packet that was begun before. */
export async function sendingOf(q: Queryable, place: Place): Promise<Sending | undefined> {
  const { rows } = await q.query(
    `select encode(packet_hash, 'hex') as "packetHash", begun_at as "begunAt", doc_id as "docId", case state when 'begun' then 'initial' else state end as state
       from exchange.axis_sending where agency_id = $1 and transfer_id = $2 and part = $3`,
    [place.agencyId, place.transferId, place.part],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as Sending | undefined;
}

/** Notes that a packet goes out now, before it does: whoever dies behind this asks the axis first. */
export async function noteBegun(kernel: Kernel, place: Place, packet: { partnerId: PartnerId; sha256: string; sizeBytes: number }): Promise<void> {
  const now = kernel.clock.now();
  await kernel.database.pool.query(
    `insert into exchange.axis_sending (agency_id, transfer_id, part, partner_id, packet_hash, size_bytes, begun_at, doc_id, state, changed_at) values ($1, $2, $3, $4, $5, $6, $7, null, 'begun', $7)
     on conflict (agency_id, transfer_id, part) do update set packet_hash = excluded.packet_hash, size_bytes = excluded.size_bytes, begun_at = excluded.begun_at, doc_id = null, state = 'begun', changed_at = excluded.changed_at`,
    [place.agencyId, place.transferId, place.part, packet.partnerId, Buffer.from(packet.sha256, 'hex'), packet.sizeBytes, now],
  );
}

/** The axis has the packet under this id. */
export async function noteSent(kernel: Kernel, place: Place, docId: string): Promise<void> {
  await kernel.database.pool.query(`update exchange.axis_sending set doc_id = $4, state = 'initial', changed_at = $5 where agency_id = $1 and transfer_id = $2 and part = $3`, [
    place.agencyId,
    place.transferId,
    place.part,
    docId,
    kernel.clock.now(),
  ]);
}

/** How far the receivers are with the packet itself. */
export async function noteState(kernel: Kernel, place: Place, state: PacketState): Promise<void> {
  await kernel.database.pool.query(`update exchange.axis_sending set state = $4, changed_at = $5 where agency_id = $1 and transfer_id = $2 and part = $3 and state <> $4`, [
    place.agencyId,
    place.transferId,
    place.part,
    state === 'failedForSome' ? 'processing' : state,
    kernel.clock.now(),
  ]);
}

/** All receivers have the packet: what was laid out for answers to find is done with. */
export async function noteProcessed(kernel: Kernel, agencyId: Id<'agency'>, transferId: TransferId): Promise<void> {
  await kernel.database.pool.query(`update exchange.axis_parcel set state = 'done', changed_at = $3 where agency_id = $1 and id = $2 and state <> 'done'`, [agencyId, transferId, kernel.clock.now()]);
}
