/** Certificates and issuer links repeat from document to document; reading and checking each once is most of a validation's speed. */
import { hash as hashOnce } from 'node:crypto';
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';

/** Facts that depend on bytes alone, never on trust or time: safe to keep for as long as the process lives. */
export interface ValidationCache {
  /** As `parseCertificate`. */
  readCertificate(bytes: Buffer): Certificate;
  /** As `isIssuedBy`. */
  isIssuedBy(certificate: Certificate, issuer: Certificate): boolean;
}

/** A cache of bounded size; the oldest entries go first. */
export function createValidationCache(maxEntries = 2000): ValidationCache {
  const certificates = new Map<string, Certificate>();
  const links = new Map<string, boolean>();
  return {
    readCertificate: (bytes) =>
      // A copy, so that the cache does not keep a whole document alive through a view into it.
      remember(certificates, hashOnce('sha256', bytes, 'hex'), { maxEntries, make: () => parseCertificate(Buffer.from(bytes)) }),
    isIssuedBy: (certificate, issuer) =>
      remember(links, `${certificate.fingerprint} ${issuer.fingerprint}`, { maxEntries, make: () => isIssuedBy(certificate, issuer) }),
  };
}

function remember<T>(map: Map<string, T>, key: string, { maxEntries, make }: { readonly maxEntries: number; readonly make: () => T }): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (map.size >= maxEntries) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, made);
  return made;
}
