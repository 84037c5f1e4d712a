/**
 * Judges checked signatures: each at the earliest instant at which it can be proven to have existed (EN 319 102-1 clauses 5.5 and 5.6),
 * with the document time stamps of the file as proofs of existence for signatures and validation material under them.
 */
import type { HashName } from '../pki/algorithms.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { CmsSignature } from '../cms/verify.ts';
import { safeUntil } from './algorithm-rules.ts';
import type { AlgorithmRules } from './algorithm-rules.ts';
import type { CheckedSignature, CheckedTimestamp } from './integrity.ts';
import { verdictOf } from './problems.ts';
import type { Problem } from './problems.ts';
import type { RevocationSource } from './revocation.ts';
import { claimedTimeOf } from './signing-time.ts';
import { isInOrder } from './stamp-order.ts';
import { judgeTrust } from './trust.ts';
import type { TrustContext, TrustFinding } from './trust.ts';
import type { FoundMaterial } from './validation-material.ts';

/** A document time stamp that holds: it proves the existence of everything before it. */
interface Proof {
  /** It covers the bytes of the file before this place. */
  readonly covers: number;
  readonly stamp: CheckedTimestamp;
}

/**
 * From the newest signature to the oldest, so that a trusted document time stamp proves the existence of what it covers, signatures and
 * validation material alike: the past signature validation of EN 319 102-1 clause 5.6 in one pass.
 */
export function judgeAll(checked: readonly CheckedSignature[], context: TrustContext, { placeOf }: Pick<FoundMaterial, 'placeOf'>): Judged[] {
  const proofs: Proof[] = [];
  const stampsOver = (place: number): CheckedTimestamp[] => proofs.filter((proof) => proof.covers >= place).map((proof) => proof.stamp);
  const proofOver = (place: number): Date | undefined => (proofs.length === 0 ? undefined : provenBy(stampsOver(place)));
  const provenSince = (source: RevocationSource): Date | undefined => {
    const place = proofs.length === 0 ? undefined : placeOf(source);
    return place === undefined ? undefined : proofOver(place);
  };
  const withProofs = { ...context, provenSince };
  const judged = checked.toReversed().map((each) => {
    const result = judgeOne(each, each.range && proofs.length > 0 ? stampsOver(each.range.end) : [], withProofs);
    const isProof = isDocumentTimestamp(each) && each.isIntact && result.timestampTrust && isPassed(result.timestampTrust);
    if (isProof && each.range && each.timestamp) proofs.push({ covers: each.range.gapStart, stamp: each.timestamp });
    return result;
  });
  return judged.toReversed();
}

export function isDocumentTimestamp({ signature }: CheckedSignature): boolean {
  return signature.subFilter === 'ETSI.RFC3161';
}

export function isPassed(trust: TrustFinding): boolean {
  return verdictOf(trust.problems).indication === 'TOTAL-PASSED';
}

/** A checked signature with what can be said about trust in it. */
export interface Judged {
  readonly checked: CheckedSignature;
  readonly signer: Certificate | undefined;
  readonly trust: TrustFinding | undefined;
  readonly timestampTrust: TrustFinding | undefined;
  readonly claimedAt: Date | undefined;
  /** The earliest instant at which the signature is proven to have existed. */
  readonly provenAt: Date | undefined;
  /** Time stamps that contradict each other. */
  readonly order: readonly Problem[];
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce<Date | undefined>((first, time) => (time && (first === undefined || time < first) ? time : first), undefined);
}

/** What lies under these time stamps existed by then: the latest instant at which the oldest of them may have been made. */
export function provenBy(stamps: readonly CheckedTimestamp[]): Date | undefined {
  return earliest(stamps.map(({ token }) => token.latest));
}

function judgeOne(checked: CheckedSignature, laterStamps: readonly CheckedTimestamp[], context: TrustContext): Judged {
  const { check, timestamp, cms, signature } = checked;
  const laterProof = provenBy(laterStamps);
  const timestampTrust = timestamp && judgeTimestamp(timestamp, laterProof, context);
  const isOrderly = timestamp === undefined || timestampTrust === undefined || laterStamps.every((later) => isInOrder(timestamp, later));
  const order: Problem[] = isOrderly ? [] : [{ code: 'timestamp.order' }];
  if (isDocumentTimestamp(checked)) {
    const signer = timestamp?.check.signer ?? check?.signer;
    return { checked, signer, trust: timestampTrust, timestampTrust, claimedAt: timestamp?.token.time, provenAt: laterProof, order };
  }
  const signer = check?.signer;
  const claimedAt = claimedTimeOf(signature, cms);
  const stampedAt = timestamp && timestampTrust && isPassed(timestampTrust) && isOrderly ? timestamp.token.latest : undefined;
  const provenAt = earliest([laterProof, stampedAt]);
  const hashes = cms ? [...hashesOf(cms), ...(signature.subFilter === 'adbe.pkcs7.sha1' ? (['sha1'] as const) : [])] : [];
  const trust = signer && judgeTrust({ certificate: signer, purpose: 'sign', provenAt, claimedAt, hashes }, context);
  return { checked, signer, trust, timestampTrust, claimedAt, provenAt, order };
}

/** Trust in the authority of a time stamp that holds, at the instant before which it is proven to have existed. */
export function judgeTimestamp({ token, check }: CheckedTimestamp, laterProof: Date | undefined, context: TrustContext): TrustFinding | undefined {
  if (check.verdict !== 'ok' || check.signer === undefined) return undefined;
  const hashes = [token.imprintHash, ...hashesOf(token.cms)];
  return judgeTrust({ certificate: check.signer, purpose: 'timestamp', provenAt: laterProof, claimedAt: token.time, hashes }, context);
}

/** Until when the newest trusted document time stamp holds, by its certificate and its algorithms; undefined without one. */
export function protectedUntil(judged: readonly Judged[], rules: AlgorithmRules): Date | undefined {
  const newest = judged.findLast(({ checked, timestampTrust }) => isDocumentTimestamp(checked) && checked.isIntact && timestampTrust && isPassed(timestampTrust));
  const { timestamp } = newest?.checked ?? {};
  const signer = timestamp?.check.signer;
  if (timestamp === undefined || signer === undefined) return undefined;
  return earliest([signer.notAfter, safeUntil([timestamp.token.imprintHash, ...hashesOf(timestamp.token.cms)], signer, rules)]);
}

/** The hashes on which a CMS signature rests: of its content, and of its attributes where the identifier names one. */
export function hashesOf({ digestAlgorithm, signatureAlgorithm: { hash } }: CmsSignature): HashName[] {
  return hash === undefined || hash === digestAlgorithm ? [digestAlgorithm] : [digestAlgorithm, hash];
}
