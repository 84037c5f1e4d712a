/**
 * Validation of the signatures of any PDF, after ETSI EN 319 102-1 and TT 15/2025/TT-BKHCN. Pure: the bytes, the trust anchors, the
 * revocation material and the present instant come in, a report goes out. The file is never trusted and never executed.
 */
import { describeKey } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { HashName } from '../pki/algorithms.ts';
import type { CmsSignature } from '../cms/verify.ts';
import { openPdf, scanActiveContent } from '../pdf/reader/index.ts';
import type { PdfSignature } from '../pdf/reader/index.ts';
import { defaultAlgorithmRules } from './algorithm-rules.ts';
import type { AlgorithmRules } from './algorithm-rules.ts';
import { createRangeDigests } from './byte-range.ts';
import { createValidationCache } from './cache.ts';
import type { ValidationCache } from './cache.ts';
import { findChangesAfter } from './changes-after.ts';
import type { ChangesAfterSignature } from './changes-after.ts';
import { checkSignatures } from './integrity.ts';
import type { CheckedSignature } from './integrity.ts';
import { levelOf } from './level.ts';
import { sortProblems, verdictOf } from './problems.ts';
import type { Problem, Verdict } from './problems.ts';
import type { CertificateReport, SignatureReport, TimestampReport, ValidationReport } from './report.ts';
import { notChecked } from './revocation.ts';
import { areInitials, guessSignerKind } from './role.ts';
import { claimedTimeOf } from './signing-time.ts';
import { describeAlgorithm, judgeTrust } from './trust.ts';
import type { TrustContext, TrustFinding } from './trust.ts';
import { collectMaterial } from './validation-material.ts';
import type { FoundMaterial, GivenMaterial } from './validation-material.ts';

export interface ValidationOptions {
  /** Roots (or any certificates) that the installation trusts; none leaves every chain INDETERMINATE. */
  readonly trustAnchors: readonly Certificate[];
  readonly now: Date;
  /** Intermediate certificates, CRLs and OCSP answers from outside the file. */
  readonly given?: GivenMaterial;
  readonly rules?: AlgorithmRules;
  /** Keep one for many validations: certificates and links repeat. */
  readonly cache?: ValidationCache;
  /** False skips the search for scripts and actions, for a caller that has the answer already. */
  readonly scanActive?: boolean;
}

/** Validates all signatures. Throws PdfError when the file cannot be read at all: not a PDF, damaged, encrypted, too large. */
export function validatePdf(file: Uint8Array, options: ValidationOptions): ValidationReport {
  const doc = openPdf(file);
  const digests = createRangeDigests(doc.bytes);
  const cache = options.cache ?? createValidationCache();
  const checked = checkSignatures({ doc, digests, cache });
  const found = collectMaterial(doc, checked, { given: options.given ?? {}, cache });
  const context: TrustContext = {
    anchors: options.trustAnchors,
    candidates: found.certificates,
    material: found.material,
    rules: options.rules ?? defaultAlgorithmRules,
    cache,
    now: options.now,
  };
  const judged = judgeAll(checked, context);
  const changes = findChangesAfter(doc, checked);
  const signatures = judged.map((each, i) => reportSignature(each, { judged, changes: changes[i], found }));
  return {
    ...overall(signatures),
    signatures,
    flags: options.scanActive === false ? [] : scanActiveContent(doc).found,
    sha256: digests.wholeFile(),
    sizeBytes: doc.bytes.length,
    validatedAt: options.now.toISOString(),
  };
}

/** The weakest signature decides; a file without signatures is neither right nor wrong. */
function overall(signatures: readonly SignatureReport[]): Verdict {
  const worst = signatures.find((each) => each.indication === 'TOTAL-FAILED') ?? signatures.find((each) => each.indication === 'INDETERMINATE');
  if (worst) return { indication: worst.indication, subIndication: worst.subIndication };
  return signatures.length === 0 ? { indication: 'INDETERMINATE', subIndication: 'SIGNATURE_NOT_FOUND' } : { indication: 'TOTAL-PASSED', subIndication: null };
}

interface Judged {
  readonly checked: CheckedSignature;
  readonly signer: Certificate | undefined;
  readonly trust: TrustFinding | undefined;
  readonly timestampTrust: TrustFinding | undefined;
  readonly claimedAt: Date | undefined;
}

/**
 * From the newest signature to the oldest, so that a trusted document time stamp proves the existence of what it covers: the past
 * signature validation of EN 319 102-1 clause 5.6 in one pass.
 */
function judgeAll(checked: readonly CheckedSignature[], context: TrustContext): Judged[] {
  const proofs: { readonly covers: number; readonly time: Date }[] = [];
  const judged = checked.toReversed().map((each) => {
    const end = each.range?.end ?? Number.POSITIVE_INFINITY;
    const laterProof = earliest(proofs.filter((proof) => proof.covers >= end).map((proof) => proof.time));
    const result = judgeOne(each, laterProof, context);
    const isProof = each.signature.subFilter === 'ETSI.RFC3161' && each.isIntact && result.timestampTrust && verdictOf(result.timestampTrust.problems).indication === 'TOTAL-PASSED';
    if (isProof && each.range && each.timestamp) proofs.push({ covers: each.range.gapStart, time: each.timestamp.token.time });
    return result;
  });
  return judged.toReversed();
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce<Date | undefined>((first, time) => (time && (first === undefined || time < first) ? time : first), undefined);
}

function judgeOne(checked: CheckedSignature, laterProof: Date | undefined, context: TrustContext): Judged {
  const { check, timestamp, cms, signature } = checked;
  const isDocumentTimestamp = signature.subFilter === 'ETSI.RFC3161';
  const timestampTrust =
    timestamp?.check.verdict === 'ok' && timestamp.check.signer
      ? judgeTrust(
          {
            certificate: timestamp.check.signer,
            purpose: 'timestamp',
            provenAt: laterProof,
            claimedAt: timestamp.token.time,
            hashes: [timestamp.token.imprintHash, ...hashesOf(timestamp.token.cms)],
          },
          context,
        )
      : undefined;
  const signer = isDocumentTimestamp ? (timestamp?.check.signer ?? check?.signer) : check?.signer;
  const claimedAt = isDocumentTimestamp ? timestamp?.token.time : claimedTimeOf(signature, cms);
  if (isDocumentTimestamp) return { checked, signer, trust: timestampTrust, timestampTrust, claimedAt };
  const isTrustedTime = timestampTrust && verdictOf(timestampTrust.problems).indication === 'TOTAL-PASSED';
  const provenAt = earliest([laterProof, isTrustedTime ? timestamp?.token.time : undefined]);
  const hashes = cms ? [...hashesOf(cms), ...(signature.subFilter === 'adbe.pkcs7.sha1' ? (['sha1'] as const) : [])] : [];
  const trust = signer && judgeTrust({ certificate: signer, purpose: 'sign', provenAt, claimedAt, hashes }, context);
  return { checked, signer, trust, timestampTrust, claimedAt };
}

function hashesOf(cms: CmsSignature): HashName[] {
  return [cms.digestAlgorithm, ...(cms.signatureAlgorithm.hash ? [cms.signatureAlgorithm.hash] : [])];
}

interface ReportInput {
  readonly judged: readonly Judged[];
  readonly changes: ChangesAfterSignature | undefined;
  readonly found: FoundMaterial;
}

function reportSignature(each: Judged, { judged, changes, found }: ReportInput): SignatureReport {
  const { checked, signer, trust } = each;
  const { signature, cms } = checked;
  const problems = sortProblems([...checked.problems, ...(trust?.problems ?? []), ...timestampProblems(each), ...(changes?.problems ?? [])]);
  const time = timeOf(each);
  const isBroken = verdictOf(checked.problems).indication === 'TOTAL-FAILED';
  return {
    field: signature.field.name,
    signer: signer?.subject.commonName ?? signer?.subject.text ?? signature.name ?? '',
    organization: signer?.subject.organization ?? null,
    title: signer?.subject.title ?? null,
    issuer: signer ? (signer.issuer.commonName ?? signer.issuer.text) : '',
    role: roleOf(each, judged),
    signingTime: time.at?.toISOString() ?? null,
    timeSource: time.source,
    claimedTime: each.claimedAt?.toISOString() ?? null,
    timestamp: reportTimestamp(each),
    algorithm: cms ? describeAlgorithm(signer, cms.signatureAlgorithm, cms.digestAlgorithm) : '',
    format: signature.subFilter,
    level: levelOf(checked, { all: judged.map((other) => other.checked), signer, material: found.material }),
    ...verdictOf(problems),
    integrity: checked.isIntact ? 'intact' : isBroken ? 'broken' : 'unknown',
    coversWholeFile: changes?.coversWholeFile ?? false,
    changesAfter: isBroken ? 'forbidden' : (changes?.worst ?? 'none'),
    changes: changes?.changes ?? [],
    validityAtSigning: validityAt(time.at, each),
    revocation: trust?.revocation ?? notChecked,
    certificate: signer ? reportCertificate(signer) : null,
    chain: (trust?.path.certificates ?? []).map((certificate) => certificate.subject.commonName ?? certificate.subject.text),
    isChainTrusted: trust?.path.isAnchored ?? false,
    reason: signature.reason ?? null,
    location: signature.location ?? null,
    problems,
  };
}

function timestampProblems({ checked: { timestamp, cms, signature, isIntact }, timestampTrust }: Judged): Problem[] {
  if (!isIntact || signature.subFilter === 'ETSI.RFC3161') return [];
  if (timestamp === undefined) return [{ code: cms?.signatureTimestamps.length === 0 ? 'timestamp.missing' : 'timestamp.invalid' }];
  if (timestamp.check.verdict !== 'ok') return [{ code: 'timestamp.invalid' }];
  const weak = timestampTrust?.problems.find((problem) => problem.code === 'algorithm.weak' || problem.code === 'algorithm.weakNoPoe');
  if (weak?.values) return [{ code: 'timestamp.weak', values: weak.values }];
  return verdictOf(timestampTrust?.problems ?? []).indication === 'TOTAL-PASSED' ? [] : [{ code: 'timestamp.untrusted' }];
}

function timeOf({ checked: { timestamp }, claimedAt }: Judged): { readonly at: Date | undefined; readonly source: SignatureReport['timeSource'] } {
  if (timestamp?.check.verdict === 'ok') return { at: timestamp.token.time, source: 'timestamp' };
  return { at: claimedAt, source: claimedAt ? 'claimed' : 'none' };
}

function reportTimestamp({ checked: { timestamp }, timestampTrust }: Judged): TimestampReport | null {
  if (timestamp === undefined) return null;
  const { token, check } = timestamp;
  const verdict: Verdict =
    check.verdict === 'ok' && timestampTrust ? verdictOf(timestampTrust.problems) : { indication: 'TOTAL-FAILED', subIndication: check.verdict === 'hash-mismatch' ? 'HASH_FAILURE' : 'SIG_CRYPTO_FAILURE' };
  return {
    time: token.time.toISOString(),
    authority: check.signer?.subject.commonName ?? '',
    algorithm: describeAlgorithm(check.signer, token.cms.signatureAlgorithm, token.imprintHash),
    ...verdict,
  };
}

function roleOf(each: Judged, judged: readonly Judged[]): SignatureReport['role'] {
  if (each.checked.signature.subFilter === 'ETSI.RFC3161') return 'timestamp';
  const seen = ({ signer, checked }: Judged) => ({
    kind: signer ? guessSignerKind(signer) : ('person' as const),
    reason: checked.signature.reason,
    area: visibleArea(checked.signature),
  });
  const own = seen(each);
  return areInitials(own, judged.slice(judged.indexOf(each) + 1).map(seen)) ? 'initials' : own.kind;
}

function visibleArea({ field }: PdfSignature): number {
  return Math.max(0, ...field.widgets.map(({ rect }) => (rect ? (rect[2] - rect[0]) * (rect[3] - rect[1]) : 0)));
}

function validityAt(at: Date | undefined, { signer, trust }: Judged): SignatureReport['validityAtSigning'] {
  if (at === undefined || signer === undefined) return 'unknown';
  if (at > signer.notAfter) return 'expired';
  if (at.getTime() + 999 < signer.notBefore.getTime()) return 'not-yet-valid';
  if (trust?.revokedAt && trust.revokedAt <= at) return 'revoked';
  return trust?.path.isAnchored && trust.revocation.status !== 'unknown' && trust.revocation.status !== 'not-checked' ? 'valid' : 'unknown';
}

function reportCertificate(certificate: Certificate): CertificateReport {
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
  };
}

