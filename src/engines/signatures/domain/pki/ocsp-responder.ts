/** Writes OCSP answers (RFC 6960) for the built-in authority. Statuses come from the caller; nothing is looked up here. */
import { hash as hashOnce, sign } from 'node:crypto';
import { ctx, ctxPrim, enumerated, generalizedTime, nul, oct, oid, seq, tlv } from '../asn1/der.ts';
import { readAsn1 } from '../asn1/reader.ts';
import { hashOid } from './algorithms.ts';
import type { KeyHolder } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { revocationReasons } from './crl.ts';
import { draftFor, sealDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import { readCertificateId } from './ocsp.ts';
import type { CertificateId, CertificateStatus } from './ocsp.ts';
import { OID } from './oids.ts';

/** The id under which a responder is asked about a certificate. SHA-1 here names things, it protects nothing (RFC 6960 section 4.3). */
export function certificateIdOf(certificate: Certificate, issuer: Certificate, hash: 'sha1' | 'sha256' = 'sha1'): CertificateId {
  const encoded = seq(
    seq(oid(hashOid(hash)), nul()),
    oct(hashOnce(hash, issuer.subject.raw, 'buffer')),
    oct(hashOnce(hash, issuer.publicKeyBits, 'buffer')),
    tlv(0x02, certificate.serial),
  );
  return readCertificateId(readAsn1(encoded));
}

/** True for the encodings that requesters in practice use; any other spelling of the same question is answered, but not worth keeping. */
export function isUsualId(id: CertificateId): boolean {
  const algorithm = oid(hashOid(id.hash));
  const rest = [oct(id.issuerNameHash), oct(id.issuerKeyHash), tlv(0x02, id.serial)];
  return [seq(algorithm, nul()), seq(algorithm)].some((spelling) => seq(spelling, ...rest).equals(id.raw));
}

/** The id that was kept as bytes. Throws Asn1Error. */
export function parseCertificateId(raw: Buffer): CertificateId {
  return readCertificateId(readAsn1(raw));
}

/** A request for one certificate, without nonce unless given (the contents of the extension). */
export function writeOcspRequest(id: CertificateId, nonce?: Buffer): Buffer {
  const extensions = nonce ? [ctx(2, seq(seq(oid(OID.ocspNonce), oct(nonce))))] : [];
  return seq(seq(seq(seq(id.raw)), ...extensions));
}

export interface NewOcspResponse {
  /** The delegated responder's certificate (with id-pkix-ocsp-nocheck), or the issuer itself. */
  readonly responder: KeyHolder;
  readonly issuer: Certificate;
  readonly ids: readonly CertificateId[];
  /** Asked only about ids of this issuer; any other id is answered "unknown". */
  readonly statusOf: (id: CertificateId) => CertificateStatus;
  readonly nonce?: Buffer | undefined;
  readonly now: Date;
  readonly nextUpdate: Date;
}

/** A successful OCSPResponse with one basic answer per id. */
export function writeOcspResponse({ responder, ...answer }: NewOcspResponse): Buffer {
  const draft = draftOcspResponse({ ...answer, responder: responder.certificate });
  return sealOcspResponse(draft, sign(draft.hash, draft.tbs, responder.privateKey));
}

/** What the responder's key has to sign. */
export function draftOcspResponse(input: Omit<NewOcspResponse, 'responder'> & { readonly responder: Certificate }): Draft {
  const { responder, issuer } = input;
  // Statuses are kept for as long as the issuer exists, so that old signatures can be checked.
  const archive = ctx(1, seq(seq(oid(OID.ocspArchiveCutoff), oct(generalizedTime(issuer.notBefore)))));
  const answers = input.ids.map((id) => {
    const status: CertificateStatus = isOfIssuer(id, issuer) ? input.statusOf(id) : { status: 'unknown' };
    return seq(id.raw, encodeStatus(status), generalizedTime(input.now), ctx(0, generalizedTime(input.nextUpdate)), archive);
  });
  const data = seq(
    ctx(2, oct(hashOnce('sha1', responder.publicKeyBits, 'buffer'))),
    generalizedTime(input.now),
    seq(...answers),
    ...(input.nonce ? [ctx(1, seq(seq(oid(OID.ocspNonce), oct(input.nonce))))] : []),
  );
  return draftFor(responder.publicKey(), data, ...(responder.raw.equals(issuer.raw) ? [] : [ctx(0, seq(responder.raw))]));
}

/** A successful OCSPResponse from the draft and its signature. */
export function sealOcspResponse(draft: Draft, signature: Buffer): Buffer {
  return seq(enumerated(0), ctx(0, seq(oid(OID.ocspBasic), oct(sealDraft(draft, signature)))));
}

/** True when the id means a certificate of this issuer. */
export function isOfIssuer(id: CertificateId, issuer: Certificate): boolean {
  return (
    id.issuerNameHash.equals(hashOnce(id.hash, issuer.subject.raw, 'buffer')) &&
    id.issuerKeyHash.equals(hashOnce(id.hash, issuer.publicKeyBits, 'buffer'))
  );
}

function encodeStatus(status: CertificateStatus): Buffer {
  switch (status.status) {
    case 'good':
      return ctxPrim(0);
    case 'unknown':
      return ctxPrim(2);
    case 'revoked': {
      const reason = status.reason === 'unspecified' ? [] : [ctx(0, enumerated(revocationReasons[status.reason]))];
      return ctx(1, generalizedTime(status.revokedAt), ...reason);
    }
  }
}

const failures = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;

/** An answer without content (RFC 6960 section 2.3). */
export function writeOcspFailure(failure: keyof typeof failures): Buffer {
  return seq(enumerated(failures[failure]));
}
