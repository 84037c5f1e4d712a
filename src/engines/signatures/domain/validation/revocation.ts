/** Revocation of one certificate from whatever OCSP answers and lists are at hand (RFC 5280 section 6.3, RFC 6960, TT 15/2025 annex II). */
import { isSelfIssued } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { Revocation, RevocationList } from '../pki/crl.ts';
import { PkiError } from '../pki/errors.ts';
import { isAbout } from '../pki/ocsp.ts';
import type { CertificateStatus, OcspResponse } from '../pki/ocsp.ts';
import { sameName } from '../pki/name.ts';
import type { DistinguishedName } from '../pki/name.ts';
import { OID } from '../pki/oids.ts';
import { weakHashAt, weakKeyAt } from './algorithm-rules.ts';
import type { AlgorithmRules } from './algorithm-rules.ts';
import type { ValidationCache } from './cache.ts';
import type { RevocationReport } from './report.ts';

export type RevocationSource = RevocationList | OcspResponse;

export interface RevocationMaterial {
  readonly crls: readonly { readonly list: RevocationList; readonly origin: 'embedded' | 'given' }[];
  readonly ocsps: readonly { readonly response: OcspResponse; readonly origin: 'embedded' | 'given' }[];
}

/** An instant at which the source is proven to have existed: it lies under a trusted time stamp. Undefined when nothing proves it. */
export type ProvenSince = (source: RevocationSource) => Date | undefined;

export interface RevocationQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** The instant for which the status must be known: a proven time, or now. */
  readonly at: Date;
  readonly now: Date;
  readonly material: RevocationMaterial;
  readonly cache: ValidationCache;
  /** Without rules every algorithm of a source counts. */
  readonly rules?: AlgorithmRules | undefined;
  readonly provenSince?: ProvenSince | undefined;
  /**
   * When the issuer, or an authority above it, was revoked. From then on anybody may have signed in its name, so that only what is proven
   * to be older counts (EN 319 102-1 clause 5.6.2.2: validation time sliding).
   */
  readonly distrustedFrom?: Date | undefined;
  /** Issuers of whom a list was meant to be at hand that cannot be read: it may say "revoked", so that nobody else's "good" counts. */
  readonly withheld?: readonly DistinguishedName[] | undefined;
}

/** Why something that was at hand did not count. */
export type RefusedSource = 'indirect' | 'weak' | 'unproven' | 'responder' | 'unreadable';

export interface RevocationFinding {
  readonly report: RevocationReport;
  readonly revokedAt: Date | undefined;
  /** 'stale': something genuine is at hand, but it does not reach the instant. */
  readonly freshness: 'fresh' | 'stale' | 'none';
  /** What the finding rests on. */
  readonly evidence: RevocationEvidence | undefined;
  readonly refused: ReadonlySet<RefusedSource>;
  /** A responder without id-pkix-ocsp-nocheck whose own status is not known. */
  readonly uncheckedResponder: Certificate | undefined;
}

export interface RevocationEvidence {
  readonly source: RevocationSource;
  readonly kind: 'ocsp' | 'crl';
  readonly origin: 'embedded' | 'given';
  /** The delegated responder, if one signed. */
  readonly responder: Certificate | undefined;
}

interface Evidence extends RevocationEvidence {
  readonly status: CertificateStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** From when on the source keeps certificates after their end; without it, it may have forgotten an expired one. */
  readonly keepsExpiredFrom: Date | undefined;
}

/** The question with room for what is learnt on the way. */
interface Search extends RevocationQuestion {
  readonly refused: Set<RefusedSource>;
  uncheckedResponder: Certificate | undefined;
}

const clockSkewMs = 5 * 60_000;
/** Without nextUpdate, how long a source speaks for: OCSP says "newer is always available", so one day. */
const unboundedMs = 24 * 3_600_000;

export const notChecked: RevocationReport = { status: 'not-checked', source: null, origin: null, asOf: null, revokedAt: null, reason: null };

/** What is found where there is no source at all, as in most signatures of level B-B. */
const nothingKnown: RevocationFinding = {
  report: { ...notChecked, status: 'unknown' },
  revokedAt: undefined,
  freshness: 'none',
  evidence: undefined,
  refused: new Set(),
  uncheckedResponder: undefined,
};

/**
 * The status of a certificate. A genuine "revoked" wins, whenever it was said, except a hold that something newer no longer knows; "good"
 * counts only if it reaches the instant.
 */
export function findRevocation(question: RevocationQuestion): RevocationFinding {
  const { ocsps, crls } = question.material;
  const isWithheld = question.withheld?.some((name) => sameName(name, question.issuer.subject)) === true;
  const refused = new Set<RefusedSource>(isWithheld ? ['unreadable'] : []);
  if (ocsps.length === 0 && crls.length === 0) return isWithheld ? { ...nothingKnown, refused } : nothingKnown;
  const search: Search = { ...question, refused, uncheckedResponder: undefined };
  const evidence = [...fromOcsp(search), ...fromCrls(search)]
    .filter((each) => each.thisUpdate.getTime() <= question.now.getTime() + clockSkewMs)
    .sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  const good = evidence.filter((each) => !isWithheld && each.status.status === 'good' && remembers(each, question.certificate));
  const answer = (chosen: Evidence | undefined, finding: Pick<RevocationFinding, 'report' | 'revokedAt' | 'freshness'>): RevocationFinding => ({
    ...finding,
    evidence: chosen,
    refused: search.refused,
    uncheckedResponder: search.uncheckedResponder,
  });
  const revoked = evidence.find((each) => each.status.status === 'revoked' && !isLiftedHold(each, good));
  if (revoked?.status.status === 'revoked') return answer(revoked, { report: reportOf(revoked), revokedAt: revoked.status.revokedAt, freshness: 'fresh' });
  const fresh = good.find((each) => reaches(each, question.at));
  if (fresh) return answer(fresh, { report: reportOf(fresh), revokedAt: undefined, freshness: 'fresh' });
  const [stale] = good;
  const report: RevocationReport = { ...(stale ? reportOf(stale) : notChecked), status: 'unknown' };
  return answer(undefined, { report, revokedAt: undefined, freshness: stale ? 'stale' : 'none' });
}

function isLiftedHold({ status, thisUpdate }: Evidence, good: readonly Evidence[]): boolean {
  return status.status === 'revoked' && status.reason === 'certificateHold' && good.some((each) => each.thisUpdate > thisUpdate);
}

function reaches(evidence: Pick<Evidence, 'thisUpdate' | 'nextUpdate'>, at: Date): boolean {
  const until = evidence.nextUpdate?.getTime() ?? evidence.thisUpdate.getTime() + unboundedMs;
  return at.getTime() <= until + clockSkewMs;
}

/** Lists and responders may drop a certificate once it has expired: then "not on the list" says nothing (EN 319 102-1 clause 5.2.5). */
function remembers({ thisUpdate, keepsExpiredFrom }: Evidence, { notAfter }: Certificate): boolean {
  return thisUpdate <= notAfter || (keepsExpiredFrom !== undefined && keepsExpiredFrom <= notAfter);
}

function reportOf({ status, kind, origin, thisUpdate }: Evidence): RevocationReport {
  const isRevoked = status.status === 'revoked';
  return {
    status: isRevoked ? 'revoked' : status.status === 'good' ? 'good' : 'unknown',
    source: kind,
    origin,
    asOf: thisUpdate.toISOString(),
    revokedAt: isRevoked ? status.revokedAt.toISOString() : null,
    reason: isRevoked ? status.reason : null,
  };
}

/** Whether a genuine source may be believed: its algorithm, and its age when its signer is no longer trusted. */
function mayCount(source: RevocationSource, { rules, provenSince, distrustedFrom, now, refused }: Search): boolean {
  const proven = provenSince?.(source);
  if (distrustedFrom !== undefined && (proven === undefined || proven > distrustedFrom)) {
    refused.add('unproven');
    return false;
  }
  const hash = source.signatureAlgorithm?.hash;
  if (rules !== undefined && hash !== undefined && weakHashAt(hash, proven ?? now, rules) !== undefined) {
    refused.add('weak');
    return false;
  }
  return true;
}

function fromCrls(search: Search): Evidence[] {
  const { certificate, issuer, material, cache, refused } = search;
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('cRLSign')) return [];
  return material.crls.flatMap(({ list, origin }): Evidence[] => {
    if (!cache.isSourceSignedBy(list, issuer)) return [];
    if (list.isIndirect) {
      refused.add('indirect');
      return [];
    }
    if (!mayCount(list, search)) return [];
    const row = findRow(list, certificate);
    if (row === 'unreadable') return [];
    const { entry } = row;
    const { thisUpdate, nextUpdate, keepsExpiredFrom } = list;
    const base = { source: list, kind: 'crl', responder: undefined, origin, thisUpdate, nextUpdate, keepsExpiredFrom } as const;
    if (entry && entry.reason !== 'removeFromCrl') return [{ ...base, status: { status: 'revoked', ...entry } }];
    // What is on a list is revoked whatever the list is for; that nothing is said counts only where it would be said.
    return list.isComplete && list.covers(certificate) ? [{ ...base, status: { status: 'good' } }] : [];
  });
}

/** A list of which not every row can be read says neither that a certificate is on it nor that it is not. */
function findRow(list: RevocationList, { serial }: Certificate): { readonly entry: Revocation | undefined } | 'unreadable' {
  try {
    return { entry: list.find(serial) };
  } catch (error) {
    if (error instanceof PkiError) return 'unreadable';
    throw error;
  }
}

function fromOcsp(search: Search): Evidence[] {
  const { certificate, issuer, material } = search;
  return material.ocsps.flatMap(({ response, origin }): Evidence[] => {
    const answers = response.answers.filter((answer) => isAbout(answer.id, certificate, issuer));
    const signer = answers.length === 0 ? undefined : findResponder(response, search);
    if (signer === undefined || !mayCount(response, search)) return [];
    const responder = signer === issuer ? undefined : signer;
    return answers
      .filter(({ status, thisUpdate }) => responder === undefined || status.status === 'revoked' || thisUpdate.getTime() <= response.producedAt.getTime() + clockSkewMs)
      .map(({ status, thisUpdate, nextUpdate, keepsExpiredFrom }) => ({ source: response, kind: 'ocsp', responder, origin, status, thisUpdate, nextUpdate: endOf(nextUpdate, responder), keepsExpiredFrom }));
  });
}

/** An appointed responder speaks for its own life only: whoever keeps its key after that can date an answer back, but not make it reach today. */
function endOf(nextUpdate: Date | undefined, responder: Certificate | undefined): Date | undefined {
  return nextUpdate !== undefined && responder !== undefined && responder.notAfter < nextUpdate ? responder.notAfter : nextUpdate;
}

/** Who signed: the issuer, or a responder that the issuer appointed and whose certificate held when it spoke (RFC 6960 section 4.2.2.2). */
function findResponder(response: OcspResponse, search: Search): Certificate | undefined {
  const { issuer, cache } = search;
  if (cache.isSourceSignedBy(response, issuer)) return issuer;
  return response.certificates.find(
    (responder) =>
      responder.extendedKeyUsage?.includes(OID.ocspSigning) === true &&
      !isSelfIssued(responder) &&
      responder.unknownCritical.length === 0 &&
      (responder.keyUsage === undefined || responder.keyUsage.has('digitalSignature') || responder.keyUsage.has('nonRepudiation')) &&
      responder.notBefore.getTime() <= response.producedAt.getTime() + clockSkewMs &&
      response.producedAt <= responder.notAfter &&
      cache.isSourceSignedBy(response, responder) &&
      cache.isIssuedBy(responder, issuer) &&
      isStrong(responder, response, search) &&
      isResponderInForce(responder, response, search),
  );
}

/** The responder's key, and the signature by which its issuer appointed it. */
function isStrong(responder: Certificate, response: OcspResponse, { rules, provenSince, now, refused }: Search): boolean {
  if (rules === undefined) return true;
  const at = provenSince?.(response) ?? now;
  const hash = responder.signatureAlgorithm?.hash;
  if (weakKeyAt(responder, at, rules) === undefined && (hash === undefined || weakHashAt(hash, at, rules) === undefined)) return true;
  refused.add('weak');
  return false;
}

/** With id-pkix-ocsp-nocheck a responder is trusted for its life (RFC 6960 section 4.2.2.2.1); without it a list must say that it is not revoked. */
function isResponderInForce(responder: Certificate, { producedAt }: OcspResponse, search: Search): boolean {
  if (responder.hasOcspNoCheck) return true;
  const lists = fromCrls({ ...search, certificate: responder });
  if (lists.some((each) => each.status.status === 'revoked')) return false;
  if (lists.some((each) => reaches(each, producedAt))) return true;
  search.refused.add('responder');
  search.uncheckedResponder = responder;
  return false;
}
