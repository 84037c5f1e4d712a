/** Hash and signature algorithms: from AlgorithmIdentifier to node:crypto and back. */
import { constants, verify as verifySignature } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { nul, oid, seq } from '../asn1/der.ts';
import { fieldsOf, numberOf, oidOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { PkiError } from './errors.ts';
import { OID } from './oids.ts';

/** Names as node:crypto knows them. */
export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'sha512-224' | 'sha512-256' | 'sha3-224' | 'sha3-256' | 'sha3-384' | 'sha3-512';

const hashByOid: Readonly<Record<string, HashName>> = {
  [OID.md5]: 'md5',
  [OID.sha1]: 'sha1',
  [OID.sha224]: 'sha224',
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
  '2.16.840.1.101.3.4.2.5': 'sha512-224',
  '2.16.840.1.101.3.4.2.6': 'sha512-256',
  '2.16.840.1.101.3.4.2.7': 'sha3-224',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
};

const oidByHash = new Map(Object.entries(hashByOid).map(([dotted, name]) => [name, dotted]));

/** How a signature was made. `hash` is absent where the identifier leaves it to the context (plain rsaEncryption in CMS). */
export interface SignatureAlgorithm {
  readonly family: 'rsa' | 'rsa-pss' | 'ecdsa';
  readonly hash?: HashName;
  /** RSASSA-PSS only, in bytes. */
  readonly saltLength?: number;
}

const signatureByOid: Readonly<Record<string, SignatureAlgorithm>> = {
  [OID.rsaEncryption]: { family: 'rsa' },
  '1.2.840.113549.1.1.4': { family: 'rsa', hash: 'md5' },
  '1.2.840.113549.1.1.5': { family: 'rsa', hash: 'sha1' },
  '1.3.14.3.2.29': { family: 'rsa', hash: 'sha1' },
  '1.2.840.113549.1.1.14': { family: 'rsa', hash: 'sha224' },
  '1.2.840.113549.1.1.11': { family: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { family: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { family: 'rsa', hash: 'sha512' },
  '1.2.840.113549.1.1.15': { family: 'rsa', hash: 'sha512-224' },
  '1.2.840.113549.1.1.16': { family: 'rsa', hash: 'sha512-256' },
  '2.16.840.1.101.3.4.3.13': { family: 'rsa', hash: 'sha3-224' },
  '2.16.840.1.101.3.4.3.14': { family: 'rsa', hash: 'sha3-256' },
  '2.16.840.1.101.3.4.3.15': { family: 'rsa', hash: 'sha3-384' },
  '2.16.840.1.101.3.4.3.16': { family: 'rsa', hash: 'sha3-512' },
  [OID.ecPublicKey]: { family: 'ecdsa' },
  '1.2.840.10045.4.1': { family: 'ecdsa', hash: 'sha1' },
  '1.2.840.10045.4.3.1': { family: 'ecdsa', hash: 'sha224' },
  [OID.ecdsaSha256]: { family: 'ecdsa', hash: 'sha256' },
  [OID.ecdsaSha384]: { family: 'ecdsa', hash: 'sha384' },
  [OID.ecdsaSha512]: { family: 'ecdsa', hash: 'sha512' },
  '2.16.840.1.101.3.4.3.9': { family: 'ecdsa', hash: 'sha3-224' },
  '2.16.840.1.101.3.4.3.10': { family: 'ecdsa', hash: 'sha3-256' },
  '2.16.840.1.101.3.4.3.11': { family: 'ecdsa', hash: 'sha3-384' },
  '2.16.840.1.101.3.4.3.12': { family: 'ecdsa', hash: 'sha3-512' },
};

/** The hash of a digest AlgorithmIdentifier; throws `algorithm.unknown`. */
export function readHashAlgorithm(node: Asn1Node): HashName {
  const dotted = oidOf(fieldsOf(node).take());
  // Some signers name the signature algorithm where the digest belongs (seen in older CMS): its hash is meant.
  const name = hashByOid[dotted] ?? signatureByOid[dotted]?.hash;
  if (name === undefined) throw new PkiError('algorithm.unknown', dotted);
  return name;
}

/** The digest AlgorithmIdentifier, without parameters (RFC 5754 section 2). */
export function hashAlgorithm(hash: HashName): Buffer {
  return seq(oid(hashOid(hash)));
}

export function hashOid(hash: HashName): string {
  const dotted = oidByHash.get(hash);
  if (dotted === undefined) throw new PkiError('algorithm.unknown', hash);
  return dotted;
}

/** The signature algorithm of an AlgorithmIdentifier, RSASSA-PSS parameters included; throws `algorithm.unknown`. */
export function readSignatureAlgorithm(node: Asn1Node): SignatureAlgorithm {
  const fields = fieldsOf(node);
  const dotted = oidOf(fields.take());
  if (dotted === OID.rsaPss) return readPss(fields.rest()[0]);
  const known = signatureByOid[dotted];
  if (known === undefined) throw new PkiError('algorithm.unknown', dotted);
  return known;
}

function readPss(parameters: Asn1Node | undefined): SignatureAlgorithm {
  if (parameters === undefined) return { family: 'rsa-pss' };
  const fields = fieldsOf(parameters);
  const hashNode = fields.optional(0xa0);
  const maskNode = fields.optional(0xa1);
  const saltNode = fields.optional(0xa2);
  const hash = hashNode ? readHashAlgorithm(fieldsOf(hashNode, 0xa0).take()) : 'sha1';
  if (maskNode) {
    const mask = fieldsOf(fieldsOf(maskNode, 0xa1).take());
    const isMgf1 = oidOf(mask.take()) === OID.mgf1;
    // node:crypto ties the mask's hash to the message's hash; every known signer does the same.
    if (!isMgf1 || readHashAlgorithm(mask.take()) !== hash) throw new PkiError('algorithm.unknown', 'PSS mask');
  } else if (hash !== 'sha1') throw new PkiError('algorithm.unknown', 'PSS mask');
  const saltLength = saltNode ? numberOf(fieldsOf(saltNode, 0xa2).take()) : 20;
  if (saltLength < 0 || saltLength > 512) throw new PkiError('algorithm.unknown', 'PSS salt');
  return { family: 'rsa-pss', hash, saltLength };
}

export interface SignatureCheck {
  readonly key: KeyObject;
  readonly algorithm: SignatureAlgorithm;
  /** Used when the algorithm identifier names none. */
  readonly hash?: HashName;
  readonly data: Buffer;
  readonly signature: Buffer;
}

/** True when the signature over `data` fits the key. A key of another kind, or a malformed signature, is simply false. */
export function signatureFits(check: SignatureCheck): boolean {
  const { key, algorithm, data, signature } = check;
  const hash = algorithm.hash ?? check.hash;
  const keyType = key.asymmetricKeyType;
  if (hash === undefined) return false;
  try {
    switch (algorithm.family) {
      case 'rsa':
        return keyType === 'rsa' && verifySignature(hash, data, key, signature);
      case 'rsa-pss': {
        if (keyType !== 'rsa' && keyType !== 'rsa-pss') return false;
        const saltLength = algorithm.saltLength ?? constants.RSA_PSS_SALTLEN_AUTO;
        return verifySignature(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
      }
      case 'ecdsa':
        return keyType === 'ec' && verifySignature(hash, data, key, signature);
    }
  } catch {
    // OpenSSL throws for values out of range or a digest it will not use: for the verdict that is "does not fit".
    return false;
  }
}

/** The signature AlgorithmIdentifier with which this key signs with this hash (PKCS#1 v1.5 for RSA, as Vietnamese verifiers expect). */
export function signatureAlgorithmFor(key: KeyObject, hash: 'sha256' | 'sha384' | 'sha512'): Buffer {
  if (key.asymmetricKeyType === 'ec') return seq(oid({ sha256: OID.ecdsaSha256, sha384: OID.ecdsaSha384, sha512: OID.ecdsaSha512 }[hash]));
  if (key.asymmetricKeyType === 'rsa') return seq(oid({ sha256: OID.rsaSha256, sha384: '1.2.840.113549.1.1.12', sha512: '1.2.840.113549.1.1.13' }[hash]), nul());
  throw new PkiError('algorithm.unknown', String(key.asymmetricKeyType));
}

/** The hash that suits a key's strength: SHA-384 for P-384, SHA-256 otherwise. */
export function signingHashFor(key: KeyObject): 'sha256' | 'sha384' {
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
}
