/** What a key pair of ours looks like in a token (PKCS#11 v2.40 sections 2.1.2, 2.3.3 and 4.9), and its public half in words of node:crypto. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { oid } from '../../domain/asn1/der.ts';
import { octetsOf, readAsn1 } from '../../domain/asn1/reader.ts';
import { SigningDriverError } from '../signing-driver.ts';
import type { KeyAttribute, NewKeyPair, PairMechanism, TokenKeyKind } from './cryptoki.ts';

const curves = {
  'p-256': { oid: '1.2.840.10045.3.1.7', name: 'P-256', bytes: 32 },
  'p-384': { oid: '1.3.132.0.34', name: 'P-384', bytes: 48 },
} as const;

type Curve = keyof typeof curves;
const isCurve = (kind: TokenKeyKind): kind is Curve => kind in curves;

/** Made inside the token, for signing, and never to leave it (CKA_SENSITIVE, not CKA_EXTRACTABLE). */
export function pairTemplates({ kind, keyId, label }: { kind: TokenKeyKind; keyId: Buffer; label: string }): NewKeyPair {
  const named: KeyAttribute[] = [
    { name: 'token', value: true },
    { name: 'id', value: keyId },
    { name: 'label', value: Buffer.from(label, 'utf8') },
  ];
  const size: KeyAttribute[] = isCurve(kind)
    ? [{ name: 'ecParams', value: oid(curves[kind].oid) }]
    : [
        { name: 'modulusBits', value: BigInt(kind.slice(4)) },
        { name: 'publicExponent', value: Buffer.from([1, 0, 1]) },
      ];
  const mechanism: PairMechanism = isCurve(kind) ? 'ec' : 'rsa';
  return {
    mechanism,
    public: [...named, { name: 'verify', value: true }, ...size],
    private: [...named, { name: 'private', value: true }, { name: 'sensitive', value: true }, { name: 'extractable', value: false }, { name: 'sign', value: true }],
  };
}

/** The public key from the attributes of its object. @throws SigningDriverError `failed` when the token tells something else */
export function publicKeyFrom(kind: TokenKeyKind, read: (name: 'ecPoint' | 'modulus' | 'publicExponent') => Buffer | undefined): KeyObject {
  const taken = (name: 'ecPoint' | 'modulus' | 'publicExponent'): Buffer => {
    const value = read(name);
    if (value === undefined || value.length === 0) throw new SigningDriverError('failed', { detail: `the token does not tell ${name} of the key that it made` });
    return value;
  };
  if (!isCurve(kind)) {
    const jwk = { kty: 'RSA', n: withoutZeros(taken('modulus')).toString('base64url'), e: withoutZeros(taken('publicExponent')).toString('base64url') };
    return createPublicKey({ key: jwk, format: 'jwk' });
  }
  const { name, bytes } = curves[kind];
  const told = taken('ecPoint');
  // An OCTET STRING around the point; some modules leave it out.
  const point = told.length === 2 * bytes + 1 ? told : octetsOf(readAsn1(told));
  if (point.length !== 2 * bytes + 1 || point[0] !== 4) throw new SigningDriverError('failed', { detail: 'the token tells a point in a form that is not known' });
  const [x, y] = [point.subarray(1, bytes + 1), point.subarray(bytes + 1)].map((half) => half.toString('base64url'));
  return createPublicKey({ key: { kty: 'EC', crv: name, x: x ?? '', y: y ?? '' }, format: 'jwk' });
}

function withoutZeros(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return first > 0 ? number.subarray(first) : number;
}
