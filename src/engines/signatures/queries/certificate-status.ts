import type { Kernel } from '#kernel/kernel.ts';
import { gatherRevocations, mayBeAsked, type Gathered, type Material } from '../adapters/revocation-network/index.ts';
import { parseCertificate, type Certificate } from '../domain/pki/certificate.ts';
import { defaultAlgorithmRules } from '../domain/validation/algorithm-rules.ts';
import { createValidationCache } from '../domain/validation/cache.ts';
import { lookupsFor, type Lookup } from '../domain/validation/lookups.ts';
import { judgeTrust, type MissingLink, type TrustContext, type TrustFinding } from '../domain/validation/trust.ts';
import { trustMaterial, trustSet } from '../trust.ts';

/** Why nothing is known of a certificate's status: its authority is not trusted here, it names nobody to ask, nobody who may be asked, or nobody answered well. */
export type StatusProblem = 'notTrusted' | 'noAddress' | 'notAllowed' | 'silent';

export type CertificateStatusAnswer =
  | { status: 'unknown'; problem: StatusProblem }
  | {
      /** `suspended`: revoked with the reason certificateHold, which its authority may lift. */
      status: 'good' | 'revoked' | 'suspended';
      source: 'ocsp' | 'list';
      /** When the authority said so. */
      asOf: Date;
      revokedAt: Date | null;
      reason: string | null;
      /** The very answer, for whoever keeps it. */
      answer: Material;
    };

/** Each round may open the next: an issuer, the issuer's issuer, their word on the certificate. */
const ROUNDS = 4;

/**
 * Asks the authority of a certificate, whoever that is, what it is worth now: OCSP first, then its list, only at hosts of the closed list. What
 * comes counts only when the path ends at an anchor of this installation and the answer is signed by the authority or its responder (RFC 6960,
 * RFC 5280). Never throws for silence: then the status is unknown, with the reason. Runs outside any transaction.
 * @param content the certificate, DER
 * @throws PkiError for what is no certificate
 */
export async function askCertificateStatus(kernel: Kernel, content: Buffer): Promise<CertificateStatusAnswer> {
  const certificate = parseCertificate(content);
  const trust = await trustSet(kernel);
  const known = await trustMaterial(kernel, trust);
  const { gathered, gather } = gatherRevocations(kernel, { isFresh: true });
  const judge = (): TrustFinding =>
    judgeTrust({ certificate, purpose: 'sign', provenAt: undefined, claimedAt: undefined, hashes: [] }, { ...contextOf(known.crls, gathered), ...trust, now: kernel.clock.now() });
  let finding = judge();
  let isAsked = false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const lookups = lookupsFor([...(isAsked ? [] : linkOf(finding, certificate)), ...finding.missing]);
    isAsked ||= linkOf(finding, certificate).length > 0;
    if (lookups.length === 0 || !(await gather(lookups))) break;
    finding = judge();
  }
  return answerOf(finding, certificate, (lookup) => lookup.steps.some((step) => mayBeAsked(kernel, step.url)));
}

function contextOf(lists: readonly Uint8Array[], { certificates, crls, ocsps }: Gathered): Omit<TrustContext, 'anchors' | 'periods' | 'now'> {
  const cache = createValidationCache();
  return {
    candidates: certificates.map((each) => cache.readCertificate(each)),
    material: {
      crls: [...lists, ...crls].map((raw) => ({ list: cache.readRevocationList(Buffer.from(raw)), origin: 'given' })),
      ocsps: ocsps.map((raw) => ({ response: cache.readOcspResponse(raw), origin: 'given' })),
    },
    rules: defaultAlgorithmRules,
    cache,
  };
}

/** The question about the certificate itself, once its issuer is at hand: a list that somebody put into a folder is no answer of today. */
function linkOf({ path }: TrustFinding, certificate: Certificate): MissingLink[] {
  const issuer = path.certificates[1];
  return issuer === undefined ? [] : [{ certificate, issuer }];
}

function answerOf(finding: TrustFinding, certificate: Certificate, isAllowed: (lookup: Lookup) => boolean): CertificateStatusAnswer {
  const { path, revocation, revokedAt, evidence } = finding;
  const own = evidence.at(-1);
  if (revocation.status !== 'unknown' && revocation.source !== null && revocation.asOf !== null && own !== undefined && isTrustworthy(finding)) {
    const isHeld = revocation.status === 'revoked' && revocation.reason === 'certificateHold';
    return {
      status: revocation.status === 'good' ? 'good' : isHeld ? 'suspended' : 'revoked',
      source: own.kind === 'ocsp' ? 'ocsp' : 'list',
      asOf: new Date(revocation.asOf),
      revokedAt: revokedAt ?? null,
      reason: revocation.reason,
      answer: { kind: own.kind, content: own.source.raw },
    };
  }
  const lookups = lookupsFor([...linkOf(finding, certificate), ...finding.missing]);
  if (lookups.length === 0) return { status: 'unknown', problem: path.isAnchored ? 'noAddress' : 'notTrusted' };
  if (!lookups.some(isAllowed)) return { status: 'unknown', problem: 'notAllowed' };
  return { status: 'unknown', problem: path.isAnchored ? 'silent' : 'notTrusted' };
}

/** An authority that was revoked, or a path that the authority above does not allow, speaks for nobody; that the certificate has ended is no matter here. */
function isTrustworthy({ problems }: TrustFinding): boolean {
  return !problems.some(({ code }) => code.startsWith('chain.') || code === 'certificate.caRevoked');
}
