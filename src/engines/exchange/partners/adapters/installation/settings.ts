import { createPrivateKey, createHash, generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { thumbprint } from '../../../receipt-key.ts';
import { passedOn } from '../../relay-rule.ts';
import { anchorSettings, tlsPair } from '../../tls-anchors.ts';
import type { SigningKey } from './http-signatures.ts';

const megabytes = 1024 * 1024;

export const config = z.object({
  /** We fetch what the partner has for us, because it cannot call us. */
  isFetching: z.boolean().default(false),
  /** A partner that gives no sign of life for so long is given up for this time. */
  answerWithinSeconds: z.number().int().min(1).max(120).default(20),
  /** What goes on for the partner through this installation. To and from the national axis only for one that has no line of its own to it. */
  passesOn: z.enum(passedOn).default('systems'),
  /** The largest file that is taken from the partner. */
  fileLimitMb: z.number().int().min(1).max(10_240).default(1024),
  /** The most that one parcel may bring. */
  parcelLimitMb: z.number().int().min(1).max(20_480).default(2048),
  ...anchorSettings,
});
export type Config = z.output<typeof config>;

/** Our key for this partner, and the certificate with which we show ourselves to a proxy that asks for one. */
export const secrets = z.object({
  keyId: z.string(),
  /** PKCS#8, base64. */
  privateKey: z.string(),
  tls: tlsPair.optional(),
  /** A key that the partner is being told of. Kept before it is told, so that whoever dies in between is not locked out. */
  next: z.object({ keyId: z.string(), privateKey: z.string() }).optional(),
});
export type Secrets = z.output<typeof secrets>;

const publicKey = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string().max(60), y: z.string().max(60), kid: z.string().max(100) });
export const publicKeySchema = publicKey;
/** The public key of an installation; it is called by its thumbprint. */
export type PeerKey = z.output<typeof publicKey>;

/** A key of the partner: since when it is known, and of one that another took the place of, until when it is still believed. */
const pinnedKey = publicKey.extend({ since: z.string().optional(), endsAt: z.string().optional() });

/** What the partner is recognised by. */
export const pinned = z.object({
  keys: z.array(pinnedKey).default([]),
  fingerprint: z.string().nullable().default(null),
  /** Since when our own key is the one that it is; not known of connections older than this note. */
  ownSince: z.string().nullable().default(null),
  /** Our key before it, which the partner still believes until then unless it is told not to. */
  ownFormer: z.object({ keyId: z.string(), fingerprint: z.string(), endsAt: z.string() }).nullable().default(null),
  /** The fingerprint of our own key for this partner: the other administrator asks for it, today or in a year. */
  ownFingerprint: z.string().nullable().default(null),
  receiptKeys: z.array(z.looseObject({ kid: z.string() })).default([]),
  invitation: z.object({ tokenHash: z.string(), expiresAt: z.string() }).optional(),
});
export type Pinned = z.output<typeof pinned>;

/** The keys by which the partner is believed at this moment. */
export function keysInForce(pin: unknown, now: Date): Pinned['keys'] {
  return pinned.parse(pin).keys.filter(({ endsAt }) => endsAt === undefined || new Date(endsAt) > now);
}

export const limitsOf = (settings: Config): { fileBytes: number; parcelBytes: number } => ({ fileBytes: settings.fileLimitMb * megabytes, parcelBytes: settings.parcelLimitMb * megabytes });

/** A new key of ours for one partner. */
export function newKey(): { secrets: Secrets; publicKey: PeerKey } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = pair.publicKey.export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  return {
    secrets: { keyId: kid, privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') },
    publicKey: publicKey.parse({ ...jwk, kid }),
  };
}

/** Our key, ready to sign. */
export function signingKey(own: Pick<Secrets, 'keyId' | 'privateKey'>): SigningKey {
  return { keyId: own.keyId, privateKey: createPrivateKey({ key: Buffer.from(own.privateKey, 'base64'), format: 'der', type: 'pkcs8' }) };
}

/** Whether a key is called by its own thumbprint, so that its name cannot stand for another one. */
export function isNamedRight(key: PeerKey): boolean {
  return key.kid === thumbprint(key);
}

/**
 * The keys among those told by which receipts can be verified. Each is called by its thumbprint, so that none takes the name of somebody
 * else's key; whatever else is told is left out.
 */
export function receiptKeysAmong(told: readonly { kid: string }[]): PeerKey[] {
  return told.flatMap((key) => {
    const read = publicKey.loose().safeParse(key).data;
    return read !== undefined && isNamedRight(read) ? read : [];
  });
}

/** What two administrators compare: the SHA-256 of the key's thumbprint in groups of four. */
export function fingerprintOf(key: PeerKey): string {
  const hex = createHash('sha256').update(thumbprint(key)).digest('hex').toUpperCase();
  return (hex.match(/.{4}/g) ?? []).join('-');
}

/** Whether somebody typed this fingerprint, with whatever spaces and dashes. */
export function isFingerprint(typed: string, fingerprint: string): boolean {
  const plain = (text: string): string => text.replace(/[^0-9a-f]/gi, '').toUpperCase();
  return plain(typed) === plain(fingerprint);
}
