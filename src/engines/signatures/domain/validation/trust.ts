/** The second half: may this certificate be trusted for what it was used for, at the instant that can be proven? */
import type { Certificate } from '../pki/certificate.ts';
import { describeKey } from '../pki/certificate.ts';
import type { HashName, SignatureAlgorithm } from '../pki/algorithms.ts';
import type { DistinguishedName } from '../pki/name.ts';
import { hashLabel, weakHashAt, weakKeyAt } from './algorithm-rules.ts';
import type { AlgorithmRules } from './algorithm-rules.ts';
import type { ValidationCache } from './cache.ts';
import { findPath, findPathFault, isFitFor } from './path.ts';
import type { CertificatePath, Purpose } from './path.ts';
import type { Problem, ProblemCode } from './problems.ts';
import type { RevocationReport } from './report.ts';
import { findRevocation, notChecked } from './revocation.ts';
import type { ProvenSince, RevocationEvidence, RevocationFinding, RevocationMaterial } from './revocation.ts';
import { anchorsInForce, trustFor } from './trust-store.ts';
import type { TrustPeriod } from './trust-store.ts';

/** What all judgements of one validation share. */
export interface TrustContext {
  readonly anchors: readonly Certificate[];
  /** When each anchor is trusted; one that is not named here is trusted always. */
  readonly periods?: readonly TrustPeriod[];
  /** Every certificate at hand: from containers, the DSS and the caller. */
  readonly candidates: readonly Certificate[];
  readonly material: RevocationMaterial;
  readonly rules: AlgorithmRules;
  readonly cache: ValidationCache;
  readonly now: Date;
  /** What is known of the age of revocation material; without it, all is as new as this validation. */
  readonly provenSince?: ProvenSince;
  /** As in `RevocationQuestion`. */
  readonly withheld?: readonly DistinguishedName[] | undefined;
}

export interface TrustQuestion {
  readonly certificate: Certificate;
  readonly purpose: Purpose;
  /** An instant at which the signature is proven to have existed. */
  readonly provenAt: Date | undefined;
  /** The time that the signer claims. */
  readonly claimedAt: Date | undefined;
  /** How the signature and its content were hashed. */
  readonly hashes: readonly HashName[];
}

/** A certificate whose revocation is not known well enough, with the authority to ask; or one whose authority is not at hand. */
export interface MissingLink {
  readonly certificate: Certificate;
  readonly issuer: Certificate | undefined;
}

export interface TrustFinding {
  readonly path: CertificatePath;
  readonly problems: readonly Problem[];
  readonly revocation: RevocationReport;
  readonly revokedAt: Date | undefined;
  /** The revocation material that the finding rests on. */
  readonly evidence: readonly RevocationEvidence[];
  /** What would be needed to know more. */
  readonly missing: readonly MissingLink[];
}

/** How far a signer's clock may run ahead of ours. */
const clockSkewMs = 10 * 60_000;

export function judgeTrust(question: TrustQuestion, context: TrustContext): TrustFinding {
  const { path, problem } = findTrustedPath(question, context);
  const problems: Problem[] = problem ? [problem] : [];
  if (path.isAnchored && findPathFault(path, question.purpose) !== undefined) problems.push({ code: 'chain.constraints' });
  if (!isFitFor(question.certificate, question.purpose)) problems.push({ code: 'certificate.purpose' });
  const stated = question.provenAt ?? question.claimedAt;
  if (stated && stated.getTime() > context.now.getTime() + clockSkewMs) problems.push({ code: 'time.future' });
  problems.push(...judgeDates(question, path, context));
  problems.push(...judgeAlgorithms(question, path, context));
  const revocation = path.isAnchored ? judgeRevocation(question, path, context) : unanchored(path);
  const { report, revokedAt, evidence, missing } = revocation;
  problems.push(...revocation.problems);
  return { path, problems, revocation: report, revokedAt, evidence, missing };
}

/** A path to an anchor that is in force at the instant; else one to an anchor that was or will be; else as far as one gets. */
function findTrustedPath({ certificate, purpose, provenAt, claimedAt }: TrustQuestion, context: TrustContext): { readonly path: CertificatePath; readonly problem: Problem | undefined } {
  const { candidates, cache, now } = context;
  const { anchors, periods } = trustFor(purpose, context.anchors, context.periods ?? []);
  const path = findPath(certificate, { anchors: anchorsInForce(anchors, periods, provenAt ?? now), candidates, cache });
  if (path.isAnchored) return { path, problem: undefined };
  const atAnyTime = periods.length === 0 ? path : findPath(certificate, { anchors, candidates, cache });
  if (!atAnyTime.isAnchored) return { path, problem: { code: anchors.length === 0 ? 'chain.notConfigured' : 'chain.notFound' } };
  const wasInForce = provenAt === undefined && claimedAt !== undefined && findPath(certificate, { anchors: anchorsInForce(anchors, periods, claimedAt), candidates, cache }).isAnchored;
  return { path: atAnyTime, problem: { code: wasInForce ? 'chain.anchorEndedNoPoe' : 'chain.anchorEnded' } };
}

/** Dates of the leaf against the proven time, or against now and what the signer claims; dates of authorities against the same instant. */
function judgeDates({ certificate, purpose, provenAt, claimedAt }: TrustQuestion, path: CertificatePath, { now }: TrustContext): Problem[] {
  const at = provenAt ?? now;
  const said = provenAt ?? claimedAt ?? now;
  // To the second, as certificates count. What a time stamp says is its whole purpose: it may not be older than its own certificate, however it is proven.
  const first = purpose === 'timestamp' && claimedAt !== undefined && claimedAt < said ? claimedAt : said;
  if (first.getTime() + 999 < certificate.notBefore.getTime()) return [{ code: 'certificate.notYetValid' }];
  if (provenAt === undefined && claimedAt !== undefined && claimedAt > certificate.notAfter) return [{ code: 'certificate.expired' }];
  const authorities = path.certificates.slice(1, path.isAnchored ? -1 : undefined);
  const isOutside = [certificate, ...authorities].some((each) => at > each.notAfter || at.getTime() + 999 < each.notBefore.getTime());
  return isOutside ? [{ code: 'certificate.outOfBounds' }] : [];
}

/** Hashes and keys of the signature and of each certificate that somebody issued; a configured root is trusted as it stands. */
function judgeAlgorithms({ certificate, hashes, provenAt, claimedAt }: TrustQuestion, path: CertificatePath, { rules, now }: TrustContext): Problem[] {
  const issued = path.isAnchored ? path.certificates.slice(0, -1) : [certificate];
  const weakAt = (at: Date): string | undefined =>
    firstLabel(hashes, (hash) => weakHashAt(hash, at, rules)) ??
    firstLabel(issued, ({ signatureAlgorithm }) => signatureAlgorithm?.hash && weakHashAt(signatureAlgorithm.hash, at, rules)) ??
    weakKeyAt(certificate, at, rules) ??
    firstLabel(issued, (each) => weakKeyAt(each, at, rules));
  const algorithm = weakAt(provenAt ?? now);
  if (algorithm === undefined) return [];
  const wasSafe = provenAt === undefined && claimedAt !== undefined && weakAt(claimedAt) === undefined;
  return [{ code: wasSafe ? 'algorithm.weakNoPoe' : 'algorithm.weak', values: { algorithm } }];
}

function firstLabel<T>(list: readonly T[], labelOf: (each: T) => string | undefined): string | undefined {
  for (const each of list) {
    const label = labelOf(each);
    if (label !== undefined) return label;
  }
  return undefined;
}

interface RevocationJudgement extends Pick<TrustFinding, 'revokedAt' | 'evidence' | 'missing'> {
  readonly problems: readonly Problem[];
  readonly report: RevocationReport;
}

const nothingJudged: RevocationJudgement = { problems: [], report: notChecked, revokedAt: undefined, evidence: [], missing: [] };

function unanchored({ certificates }: CertificatePath): RevocationJudgement {
  const last = certificates.at(-1);
  return last === undefined ? nothingJudged : { ...nothingJudged, missing: [{ certificate: last, issuer: undefined }] };
}

/** From the authority under the anchor down to the leaf, because what an authority said counts only while it was trusted itself. */
function judgeRevocation(question: TrustQuestion, { certificates }: CertificatePath, context: TrustContext): RevocationJudgement {
  const at = question.provenAt ?? context.now;
  const problems: Problem[] = [];
  const evidence: RevocationEvidence[] = [];
  const missing: MissingLink[] = [];
  let distrustedFrom: Date | undefined;
  // A leaf that is itself configured as trusted has nobody who could revoke it.
  let leaf: RevocationFinding | undefined;
  for (let i = certificates.length - 2; i >= 0; i -= 1) {
    const certificate = certificates[i];
    const issuer = certificates[i + 1];
    if (certificate === undefined || issuer === undefined) continue;
    const finding = findRevocation({ certificate, issuer, at, now: context.now, material: context.material, cache: context.cache, rules: context.rules, provenSince: context.provenSince, distrustedFrom, withheld: context.withheld });
    if (finding.evidence) evidence.push(finding.evidence);
    if (finding.revokedAt === undefined && finding.freshness !== 'fresh') {
      problems.push({ code: unknownCode(finding) });
      missing.push({ certificate, issuer }, ...(finding.uncheckedResponder ? [{ certificate: finding.uncheckedResponder, issuer }] : []));
    }
    if (i === 0) leaf = finding;
    else if (finding.revokedAt) {
      if (finding.revokedAt <= at) problems.push({ code: 'certificate.caRevoked' });
      if (distrustedFrom === undefined || finding.revokedAt < distrustedFrom) distrustedFrom = finding.revokedAt;
    }
  }
  if (leaf === undefined) return nothingJudged;
  if (leaf.revokedAt) problems.push(...judgeRevoked(question, leaf.revokedAt, leaf.report));
  return { problems, report: leaf.report, revokedAt: leaf.revokedAt, evidence, missing };
}

/** Why nothing fresh is known, the most telling reason first. */
function unknownCode({ freshness, refused }: RevocationFinding): ProblemCode {
  // The authority was revoked, and nothing proves that what it said is older than that.
  if (refused.has('unproven')) return 'certificate.caRevoked';
  if (refused.has('unreadable')) return 'revocation.unreadable';
  if (freshness === 'stale') return 'revocation.stale';
  if (refused.has('responder')) return 'revocation.responder';
  if (refused.has('weak')) return 'revocation.weak';
  return refused.has('indirect') ? 'revocation.indirect' : 'revocation.unknown';
}

/** Revoked before the time of signing: failed. After it: fine only when a proof says that the signature is older. */
function judgeRevoked({ provenAt, claimedAt }: TrustQuestion, revokedAt: Date, { reason }: RevocationReport): Problem[] {
  if (provenAt && provenAt < revokedAt) return [];
  // A hold may be lifted: nothing is decided yet (EN 319 102-1 clause 5.2.6.4).
  if (reason === 'certificateHold') return [{ code: 'certificate.onHold' }];
  if (provenAt) return [{ code: 'certificate.revoked' }];
  const isClaimedBefore = claimedAt !== undefined && claimedAt < revokedAt;
  return [{ code: isClaimedBefore ? 'certificate.revokedNoPoe' : 'certificate.revoked' }];
}

/** For display: `RSA 3072, SHA-256`. */
export function describeAlgorithm(certificate: Certificate | undefined, algorithm: SignatureAlgorithm, hash: HashName): string {
  const key = certificate ? describeKey(certificate).text : algorithm.family.toUpperCase();
  const scheme = algorithm.family === 'rsa-pss' ? key.replace(/^RSA/, 'RSA-PSS') : key;
  return `${scheme}, ${hashLabel(algorithm.hash ?? hash)}`;
}
