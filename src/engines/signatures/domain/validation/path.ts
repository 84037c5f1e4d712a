/** Certificate paths from a signer to a configured root (RFC 5280 section 6, as far as Vietnamese authorities use it). */
import { isSelfIssued } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import { sameName } from '../pki/name.ts';
import { OID } from '../pki/oids.ts';
import type { ValidationCache } from './cache.ts';
import { allowsNames } from './name-constraints.ts';

export interface CertificatePath {
  /** From the leaf upwards; the anchor is the last when `isAnchored`. */
  readonly certificates: readonly Certificate[];
  readonly isAnchored: boolean;
}

export interface PathSearch {
  readonly anchors: readonly Certificate[];
  readonly candidates: readonly Certificate[];
  readonly cache: ValidationCache;
}

const maxPathLength = 8;
/** Signature checks per search: a hostile file can offer many authorities of one name. */
const maxChecks = 60;

/**
 * The path from the leaf to an anchor; without one, the longest that could be built, for display. A leaf that is itself an anchor is a
 * path of one. Authorities are recognised by name and key, so that a renewed root certificate still counts, and the anchor itself stands in the
 * path for it: nobody vouches for what such a copy says of its rights, nor, where it is the leaf, of its life.
 */
export function findPath(leaf: Certificate, search: PathSearch): CertificatePath {
  let checks = 0;
  let longest: readonly Certificate[] = [leaf];
  const walk = (path: readonly Certificate[]): readonly Certificate[] | undefined => {
    const last = path.at(-1) ?? leaf;
    const anchor = path.length === 1 ? search.anchors.find(({ fingerprint }) => fingerprint === last.fingerprint) : anchorOf(last, search.anchors);
    if (anchor) return anchor === last ? path : [...path.slice(0, -1), anchor];
    if (path.length > longest.length) longest = path;
    if (path.length >= maxPathLength) return undefined;
    for (const issuer of issuersOf(last, search)) {
      if (path.some((each) => each.fingerprint === issuer.fingerprint)) continue;
      checks += 1;
      if (checks > maxChecks) return undefined;
      if (!search.cache.isIssuedBy(last, issuer)) continue;
      const found = walk([...path, issuer]);
      if (found) return found;
    }
    return undefined;
  };
  const anchored = walk([leaf]);
  return anchored ? { certificates: anchored, isAnchored: true } : { certificates: longest, isAnchored: false };
}

function anchorOf({ fingerprint, spki, subject }: Certificate, anchors: readonly Certificate[]): Certificate | undefined {
  return anchors.find((anchor) => anchor.fingerprint === fingerprint) ?? anchors.find((anchor) => anchor.spki.equals(spki) && sameName(anchor.subject, subject));
}

/** Possible issuers: first those whose key identifier fits, of either kind anchors first. */
function issuersOf(certificate: Certificate, { anchors, candidates }: PathSearch): Certificate[] {
  if (isSelfIssued(certificate) && anchors.length === 0) return [];
  const wanted = certificate.authorityKeyIdentifier;
  const fitting: Certificate[] = [];
  const others: Certificate[] = [];
  for (const list of [anchors, candidates]) {
    for (const each of list) {
      if (!sameName(each.subject, certificate.issuer)) continue;
      const fits = wanted !== undefined && each.subjectKeyIdentifier?.equals(wanted) === true;
      (fits ? fitting : others).push(each);
    }
  }
  return others.length === 0 ? fitting : [...fitting, ...others];
}

/** The rights that an authority on the path lacks to issue the certificate below it: the first fault, in words for the log. */
export function findPathFault({ certificates, isAnchored }: CertificatePath, purpose: Purpose): string | undefined {
  let depth = -1;
  for (const certificate of certificates) {
    depth += 1;
    const isTrustedRoot = isAnchored && depth === certificates.length - 1;
    if (certificate.unknownCritical.length > 0 && !isTrustedRoot) return `unknown critical extension ${certificate.unknownCritical.join()}`;
    if (depth === 0) continue;
    const { basicConstraints, keyUsage } = certificate;
    // A self-issued authority on the way is the same one with another key.
    if (certificate.extensions.has(OID.nameConstraints) && certificates.slice(0, depth).some((each, i) => (i === 0 || !isSelfIssued(each)) && !allowsNames(certificate, each))) return 'may not issue for this name';
    // Roots of the nineties have version 1 and no extensions; a configured root is trusted as it is.
    if (isTrustedRoot && basicConstraints === undefined) continue;
    if (basicConstraints?.ca !== true) return 'not an authority';
    if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) return 'may not sign certificates';
    if (!isTrustedRoot && !mayIssueFor(certificate, purpose)) return 'may not issue for this purpose';
    const authoritiesBelow = certificates.slice(1, depth).filter((each) => !isSelfIssued(each)).length;
    if (basicConstraints.pathLength !== undefined && authoritiesBelow > basicConstraints.pathLength) return 'path too long';
  }
  return undefined;
}

export type Purpose = 'sign' | 'timestamp';

const anyPurpose = '2.5.29.37.0';
/** Purposes of machine services: time stamping, OCSP, web server, code. A key for these only does not sign documents. */
const serviceOnly = new Set<string>([OID.timeStamping, OID.ocspSigning, '1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.3']);
const isForDocuments = (purposes: readonly string[]): boolean => purposes.some((each) => !serviceOnly.has(each));

/** Purposes of an authority bind those to whom it issues, as all current validators and the rules of public authorities have it. */
function mayIssueFor({ extendedKeyUsage: purposes }: Certificate, purpose: Purpose): boolean {
  if (purposes === undefined || purposes.includes(anyPurpose)) return true;
  return purpose === 'timestamp' ? purposes.includes(OID.timeStamping) : isForDocuments(purposes);
}

/** True when the leaf's key usage and purposes allow what it was used for. */
export function isFitFor(leaf: Certificate, purpose: Purpose): boolean {
  const { keyUsage, extendedKeyUsage: purposes } = leaf;
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation')) return false;
  if (purpose === 'timestamp') {
    // RFC 3161 section 2.3: this purpose alone, marked critical.
    return purposes?.length === 1 && purposes[0] === OID.timeStamping && leaf.extensions.get(OID.extendedKeyUsage)?.critical === true;
  }
  return purposes === undefined || isForDocuments(purposes);
}
