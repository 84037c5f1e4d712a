/** What an authority is about to sign. Certificates, revocation lists and OCSP answers share this shape. */
import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bitString, seq } from '../asn1/der.ts';
import { signatureAlgorithmFor, signingHashFor } from './algorithms.ts';

/** Written, but not signed yet: the key may be in a token, which answers later. */
export interface Draft {
  /** The bytes to be signed. */
  readonly tbs: Buffer;
  readonly hash: 'sha256' | 'sha384';
  readonly algorithm: Buffer;
  /** What stands behind the signature. */
  readonly after: readonly Buffer[];
}

/** A to-be-signed structure for a key, whose public half is enough. */
export function draftFor(key: KeyObject, tbs: Buffer, ...after: readonly Buffer[]): Draft {
  const hash = signingHashFor(key);
  return { tbs, hash, algorithm: signatureAlgorithmFor(key, hash), after };
}

/** The draft with the signature that its key made (PKCS#1 v1.5, or ECDSA as DER). */
export function sealDraft({ tbs, algorithm, after }: Draft, signature: Buffer): Buffer {
  return seq(tbs, algorithm, bitString(signature), ...after);
}

/** Signs a draft with a key that is at hand. */
export function signDraft(draft: Draft, key: KeyObject): Buffer {
  return sealDraft(draft, sign(draft.hash, draft.tbs, key));
}

/** Wraps a to-be-signed structure with algorithm and signature. */
export function signed(tbs: Buffer, key: KeyObject, ...after: readonly Buffer[]): Buffer {
  return signDraft(draftFor(key, tbs, ...after), key);
}
