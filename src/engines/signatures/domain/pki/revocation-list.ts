/** Writes certificate revocation lists (RFC 5280 section 5) for the built-in authority. */
import { ctx, ctxPrim, enumerated, generalizedTime, int, oct, oid, seq, time, tlv } from '../asn1/der.ts';
import { signatureAlgorithmFor, signingHashFor } from './algorithms.ts';
import type { KeyHolder } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { revocationReasons } from './crl.ts';
import type { RevocationReason } from './crl.ts';
import { draftFor, signDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import { OID } from './oids.ts';

export interface RevokedCertificate {
  /** The contents of the certificate's serial INTEGER. */
  readonly serial: Buffer;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
}

export interface NewRevocationList {
  /** Grows by one with each list of this authority. */
  readonly number: bigint;
  readonly now: Date;
  readonly nextUpdate: Date;
  /** All that was ever revoked, expired ones too: the list says so, and old signatures depend on it. */
  readonly revoked: readonly RevokedCertificate[];
}

/** The signed list as DER. */
export function writeRevocationList({ certificate, privateKey }: KeyHolder, list: NewRevocationList): Buffer {
  return signDraft(draftRevocationList(certificate, list), privateKey);
}

/** The list for the authority's key to sign. */
export function draftRevocationList(certificate: Certificate, list: NewRevocationList): Draft {
  const key = certificate.publicKey();
  const extensions = [
    ...(certificate.subjectKeyIdentifier ? [seq(oid(OID.authorityKeyIdentifier), oct(seq(ctxPrim(0, certificate.subjectKeyIdentifier))))] : []),
    seq(oid(OID.crlNumber), oct(int(list.number))),
    // The caller's list holds everything that was ever revoked, expired or not.
    seq(oid(OID.expiredCertsOnCrl), oct(generalizedTime(certificate.notBefore))),
  ];
  const tbs = seq(
    int(1),
    signatureAlgorithmFor(key, signingHashFor(key)),
    certificate.subject.raw,
    time(list.now),
    time(list.nextUpdate),
    // An empty list of entries must be absent (RFC 5280 section 5.1.2.6).
    ...(list.revoked.length === 0 ? [] : [seq(...list.revoked.map(entry))]),
    ctx(0, seq(...extensions)),
  );
  return draftFor(key, tbs);
}

function entry({ serial, revokedAt, reason }: RevokedCertificate): Buffer {
  const reasonExtension = seq(oid(OID.reasonCode), oct(enumerated(revocationReasons[reason])));
  return seq(tlv(0x02, serial), time(revokedAt), ...(reason === 'unspecified' ? [] : [seq(reasonExtension)]));
}
