/** Archive time stamps of XAdES (EN 319 132-1 clause 5.5.2.2): what one is about, and whether those of a signature still fit. */
import { hash as hashOnce } from 'node:crypto';
import { shaOf } from '../cades/index.ts';
import type { ArchiveStamp } from '../cades/index.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import type { ValidationCache } from '../validation/cache.ts';
import type { CheckedTimestamp } from '../validation/integrity.ts';
import { canonicalOfUri } from './algorithms.ts';
import type { CanonicalMethod } from './canonical.ts';
import { selectionOf } from './coverage.ts';
import { isWithin } from './events.ts';
import type { XmlElement } from './events.ts';
import type { ReadSignature } from './read-signature.ts';
import { readCertificates } from './read-certificates.ts';
import { valuesOf } from './read-xades.ts';
import type { ReadArchiveTimestamp } from './read-xades.ts';
import { canonical, referenceContent } from './references.ts';
import type { ReferenceContext } from './references.ts';

export type ArchiveContext = ReferenceContext & {
  /** The unsigned properties that stand in front of the time stamp. */
  readonly before: readonly XmlElement[];
};

export type ArchiveCheck = Omit<ReferenceContext, 'signature'> & { readonly cache: ValidationCache };

/** Undefined when a part that is signed is not at hand. */
export function archiveInput(read: ReadSignature, context: ArchiveContext, method: CanonicalMethod): Buffer | undefined {
  const signed = signedInput(read, context, method);
  return signed && Buffer.concat([...signed, ...addedInput(read, context, method)]);
}

/** Steps 2 and 3: what the references select, in their order, then how it was signed. */
function signedInput(read: ReadSignature, context: ReferenceContext, method: CanonicalMethod): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  for (const reference of read.references) {
    const content = referenceContent(reference, context, method);
    if (typeof content === 'string') return undefined;
    parts.push(content.content);
  }
  return [...parts, ...elementsOf([read.signedInfo, read.signatureValue, ...(read.keyInfo ? [read.keyInfo] : [])], context, method)];
}

/** Steps 4 and 5: the properties that were there, and content of the signature that no reference selects. */
function addedInput(read: ReadSignature, context: ArchiveContext, method: CanonicalMethod): Uint8Array[] {
  const { document, ids } = context;
  const selected = read.references.flatMap(({ uri }) => {
    const selection = uri === undefined ? undefined : selectionOf(document, uri, ids);
    return selection?.kind === 'element' ? [selection.element] : [];
  });
  const others = read.objects.filter((object) => !selected.includes(object) && !(read.xades && isWithin(read.xades.element, object)));
  return elementsOf([...context.before, ...others], context, method);
}

function elementsOf(elements: readonly XmlElement[], { document, effort }: ReferenceContext, method: CanonicalMethod): Uint8Array[] {
  return elements.map((apex) => canonical({ document, apex, hasComments: true }, method, effort).content);
}

/** The archive time stamps of a signature that is whole, the oldest first. Throws XmlError `xml.tooLarge`. */
export function checkArchive(read: ReadSignature, input: ArchiveCheck): ArchiveStamp[] {
  const { xades } = read;
  const signed = new Map<string, Uint8Array[] | undefined>();
  return (xades?.archiveTimestamps ?? []).map((stamp): ArchiveStamp => {
    const id = shaOf(stamp.token ?? Buffer.alloc(0));
    const covers = coveredBy(stamp, input);
    const method = methodOf(stamp);
    if (method === undefined || stamp.token === undefined) return { checked: undefined, id, covers };
    const context = { ...input, signature: read, before: stamp.before };
    // Renewals mostly agree on the method: what is signed is then canonicalised once for all of them.
    const key = JSON.stringify(method);
    if (!signed.has(key)) signed.set(key, signedInput(read, context, method));
    const parts = signed.get(key);
    return { checked: parts && checkToken(stamp.token, [...parts, ...addedInput(read, context, method)], { read, input }), id, covers };
  });
}

function methodOf({ canonicalization }: ReadArchiveTimestamp): CanonicalMethod | undefined {
  if (canonicalization === undefined) return { kind: 'inclusive', withComments: false };
  const method = canonicalOfUri(canonicalization.uri);
  return method && { ...method, inclusivePrefixes: canonicalization.prefixes };
}

function checkToken(bytes: Buffer, parts: readonly Uint8Array[], { read, input }: { readonly read: ReadSignature; readonly input: ArchiveCheck }): CheckedTimestamp | undefined {
  try {
    const token = parseTimestampToken(bytes, (raw) => input.cache.readCertificate(raw));
    const content = Buffer.concat(parts);
    const more = readCertificates([...read.certificates, ...(read.xades?.certificates ?? [])], input.cache);
    return { token, check: verifyTimestampToken(token, (hash) => hashOnce(hash, content, 'buffer'), more) };
  } catch (error) {
    if (error instanceof CmsError) return undefined;
    throw error;
  }
}

/** Tokens, lists and answers among the properties in front of it, and what the tokens themselves carry. */
function coveredBy({ before }: ReadArchiveTimestamp, { document, cache }: ArchiveCheck): ReadonlySet<string> {
  const values = (local: string): Buffer[] => before.flatMap((element) => valuesOf(document, element, local));
  const tokens = values('EncapsulatedTimeStamp');
  const carried = tokens.flatMap((bytes) => {
    try {
      const { cms } = parseTimestampToken(bytes, (raw) => cache.readCertificate(raw));
      return [...cms.crls, ...cms.ocsps];
    } catch (error) {
      if (error instanceof CmsError) return [];
      throw error;
    }
  });
  return new Set([...tokens, ...values('EncapsulatedCRLValue'), ...values('EncapsulatedOCSPValue'), ...carried].map(shaOf));
}
