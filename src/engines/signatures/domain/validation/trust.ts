/** The second half: may this certificate be trusted for what it was used for, at the instant that can be proven? */
import type { Certificate } from '../pki/certificate.ts';
import { describeKey } from '../pki/certificate.ts';
import type { HashName, SignatureAlgorithm } from '../pki/algorithms.ts';
import { hashLabel, weakHashAt, weakKeyAt } from './algorithm-rules.ts';
import type { AlgorithmRules } from './algorithm-rules.ts';
import type { ValidationCache } from './cache.ts';
import { findPath, findPathFault, isFitFor } from './path.ts';
import type { CertificatePath, Purpose } from './path.ts';
import type { Problem } from './problems.ts';
import type { RevocationReport } from './report.ts';
import { findRevocation, notChecked } from './revocation.ts';
import type { RevocationMaterial } from './revocation.ts';

/** What all judgements of one validation share. */
export interface TrustContext {
  readonly anchors: readonly Certificate[];
  /** Every certificate at hand: from containers, the DSS and the caller. */
  readonly candidates: readonly Certificate[];
  readonly material: RevocationMaterial;
  readonly rules: AlgorithmRules;
  readonly cache: ValidationCache;
  readonly now: Date;
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

export interface TrustFinding {
  readonly path: CertificatePath;
  readonly problems: readonly Problem[];
  readonly revocation: RevocationReport;
  readonly revokedAt: Date | undefined;
}

/** How far a signer's clock may run ahead of ours. */
const clockSkewMs = 10 * 60_000;

export function judgeTrust(question: TrustQuestion, context: TrustContext): TrustFinding {
  const { anchors, candidates, cache } = context;
  const path = findPath(question.certificate, { anchors, candidates, cache });
  const problems: Problem[] = [];
  if (!path.isAnchored) problems.push({ code: anchors.length === 0 ? 'chain.notConfigured' : 'chain.notFound' });
  else if (findPathFault(path) !== undefined) problems.push({ code: 'chain.constraints' });
  if (!isFitFor(question.certificate, question.purpose)) problems.push({ code: 'certificate.purpose' });
  const stated = question.provenAt ?? question.claimedAt;
  if (stated && stated.getTime() > context.now.getTime() + clockSkewMs) problems.push({ code: 'time.future' });
  problems.push(...judgeDates(question, path, context), ...judgeAlgorithms(question, path, context));
  const revocation = path.isAnchored ? judgeRevocation(question, path, context) : { problems: [], report: notChecked, revokedAt: undefined };
  return { path, problems: [...problems, ...revocation.problems], revocation: revocation.report, revokedAt: revocation.revokedAt };
}

/** Dates of the leaf against the proven time, or against now and what the signer claims; dates of authorities against the same instant. */
function judgeDates({ certificate, provenAt, claimedAt }: TrustQuestion, path: CertificatePath, { now }: TrustContext): Problem[] {
  const at = provenAt ?? now;
  const said = provenAt ?? claimedAt ?? now;
  // To the second, as certificates count.
  if (said.getTime() + 999 < certificate.notBefore.getTime()) return [{ code: 'certificate.notYetValid' }];
  if (provenAt === undefined && claimedAt !== undefined && claimedAt > certificate.notAfter) return [{ code: 'certificate.expired' }];
  const authorities = path.certificates.slice(1, path.isAnchored ? -1 : undefined);
  const isOutside = [certificate, ...authorities].some((each) => at > each.notAfter || at.getTime() + 999 < each.notBefore.getTime());
  return isOutside ? [{ code: 'certificate.outOfBounds' }] : [];
}

/** Hashes and keys of the signature and of each certificate that somebody issued; a configured root is trusted as it stands. */
function judgeAlgorithms({ certificate, hashes, provenAt, claimedAt }: TrustQuestion, path: CertificatePath, { rules, now }: TrustContext): Problem[] {
  const issued = path.isAnchored ? path.certificates.slice(0, -1) : [certificate];
  const used = [...hashes, ...issued.flatMap((each) => each.signatureAlgorithm?.hash ?? [])];
  const weakAt = (at: Date): string | undefined => {
    const labels = [...used.map((hash) => weakHashAt(hash, at, rules)), ...[certificate, ...issued].map((each) => weakKeyAt(each, at, rules))];
    return labels.find((label) => label !== undefined);
  };
  const algorithm = weakAt(provenAt ?? now);
  if (algorithm === undefined) return [];
  const wasSafe = provenAt === undefined && claimedAt !== undefined && weakAt(claimedAt) === undefined;
  return [{ code: wasSafe ? 'algorithm.weakNoPoe' : 'algorithm.weak', values: { algorithm } }];
}

interface RevocationJudgement {
  readonly problems: Problem[];
  readonly report: RevocationReport;
  readonly revokedAt: Date | undefined;
}

function judgeRevocation(question: TrustQuestion, path: CertificatePath, context: TrustContext): RevocationJudgement {
  const at = question.provenAt ?? context.now;
  const [leaf, ...above] = path.certificates;
  const [issuer] = above;
  // A leaf that is itself configured as trusted has nobody who could revoke it.
  if (leaf === undefined || issuer === undefined) return { problems: [], report: notChecked, revokedAt: undefined };
  const { material, cache, now } = context;
  const finding = findRevocation({ certificate: leaf, issuer, at, now, material, cache });
  const problems: Problem[] = [];
  if (finding.revokedAt) problems.push(...judgeRevoked(question, finding.revokedAt));
  else if (finding.freshness !== 'fresh') problems.push({ code: finding.freshness === 'stale' ? 'revocation.stale' : 'revocation.unknown' });
  for (const [i, authority] of above.slice(0, -1).entries()) {
    const upper = above[i + 1];
    if (upper === undefined) continue;
    const result = findRevocation({ certificate: authority, issuer: upper, at, now, material, cache });
    if (result.revokedAt && result.revokedAt <= at) problems.push({ code: 'certificate.caRevoked' });
    else if (result.revokedAt === undefined && result.freshness !== 'fresh') problems.push({ code: 'revocation.unknown' });
  }
  return { problems, report: finding.report, revokedAt: finding.revokedAt };
}

/** Revoked before the time of signing: failed. After it: fine only when a proof says that the signature is older. */
function judgeRevoked({ provenAt, claimedAt }: TrustQuestion, revokedAt: Date): Problem[] {
  if (provenAt) return provenAt < revokedAt ? [] : [{ code: 'certificate.revoked' }];
  const isClaimedBefore = claimedAt !== undefined && claimedAt < revokedAt;
  return [{ code: isClaimedBefore ? 'certificate.revokedNoPoe' : 'certificate.revoked' }];
}

/** For display: `RSA 3072, SHA-256`. */
export function describeAlgorithm(certificate: Certificate | undefined, algorithm: SignatureAlgorithm, hash: HashName): string {
  const key = certificate ? describeKey(certificate).text : algorithm.family.toUpperCase();
  const scheme = algorithm.family === 'rsa-pss' ? key.replace(/^RSA/, 'RSA-PSS') : key;
  return `${scheme}, ${hashLabel(algorithm.hash ?? hash)}`;
}
