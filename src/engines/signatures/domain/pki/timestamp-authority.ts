/**
 * A time stamping authority (RFC 3161) as a function: request bytes in, response bytes out, and the same token builder for use inside
 * the process. What never changes is encoded once. The caller guards the clock (`now`) and answers for its accuracy.
 */
import { hash as hashOnce, randomBytes, sign } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { bool, ctx, generalizedTime, int, namedBits, oct, oid, seq, set, setOf, tlv, utf8 } from '../asn1/der.ts';
import { booleanOf, fieldsOf, numberOf, octetsOf, oidOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { hashAlgorithm, readHashAlgorithm, signatureAlgorithmFor, signingHashFor } from './algorithms.ts';
import type { HashName } from './algorithms.ts';
import type { KeyHolder } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { PkiError } from './errors.ts';
import { OID } from './oids.ts';

export interface TimestampAuthorityOptions extends KeyHolder {
  /** Certificates put into tokens after the authority's own, without the root. */
  readonly chain: readonly Certificate[];
  /** The policy under which tokens are issued. */
  readonly policy?: string;
}

export interface TokenRequest {
  readonly hash: HashName;
  readonly digest: Buffer;
  readonly now: Date;
  /** A whole INTEGER element, copied into the token. */
  readonly nonce?: Buffer | undefined;
  /** True unless the requester asked to leave certificates out. */
  readonly withCertificates?: boolean;
}

export interface TimestampAuthority {
  /** The TimeStampToken (a CMS SignedData) over a digest that the caller computed. Throws PkiError `algorithm.unknown` for a weak hash. */
  token: (request: TokenRequest) => Buffer;
  /** Answers a TimeStampReq with a TimeStampResp; a refusal is an answer too, nothing is thrown. */
  respond: (request: Buffer, now: Date) => Buffer;
}

/**
 * What tokens state as their accuracy (ETSI EN 319 422 section 5.2.2: one second or better). Times are given in milliseconds, so whoever
 * guards the clock may let all of it be the clock's error.
 */
export const timestampAccuracySeconds = 1;

const SERIAL_BYTES = 16;
const SERIALS_A_LOT = 256;

/** A policy of the built-in authority: an arc under the UUID root 2.25, which needs no registration. */
const builtInPolicy = '2.25.64938675288909426666104580038171542932.1';

const digestLengths: Partial<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64, 'sha3-256': 32, 'sha3-384': 48, 'sha3-512': 64 };

/** Bits of PKIFailureInfo (RFC 3161 section 2.4.2). */
const failureBits = { badAlg: 0, badRequest: 2, badDataFormat: 5, timeNotAvailable: 14, unacceptedPolicy: 15, unacceptedExtension: 16, systemFailure: 25 } as const;

type Failure = keyof typeof failureBits;

/** A token that waits for its signature. */
export interface OpenToken {
  readonly attributes: Buffer;
  /** The TimeStampToken with the signature over `attributes`. */
  seal: (signature: Buffer) => Buffer;
}

/** All of a time stamping authority but its key, which may be in a token that answers later. */
export interface TimestampForm {
  readonly hash: 'sha256' | 'sha384';
  /** Throws PkiError `algorithm.unknown` for a weak hash. */
  open(request: TokenRequest): OpenToken;
  /** What a TimeStampReq asks for, or the TimeStampResp that refuses it. */
  read(request: Buffer): Omit<TokenRequest, 'now'> | { readonly refusal: Buffer };
}

/** A time stamping authority whose key is at hand. */
export function createTimestampAuthority({ privateKey, ...rest }: TimestampAuthorityOptions): TimestampAuthority {
  const form = timestampForm(rest);
  const token = (request: TokenRequest): Buffer => {
    const { attributes, seal } = form.open(request);
    return seal(sign(form.hash, attributes, privateKey));
  };
  return {
    token,
    respond(bytes, now) {
      const request = form.read(bytes);
      return 'refusal' in request ? request.refusal : grantToken(token({ ...request, now }));
    },
  };
}

/** A TimeStampResp with a token. */
export function grantToken(token: Buffer): Buffer {
  return seq(granted, token);
}

/** What never changes about the tokens of one certificate, encoded once. */
export function timestampForm(options: Omit<TimestampAuthorityOptions, 'privateKey'>): TimestampForm {
  const { certificate } = options;
  const key = certificate.publicKey();
  const policyOid = options.policy ?? builtInPolicy;
  const hash = signingHashFor(key);
  const digestAlgorithm = hashAlgorithm(hash);
  const attributes = attributeTemplate(certificate, hash);
  const infoStart = Buffer.concat([int(1), oid(policyOid)]);
  const accuracy = seq(int(timestampAccuracySeconds));
  const certificates = ctx(0, certificate.raw, ...options.chain.map((each) => each.raw));
  const signerStart = Buffer.concat([int(1), seq(certificate.issuer.raw, tlv(0x02, certificate.serial)), digestAlgorithm]);
  const signatureAlgorithm = signatureAlgorithmFor(key, hash);
  const dataStart = Buffer.concat([int(3), set(digestAlgorithm)]);
  const contentType = oid(OID.tstInfo);
  const signedDataOid = oid(OID.signedData);
  const serials = serialSource();

  const open = (request: TokenRequest): OpenToken => {
    if (digestLengths[request.hash] !== request.digest.length) throw new PkiError('algorithm.unknown', `time stamp over ${request.hash}`);
    const imprint = seq(imprintAlgorithm(request.hash), oct(request.digest));
    const time = generalizedTime(request.now, true);
    const info = request.nonce
      ? seq(infoStart, imprint, serials(), time, accuracy, request.nonce)
      : seq(infoStart, imprint, serials(), time, accuracy);
    const signedAttributes = attributes.over(hashOnce(hash, info, 'buffer'));
    const seal = (signature: Buffer): Buffer => {
      // Signed as a SET OF, sent under the implicit tag [0] (RFC 5652 section 5.4).
      signedAttributes[0] = 0xa0;
      const signers = set(seq(signerStart, signedAttributes, signatureAlgorithm, oct(signature)));
      const content = seq(contentType, ctx(0, oct(info)));
      const data = request.withCertificates === false ? seq(dataStart, content, signers) : seq(dataStart, content, certificates, signers);
      return seq(signedDataOid, ctx(0, data));
    };
    return { attributes: signedAttributes, seal };
  };

  return {
    hash,
    open,
    read(bytes) {
      const request = readRequest(bytes);
      if ('failure' in request) return { refusal: refusal(request.failure) };
      return request.policy !== undefined && request.policy !== policyOid ? { refusal: refusal('unacceptedPolicy') } : request;
    },
  };
}

const granted = seq(int(0));

/** The answer of an authority that cannot vouch for its clock at this moment: `timeNotAvailable` (RFC 3161 section 2.4.2). */
export function refuseForClock(): Buffer {
  return refusal('timeNotAvailable');
}

/** The answer of an authority whose key cannot be reached at this moment: `systemFailure` (RFC 3161 section 2.4.2). */
export function refuseForKey(): Buffer {
  return refusal('systemFailure');
}

/** The signed attributes of every token but for the digest, which is written into its place. */
function attributeTemplate(certificate: Certificate, hash: 'sha256' | 'sha384'): { over(digest: Buffer): Buffer } {
  const certificateHash = hashOnce('sha256', certificate.raw, 'buffer');
  const issuerSerial = seq(seq(ctx(4, certificate.issuer.raw)), tlv(0x02, certificate.serial));
  const digestLength = digestLengths[hash] ?? 0;
  const digestAttribute = seq(oid(OID.messageDigest), set(oct(Buffer.alloc(digestLength))));
  // The order of the three is settled by their lengths and names, before any byte of the digest.
  const template = setOf([
    seq(oid(OID.contentType), set(oid(OID.tstInfo))),
    digestAttribute,
    seq(oid(OID.signingCertificateV2), set(seq(seq(seq(oct(certificateHash), issuerSerial))))),
  ]);
  const place = template.indexOf(digestAttribute) + digestAttribute.length - digestLength;
  return {
    over(digest) {
      const copy = Buffer.from(template);
      copy.set(digest, place);
      return copy;
    },
  };
}

const imprintAlgorithms = new Map<HashName, Buffer>();

function imprintAlgorithm(hash: HashName): Buffer {
  const known = imprintAlgorithms.get(hash) ?? hashAlgorithm(hash);
  imprintAlgorithms.set(hash, known);
  return known;
}

/**
 * Serial numbers that no other token of this authority has, also not after a crash or in another process (RFC 3161 section 2.4.2): 126
 * random bits each, drawn from the system in lots.
 */
function serialSource(): () => Buffer {
  let lot = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at >= lot.length) {
      lot = randomBytes(SERIAL_BYTES * SERIALS_A_LOT);
      at = 0;
    }
    const serial = Buffer.allocUnsafe(2 + SERIAL_BYTES);
    serial[0] = 0x02;
    serial[1] = SERIAL_BYTES;
    lot.copy(serial, 2, at, (at += SERIAL_BYTES));
    // Positive, and of the same length always.
    serial[2] = ((serial[2] ?? 0) & 0x7f) | 0x40;
    return serial;
  };
}

interface ReadRequest extends Omit<TokenRequest, 'now'> {
  readonly policy: string | undefined;
}

function readRequest(bytes: Buffer): ReadRequest | { readonly failure: Failure } {
  try {
    if (bytes.length > 64 * 1024) return { failure: 'badDataFormat' };
    const fields = fieldsOf(readAsn1(bytes, { ber: true }));
    if (numberOf(fields.take(0x02)) !== 1) return { failure: 'badRequest' };
    const imprint = fieldsOf(fields.take(0x30));
    const algorithm = imprint.take(0x30);
    const digest = octetsOf(imprint.take(0x04));
    const policy = fields.optional(0x06);
    const nonce = fields.optional(0x02);
    const certificateRequest = fields.optional(0x01);
    if (fields.rest().length > 0) return { failure: 'unacceptedExtension' };
    const hash = strongHash(algorithm);
    if (hash === undefined) return { failure: 'badAlg' };
    if (digest.length !== digestLengths[hash]) return { failure: 'badDataFormat' };
    return {
      hash,
      digest,
      policy: policy && oidOf(policy),
      nonce: nonce && rawOf(nonce),
      withCertificates: certificateRequest ? booleanOf(certificateRequest) : false,
    };
  } catch (error) {
    if (error instanceof Asn1Error) return { failure: 'badDataFormat' };
    throw error;
  }
}

/** The hash of the request if it is one that the law's list still has (TT 15/2025 annex I: SHA-1 is absent). */
function strongHash(algorithm: Asn1Node): HashName | undefined {
  try {
    const hash = readHashAlgorithm(algorithm);
    return digestLengths[hash] === undefined ? undefined : hash;
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function refusal(failure: Failure): Buffer {
  return seq(seq(int(2), seq(utf8(failure)), namedBits([failureBits[failure]])));
}

/** A TimeStampReq over a digest, asking for certificates, with a nonce INTEGER of the caller's choice. */
export function writeTimestampRequest(request: { readonly hash: HashName; readonly digest: Buffer; readonly nonce?: Buffer }): Buffer {
  const imprint = seq(hashAlgorithm(request.hash), oct(request.digest));
  return seq(int(1), imprint, ...(request.nonce ? [request.nonce] : []), bool(true));
}

/** The token of a TimeStampResp; throws PkiError `timestamp.malformed` for a refusal or anything unreadable. */
export function readTimestampResponse(response: Buffer): Buffer {
  try {
    const fields = fieldsOf(readAsn1(response, { ber: true }));
    const status = numberOf(fieldsOf(fields.take(0x30)).take(0x02));
    if (status !== 0 && status !== 1) throw new PkiError('timestamp.malformed', `refused with status ${status}`);
    return rawOf(fields.take(0x30));
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('timestamp.malformed', error.code, { cause: error });
    throw error;
  }
}
