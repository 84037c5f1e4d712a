/**
 * Validation of the signatures of any PDF, after ETSI EN 319 102-1 and TT 15/2025/TT-BKHCN. Pure: the bytes, the trust anchors, the
 * revocation material and the present instant come in, a report goes out. The file is never trusted and never executed.
 */
import type { Certificate } from '../pki/certificate.ts';
import { scanActiveContent } from '../pdf/reader/index.ts';
import type { PdfSignature, PdfSource } from '../pdf/reader/index.ts';
import { defaultAlgorithmRules } from './algorithm-rules.ts';
import type { AlgorithmRules } from './algorithm-rules.ts';
import { createRangeDigests } from './byte-range.ts';
import { createValidationCache } from './cache.ts';
import type { ValidationCache } from './cache.ts';
import { findChangesAfter } from './changes-after.ts';
import type { ChangesAfterSignature } from './changes-after.ts';
import { checkSignatures, openSigned } from './integrity.ts';
import { isDocumentTimestamp, judgeAll, protectedUntil } from './judge.ts';
import type { Judged } from './judge.ts';
import { levelOf } from './level.ts';
import { sortProblems, verdictOf } from './problems.ts';
import { overallVerdict, reportPath, reportSigner, reportTimes, reportTimestamp, timeOfSigning, timestampProblems, validityAt } from './report-parts.ts';
import type { SignatureReport, ValidationReport } from './report.ts';
import { areInitials, guessSignerKind } from './role.ts';
import { describeAlgorithm } from './trust.ts';
import type { MissingLink, TrustContext } from './trust.ts';
import type { TrustPeriod } from './trust-store.ts';
import { usedBy } from './used-material.ts';
import type { UsedMaterial } from './used-material.ts';
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
  /** When each anchor is trusted; one that is not named is trusted always. */
  readonly trustPeriods?: readonly TrustPeriod[];
}

/** A report, what it rests on, and what would help to know more. */
export interface Validation {
  readonly report: ValidationReport;
  /** In the order of the report's signatures. */
  readonly used: readonly UsedMaterial[];
  readonly missing: readonly MissingLink[];
  /** Until when the newest trusted document time stamp protects the file by its certificate and its algorithms; undefined without one. */
  readonly protectedUntil: Date | undefined;
}

/** Validates all signatures of a file in memory, or of one that is read in pieces. Throws PdfError when the file cannot be read at all: not a PDF, damaged, encrypted, too large. */
export function validatePdf(file: Uint8Array | PdfSource, options: ValidationOptions): ValidationReport {
  return judgeFile(file, options).report;
}

/** As `validatePdf`, with the material that the findings rest on and the links that were missing. */
export function validateFully(file: Uint8Array | PdfSource, options: ValidationOptions): Validation {
  const { report, judged } = judgeFile(file, options);
  return { report, used: judged.map(usedBy), missing: judged.flatMap(missingOf), protectedUntil: protectedUntil(judged, options.rules ?? defaultAlgorithmRules) };
}

function judgeFile(file: Uint8Array | PdfSource, options: ValidationOptions): { readonly report: ValidationReport; readonly judged: readonly Judged[] } {
  const { doc, signatures: inFile } = openSigned(file);
  const digests = createRangeDigests(doc.source);
  const cache = options.cache ?? createValidationCache();
  const checked = checkSignatures({ doc, signatures: inFile, digests, cache });
  const found = collectMaterial(doc, checked, { given: options.given ?? {}, cache });
  const context: TrustContext = {
    anchors: options.trustAnchors,
    ...(options.trustPeriods ? { periods: options.trustPeriods } : {}),
    candidates: found.certificates,
    material: found.material,
    rules: options.rules ?? defaultAlgorithmRules,
    cache,
    now: options.now,
    withheld: options.given?.withheld,
  };
  const judged = judgeAll(checked, context, found);
  const changes = findChangesAfter(doc, checked);
  const validatedAt = options.now.toISOString();
  const signatures = judged.map((each, i) => reportSignature(each, { judged, changes: changes[i], found, validatedAt }));
  const report = {
    ...overallVerdict(signatures),
    signatures,
    flags: options.scanActive === false ? [] : scanActiveContent(doc).found,
    sha256: digests.wholeFile(),
    sizeBytes: doc.source.sizeBytes,
    validatedAt,
  };
  return { report, judged };
}

function missingOf({ trust, timestampTrust }: Judged): readonly MissingLink[] {
  return [...new Set([trust, timestampTrust])].flatMap((finding) => finding?.missing ?? []);
}

interface ReportInput {
  readonly judged: readonly Judged[];
  readonly changes: ChangesAfterSignature | undefined;
  readonly found: FoundMaterial;
  readonly validatedAt: string;
}

function reportSignature(each: Judged, { judged, changes, found, validatedAt }: ReportInput): SignatureReport {
  const { checked, signer, trust, timestampTrust, claimedAt } = each;
  const { signature, cms, isIntact, timestamp } = checked;
  // A document time stamp is judged as what it is, not as something that carries a stamp.
  const withoutTimestamp = cms?.signatureTimestamps.length === 0 ? 'timestamp.missing' : 'timestamp.invalid';
  const stamp = isDocumentTimestamp(checked) ? [] : timestampProblems({ isIntact, timestamp, timestampTrust, withoutTimestamp });
  const problems = sortProblems([...checked.problems, ...(trust?.problems ?? []), ...each.order, ...stamp, ...(changes?.problems ?? [])]);
  const time = timeOfSigning(timestamp, claimedAt);
  const times = reportTimes(time.at, claimedAt);
  const verdict = verdictOf(problems);
  const path = reportPath(trust);
  const who = reportSigner(signer);
  const isBroken = verdictOf(checked.problems).indication === 'TOTAL-FAILED';
  // Written out: spreading would cost more than all of the above.
  return {
    field: signature.field.name,
    signer: signer ? who.signer : (signature.name ?? ''),
    organization: who.organization,
    title: who.title,
    issuer: who.issuer,
    role: roleOf(each, judged),
    signingTime: times.signingTime,
    timeSource: time.source,
    claimedTime: times.claimedTime,
    bestSignatureTime: each.provenAt?.toISOString() ?? validatedAt,
    timestamp: reportTimestamp(timestamp, timestampTrust),
    algorithm: cms ? describeAlgorithm(signer, cms.signatureAlgorithm, cms.digestAlgorithm) : '',
    format: signature.subFilter,
    level: levelOf(checked, { all: judged.map((other) => other.checked), signer, material: found.material }),
    indication: verdict.indication,
    subIndication: verdict.subIndication,
    integrity: isIntact ? 'intact' : isBroken ? 'broken' : 'unknown',
    coversWholeFile: changes?.coversWholeFile ?? false,
    changesAfter: isBroken ? 'forbidden' : (changes?.worst ?? 'none'),
    changes: changes?.changes ?? [],
    validityAtSigning: validityAt(time.at, each),
    revocation: path.revocation,
    certificate: who.certificate,
    chain: path.chain,
    isChainTrusted: path.isChainTrusted,
    reason: signature.reason ?? null,
    location: signature.location ?? null,
    problems,
  };
}

function roleOf(each: Judged, judged: readonly Judged[]): SignatureReport['role'] {
  if (isDocumentTimestamp(each.checked)) return 'timestamp';
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
