import { z } from 'zod';
import { schemeOf } from '../signature-values.ts';
import { SigningDriverError, type SigningDriver } from '../signing-driver.ts';
import { withPaths } from './certificate-paths.ts';
import { openLanes, type LaneAnswer, type LaneOrder, type Lanes } from './lanes.ts';
import { ownKeysIn } from './own-keys.ts';

export type Pkcs11Settings = {
  name: string;
  /** The shared library of the token's or HSM's maker. */
  modulePath: string;
  /** Which token, where several are plugged in; otherwise whichever holds the certificate. */
  tokenLabel?: string | undefined;
  tokenSerial?: string | undefined;
  /** The installation's own PIN for an HSM. Without it each person types theirs, and one request follows the other. */
  pin?: string | undefined;
  /** Threads with sessions of their own, for an HSM; default 1. */
  sessions?: number | undefined;
};

/** What the credential keeps for a key that stands in the token without its certificate. */
const keyPlace = z.object({ keyId: z.string().regex(/^(?:[0-9a-f]{2})+$/) });

/**
 * Signs with tokens and HSMs through PKCS#11 (OASIS, v2.40): RSA PKCS#1 v1.5 with its own DigestInfo, RSASSA-PSS, ECDSA.
 * A device that was pulled out works again when it is back, without a restart.
 */
export function pkcs11Driver(settings: Pkcs11Settings): SigningDriver & { close(): Promise<void> } {
  return driverOver(settings, lanesFor([settings]));
}

/** The drivers of several tokens and HSMs; those of one module share its threads. */
export function pkcs11Drivers(all: readonly Pkcs11Settings[]): (SigningDriver & { close(): Promise<void> })[] {
  const byModule = Map.groupBy(all, ({ modulePath }) => modulePath);
  return [...byModule.values()].flatMap((group) => {
    const lanes = lanesFor(group);
    return group.map((each) => driverOver(each, lanes));
  });
}

function lanesFor(group: readonly Pkcs11Settings[]): Lanes {
  // A login holds for all sessions of a process: where persons have PINs of their own, one request follows the other.
  const isPersonal = group.some(({ pin }) => pin === undefined);
  const count = isPersonal ? 1 : Math.max(...group.map(({ sessions }) => sessions ?? 1));
  return openLanes({ modulePath: group[0]?.modulePath ?? '', count });
}

function driverOver({ name, pin, tokenLabel, tokenSerial }: Pkcs11Settings, lanes: Lanes): SigningDriver & { close(): Promise<void> } {
  const choice = { label: tokenLabel, serial: tokenSerial };
  const ask = pin === undefined ? lanes.ask : askingOnce(lanes.ask);
  return {
    name,
    ...(pin === undefined ? {} : { ownKeys: ownKeysIn(ask, { choice, pin }) }),
    // The device counts wrong PINs itself, and locks itself.
    checksSecretHere: false,
    confirmsElsewhere: false,
    async listCertificates() {
      const answer = await ask({ kind: 'list', choice });
      if (answer.state !== 'listed') throw new SigningDriverError('unavailable');
      return withPaths(answer.certificates).map(({ certificate, keyId, chain }) => ({
        certificate: Buffer.from(certificate),
        chain,
        container: Buffer.from(JSON.stringify({ keyId: Buffer.from(keyId).toString('hex') })),
        isUsable: true,
      }));
    },
    async sign({ credential, secret, hash, scheme, items }) {
      const used = pin ?? secret;
      if (used === undefined || used === '') throw new SigningDriverError('secretMissing');
      const request = {
        certificate: credential.certificate,
        keyId: keyIdOf(credential.container),
        pin: used,
        keepsLogin: pin !== undefined,
        scheme: scheme ?? schemeOf(credential.certificate),
        hash,
        digests: items.map(({ digest }) => digest),
      };
      const answer = await ask({ kind: 'sign', choice, request });
      if (answer.state !== 'signed') throw new SigningDriverError('unavailable');
      return { state: 'signed', signatures: answer.signatures.map((each) => Buffer.from(each)) };
    },
    poll: () => Promise.reject(new SigningDriverError('unavailable', { detail: 'a token answers at once' })),
    close: () => lanes.close(),
  };
}

/** A PIN that was read from a file does not become right by being tried again, and a few wrong ones lock the device: one is enough until the next start. */
function askingOnce(ask: (order: LaneOrder) => Promise<LaneAnswer>): (order: LaneOrder) => Promise<LaneAnswer> {
  let isWrong = false;
  return async (order) => {
    if (isWrong) throw new SigningDriverError('wrongSecret', { detail: 'the PIN in SIGNING_SERVICES was refused before; mend it and start again' });
    try {
      return await ask(order);
    } catch (error) {
      isWrong = error instanceof SigningDriverError && error.problem === 'wrongSecret';
      throw error;
    }
  };
}

function keyIdOf(container: Buffer | null): Buffer | undefined {
  if (container === null) return undefined;
  const place = keyPlace.safeParse(JSON.parse(container.toString('utf8')));
  return place.success ? Buffer.from(place.data.keyId, 'hex') : undefined;
}
