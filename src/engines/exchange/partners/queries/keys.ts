import { z } from 'zod';
import type { Actor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { mayKeepPartners } from '../../policy.ts';
import { signingOf } from '../adapters/edxml-packets/packet-signing.ts';
import { fingerprintOf, keysInForce, pinned } from '../adapters/installation/settings.ts';
import type { partnerKeys, partnerTrust } from '../contract.ts';
import { partnerErrors } from '../errors.ts';
import { findPartner, openLine, type PartnerRow } from '../partner-rows.ts';
import { anchorsOf, factsOf, readOne, tlsPair } from '../tls-anchors.ts';

type Keys = z.input<typeof partnerKeys>['keys'];
type Asked = { partnerId: string; actor: Actor };

/** The keys of a connection: which are in use since when, and until when the ones before them still count. @throws exchange.partnerNotFound */
export async function keysOfPartner(kernel: Kernel, { partnerId, actor }: Asked): Promise<Keys> {
  const partner = await partnerOf(kernel, partnerId);
  const mayKeep = mayKeepPartners(actor);
  const keys = partner.protocol === 'installation' ? installationKeys(kernel, partner) : partner.protocol === 'national_axis' ? sharedSecret(partner) : [];
  return keys.map((key) => ({ ...key, abilities: mayKeep ? key.abilities : [] }));
}

function installationKeys(kernel: Kernel, partner: PartnerRow): Keys {
  const pin = pinned.parse(partner.pinned);
  const now = kernel.clock.now();
  const mayRotate = partner.state === 'active' && partner.address !== null;
  const former = pin.ownFormer !== null && new Date(pin.ownFormer.endsAt) > now ? pin.ownFormer : undefined;
  return [
    ...(pin.ownFingerprint === null ? [] : [{ side: 'ours' as const, id: 'own', fingerprint: pin.ownFingerprint, since: pin.ownSince, endsAt: null, isInUse: true, abilities: mayRotate ? ['replace' as const] : [] }]),
    ...(former === undefined ? [] : [{ side: 'ours' as const, id: former.keyId, fingerprint: former.fingerprint, since: null, endsAt: former.endsAt, isInUse: false, abilities: mayRotate ? ['end' as const] : [] }]),
    // Before it is confirmed it is compared with what the other administrator says, not copied from here.
    ...(partner.state === 'pairing' ? [] : keysInForce(pin, now)).map((key, index) => ({
      side: 'theirs' as const,
      id: key.kid,
      fingerprint: fingerprintOf(key),
      since: key.since ?? null,
      endsAt: key.endsAt ?? null,
      isInUse: index === 0,
      abilities: index === 0 ? [] : ['end' as const],
    })),
  ];
}

/** Of the secret that is shared with the axis nothing is told but its age. */
const secretNote = z.looseObject({ secretSince: z.string().nullable().default(null) });

function sharedSecret(partner: PartnerRow): Keys {
  return [{ side: 'ours', id: 'secret', fingerprint: null, since: secretNote.parse(partner.pinned).secretSince, endsAt: null, isInUse: true, abilities: ['replace'] }];
}

/** By which certificates a partner's server is believed, and with which we show ourselves. @throws exchange.partnerNotFound, also for a vendor's system, which is never called */
export async function trustOfPartner(kernel: Kernel, { partnerId, actor }: Asked): Promise<z.input<typeof partnerTrust>> {
  const partner = await partnerOf(kernel, partnerId);
  if (partner.protocol === 'provincial_axis') throw partnerErrors.partnerNotFound();
  const { tls } = z.looseObject({ tls: tlsPair.optional() }).parse(openLine(kernel, partner, AbortSignal.timeout(0)).secrets);
  const own = tls === undefined ? undefined : readOne(tls.certificate);
  return { anchors: anchorsOf(partner.config), own: own === undefined ? null : factsOf(own), signing: partner.protocol === 'national_axis' ? signingOf(kernel, partner) : null, abilities: mayKeepPartners(actor) ? ['keep'] : [] };
}

async function partnerOf(kernel: Kernel, partnerId: string): Promise<PartnerRow> {
  const partner = await findPartner(kernel.database.pool, partnerId);
  if (partner === undefined) throw partnerErrors.partnerNotFound();
  return partner;
}
