import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import type { ValidationCache } from '../validation/cache.ts';

/** Certificates of a list that can be read; the others cannot help. */
export function readCertificates(list: readonly Buffer[], cache: ValidationCache): Certificate[] {
  return list.flatMap((bytes) => {
    try {
      return [cache.readCertificate(bytes)];
    } catch (error) {
      if (error instanceof PkiError) return [];
      throw error;
    }
  });
}
