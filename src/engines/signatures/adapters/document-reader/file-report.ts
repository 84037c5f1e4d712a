import type { AsicFinding } from '../../domain/asic/index.ts';
import type { CertificateReport, SignatureReport, ValidationReport } from '../../domain/validation/report.ts';
import type { SignedKind } from './signed-kind.ts';

/** A revocation list or an OCSP answer that a verdict rests on. Instants are ISO 8601 in UTC. */
export type RevocationSourceReport = {
  kind: 'crl' | 'ocsp';
  sha256: string;
  /** Who answers: the issuer of the list; null for an OCSP answer by the authority itself. */
  issuer: string | null;
  producedAt: string;
  nextUpdate: string | null;
  /** The list's number; null for an OCSP answer. */
  number: string | null;
  /** In the file, or from outside. */
  origin: 'embedded' | 'given';
};

/** One attribute that the signer signed along with the content: an OID of CMS, or a header parameter of JWS. */
export type SignedAttributeReport = { name: string; value: string };

/** What one verdict rests on; certificates by fingerprint, revocation sources by SHA-256, both found in the report's lists. */
export type Grounds = { certificates: string[]; revocations: string[]; attributes: SignedAttributeReport[] };

/** A file of a container, or the file beside a detached signature. */
export type CoveredFile = {
  name: string;
  sizeBytes: number;
  sha256: string;
  isCovered: boolean;
  /** Of content inside a signature: what the signer calls it, else what its first bytes say. */
  mediaType?: string;
};

export type FileSignature = SignatureReport & {
  grounds?: Grounds;
  /** What the signature is about when that is not the file itself: names in a container, places in an XML file. */
  covers?: readonly string[];
};

/** The one report that every kind of file gets: that of PDF, and what the other kinds need besides. */
export type FileReport = Omit<ValidationReport, 'signatures'> & {
  kind: SignedKind;
  signatures: readonly FileSignature[];
  certificates: CertificateReport[];
  revocations: RevocationSourceReport[];
  files: CoveredFile[];
  /** What is wrong with a container beyond its signatures. */
  findings: readonly AsicFinding[];
};
