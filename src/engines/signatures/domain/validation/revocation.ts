/** Revocation of one certificate from whatever OCSP answers and lists are at hand (RFC 5280 section 6.3, RFC 6960, TT 15/2025 annex II). */
import { isSelfIssued } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { RevocationList } from '../pki/crl.ts';
import { isAbout } from '../pki/ocsp.ts';
import type { CertificateStatus, OcspResponse } from '../pki/ocsp.ts';
import { OID } from '../pki/oids.ts';
import type { ValidationCache } from './cache.ts';
import type { RevocationReport } from './report.ts';

export interface RevocationMaterial {
  readonly crls: readonly { readonly list: RevocationList; readonly origin: 'embedded' | 'given' }[];
  readonly ocsps: readonly { readonly response: OcspResponse; readonly origin: 'embedded' | 'given' }[];
}

export interface RevocationQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** The instant for which the status must be known: a proven time, or now. */
  readonly at: Date;
  readonly now: Date;
  readonly material: RevocationMaterial;
  readonly cache: ValidationCache;
}

export interface RevocationFinding {
  readonly report: RevocationReport;
  readonly revokedAt: Date | undefined;
  /** 'stale': something genuine is at hand, but it does not reach the instant. */
  readonly freshness: 'fresh' | 'stale' | 'none';
}

interface Evidence {
  readonly status: CertificateStatus;
  readonly source: 'ocsp' | 'crl';
  readonly origin: 'embedded' | 'given';
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** From when on the source keeps certificates after their end; without it, it may have forgotten an expired one. */
  readonly keepsExpiredFrom: Date | undefined;
}

const clockSkewMs = 5 * 60_000;
/** Without nextUpdate, how long a source speaks for: OCSP says "newer is always available", so one day. */
const unboundedMs = 24 * 3_600_000;

export const notChecked: RevocationReport = { status: 'not-checked', source: null, origin: null, asOf: null, revokedAt: null, reason: null };

/** The status of a certificate. A genuine "revoked" always wins, whenever it was said; "good" counts only if it reaches the instant. */
export function findRevocation(question: RevocationQuestion): RevocationFinding {
  const evidence = [...fromOcsp(question), ...fromCrls(question)]
    .filter((each) => each.thisUpdate.getTime() <= question.now.getTime() + clockSkewMs)
    .sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  const revoked = evidence.find((each) => each.status.status === 'revoked');
  if (revoked?.status.status === 'revoked') return { report: reportOf(revoked), revokedAt: revoked.status.revokedAt, freshness: 'fresh' };
  const good = evidence.filter((each) => each.status.status === 'good' && remembers(each, question.certificate));
  const fresh = good.find((each) => reaches(each, question.at));
  if (fresh) return { report: reportOf(fresh), revokedAt: undefined, freshness: 'fresh' };
  const [stale] = good;
  const report: RevocationReport = { ...(stale ? reportOf(stale) : notChecked), status: 'unknown' };
  return { report, revokedAt: undefined, freshness: stale ? 'stale' : 'none' };
}

function reaches(evidence: Evidence, at: Date): boolean {
  const until = evidence.nextUpdate?.getTime() ?? evidence.thisUpdate.getTime() + unboundedMs;
  return at.getTime() <= until + clockSkewMs;
}

/** Lists and responders may drop a certificate once it has expired: then "not on the list" says nothing (EN 319 102-1 clause 5.2.5). */
function remembers({ thisUpdate, keepsExpiredFrom }: Evidence, { notAfter }: Certificate): boolean {
  return thisUpdate <= notAfter || (keepsExpiredFrom !== undefined && keepsExpiredFrom <= notAfter);
}

function reportOf({ status, source, origin, thisUpdate }: Evidence): RevocationReport {
  const isRevoked = status.status === 'revoked';
  return {
    status: isRevoked ? 'revoked' : status.status === 'good' ? 'good' : 'unknown',
    source,
    origin,
    asOf: thisUpdate.toISOString(),
    revokedAt: isRevoked ? status.revokedAt.toISOString() : null,
    reason: isRevoked ? status.reason : null,
  };
}

function fromCrls({ certificate, issuer, material, cache }: RevocationQuestion): Evidence[] {
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('cRLSign')) return [];
  return material.crls.flatMap(({ list, origin }): Evidence[] => {
    if (!cache.isSourceSignedBy(list, issuer)) return [];
    const entry = list.find(certificate.serial);
    const base = { source: 'crl', origin, thisUpdate: list.thisUpdate, nextUpdate: list.nextUpdate, keepsExpiredFrom: list.keepsExpiredFrom } as const;
    if (entry && entry.reason !== 'removeFromCrl') return [{ ...base, status: { status: 'revoked', ...entry } }];
    return list.isComplete ? [{ ...base, status: { status: 'good' } }] : [];
  });
}

function fromOcsp(question: RevocationQuestion): Evidence[] {
  const { certificate, issuer, material } = question;
  return material.ocsps.flatMap(({ response, origin }): Evidence[] => {
    const answers = response.answers.filter((answer) => isAbout(answer.id, certificate, issuer));
    if (answers.length === 0 || !isGenuine(response, question)) return [];
    return answers.map(({ status, thisUpdate, nextUpdate, keepsExpiredFrom }) => ({ source: 'ocsp', origin, status, thisUpdate, nextUpdate, keepsExpiredFrom }));
  });
}

/** Signed by the issuer, or by a responder that the issuer appointed and whose certificate held when it spoke (RFC 6960 section 4.2.2.2). */
function isGenuine(response: OcspResponse, { issuer, cache }: RevocationQuestion): boolean {
  if (cache.isSourceSignedBy(response, issuer)) return true;
  return response.certificates.some(
    (responder) =>
      responder.extendedKeyUsage?.includes(OID.ocspSigning) === true &&
      !isSelfIssued(responder) &&
      responder.notBefore.getTime() <= response.producedAt.getTime() + clockSkewMs &&
      response.producedAt <= responder.notAfter &&
      cache.isSourceSignedBy(response, responder) &&
      cache.isIssuedBy(responder, issuer),
  );
}
