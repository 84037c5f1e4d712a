import { z } from 'zod';
import type { Kernel } from '#kernel/kernel.ts';
import { packetKey } from '../adapters/edxml-packets/packet-settings.ts';
import { findPartner, openLine } from '../partner-rows.ts';
import { readOne, tlsPair } from '../tls-anchors.ts';
import { listPartners } from './partners.ts';

/** What of a connection ends: the last key of a vendor's system, a certificate that the partner is believed by, our own certificate for it, which shows us to it or signs packets. */
export type EndingPart = 'vendor_key' | 'their_certificate' | 'own_certificate';
export type EndingConnection = { partnerId: string; name: string; part: EndingPart; endsAt: Date };

/** Active partners whose connection stops working before an instant, or has stopped, unless somebody acts; of each the part that ends first. */
export async function endingConnections(kernel: Kernel, before: Date): Promise<EndingConnection[]> {
  const found: EndingConnection[] = [];
  for (const { id, name, state, protocol, securedUntil } of await listPartners(kernel.database.pool)) {
    if (state !== 'active') continue;
    const part = protocol === 'provincial_axis' ? ('vendor_key' as const) : ('their_certificate' as const);
    const own = await ownCertificateEnd(kernel, id);
    const ends = [...(securedUntil === null ? [] : [{ part, endsAt: new Date(securedUntil) }]), ...(own === undefined ? [] : [{ part: 'own_certificate' as const, endsAt: own }])];
    const [first] = ends.toSorted((one, other) => one.endsAt.getTime() - other.endsAt.getTime());
    if (first !== undefined && first.endsAt <= before) found.push({ partnerId: id, name, ...first });
  }
  return found;
}

async function ownCertificateEnd(kernel: Kernel, partnerId: string): Promise<Date | undefined> {
  const partner = await findPartner(kernel.database.pool, partnerId);
  // Withdrawn in this moment, or without any secret yet.
  if (partner === undefined || partner.sealedSecrets.length === 0) return undefined;
  const { tls, packetKey: signing } = z.looseObject({ tls: tlsPair.optional(), packetKey: packetKey.optional() }).parse(openLine(kernel, partner, AbortSignal.timeout(0)).secrets);
  const ends = [tls, signing].flatMap((own) => (own === undefined ? [] : (readOne(own.certificate)?.validToDate ?? [])));
  return ends.toSorted((one, other) => one.getTime() - other.getTime())[0];
}
