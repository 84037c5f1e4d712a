/** OCSP answers and requests (RFC 6960), read. The responder that writes answers is `ocsp-responder.ts`. */
import { hash as hashOnce } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { bitsOf, children, contentOf, fieldsOf, numberOf, octetsOf, oidOf, rawOf, readAsn1, timeOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { readHashAlgorithm, readSignatureAlgorithm } from './algorithms.ts';
import type { HashName, SignatureAlgorithm } from './algorithms.ts';
import { isSignedByKeyOf, parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { distrusted, reasonOf } from './crl.ts';
import type { RevocationReason } from './crl.ts';
import { PkiError } from './errors.ts';
import { readExtensions } from './extensions.ts';
import type { Extension } from './extensions.ts';
import { OID } from './oids.ts';

/** Which certificate is meant: hashes of its issuer's name and key, and its serial. `raw` is copied into answers. */
export interface CertificateId {
  readonly raw: Buffer;
  readonly hash: HashName;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  readonly serial: Buffer;
}

export type CertificateStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason: RevocationReason }
  | { readonly status: 'unknown' };

export interface SingleAnswer {
  readonly id: CertificateId;
  readonly status: CertificateStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Certificates that ended at or after this instant are still answered for (archive cutoff). */
  readonly keepsExpiredFrom: Date | undefined;
}

export interface OcspResponse {
  readonly raw: Buffer;
  readonly producedAt: Date;
  readonly answers: readonly SingleAnswer[];
  readonly certificates: readonly Certificate[];
  readonly nonce: Buffer | undefined;
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** True when this certificate's key signed the answer and the responder id names it. */
  isSignedBy(responder: Certificate): boolean;
}

const maxBytes = 1024 * 1024;
const maxAnswers = 200;

export function readCertificateId(node: Asn1Node): CertificateId {
  const fields = fieldsOf(node);
  return {
    raw: rawOf(node),
    hash: readHashAlgorithm(fields.take(0x30)),
    issuerNameHash: octetsOf(fields.take(0x04)),
    issuerKeyHash: octetsOf(fields.take(0x04)),
    serial: contentOf(fields.take(0x02)),
  };
}

/** True when the id means this certificate of this issuer. */
export function isAbout(id: CertificateId, certificate: Certificate, issuer: Certificate): boolean {
  return (
    id.serial.equals(certificate.serial) &&
    id.issuerNameHash.equals(hashOnce(id.hash, issuer.subject.raw, 'buffer')) &&
    id.issuerKeyHash.equals(hashOnce(id.hash, issuer.publicKeyBits, 'buffer'))
  );
}

/** Reads an OCSPResponse, or a bare BasicOCSPResponse. Throws PkiError `revocation.malformed`, also for an answer without content. */
export function parseOcspResponse(input: Buffer): OcspResponse {
  try {
    if (input.length > maxBytes) throw new PkiError('revocation.malformed', 'size');
    const node = readAsn1(input, { ber: true });
    const fields = fieldsOf(node);
    if (fields.optional(0x0a) === undefined) return readBasic(input, node);
    if (numberOf(fieldsOf(node).take(0x0a)) !== 0) throw new PkiError('revocation.malformed', 'responder refused');
    const body = fieldsOf(fieldsOf(fields.take(0xa0), 0xa0).take(0x30));
    if (oidOf(body.take()) !== OID.ocspBasic) throw new PkiError('revocation.malformed', 'response type');
    return readBasic(input, readAsn1(octetsOf(body.take(0x04)), { ber: true }));
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('revocation.malformed', error.code, { cause: error });
    throw error;
  }
}

function readBasic(raw: Buffer, node: Asn1Node): OcspResponse {
  const outer = fieldsOf(node);
  const data = outer.take(0x30);
  const algorithmNode = outer.take(0x30);
  const { bytes: signature } = bitsOf(outer.take());
  const certificateList = outer.optional(0xa0);
  const fields = fieldsOf(data);
  fields.optional(0xa0);
  const isResponder = responderMatcher(fields.take());
  const producedAt = timeOf(fields.take(0x18));
  const singles = children(fields.take(0x30)).slice(0, maxAnswers).map(readSingle);
  const about = readExtensions(fields.optional(0xa1));
  const answers = isUnderstood(about) ? singles : singles.map(cautious);
  const nonceValue = about.get(OID.ocspNonce)?.value;
  const signatureAlgorithm = knownAlgorithm(algorithmNode);
  const dataBytes = rawOf(data);
  return {
    raw,
    producedAt,
    answers,
    certificates: readCertificates(certificateList),
    nonce: nonceValue,
    signatureAlgorithm,
    isSignedBy: (responder) =>
      signatureAlgorithm !== undefined &&
      isResponder(responder) &&
      isSignedByKeyOf(responder, { algorithm: signatureAlgorithm, data: dataBytes, signature }),
  };
}

function knownAlgorithm(node: Asn1Node): SignatureAlgorithm | undefined {
  try {
    return readSignatureAlgorithm(node);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** Read at once, so that a damaged id is an error of the answer and not of whoever asks about it later. */
function responderMatcher(id: Asn1Node): (certificate: Certificate) => boolean {
  if (id.tag === 0xa1) {
    const name = rawOf(fieldsOf(id, 0xa1).take());
    return (certificate) => name.equals(certificate.subject.raw);
  }
  if (id.tag !== 0xa2) return () => false;
  // A key hash is always SHA-1 (RFC 6960 section 4.2.1).
  const keyHash = octetsOf(fieldsOf(id, 0xa2).take(0x04));
  return (certificate) => keyHash.equals(hashOnce('sha1', certificate.publicKeyBits, 'buffer'));
}

function readCertificates(list: Asn1Node | undefined): Certificate[] {
  if (list === undefined) return [];
  return children(fieldsOf(list, 0xa0).take(0x30)).slice(0, 10).map((node) => parseCertificate(rawOf(node)));
}

function readSingle(node: Asn1Node): SingleAnswer {
  const fields = fieldsOf(node);
  const id = readCertificateId(fields.take(0x30));
  const status = readStatus(fields.take());
  const thisUpdate = timeOf(fields.take(0x18));
  const next = fields.optional(0xa0);
  const about = readExtensions(fields.optional(0xa1));
  const cutoff = about.get(OID.ocspArchiveCutoff)?.value;
  const answer: SingleAnswer = {
    id,
    status: status.status === 'revoked' ? { status: 'revoked', ...distrusted(status, about) } : status,
    thisUpdate,
    nextUpdate: next && timeOf(fieldsOf(next, 0xa0).take()),
    keepsExpiredFrom: cutoff && timeOf(readAsn1(cutoff, { ber: true })),
  };
  return isUnderstood(about) ? answer : cautious(answer);
}

const knownCritical = new Set<string>([OID.ocspNonce, OID.ocspArchiveCutoff, OID.invalidityDate]);

/** What is critical and not known may change the meaning of an answer (RFC 6960 section 4.4, RFC 5280 section 4.2). */
function isUnderstood(extensions: ReadonlyMap<string, Extension>): boolean {
  return [...extensions].every(([name, { critical }]) => !critical || knownCritical.has(name));
}

/** Of an answer that is not wholly understood "revoked" is believed, "good" is not. */
function cautious(answer: SingleAnswer): SingleAnswer {
  return answer.status.status === 'good' ? { ...answer, status: { status: 'unknown' } } : answer;
}

function readStatus(node: Asn1Node): CertificateStatus {
  if (node.tag === 0x80) return { status: 'good' };
  if (node.tag !== 0xa1) return { status: 'unknown' };
  const fields = fieldsOf(node, 0xa1);
  const revokedAt = timeOf(fields.take());
  const reason = fields.optional(0xa0);
  return { status: 'revoked', revokedAt, reason: reason ? reasonOf(numberOf(fieldsOf(reason, 0xa0).take())) : 'unspecified' };
}

export interface OcspRequest {
  readonly ids: readonly CertificateId[];
  /** The contents of the nonce extension, as the answer must repeat them. */
  readonly nonce: Buffer | undefined;
}

/** Reads an OCSPRequest (a signature on it is ignored). Throws PkiError `revocation.malformed`. */
export function parseOcspRequest(input: Buffer): OcspRequest {
  try {
    if (input.length > 64 * 1024) throw new PkiError('revocation.malformed', 'size');
    const fields = fieldsOf(fieldsOf(readAsn1(input, { ber: true })).take(0x30));
    fields.optional(0xa0);
    fields.optional(0xa1);
    const list = children(fields.take(0x30));
    if (list.length === 0 || list.length > maxAnswers) throw new PkiError('revocation.malformed', 'number of requests');
    const ids = list.map((entry) => readCertificateId(fieldsOf(entry).take(0x30)));
    const nonce = readExtensions(fields.optional(0xa2)).get(OID.ocspNonce)?.value;
    if (nonce && nonce.length > 130) throw new PkiError('revocation.malformed', 'nonce');
    return { ids, nonce };
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('revocation.malformed', error.code, { cause: error });
    throw error;
  }
}
