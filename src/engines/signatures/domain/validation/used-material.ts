/** What the verdict on a signature rests on: the material to keep with the report, and to put into the file for B-LT. */
import type { Certificate } from '../pki/certificate.ts';
import type { StoreMaterial } from '../pdf/levels/index.ts';
import type { Judged } from './judge.ts';
import type { TrustFinding } from './trust.ts';

/** Raw DER. Nothing here is trusted by itself; it is what was looked at and counted. */
export interface UsedMaterial {
  /** Bytes of /Contents, padding included; undefined when the file does not show them. */
  readonly contents: Buffer | undefined;
  /** The paths of signer, time stamping authorities and OCSP responders up to their anchors. */
  readonly certificates: readonly Buffer[];
  readonly crls: readonly Buffer[];
  readonly ocsps: readonly Buffer[];
}

export function usedBy({ checked, trust, timestampTrust }: Judged): UsedMaterial {
  const findings = [...new Set([trust, timestampTrust])].flatMap((finding) => finding ?? []);
  return { contents: checked.signature.contents, ...materialOf(findings) };
}

/** The paths of the findings and the revocation material that they rest on, each item once. */
export function materialOf(findings: readonly TrustFinding[]): Omit<UsedMaterial, 'contents'> {
  const evidence = findings.flatMap((finding) => finding.evidence);
  const certificates: readonly Certificate[] = [...findings.flatMap(({ path }) => path.certificates), ...evidence.flatMap(({ responder }) => responder ?? [])];
  const sources = (kind: 'ocsp' | 'crl'): Buffer[] => [...new Set(evidence.filter((each) => each.kind === kind).map(({ source }) => source.raw))];
  return {
    certificates: [...new Map(certificates.map((each) => [each.fingerprint, each.raw])).values()],
    crls: sources('crl'),
    ocsps: sources('ocsp'),
  };
}

/** What a store needs so that all signatures of a file can be checked from it alone (B-LT): each item once, and what belongs to whom. */
export function storeMaterialOf(used: readonly UsedMaterial[]): StoreMaterial {
  const all = (list: (each: UsedMaterial) => readonly Buffer[]): Buffer[] => [...new Set(used.flatMap(list))];
  return {
    certificates: all((each) => each.certificates),
    crls: all((each) => each.crls),
    ocsps: all((each) => each.ocsps),
    bySignature: used.flatMap(({ contents, certificates, crls, ocsps }) => (contents ? [{ contents, certificates, crls, ocsps }] : [])),
  };
}
