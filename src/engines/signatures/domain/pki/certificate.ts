/** X.509 certificates (RFC 5280) as read from bytes that nobody vouches for. */
import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { bitsOf, contentOf, fieldsOf, rawOf, readAsn1, timeOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { readSignatureAlgorithm, signatureFits } from './algorithms.ts';
import type { SignatureAlgorithm, SignatureCheck } from './algorithms.ts';
import { PkiError } from './errors.ts';
import { readExtensions, readKnownExtensions } from './extensions.ts';
import type { Extension, KnownExtensions } from './extensions.ts';
import { readName, sameName } from './name.ts';
import type { DistinguishedName } from './name.ts';
import { OID } from './oids.ts';

export interface Certificate extends KnownExtensions {
  readonly raw: Buffer;
  readonly tbs: Buffer;
  /** The contents of the serial INTEGER, as issued. */
  readonly serial: Buffer;
  readonly serialHex: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, whole. */
  readonly spki: Buffer;
  /** The bits of the key alone: what key identifiers and OCSP hash. */
  readonly publicKeyBits: Buffer;
  /** Absent when the algorithm is unknown: such a certificate can be shown, but nothing signed by it verifies. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signature: Buffer;
  readonly extensions: ReadonlyMap<string, Extension>;
  /** SHA-256 of `raw`, hexadecimal. */
  readonly fingerprint: string;
  /** Throws PkiError `algorithm.unknown` for a key that the runtime cannot use. */
  publicKey(): KeyObject;
}

/** Limit for one certificate; real ones have 1 to 4 kB. */
const maxCertificateBytes = 256 * 1024;

/** Reads a certificate from DER, or from PEM text. Throws PkiError `certificate.malformed`. */
export function parseCertificate(input: Buffer): Certificate {
  try {
    const bytes = fromPem(input);
    if (bytes.length > maxCertificateBytes) throw new PkiError('certificate.malformed', 'size');
    return readCertificate(readAsn1(bytes, { ber: true }));
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('certificate.malformed', error.code, { cause: error });
    throw error;
  }
}

/** All certificates of a PEM bundle, or the one of a DER file. Throws PkiError `certificate.malformed`, also for a bundle that is cut short. */
export function parseCertificates(input: Buffer): Certificate[] {
  if (!input.includes('-----BEGIN')) return [parseCertificate(input)];
  const text = input.toString('latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (text.split('-----BEGIN CERTIFICATE-----').length - 1 !== blocks.length) throw new PkiError('certificate.malformed', 'PEM cut short');
  return blocks.map((block) => parseCertificate(Buffer.from(block, 'latin1')));
}

/** Whether its authority issued it as the seal of an installation: persons and agencies get none with this purpose, whatever they are called. */
export function isInstallationSeal({ extendedKeyUsage }: Certificate): boolean {
  return extendedKeyUsage?.includes(OID.installationSeal) === true;
}

function fromPem(input: Buffer): Buffer {
  if (input[0] !== 0x2d && !input.subarray(0, 4096).includes('-----BEGIN')) return input;
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(input.toString('latin1'))?.[1];
  if (body === undefined) throw new PkiError('certificate.malformed', 'PEM');
  return Buffer.from(body, 'base64');
}

function readCertificate(node: Asn1Node): Certificate {
  const outer = fieldsOf(node);
  const tbs = outer.take(0x30);
  const algorithm = outer.take(0x30);
  const { bytes: signature } = bitsOf(outer.take());
  const fields = fieldsOf(tbs);
  fields.optional(0xa0);
  const serial = contentOf(fields.take(0x02));
  const innerAlgorithm = fields.take(0x30);
  if (!rawOf(innerAlgorithm).equals(rawOf(algorithm))) throw new PkiError('certificate.malformed', 'two signature algorithms');
  const issuer = readName(fields.take(0x30));
  const validity = fieldsOf(fields.take(0x30));
  const notBefore = timeOf(validity.take());
  const notAfter = timeOf(validity.take());
  const subject = readName(fields.take(0x30));
  const keyInfo = fields.take(0x30);
  const keyFields = fieldsOf(keyInfo);
  keyFields.take(0x30);
  const extensions = readExtensions(fields.rest().find((part) => part.tag === 0xa3));
  const raw = rawOf(node);
  const spki = rawOf(keyInfo);
  return {
    raw,
    tbs: rawOf(tbs),
    serial,
    serialHex: serial.toString('hex'),
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    publicKeyBits: bitsOf(keyFields.take()).bytes,
    signatureAlgorithm: knownAlgorithm(algorithm),
    signature,
    extensions,
    ...readKnownExtensions(extensions),
    fingerprint: createHash('sha256').update(raw).digest('hex'),
    publicKey: once(() => loadPublicKey(spki)),
  };
}

function knownAlgorithm(node: Asn1Node): SignatureAlgorithm | undefined {
  try {
    return readSignatureAlgorithm(node);
  } catch (error) {
    if (error instanceof PkiError && error.code === 'algorithm.unknown') return undefined;
    throw error;
  }
}

function loadPublicKey(spki: Buffer): KeyObject {
  const key = readPublicKey(spki);
  // With exponent 1 the padded hash is its own signature: anybody can write one.
  const exponent = key.asymmetricKeyDetails?.publicExponent;
  if (exponent !== undefined && (exponent < 3n || exponent % 2n === 0n)) throw new PkiError('algorithm.unknown', 'public exponent');
  return key;
}

function readPublicKey(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (cause) {
    throw new PkiError('algorithm.unknown', 'public key', { cause });
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** True when this certificate's key made the signature over the data. A key that cannot be used is simply false. */
export function isSignedByKeyOf(certificate: Certificate, check: Omit<SignatureCheck, 'key'>): boolean {
  try {
    return signatureFits({ ...check, key: certificate.publicKey() });
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

/** True when `issuer`'s key made this certificate's signature and its name fits. Says nothing about validity or rights. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const { signatureAlgorithm: algorithm, tbs: data, signature } = certificate;
  if (algorithm === undefined || !sameName(certificate.issuer, issuer.subject)) return false;
  return isSignedByKeyOf(issuer, { algorithm, data, signature });
}

/** True when the certificate names itself as its issuer (the signature is not checked). */
export function isSelfIssued(certificate: Certificate): boolean {
  return certificate.issuer.raw.equals(certificate.subject.raw);
}

export interface KeyDescription {
  readonly kind: 'rsa' | 'ec' | 'other';
  readonly bits: number;
  readonly text: string;
}

const described = new WeakMap<Certificate, KeyDescription>();

/** The kind and size of the public key, for display and for algorithm rules: `RSA 2048`, `EC P-256`. */
export function describeKey(certificate: Certificate): KeyDescription {
  const known = described.get(certificate) ?? readKey(certificate);
  described.set(certificate, known);
  return known;
}

function readKey(certificate: Certificate): KeyDescription {
  try {
    const key = certificate.publicKey();
    const details = key.asymmetricKeyDetails;
    if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss') {
      const bits = details?.modulusLength ?? 0;
      return { kind: 'rsa', bits, text: `RSA ${bits}` };
    }
    const curve = { prime256v1: ['P-256', 256], secp384r1: ['P-384', 384], secp521r1: ['P-521', 521], secp256k1: ['secp256k1', 256] } as const;
    const known = Object.entries(curve).find(([name]) => name === details?.namedCurve)?.[1];
    if (key.asymmetricKeyType === 'ec') return { kind: 'ec', bits: known?.[1] ?? 0, text: `EC ${known?.[0] ?? details?.namedCurve ?? ''}`.trim() };
    return { kind: 'other', bits: 0, text: key.asymmetricKeyType ?? 'unknown' };
  } catch (error) {
    if (error instanceof PkiError) return { kind: 'other', bits: 0, text: 'unknown' };
    throw error;
  }
}
