/** What to ask the authorities for so that a validation knows more. Only says it: whoever has a network asks, and validates again. */
import type { Certificate } from '../pki/certificate.ts';
import { certificateIdOf, writeOcspRequest } from '../pki/ocsp-responder.ts';
import { OID } from '../pki/oids.ts';
import type { MissingLink } from './trust.ts';

/** One question to one address. Plain data, so that it crosses between processes. */
export interface LookupStep {
  readonly kind: 'ocsp' | 'crl' | 'issuer';
  readonly url: string;
  /** The OCSPRequest to post; the others are fetched. */
  readonly body?: Uint8Array;
}

/** Questions of which one good answer is enough, the cheapest first. */
export interface Lookup {
  /** SHA-256 of the certificate that it is about. */
  readonly fingerprint: string;
  readonly steps: readonly LookupStep[];
}

/** A hostile file can bring many certificates with many addresses. */
const maxLookups = 20;
const maxSteps = 6;

/** The lookups for missing links, each certificate once. Addresses come from certificates that nobody vouches for: the asker has to judge them. */
export function lookupsFor(missing: readonly MissingLink[]): Lookup[] {
  const links = [...new Map(missing.map((link) => [link.certificate.fingerprint, link])).values()];
  return links
    .map(({ certificate, issuer }) => ({ fingerprint: certificate.fingerprint, steps: (issuer ? statusSteps(certificate, issuer) : issuerSteps(certificate)).slice(0, maxSteps) }))
    .filter(({ steps }) => steps.length > 0)
    .slice(0, maxLookups);
}

function statusSteps(certificate: Certificate, issuer: Certificate): LookupStep[] {
  const lists = certificate.crlUrls.map((url) => ({ kind: 'crl', url }) as const);
  // A responder would answer for itself.
  if (certificate.extendedKeyUsage?.includes(OID.ocspSigning) === true || certificate.ocspUrls.length === 0) return lists;
  const body = writeOcspRequest(certificateIdOf(certificate, issuer));
  return [...certificate.ocspUrls.map((url) => ({ kind: 'ocsp', url, body }) as const), ...lists];
}

function issuerSteps({ caIssuerUrls }: Certificate): LookupStep[] {
  return caIssuerUrls.map((url) => ({ kind: 'issuer', url }));
}
