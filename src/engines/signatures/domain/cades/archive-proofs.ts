/**
 * Archive time stamps as proofs of existence (EN 319 102-1 clause 5.6): judged from the newest to the oldest, each that is trusted proves the
 * age of the signature, of the time stamps under it and of the revocation material under it.
 */
import { hash as hashOnce } from 'node:crypto';
import { safeUntil } from '../validation/algorithm-rules.ts';
import type { CheckedTimestamp } from '../validation/integrity.ts';
import { hashesOf, isPassed, judgeTimestamp, provenBy } from '../validation/judge.ts';
import type { Problem } from '../validation/problems.ts';
import { reportTimestamp } from '../validation/report-parts.ts';
import type { TimestampReport } from '../validation/report.ts';
import { isInOrder } from '../validation/stamp-order.ts';
import type { TrustContext, TrustFinding } from '../validation/trust.ts';

export interface ArchiveStamp {
  /** Undefined for one that cannot be read or leaves out what it has to cover. */
  readonly checked: CheckedTimestamp | undefined;
  /** SHA-256 of its own token. */
  readonly id: string;
  /** SHA-256 of the older tokens, the lists and the OCSP answers that lie under it. */
  readonly covers: ReadonlySet<string>;
}

export interface JudgedArchive {
  /** The context in which everything under the stamps is judged. */
  readonly context: TrustContext;
  /** The earliest instant at which the signature itself is proven to have existed. */
  readonly earliest: Date | undefined;
  /** The same for one item, by its SHA-256. */
  proofOver(id: string): Date | undefined;
  /** False for the signature's own time stamp when it claims to be younger than one that covers it. */
  isInOrder(stamp: CheckedTimestamp): boolean;
  readonly findings: readonly TrustFinding[];
  readonly problems: readonly Problem[];
  readonly reports: readonly TimestampReport[];
  readonly protectedUntil: Date | undefined;
}

interface Proof {
  readonly stamp: CheckedTimestamp;
  readonly covers: ReadonlySet<string>;
}

export function judgeArchive(stamps: readonly ArchiveStamp[], plain: TrustContext): JudgedArchive {
  const proofs: Proof[] = [];
  const findings: TrustFinding[] = [];
  const problems: Problem[] = [];
  const reports: TimestampReport[] = [];
  let protectedUntil: Date | undefined;
  const stampsOver = (id: string): CheckedTimestamp[] => proofs.filter(({ covers }) => covers.has(id)).map(({ stamp }) => stamp);
  const proofOver = (id: string): Date | undefined => provenBy(stampsOver(id));
  const context: TrustContext = stamps.length === 0 ? plain : { ...plain, provenSince: ({ raw }) => proofOver(shaOf(raw)) };
  for (const { checked, id, covers } of stamps.toReversed()) {
    const trust = checked && judgeTimestamp(checked, proofOver(id), context);
    const report = reportTimestamp(checked, trust);
    if (report) reports.unshift(report);
    if (checked === undefined || trust === undefined) {
      problems.push({ code: 'timestamp.archiveInvalid' });
      continue;
    }
    findings.push(trust);
    if (!stampsOver(id).every((later) => isInOrder(checked, later))) problems.push({ code: 'timestamp.order' });
    else if (!isPassed(trust)) problems.push({ code: 'timestamp.archiveUntrusted' });
    else {
      if (proofs.length === 0) protectedUntil = endOf(checked, context);
      proofs.push({ stamp: checked, covers });
    }
  }
  const trusted = proofs.map(({ stamp }) => stamp);
  return { context, earliest: provenBy(trusted), proofOver, isInOrder: (stamp) => trusted.every((later) => isInOrder(stamp, later)), findings, problems, reports, protectedUntil };
}

export function shaOf(bytes: Buffer): string {
  return hashOnce('sha256', bytes, 'hex');
}

/** By its certificate and its algorithms. */
function endOf({ token, check }: CheckedTimestamp, { rules }: TrustContext): Date | undefined {
  if (check.signer === undefined) return undefined;
  const weak = safeUntil([token.imprintHash, ...hashesOf(token.cms)], check.signer, rules);
  return weak && weak < check.signer.notAfter ? weak : check.signer.notAfter;
}
