import type { Kernel } from '#kernel/kernel.ts';
import type { InboundContent, PartnerId } from '../../adapter.ts';
import { openedDelivery } from '../../openings.ts';
import { remindedMessage } from '../../reminders.ts';
import type { WireParcel } from './wire.ts';

type PeerWire = WireParcel & { kind: 'opening' | 'reminder' };

/** What an opening or a reminder says, as this engine knows it. */
export function readPeerWire(parcel: PeerWire): Extract<InboundContent, { kind: 'opening' | 'reminder' }> {
  const { envelopeId, contentHash } = parcel;
  if (parcel.kind === 'opening') return { kind: 'opening', senderAgencyId: parcel.sender.ref, envelopeId, contentHash, addressed: parcel.addressed, at: new Date(parcel.at) };
  return { kind: 'reminder', parcelId: parcel.parcelId, envelopeId, contentHash, addressed: parcel.addressed, by: parcel.by };
}

/** Whether such a document went between the two: what is told of any other is not taken at all. */
export async function isTheirs(kernel: Kernel, partnerId: PartnerId, parcel: PeerWire): Promise<boolean> {
  const told = readPeerWire(parcel);
  const { pool } = kernel.database;
  return (told.kind === 'opening' ? await openedDelivery(pool, { partnerId, opening: told }) : await remindedMessage(pool, { partnerId, reminder: told })) !== undefined;
}
