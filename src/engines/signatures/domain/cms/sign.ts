import { constants, createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ctx, int, nul, oct, oid, seq, set, setOf, TAG, tlvLength, writeHeader } from '../asn1/der.ts';
import { contentOf, expectTag, fieldsOf, oidOf, rawOf, readAsn1, bitsOf } from '../asn1/reader.ts';

export type CmsHash = 'sha256' | 'sha384' | 'sha512';
export type CmsScheme = 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa';

export type CmsSignerOptions = {
  /** The signer's certificate, DER. */
  readonly certificate: Buffer;
  /** Certificates of the path, DER, usually without the root. */
  readonly chain: readonly Buffer[];
  /** Default sha256. */
  readonly hash?: CmsHash;
  /** Default by the kind of key: rsa-pkcs1 or ecdsa. */
  readonly scheme?: CmsScheme;
};

/** Everything of a CMS SignedData that is the same in each signature of one certificate, made once. */
export type CmsSigner = {
  readonly certificate: Buffer;
  readonly hash: CmsHash;
  readonly scheme: CmsScheme;
  /** The longest signature value that the key can make. */
  readonly maxSignatureBytes: number;
  /** What the CMS takes at most without a timestamp. */
  readonly maxCmsBytes: number;
  readonly parts: {
    readonly beforeSignerInfo: Buffer;
    readonly sidAndDigest: Buffer;
    readonly signatureAlgorithm: Buffer;
    readonly contentType: Buffer;
    readonly signingCertificate: Buffer;
  };
};

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsaPss: '1.2.840.113549.1.1.10',
  mgf1: '1.2.840.113549.1.1.8',
  ecPublicKey: '1.2.840.10045.2.1',
} as const;

const hashes = {
  sha256: { oid: '2.16.840.1.101.3.4.2.1', ecdsa: '1.2.840.10045.4.3.2', bytes: 32 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', ecdsa: '1.2.840.10045.4.3.3', bytes: 48 },
  sha512: { oid: '2.16.840.1.101.3.4.2.3', ecdsa: '1.2.840.10045.4.3.4', bytes: 64 },
} as const;

/**
 * Prepares signing with one certificate (CAdES baseline as PAdES wants it: EN 319 122-1, EN 319 142-1).
 * Throws Asn1Error if the certificate cannot be read, TypeError if scheme and key do not fit.
 */
export function cmsSigner({ certificate, chain, hash = 'sha256', scheme }: CmsSignerOptions): CmsSigner {
  const { issuer, serial, keyAlgorithm, keyBytes } = readCertificate(certificate);
  const isRsa = keyAlgorithm !== oids.ecPublicKey;
  const chosen = scheme ?? (isRsa ? 'rsa-pkcs1' : 'ecdsa');
  if (isRsa !== (chosen !== 'ecdsa')) throw new TypeError(`a key of kind ${keyAlgorithm} cannot sign with ${chosen}`);
  const digestAlgorithm = hashAlgorithm(hash);
  const certificates = setOf([certificate, ...chain]);
  certificates[0] = 0xa0;
  const signer = {
    certificate,
    hash,
    scheme: chosen,
    maxCmsBytes: 0,
    maxSignatureBytes: isRsa ? keyBytes : maxEcdsaBytes(keyBytes),
    parts: {
      beforeSignerInfo: Buffer.concat([int(1), set(digestAlgorithm), seq(oid(oids.data)), certificates]),
      sidAndDigest: Buffer.concat([int(1), seq(issuer, serial), digestAlgorithm]),
      signatureAlgorithm: signatureAlgorithm(chosen, hash),
      contentType: attribute(oids.contentType, oid(oids.data)),
      signingCertificate: signingCertificateV2(certificate, hash, { issuer, serial }),
    },
  };
  return { ...signer, maxCmsBytes: largestCms(signer, 0) };
}

/**
 * The attributes to be signed, as the DER SET whose bytes are hashed and signed (RFC 5652 section 5.4): content type, message digest,
 * signing certificate. There is no signing-time: EN 319 142-1 forbids it for PAdES, where /M says it.
 */
export function signedAttributes(signer: CmsSigner, messageDigest: Buffer): Buffer {
  const { contentType, signingCertificate } = signer.parts;
  return setOf([contentType, attribute(oids.messageDigest, oct(messageDigest)), signingCertificate]);
}

export type CmsParts = {
  /** From `signedAttributes`. */
  readonly attributes: Buffer;
  /** The signature value: PKCS#1, PSS, or ECDSA as DER (r, s). */
  readonly signature: Buffer;
  /** An RFC 3161 token over the signature value (B-T). */
  readonly timestampToken?: Buffer;
};

/** The finished ContentInfo, DER. */
export function assembleCms({ parts }: CmsSigner, { attributes, signature, timestampToken }: CmsParts): Buffer {
  const unsigned = timestampToken === undefined ? undefined : ctx(1, attribute(oids.signatureTimestamp, timestampToken));
  const contentType = oid(oids.signedData);
  const signerInfoBytes =
    parts.sidAndDigest.length + attributes.length + parts.signatureAlgorithm.length + tlvLength(signature.length) + (unsigned?.length ?? 0);
  const signerInfosBytes = tlvLength(signerInfoBytes);
  const signedDataBytes = parts.beforeSignerInfo.length + tlvLength(signerInfosBytes);
  const contentBytes = tlvLength(signedDataBytes);
  const wholeBytes = contentType.length + tlvLength(contentBytes);
  const out = Buffer.allocUnsafe(tlvLength(wholeBytes));
  let at = writeHeader(out, 0, { tag: TAG.sequence, length: wholeBytes });
  const add = (part: Buffer): void => {
    out.set(part, at);
    at += part.length;
  };
  const open = (tag: number, length: number): void => {
    at = writeHeader(out, at, { tag, length });
  };
  add(contentType);
  open(0xa0, contentBytes);
  open(TAG.sequence, signedDataBytes);
  add(parts.beforeSignerInfo);
  open(TAG.set, signerInfosBytes);
  open(TAG.sequence, signerInfoBytes);
  add(parts.sidAndDigest);
  const attributesAt = at;
  add(attributes);
  out[attributesAt] = 0xa0; // signed as SET OF (0x31), stored as [0] IMPLICIT
  add(parts.signatureAlgorithm);
  open(TAG.octetString, signature.length);
  add(signature);
  if (unsigned !== undefined) add(unsigned);
  return out;
}

/** The exact size of the CMS (for ECDSA the largest possible), with room for a timestamp token of the given size. */
export function estimateCmsBytes(signer: CmsSigner, timestampTokenBytes = 0): number {
  return timestampTokenBytes === 0 ? signer.maxCmsBytes : largestCms(signer, timestampTokenBytes);
}

function largestCms(signer: CmsSigner, timestampTokenBytes: number): number {
  return assembleCms(signer, {
    attributes: signedAttributes(signer, Buffer.alloc(hashes[signer.hash].bytes)),
    signature: Buffer.alloc(signer.maxSignatureBytes),
    ...(timestampTokenBytes > 0 ? { timestampToken: Buffer.alloc(timestampTokenBytes) } : {}),
  }).length;
}

/** Signs the attributes with a key that this process holds. Blocks: about 0.3 ms for RSA-2048. */
export function signAttributes(signer: CmsSigner, key: KeyObject, attributes: Buffer): Buffer {
  if (signer.scheme !== 'rsa-pss') return sign(signer.hash, attributes, key);
  return sign(signer.hash, attributes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashes[signer.hash].bytes });
}

function attribute(type: string, value: Buffer): Buffer {
  return seq(oid(type), set(value));
}

/** RFC 5754 section 2: parameters are absent. */
function hashAlgorithm(hash: CmsHash): Buffer {
  return seq(oid(hashes[hash].oid));
}

function signatureAlgorithm(scheme: CmsScheme, hash: CmsHash): Buffer {
  if (scheme === 'ecdsa') return seq(oid(hashes[hash].ecdsa));
  // rsaEncryption rather than sha256WithRSAEncryption: RFC 3370 section 3.2 asks for it, and older verifiers know nothing else
  if (scheme === 'rsa-pkcs1') return seq(oid(oids.rsaEncryption), nul());
  const hashWithNull = seq(oid(hashes[hash].oid), nul());
  return seq(
    oid(oids.rsaPss),
    seq(ctx(0, hashWithNull), ctx(1, seq(oid(oids.mgf1), hashWithNull)), ctx(2, int(hashes[hash].bytes))),
  );
}

/** ESS (RFC 5035): binds the certificate into what is signed. SHA-256 is the default and must be left out in DER. */
function signingCertificateV2(certificate: Buffer, hash: CmsHash, { issuer, serial }: { issuer: Buffer; serial: Buffer }): Buffer {
  const issuerSerial = seq(seq(ctx(4, issuer)), serial);
  const certHash = oct(createHash(hash).update(certificate).digest());
  const id = hash === 'sha256' ? seq(certHash, issuerSerial) : seq(hashAlgorithm(hash), certHash, issuerSerial);
  return attribute(oids.signingCertificateV2, seq(seq(id)));
}

/** Issuer and serial number as they stand (never re-encoded), the kind of key, and its size in bytes. */
function readCertificate(der: Buffer): { issuer: Buffer; serial: Buffer; keyAlgorithm: string; keyBytes: number } {
  const tbs = fieldsOf(fieldsOf(readAsn1(der)).take());
  tbs.optional(0xa0);
  const serial = tbs.take(TAG.integer);
  tbs.take(TAG.sequence);
  const issuer = tbs.take(TAG.sequence);
  tbs.take(TAG.sequence);
  tbs.take(TAG.sequence);
  const publicKey = fieldsOf(tbs.take(TAG.sequence));
  const keyAlgorithm = oidOf(fieldsOf(publicKey.take()).take(TAG.oid));
  const { bytes } = bitsOf(publicKey.take());
  const keyBytes = keyAlgorithm === oids.ecPublicKey ? (bytes.length - 1) / 2 : modulusBytes(bytes);
  return { issuer: rawOf(issuer), serial: rawOf(serial), keyAlgorithm, keyBytes };
}

function modulusBytes(rsaPublicKey: Buffer): number {
  const modulus = contentOf(expectTag(fieldsOf(readAsn1(rsaPublicKey)).take(), TAG.integer));
  return modulus[0] === 0 ? modulus.length - 1 : modulus.length;
}

/** SEQUENCE of two INTEGERs that may each need a leading zero. */
function maxEcdsaBytes(coordinateBytes: number): number {
  return seq(oct(Buffer.alloc(coordinateBytes + 1)), oct(Buffer.alloc(coordinateBytes + 1))).length;
}
