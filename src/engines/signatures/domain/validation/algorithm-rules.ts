/** Until when an algorithm counted as safe. Rules are data with their basis; a later rule changes rows, not code. */
import type { HashName } from '../pki/algorithms.ts';
import { describeKey } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';

export interface HashRule {
  readonly hash: HashName;
  /** Signatures proven to exist before this day are accepted. */
  readonly safeUntil: Date;
  readonly basis: string;
}

/** Keys smaller than this were accepted before this day. */
export interface KeyRule {
  readonly kind: 'rsa' | 'ec';
  readonly belowBits: number;
  readonly safeUntil: Date;
  readonly basis: string;
}

export interface AlgorithmRules {
  readonly hashes: readonly HashRule[];
  readonly keys: readonly KeyRule[];
}

export const defaultAlgorithmRules: AlgorithmRules = {
  hashes: [
    { hash: 'md5', safeUntil: new Date('2004-08-17T00:00:00Z'), basis: 'public collisions, August 2004' },
    {
      hash: 'sha1',
      safeUntil: new Date('2017-02-23T00:00:00Z'),
      basis: 'first public collision, 23 February 2017; absent from annex I of TT 15/2025/TT-BKHCN',
    },
  ],
  keys: [
    { kind: 'rsa', belowBits: 1024, safeUntil: new Date('2010-01-07T00:00:00Z'), basis: 'factorisation of RSA-768 published, January 2010' },
    { kind: 'rsa', belowBits: 2048, safeUntil: new Date('2014-01-01T00:00:00Z'), basis: 'NIST SP 800-131A: disallowed after 2013; TT 15/2025/TT-BKHCN annex I: RSA at least 2048 bits' },
    { kind: 'ec', belowBits: 256, safeUntil: new Date('2014-01-01T00:00:00Z'), basis: 'NIST SP 800-131A for 160 to 223 bits; TT 15/2025/TT-BKHCN annex I: ECDSA at least 256 bits' },
  ],
};

const hashLabels: Readonly<Record<HashName, string>> = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  'sha512-224': 'SHA-512/224',
  'sha512-256': 'SHA-512/256',
  'sha3-224': 'SHA3-224',
  'sha3-256': 'SHA3-256',
  'sha3-384': 'SHA3-384',
  'sha3-512': 'SHA3-512',
};

export function hashLabel(hash: HashName): string {
  return hashLabels[hash];
}

/** What is weak about a hash at an instant: its label, or undefined. */
export function weakHashAt(hash: HashName, at: Date, rules: AlgorithmRules): string | undefined {
  const rule = rules.hashes.find((each) => each.hash === hash);
  return rule && at >= rule.safeUntil ? hashLabel(hash) : undefined;
}

/** What is weak about a certificate's key at an instant. */
export function weakKeyAt(certificate: Certificate, at: Date, rules: AlgorithmRules): string | undefined {
  const key = describeKey(certificate);
  const isWeak = rules.keys.some((rule) => rule.kind === key.kind && key.bits < rule.belowBits && at >= rule.safeUntil);
  return isWeak ? key.text : undefined;
}

/** Until when a hash and a key are good by the rules at hand; undefined while no rule ends them. */
export function safeUntil(hashes: readonly HashName[], certificate: Certificate, rules: AlgorithmRules): Date | undefined {
  const key = describeKey(certificate);
  const ends = [
    ...rules.hashes.filter((rule) => hashes.includes(rule.hash)).map((rule) => rule.safeUntil),
    ...rules.keys.filter((rule) => rule.kind === key.kind && key.bits < rule.belowBits).map((rule) => rule.safeUntil),
  ];
  return ends.length === 0 ? undefined : new Date(Math.min(...ends.map((end) => end.getTime())));
}
