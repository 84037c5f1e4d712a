/** What the reports on all kinds of signatures (PDF, CAdES, JAdES, XAdES) say in the same way: names, certificate, path, time stamp, validity. */
import { describeKey, isInstallationSeal } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { CheckedTimestamp } from './integrity.ts';
import { verdictOf } from './problems.ts';
import type { Problem, Verdict } from './problems.ts';
import type { CertificateReport, SignatureReport, TimestampReport } from './report.ts';
import { notChecked } from './revocation.ts';
import { describeAlgorithm } from './trust.ts';
import type { TrustFinding } from './trust.ts';

/** The weakest signature decides; a file that nobody signed is neither right nor wrong, whatever time stamps it carries: anybody gets those. */
export function overallVerdict(signatures: readonly Pick<SignatureReport, 'indication' | 'subIndication' | 'role'>[]): Verdict {
  const worst = signatures.find((each) => each.indication === 'TOTAL-FAILED') ?? signatures.find((each) => each.indication === 'INDETERMINATE');
  if (worst) return { indication: worst.indication, subIndication: worst.subIndication };
  return signatures.every(({ role }) => role === 'timestamp') ? { indication: 'INDETERMINATE', subIndication: 'SIGNATURE_NOT_FOUND' } : { indication: 'TOTAL-PASSED', subIndication: null };
}

type SignerParts = Pick<SignatureReport, 'signer' | 'organization' | 'title' | 'issuer' | 'certificate'>;

const nobody: SignerParts = { signer: '', organization: null, title: null, issuer: '', certificate: null };

/** Certificates repeat from file to file, and to write their dates costs more than to look them up. */
const signerParts = new WeakMap<Certificate, SignerParts>();

/** What a certificate says about who signed. */
export function reportSigner(certificate: Certificate | undefined): SignerParts {
  if (certificate === undefined) return nobody;
  const known = signerParts.get(certificate);
  if (known) return known;
  const { subject, issuer } = certificate;
  const parts: SignerParts = {
    signer: subject.commonName ?? subject.text,
    organization: subject.organization ?? null,
    title: subject.title ?? null,
    issuer: issuer.commonName ?? issuer.text,
    certificate: reportCertificate(certificate),
  };
  signerParts.set(certificate, parts);
  return parts;
}

/** A certificate as reports show it. */
export function reportCertificate(certificate: Certificate): CertificateReport {
  return {
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    serialNumber: certificate.serialHex,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    key: describeKey(certificate).text,
    fingerprint: certificate.fingerprint,
    emails: certificate.emails,
    userIds: certificate.subject.userIds,
    ...(isInstallationSeal(certificate) ? { isInstallationSeal: true as const } : {}),
  };
}

/** Names from the signer to the end of the path, whether it ends at an anchor, and what is known of revocation. */
export function reportPath(trust: TrustFinding | undefined): Pick<SignatureReport, 'chain' | 'isChainTrusted' | 'revocation'> {
  if (trust === undefined) return { chain: [], isChainTrusted: false, revocation: notChecked };
  const { path, revocation } = trust;
  return { chain: path.certificates.map(({ subject }) => subject.commonName ?? subject.text), isChainTrusted: path.isAnchored, revocation };
}

/** The time of signing: that of a time stamp that holds, trusted or not, else what the signer claims. */
export function timeOfSigning(timestamp: CheckedTimestamp | undefined, claimedAt: Date | undefined): { readonly at: Date | undefined; readonly source: SignatureReport['timeSource'] } {
  if (timestamp?.check.verdict === 'ok') return { at: timestamp.token.time, source: 'timestamp' };
  return { at: claimedAt, source: claimedAt ? 'claimed' : 'none' };
}

/** The time of signing and the one that the signer claims: where they are one it is written once. */
export function reportTimes(at: Date | undefined, claimedAt: Date | undefined): Pick<SignatureReport, 'signingTime' | 'claimedTime'> {
  const signingTime = at?.toISOString() ?? null;
  return { signingTime, claimedTime: claimedAt === at ? signingTime : (claimedAt?.toISOString() ?? null) };
}

/** Whether the signer's certificate was valid at the time of signing, its dates counted to the second as certificates count. */
export function validityAt(at: Date | undefined, { signer, trust }: { readonly signer: Certificate | undefined; readonly trust: TrustFinding | undefined }): SignatureReport['validityAtSigning'] {
  if (at === undefined || signer === undefined) return 'unknown';
  if (at > signer.notAfter) return 'expired';
  if (at.getTime() + 999 < signer.notBefore.getTime()) return 'not-yet-valid';
  if (trust?.revokedAt && trust.revokedAt <= at) return 'revoked';
  return trust?.path.isAnchored === true && trust.revocation.status !== 'unknown' && trust.revocation.status !== 'not-checked' ? 'valid' : 'unknown';
}

export interface StampedSignature {
  readonly isIntact: boolean;
  readonly timestamp: CheckedTimestamp | undefined;
  readonly timestampTrust: TrustFinding | undefined;
  /** What to remark when there is no readable time stamp; undefined for a kind of signature that has no room for one. */
  readonly withoutTimestamp: 'timestamp.missing' | 'timestamp.invalid' | undefined;
}

/** Remarks on the time stamp of an intact signature. */
export function timestampProblems({ isIntact, timestamp, timestampTrust, withoutTimestamp }: StampedSignature): Problem[] {
  if (!isIntact) return [];
  if (timestamp === undefined) return withoutTimestamp ? [{ code: withoutTimestamp }] : [];
  if (timestamp.check.verdict !== 'ok') return [{ code: 'timestamp.invalid' }];
  const weak = timestampTrust?.problems.find(({ code }) => code === 'algorithm.weak' || code === 'algorithm.weakNoPoe');
  if (weak?.values) return [{ code: 'timestamp.weak', values: weak.values }];
  return verdictOf(timestampTrust?.problems ?? []).indication === 'TOTAL-PASSED' ? [] : [{ code: 'timestamp.untrusted' }];
}

export function reportTimestamp(timestamp: CheckedTimestamp | undefined, trust: TrustFinding | undefined): TimestampReport | null {
  if (timestamp === undefined) return null;
  const { token, check } = timestamp;
  const failed: Verdict = { indication: 'TOTAL-FAILED', subIndication: check.verdict === 'hash-mismatch' ? 'HASH_FAILURE' : 'SIG_CRYPTO_FAILURE' };
  return {
    time: token.time.toISOString(),
    authority: check.signer?.subject.commonName ?? '',
    algorithm: describeAlgorithm(check.signer, token.cms.signatureAlgorithm, token.imprintHash),
    ...(check.verdict === 'ok' && trust ? verdictOf(trust.problems) : failed),
  };
}
