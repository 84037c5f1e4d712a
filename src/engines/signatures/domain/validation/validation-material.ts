/** Certificates and revocation material inside a file: the document security store (EN 319 142-1 clause 5.4) and what containers carry. */
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { sameName } from '../pki/name.ts';
import { decodeStream, dictEntry, entryOf, getCatalog, isArray, isStream, PdfError, resolve } from '../pdf/reader/index.ts';
import type { PdfDocument } from '../pdf/reader/index.ts';
import type { ValidationCache } from './cache.ts';
import type { CheckedSignature } from './integrity.ts';
import type { RevocationMaterial } from './revocation.ts';

export interface FoundMaterial {
  readonly certificates: readonly Certificate[];
  readonly material: RevocationMaterial;
}

/** Raw material that the caller supplies, fetched or kept elsewhere. */
export interface GivenMaterial {
  readonly certificates?: readonly Certificate[];
  readonly crls?: readonly Buffer[];
  readonly ocsps?: readonly Buffer[];
}

const maxItems = 200;

/** Everything at hand. What cannot be read is left out: it would prove nothing. */
export function collectMaterial(doc: PdfDocument, signatures: readonly CheckedSignature[], { given, cache }: { readonly given: GivenMaterial; readonly cache: ValidationCache }): FoundMaterial {
  const store = dictEntry(doc, getCatalog(doc), 'DSS');
  const stored = (key: string) => (store ? readStreams(doc, entryOf(doc, store, key)) : []);
  const containers = signatures.flatMap(({ cms, timestamp }) => [...(cms ? [cms] : []), ...(timestamp ? [timestamp.token.cms] : [])]);
  const embeddedCrls = [...stored('CRLs'), ...containers.flatMap((cms) => [...cms.crls, ...(cms.signedAttributes?.embeddedCrls ?? [])])];
  const embeddedOcsps = [...stored('OCSPs'), ...containers.flatMap((cms) => cms.signedAttributes?.embeddedOcsps ?? [])];
  const readOrSkip = <T>(read: () => T): T[] => {
    try {
      return [read()];
    } catch (error) {
      if (error instanceof PkiError) return [];
      throw error;
    }
  };
  const crls = (list: readonly Buffer[], origin: 'embedded' | 'given') => list.slice(0, maxItems).flatMap((raw) => readOrSkip(() => ({ list: cache.readRevocationList(raw), origin })));
  const ocsps = (list: readonly Buffer[], origin: 'embedded' | 'given') => list.slice(0, maxItems).flatMap((raw) => readOrSkip(() => ({ response: cache.readOcspResponse(raw), origin })));
  return {
    certificates: unique([
      ...(given.certificates ?? []),
      ...containers.flatMap((cms) => cms.certificates),
      ...stored('Certs').flatMap((raw) => readOrSkip(() => cache.readCertificate(raw))),
    ]),
    material: {
      crls: [...crls(given.crls ?? [], 'given'), ...crls(embeddedCrls, 'embedded')],
      ocsps: [...ocsps(given.ocsps ?? [], 'given'), ...ocsps(embeddedOcsps, 'embedded')],
    },
  };
}

function unique(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((each) => [each.fingerprint, each])).values()];
}

function readStreams(doc: PdfDocument, list: ReturnType<typeof entryOf>): Buffer[] {
  if (!isArray(list)) return [];
  return list.items.slice(0, maxItems).flatMap((item) => {
    try {
      const stream = resolve(doc, item);
      return isStream(stream) ? [decodeStream(doc, stream)] : [];
    } catch (error) {
      if (error instanceof PdfError) return [];
      throw error;
    }
  });
}

/** True when the file itself carries revocation material about this certificate, whether or not it can be trusted. */
export function hasEmbeddedRevocation(certificate: Certificate, { crls, ocsps }: RevocationMaterial): boolean {
  const isListed = crls.some(({ list, origin }) => origin === 'embedded' && sameName(list.issuer, certificate.issuer));
  return isListed || ocsps.some(({ response, origin }) => origin === 'embedded' && response.answers.some((answer) => answer.id.serial.equals(certificate.serial)));
}
