/** The JOSE algorithms that are accepted (RFC 7518 section 3.1, of those that ETSI TS 119 182-1 clause 5.1.2 allows): never `none`, never a shared secret. */
import { constants, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sideBySide } from '../asn1/ecdsa-value.ts';
import type { SignatureAlgorithm } from '../pki/algorithms.ts';

const algorithms = {
  RS256: { family: 'rsa', hash: 'sha256', bytes: 32, curve: undefined },
  RS384: { family: 'rsa', hash: 'sha384', bytes: 48, curve: undefined },
  RS512: { family: 'rsa', hash: 'sha512', bytes: 64, curve: undefined },
  PS256: { family: 'rsa-pss', hash: 'sha256', bytes: 32, curve: undefined },
  PS384: { family: 'rsa-pss', hash: 'sha384', bytes: 48, curve: undefined },
  PS512: { family: 'rsa-pss', hash: 'sha512', bytes: 64, curve: undefined },
  ES256: { family: 'ecdsa', hash: 'sha256', bytes: 32, curve: 'prime256v1' },
  ES384: { family: 'ecdsa', hash: 'sha384', bytes: 48, curve: 'secp384r1' },
  ES512: { family: 'ecdsa', hash: 'sha512', bytes: 66, curve: 'secp521r1' },
} as const;

export type JadesAlgorithm = keyof typeof algorithms;

export function isJadesAlgorithm(name: unknown): name is JadesAlgorithm {
  return typeof name === 'string' && Object.hasOwn(algorithms, name);
}

/** The same algorithm in the words of the rest of the engine. */
export function algorithmOf(name: JadesAlgorithm): SignatureAlgorithm & { readonly hash: 'sha256' | 'sha384' | 'sha512' } {
  const { family, hash, bytes } = algorithms[name];
  return { family, hash, ...(family === 'rsa-pss' ? { saltLength: bytes } : {}) };
}

/** True when a key is of the kind, and on the curve, that the algorithm names (RFC 7518 section 3.4). */
export function fitsKey(name: JadesAlgorithm, key: KeyObject): boolean {
  const { family, curve } = algorithms[name];
  if (family === 'ecdsa') return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve;
  return key.asymmetricKeyType === 'rsa' || (family === 'rsa-pss' && key.asymmetricKeyType === 'rsa-pss');
}

/** What a signer with this key uses when nothing else is asked for; undefined for a key that JAdES does not know. */
export function usualAlgorithm(key: KeyObject): JadesAlgorithm | undefined {
  return (['RS256', 'PS256', 'ES256', 'ES384', 'ES512'] as const).find((name) => fitsKey(name, key));
}

export interface ValueCheck {
  readonly algorithm: JadesAlgorithm;
  readonly key: KeyObject;
  readonly input: Buffer;
  /** As it stands in the JWS: for ECDSA r and s side by side. */
  readonly value: Buffer;
}

/** True when the value fits; a malformed one is simply false. */
export function valueFits({ algorithm, key, input, value }: ValueCheck): boolean {
  const { family, hash, bytes } = algorithms[algorithm];
  if (!fitsKey(algorithm, key)) return false;
  try {
    if (family === 'ecdsa') return value.length === bytes * 2 && verify(hash, input, { key, dsaEncoding: 'ieee-p1363' }, value);
    if (family === 'rsa') return verify(hash, input, { key, padding: constants.RSA_PKCS1_PADDING }, value);
    return verify(hash, input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bytes }, value);
  } catch {
    // OpenSSL throws for values that no key could have made.
    return false;
  }
}

/** From what key holders answer to what a JWS holds: ECDSA from DER to r and s side by side, RSA as it is. Throws Asn1Error. */
export function toJwsValue(algorithm: JadesAlgorithm, signature: Buffer): Buffer {
  const { family, bytes } = algorithms[algorithm];
  return family === 'ecdsa' ? sideBySide(signature, bytes) : signature;
}
