/** Certificates, lists and issuer links repeat from document to document; reading and checking each once is most of a validation's speed. */
import { hash as hashOnce } from 'node:crypto';
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import { parseRevocationList } from '../pki/crl.ts';
import type { RevocationList } from '../pki/crl.ts';
import { parseOcspResponse } from '../pki/ocsp.ts';
import type { OcspResponse } from '../pki/ocsp.ts';

/** Facts that depend on bytes alone, never on trust or time: safe to keep for as long as the process lives. */
export interface ValidationCache {
  /** As `parseCertificate`. */
  readCertificate(bytes: Buffer): Certificate;
  /** As `isIssuedBy`. */
  isIssuedBy(certificate: Certificate, issuer: Certificate): boolean;
  /** As `parseRevocationList`. A buffer of its own is kept: do not change it afterwards. One that is part of another is copied. */
  readRevocationList(bytes: Buffer): RevocationList;
  /** As `parseOcspResponse`. */
  readOcspResponse(bytes: Buffer): OcspResponse;
  /** As `source.isSignedBy(signer)`. */
  isSourceSignedBy(source: RevocationList | OcspResponse, signer: Certificate): boolean;
}

/** A cache of bounded size; the oldest entries go first. */
export function createValidationCache(maxEntries = 2000): ValidationCache {
  const certificates = new Map<number, Certificate>();
  const links = new Map<string, Map<string, boolean>>();
  const lists = new Map<string, RevocationList>();
  const responses = new Map<string, OcspResponse>();
  // Keyed by the objects themselves: gone when they are.
  const keys = new WeakMap<Buffer, string>();
  const signers = new WeakMap<RevocationList | OcspResponse, Map<string, boolean>>();
  const keyOf = (bytes: Buffer): string => {
    const known = keys.get(bytes);
    if (known !== undefined) return known;
    const key = hashOnce('sha256', bytes, 'hex');
    keys.set(bytes, key);
    return key;
  };
  return {
    readCertificate(bytes) {
      // The last bytes are those of the issuer's signature and tell certificates apart; who makes two end alike only has them read again.
      const key = bytes.length < 6 ? 0 : bytes.readUIntLE(bytes.length - 6, 6);
      if (certificates.get(key)?.raw.equals(bytes) === false) certificates.delete(key);
      // A copy, so that the cache does not keep a whole document alive through a view into it.
      return remember(certificates, key, { maxEntries, make: () => parseCertificate(Buffer.from(bytes)) });
    },
    isIssuedBy(certificate, issuer) {
      const known = remember(links, certificate.fingerprint, { maxEntries, make: () => new Map<string, boolean>() });
      return remember(known, issuer.fingerprint, { maxEntries: 20, make: () => isIssuedBy(certificate, issuer) });
    },
    readRevocationList: (bytes) => remember(lists, keyOf(bytes), { maxEntries: 50, make: () => parseRevocationList(ownBytes(bytes)) }),
    readOcspResponse: (bytes) => remember(responses, keyOf(bytes), { maxEntries, make: () => parseOcspResponse(Buffer.from(bytes)) }),
    isSourceSignedBy(source, signer) {
      const known = signers.get(source) ?? new Map<string, boolean>();
      signers.set(source, known);
      return remember(known, signer.fingerprint, { maxEntries: 20, make: () => source.isSignedBy(signer) });
    },
  };
}

/** A list that lies here may have 100 MB and needs no copy; a view into a document must not keep it alive, nor change with it. */
function ownBytes(bytes: Buffer): Buffer {
  return bytes.length === bytes.buffer.byteLength ? bytes : Buffer.from(bytes);
}

function remember<K, T>(map: Map<K, T>, key: K, { maxEntries, make }: { readonly maxEntries: number; readonly make: () => T }): T {
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
