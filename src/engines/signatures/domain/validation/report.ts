/** The validation report as data: what TT 15/2025/TT-BKHCN wants shown, what EN 319 102-1 wants said. JSON-safe; instants are ISO 8601 in UTC. */
import type { ActiveContentKind } from '../pdf/reader/index.ts';
import type { ChangeCode } from './change-texts.ts';
import type { Indication, Problem, SubIndication } from './problems.ts';

export type SignerRole = 'person' | 'agency' | 'initials' | 'timestamp';

/** What was changed in the file after a signature, worst first: forbidden, suspicious, permitted, none. */
export type ChangesAfter = 'none' | 'permitted' | 'suspicious' | 'forbidden';

/** PAdES baseline levels (EN 319 142-1); the same with PKCS7- for the older kind of ISO 32000-1. A document time stamp has its own. */
export type SignatureLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA' | 'PKCS7-B' | 'PKCS7-T' | 'PKCS7-LT' | 'PKCS7-LTA' | 'DOC-TIMESTAMP' | 'UNKNOWN';

export interface RevocationReport {
  readonly status: 'good' | 'revoked' | 'unknown' | 'not-checked';
  readonly source: 'ocsp' | 'crl' | null;
  /** In the file itself, or supplied from outside. */
  readonly origin: 'embedded' | 'given' | null;
  /** The instant for which the source speaks (thisUpdate). */
  readonly asOf: string | null;
  readonly revokedAt: string | null;
  readonly reason: string | null;
}

export interface TimestampReport {
  readonly time: string;
  readonly authority: string;
  readonly algorithm: string;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
}

export interface CertificateReport {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly emails: readonly string[];
  /** UID values: `MST:` tax, `MNS:` budget, `CCCD:` citizen numbers. */
  readonly userIds: readonly string[];
  /** Its authority issued it as the seal of an installation. */
  readonly isInstallationSeal?: true;
}

export interface ChangeReport {
  readonly code: ChangeCode;
  readonly severity: 'permitted' | 'suspicious' | 'forbidden';
  /** The number of the PDF object, or 0. */
  readonly objectNumber: number;
}

export interface SignatureReport {
  readonly field: string;
  /** Who signed, readable: the common name of the certificate. */
  readonly signer: string;
  /** The organisation that the certificate names: TT 15/2025's "unit that manages the certificate". */
  readonly organization: string | null;
  readonly title: string | null;
  readonly issuer: string;
  readonly role: SignerRole;
  readonly signingTime: string | null;
  readonly timeSource: 'timestamp' | 'claimed' | 'none';
  readonly claimedTime: string | null;
  /** The earliest instant at which the signature is proven to have existed, or that of the validation (EN 319 102-1 clause 5.5). */
  readonly bestSignatureTime?: string;
  readonly timestamp: TimestampReport | null;
  /** Time stamps over a XAdES or CAdES signature and all that was added to it (B-LTA), the oldest first. */
  readonly archiveTimestamps?: readonly TimestampReport[];
  readonly algorithm: string;
  readonly format: string;
  readonly level: SignatureLevel;
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly integrity: 'intact' | 'broken' | 'unknown';
  readonly coversWholeFile: boolean;
  readonly changesAfter: ChangesAfter;
  readonly changes: readonly ChangeReport[];
  /** Whether the certificate was valid at the time of signing (its dates and its revocation as far as known). */
  readonly validityAtSigning: 'valid' | 'expired' | 'not-yet-valid' | 'revoked' | 'unknown';
  readonly revocation: RevocationReport;
  readonly certificate: CertificateReport | null;
  /** Names from the signer to the end of the path that could be built. */
  readonly chain: readonly string[];
  readonly isChainTrusted: boolean;
  readonly reason: string | null;
  readonly location: string | null;
  readonly problems: readonly Problem[];
}

export interface ActiveContentReport {
  readonly kind: ActiveContentKind;
  readonly objectNumber: number;
  readonly target: string;
}

export interface ValidationReport {
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly signatures: readonly SignatureReport[];
  /** JavaScript, launch actions and other things that act: reported, never executed. */
  readonly flags: readonly ActiveContentReport[];
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly validatedAt: string;
}
