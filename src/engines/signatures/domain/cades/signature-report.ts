/**
 * From what is known of one signature outside a PDF (CAdES, JAdES, XAdES) to the report that all kinds share: trust is judged at the best time
 * that can be proved (EN 319 102-1 clause 5.5), by the same rules as for PDF.
 */
import type { HashName } from '../pki/algorithms.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { CheckedTimestamp } from '../validation/integrity.ts';
import { isPassed, judgeTimestamp } from '../validation/judge.ts';
import { judgeArchive, shaOf } from './archive-proofs.ts';
import type { ArchiveStamp, JudgedArchive } from './archive-proofs.ts';
import { sortProblems, verdictOf } from '../validation/problems.ts';
import type { Problem } from '../validation/problems.ts';
import { reportPath, reportSigner, reportTimes, reportTimestamp, timeOfSigning, timestampProblems, validityAt } from '../validation/report-parts.ts';
import type { StampedSignature } from '../validation/report-parts.ts';
import type { SignatureLevel, SignatureReport } from '../validation/report.ts';
import { guessSignerKind } from '../validation/role.ts';
import { judgeTrust } from '../validation/trust.ts';
import type { MissingLink, TrustContext, TrustFinding } from '../validation/trust.ts';
import { materialOf } from '../validation/used-material.ts';
import type { UsedMaterial } from '../validation/used-material.ts';

/** One signature before anybody is trusted. */
export interface SignatureFacts {
  /** `CAdES`, `JAdES`, `XAdES` or `XMLDSig`. */
  readonly format: string;
  /** What the signature is called where it was found: a file name, or nothing. */
  readonly field: string;
  readonly signer: Certificate | undefined;
  /** For display: `RSA 2048, SHA-256`; empty when unknown. */
  readonly algorithm: string;
  readonly hashes: readonly HashName[];
  readonly claimedAt: Date | undefined;
  readonly isIntact: boolean;
  /** Certainly not what was signed, as opposed to: could not be checked. */
  readonly isBroken: boolean;
  readonly problems: readonly Problem[];
  readonly timestamp: CheckedTimestamp | undefined;
  readonly withoutTimestamp: StampedSignature['withoutTimestamp'];
  readonly level: SignatureLevel;
  /** Whether nothing of the file is left out; without it, an intact signature covers all. */
  readonly coversWholeFile?: boolean;
  /** The token of the signature's own time stamp, as it stands: a time stamp over it proves its age. */
  readonly timestampToken?: Buffer | undefined;
  /** Time stamps over the signature and what was added to it, the oldest first. */
  readonly archive?: readonly ArchiveStamp[];
}

/** A report, what it rests on, and what would help to know more; as for PDF. */
export interface SignatureValidation {
  readonly report: SignatureReport;
  /** Paths and revocation material that the verdict rests on, DER: what `addValidationData` wants for B-LT. */
  readonly used: Omit<UsedMaterial, 'contents'>;
  readonly missing: readonly MissingLink[];
  /** Until when the newest trusted archive time stamp protects the signature; undefined without one. */
  readonly protectedUntil: Date | undefined;
}

export function judgeSignature(facts: SignatureFacts, plain: TrustContext): SignatureValidation {
  const { signer, claimedAt, timestamp, hashes, isIntact } = facts;
  const archive = judgeArchive(isIntact ? (facts.archive ?? []) : [], plain);
  const { context } = archive;
  const overStamp = facts.timestampToken && archive.proofOver(shaOf(facts.timestampToken));
  const timestampTrust = timestamp && judgeTimestamp(timestamp, overStamp, context);
  const isInOrder = timestamp === undefined || archive.isInOrder(timestamp);
  const stampedAt = timestampTrust && isPassed(timestampTrust) && isInOrder ? timestamp.token.latest : undefined;
  const provenAt = stampedAt ?? archive.earliest;
  const trust = signer && judgeTrust({ certificate: signer, purpose: 'sign', provenAt, claimedAt, hashes }, context);
  const findings = [trust, timestampTrust, ...archive.findings].flatMap((finding) => finding ?? []);
  const order: readonly Problem[] = isInOrder ? [] : [{ code: 'timestamp.order' }];
  const report = reportOf({ facts, trust, timestampTrust, provenAt: provenAt ?? plain.now, archive: { ...archive, problems: [...archive.problems, ...order] } });
  return { report, used: materialOf(findings), missing: findings.flatMap((finding) => finding.missing), protectedUntil: archive.protectedUntil };
}

/** Until when all of several signatures are protected; undefined while one is not. */
export function earliestEnd(judged: readonly Pick<SignatureValidation, 'protectedUntil'>[]): Date | undefined {
  const ends = judged.map(({ protectedUntil }) => protectedUntil?.getTime() ?? Number.NaN);
  const first = Math.min(...ends);
  return Number.isFinite(first) ? new Date(first) : undefined;
}

interface JudgedFacts {
  readonly facts: SignatureFacts;
  readonly trust: TrustFinding | undefined;
  readonly timestampTrust: TrustFinding | undefined;
  readonly provenAt: Date;
  readonly archive: JudgedArchive;
}

function reportOf({ facts, trust, timestampTrust, provenAt, archive }: JudgedFacts): SignatureReport {
  const { signer, claimedAt, timestamp, isIntact, isBroken, withoutTimestamp } = facts;
  const problems = sortProblems([...facts.problems, ...(trust?.problems ?? []), ...timestampProblems({ isIntact, timestamp, timestampTrust, withoutTimestamp }), ...archive.problems]);
  const { at, source } = timeOfSigning(timestamp, claimedAt);
  return {
    field: facts.field,
    ...reportSigner(signer),
    role: signer ? guessSignerKind(signer) : 'person',
    ...reportTimes(at, claimedAt),
    bestSignatureTime: provenAt.toISOString(),
    timeSource: source,
    timestamp: reportTimestamp(timestamp, timestampTrust),
    ...(archive.reports.length === 0 ? {} : { archiveTimestamps: archive.reports }),
    algorithm: facts.algorithm,
    format: facts.format,
    level: facts.level,
    ...verdictOf(problems),
    integrity: isIntact ? 'intact' : isBroken ? 'broken' : 'unknown',
    coversWholeFile: facts.coversWholeFile ?? isIntact,
    changesAfter: isBroken ? 'forbidden' : 'none',
    changes: [],
    validityAtSigning: validityAt(at, { signer, trust }),
    ...reportPath(trust),
    reason: null,
    location: null,
    problems,
  };
}
