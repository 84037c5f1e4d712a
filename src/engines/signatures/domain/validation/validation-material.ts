/** Certificates and revocation material inside a file: the document security store (EN 319 142-1 clause 5.4) and what containers carry. */
import type { CmsSignature } from '../cms/verify.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { sameName } from '../pki/name.ts';
import type { DistinguishedName } from '../pki/name.ts';
import { decodeStream, dictEntry, entryOf, getCatalog, isArray, isStream, PdfError, resolve, streamBytes } from '../pdf/reader/index.ts';
import type { PdfDocument } from '../pdf/reader/index.ts';
import type { ValidationCache } from './cache.ts';
import type { CheckedSignature } from './integrity.ts';
import type { RevocationMaterial, RevocationSource } from './revocation.ts';

export interface FoundMaterial {
  readonly certificates: readonly Certificate[];
  readonly material: RevocationMaterial;
  /** Where in the file a source stands: a time stamp over that place proves its age. Undefined for one that came from outside. */
  placeOf(source: RevocationSource): number | undefined;
}

/** Raw material that the caller supplies, fetched or kept elsewhere. */
export interface GivenMaterial {
  readonly certificates?: readonly Certificate[];
  readonly crls?: readonly Buffer[];
  readonly ocsps?: readonly Buffer[];
  /** Issuers of whom a list was meant to be given and cannot be read. */
  readonly withheld?: readonly DistinguishedName[];
}

const maxItems = 200;

/** Bytes of the file, and where the last of them stands at the latest. */
interface Placed {
  readonly bytes: Buffer;
  readonly place: number;
}

/** Everything at hand. What cannot be read is left out: it would prove nothing. */
export function collectMaterial(doc: PdfDocument, signatures: readonly CheckedSignature[], { given, cache }: { readonly given: GivenMaterial; readonly cache: ValidationCache }): FoundMaterial {
  const store = dictEntry(doc, getCatalog(doc), 'DSS');
  const containers = containersOf(signatures);
  const certificates = containers.flatMap(({ cms }) => cms.certificates);
  // Most signatures of level B-B bring certificates and nothing else.
  if (store === undefined && given.crls === undefined && given.ocsps === undefined && containers.every(({ cms }) => isBare(cms))) {
    return { certificates: unique([...(given.certificates ?? []), ...certificates]), material: nothing, placeOf: () => undefined };
  }
  const stored = (key: string): Placed[] => (store ? readStreams(doc, entryOf(doc, store, key)) : []);
  const inContainers = (list: (cms: CmsSignature) => readonly Buffer[]): Placed[] => containers.flatMap(({ cms, place }) => list(cms).map((bytes) => ({ bytes, place })));
  const places = new Map<RevocationSource, number>();
  const readAll = <T extends RevocationSource>(list: readonly Placed[], read: (raw: Buffer) => T): T[] =>
    list.slice(0, maxItems).flatMap(({ bytes, place }) =>
      readOrSkip(() => {
        const source = read(bytes);
        places.set(source, Math.min(place, places.get(source) ?? place));
        return source;
      }),
    );
  const outside = (list: readonly Buffer[] = []): Placed[] => list.map((bytes) => ({ bytes, place: Number.POSITIVE_INFINITY }));
  const crls = (list: readonly Placed[], origin: 'embedded' | 'given') => readAll(list, (raw) => cache.readRevocationList(raw)).map((each) => ({ list: each, origin }));
  const ocsps = (list: readonly Placed[], origin: 'embedded' | 'given') => readAll(list, (raw) => cache.readOcspResponse(raw)).map((response) => ({ response, origin }));
  return {
    certificates: unique([
      ...(given.certificates ?? []),
      ...certificates,
      ...stored('Certs').flatMap(({ bytes }) => readOrSkip(() => cache.readCertificate(bytes))),
    ]),
    material: {
      crls: [...crls(outside(given.crls), 'given'), ...crls([...stored('CRLs'), ...inContainers((cms) => [...cms.crls, ...(cms.signedAttributes?.embeddedCrls ?? [])])], 'embedded')],
      ocsps: [...ocsps(outside(given.ocsps), 'given'), ...ocsps([...stored('OCSPs'), ...inContainers((cms) => [...cms.ocsps, ...(cms.signedAttributes?.embeddedOcsps ?? [])])], 'embedded')],
    },
    placeOf: (source) => places.get(source),
  };
}

const nothing: RevocationMaterial = { crls: [], ocsps: [] };

interface Container {
  readonly cms: CmsSignature;
  /** Where in the file it ends at the latest. */
  readonly place: number;
}

function containersOf(signatures: readonly CheckedSignature[]): Container[] {
  const found: Container[] = [];
  for (const { cms, timestamp, range } of signatures) {
    const place = range?.end ?? Number.POSITIVE_INFINITY;
    if (cms) found.push({ cms, place });
    if (timestamp && timestamp.token.cms !== cms) found.push({ cms: timestamp.token.cms, place });
  }
  return found;
}

function isBare({ crls, ocsps, signedAttributes: signed }: CmsSignature): boolean {
  return crls.length === 0 && ocsps.length === 0 && (signed === undefined || (signed.embeddedCrls.length === 0 && signed.embeddedOcsps.length === 0));
}

function readOrSkip<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof PkiError) return [];
    throw error;
  }
}

function unique(certificates: readonly Certificate[]): readonly Certificate[] {
  const isSecond = ({ fingerprint }: Certificate, i: number): boolean => certificates.findIndex((each) => each.fingerprint === fingerprint) < i;
  // A few are compared one by one, faster than a table is made.
  if (certificates.length <= 8) return certificates.some(isSecond) ? certificates.filter((each, i) => !isSecond(each, i)) : certificates;
  return [...new Map(certificates.map((each) => [each.fingerprint, each])).values()];
}

function readStreams(doc: PdfDocument, list: ReturnType<typeof entryOf>): Placed[] {
  if (!isArray(list)) return [];
  return list.items.slice(0, maxItems).flatMap((item) => {
    try {
      const stream = resolve(doc, item);
      return isStream(stream) ? [{ bytes: decodeStream(doc, stream), place: stream.dataStart + streamBytes(doc, stream).length }] : [];
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
