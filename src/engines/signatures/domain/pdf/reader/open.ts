import { asPdfError, damaged, PdfError } from '../errors.ts';
import { getCatalog, getObject, getObjectStream, listObjectNumbers, makeDocument, resolve } from './document.ts';
import type { DocumentParts, PdfDocument } from './document.ts';
import { defaultPdfLimits } from './limits.ts';
import type { PdfLimits } from './limits.ts';
import { dictOf, isArray, isDict, isName, isRef, isString, refOf } from './objects.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { findObjects } from './rebuild.ts';
import type { FoundObjects } from './rebuild.ts';
import { openSecurity } from './security.ts';
import { listSignatures } from './signatures.ts';
import { memorySource, noWork } from './source.ts';
import type { PdfSource } from './source.ts';
import { findStartXref, readXrefChain } from './xref.ts';
import type { XrefEntry, XrefSection } from './xref.ts';

/**
 * Opens a PDF 1.3 to 2.0: reads the header, the chain of cross-reference sections and the way to the first page, nothing else. Files that are
 * encrypted with an empty user password are opened like others. A file without a signature whose cross-references are useless is searched
 * for its objects (`isRebuilt`).
 * Throws PdfError: `pdf.not-a-pdf`, `pdf.junk-before-header`, `pdf.damaged`, `pdf.damaged-signed`, `pdf.encrypted`, `pdf.too-large`.
 */
export function openPdf(file: Uint8Array | PdfSource, limits: PdfLimits = defaultPdfLimits): PdfDocument {
  const source = sourceOf(file);
  try {
    const doc = openStrictly(source, limits);
    // what a signature covers is judged as it stands, even where its catalog cannot be read
    return isUsable(doc) || hasSignature(source) ? doc : openRebuilt(source, limits);
  } catch (error) {
    if (!(error instanceof PdfError) || error.code !== 'pdf.damaged') throw error;
    return openRebuilt(source, limits);
  }
}

function sourceOf(file: Uint8Array | PdfSource): PdfSource {
  if (!(file instanceof Uint8Array)) return file;
  return memorySource(Buffer.isBuffer(file) ? file : Buffer.from(file.buffer, file.byteOffset, file.byteLength));
}

/** Opens a file by its cross-references alone. Throws as `openPdf`. */
export function openStrictly(file: Uint8Array | PdfSource, limits: PdfLimits = defaultPdfLimits): PdfDocument {
  const source = sourceOf(file);
  const headerVersion = readHeader(source, limits);
  try {
    const startXref = findStartXref(source);
    const work = noWork();
    const sections = readXrefChain(source, startXref, { limits, work });
    const trailer = sections[0]?.trailer;
    if (trailer === undefined || !isRef(trailer.entries.get('Root'))) throw damaged('no /Root in the trailer');
    checkEncryption(sections);
    return unlocked({ source, limits, sections, trailer, startXref, isRebuilt: false, headerVersion, security: undefined, work });
  } catch (error) {
    throw asPdfError(error, 'opening');
  }
}

/**
 * Junk before the header is refused: some programs count offsets from the header and others from the file's start, so that a signature
 * over such a file, and its /ByteRange, would mean two things. It cannot be cut off here either: what was received stays as it is.
 */
function readHeader(source: PdfSource, limits: PdfLimits): string {
  if (source.sizeBytes > limits.maxFileBytes) throw new PdfError('pdf.too-large', `${source.sizeBytes} bytes`);
  const header = (source.whole ?? source.read(0, 8)).toString('latin1', 0, 8);
  if (header.startsWith('%PDF-')) return header.slice(5);
  const at = source.read(0, 1024).indexOf('%PDF-', 0, 'latin1');
  if (at < 0) throw new PdfError('pdf.not-a-pdf', 'no %PDF- header');
  throw new PdfError('pdf.junk-before-header', `${at} bytes`);
}

/** False when the cross-references lead nowhere: not even to the catalog and to the first page. */
function isUsable(doc: PdfDocument): boolean {
  try {
    let node: PdfObject | undefined = getCatalog(doc).entries.get('Pages');
    for (let depth = 0; depth < maxDepthLooked; depth += 1) {
      const dict = resolve(doc, node);
      if (!isDict(dict)) return false;
      const kids = resolve(doc, dict.entries.get('Kids'));
      if (!isArray(kids) || kids.items.length === 0) return true;
      [node] = kids.items;
    }
    return true;
  } catch (error) {
    if (error instanceof PdfError && error.code === 'pdf.damaged') return false;
    throw error;
  }
}

const maxDepthLooked = 50;

/** The key of every signature dictionary, which may stand in no object stream: its /Contents must have a place in the file. */
function hasSignature(source: PdfSource): boolean {
  return source.indexOf('/ByteRange', 0) >= 0;
}

/**
 * Opens a file by looking for its objects, as if it had no cross-references. Only a file without a signature can be mended, by an increment
 * that describes it as a whole. Throws PdfError as `openPdf`.
 */
export function openRebuilt(file: Uint8Array | PdfSource, limits: PdfLimits = defaultPdfLimits): PdfDocument {
  const source = sourceOf(file);
  const headerVersion = readHeader(source, limits);
  if (hasSignature(source)) throw new PdfError('pdf.damaged-signed', 'the cross-references of a signed file are broken');
  try {
    const found = findObjects(source, limits);
    if (found.places.size === 0) throw damaged('no objects in the file');
    const entries = new Map<number, XrefEntry>([...found.places].map(([num, { offset, gen }]) => [num, { type: 'offset', offset, gen }]));
    const trailer = joinTrailers(found.trailers);
    const parts = { source, limits, startXref: -1, isRebuilt: true, headerVersion, work: noWork() };
    const first = unlocked({ ...parts, sections: [foundSection(entries, trailer)], trailer, security: undefined });
    for (const [num, entry] of findPacked(first, found)) entries.set(num, entry);
    const rooted = isRef(trailer.entries.get('Root')) ? trailer : withRoot(trailer, first, found);
    const doc = makeDocument({ ...parts, sections: [foundSection(entries, rooted)], trailer: rooted, security: first.security });
    if (!isUsable(doc)) throw damaged('no catalog and no pages in the file');
    if (listSignatures(doc).length > 0) throw new PdfError('pdf.damaged-signed', 'the cross-references of a signed file are broken');
    return doc;
  } catch (error) {
    throw asPdfError(error, 'looking for objects');
  }
}

/** What the trailers say together, the newest first; nothing about the cross-references that were there. */
function joinTrailers(trailers: readonly PdfDict[]): PdfDict {
  return dictOf(
    ['Root', 'Info', 'ID', 'Encrypt'].flatMap((key): [string, PdfObject][] => {
      const value = trailers.findLast(({ entries }) => (key === 'Root' ? isRef(entries.get(key)) : entries.has(key)))?.entries.get(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function foundSection(entries: ReadonlyMap<number, XrefEntry>, trailer: PdfDict): XrefSection {
  let nextNumber = 1;
  for (const num of entries.keys()) nextNumber = Math.max(nextNumber, num + 1);
  const isPacked = [...entries.values()].some(({ type }) => type === 'packed');
  return {
    offset: -1,
    kind: isPacked ? 'stream' : 'table',
    trailer,
    isHybrid: false,
    isIrregular: false,
    find: (num) => entries.get(num),
    numbers: () => [...entries.keys()],
    nextNumber,
  };
}

/** The objects in object streams that no later object of their number replaces. */
function* findPacked(doc: PdfDocument, { places, objectStreams }: FoundObjects): Generator<[number, XrefEntry], void, void> {
  for (const { num: streamNum, offset } of objectStreams) {
    if (places.get(streamNum)?.offset !== offset) continue;
    const { pairs } = getObjectStream(doc, streamNum);
    for (let index = 0; index * 2 < pairs.length; index += 1) {
      const num = pairs[index * 2] ?? 0;
      if (num <= doc.limits.maxObjects && (places.get(num)?.offset ?? -1) < offset) yield [num, { type: 'packed', streamNum, index }];
    }
  }
}

/** Names the last catalog of the file as its root when no trailer is left to say so. */
function withRoot(trailer: PdfDict, doc: PdfDocument, { places }: FoundObjects): PdfDict {
  let best: { num: number; gen: number; offset: number } | undefined;
  for (const num of listObjectNumbers(doc)) {
    const { offset, gen } = places.get(num) ?? { offset: 0, gen: 0 };
    const dict = readDict(doc, num);
    // its key is derived from the /ID of the trailer that was lost
    if (isName(dict?.entries.get('Filter'), 'Standard')) throw damaged('an encrypted file without trailer');
    if (offset >= (best?.offset ?? 0) && isName(dict?.entries.get('Type'), 'Catalog')) best = { num, gen, offset };
  }
  if (best === undefined) throw damaged('no catalog in the file');
  return dictOf([...trailer.entries, ['Root', refOf(best.num, best.gen)]]);
}

function readDict(doc: PdfDocument, num: number): PdfDict | undefined {
  try {
    const value = getObject(doc, num);
    return isDict(value) ? value : undefined;
  } catch (error) {
    if (error instanceof PdfError && error.code === 'pdf.damaged') return undefined;
    throw error;
  }
}

/**
 * All revisions must agree on the encryption: one that an update brings along would give other readings to bytes that were signed before.
 * Only the main section of a linearised file, which stands behind the first in the file, may be silent.
 */
function checkEncryption(sections: readonly XrefSection[]): void {
  const wanted = sections[0]?.trailer.entries.get('Encrypt');
  const isClear = sections.every(({ trailer }) => !trailer.entries.has('Encrypt'));
  if (isClear) return;
  sections.forEach(({ trailer, offset }, i) => {
    const value = trailer.entries.get('Encrypt');
    const isSilent = value === undefined && offset > (sections[i - 1]?.offset ?? offset);
    if (!isSilent && !isSame(value, wanted)) throw damaged('the encryption differs between the revisions');
  });
  if (!isRef(wanted)) return;
  const writers = sections.filter((section) => section.find(wanted.num)?.type === 'offset');
  if (writers.length > 1) throw damaged('the encryption was changed by a later revision');
}

function isSame(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  if (isRef(a)) return isRef(b) && a.num === b.num;
  if (isString(a)) return isString(b) && a.bytes.equals(b.bytes);
  if (isArray(a)) return isArray(b) && a.items.length === b.items.length && a.items.every((item, i) => isSame(item, b.items[i]));
  if (isDict(a)) return isDict(b) && a.entries.size === b.entries.size && [...a.entries].every(([key, item]) => isSame(item, b.entries.get(key)));
  return isName(a) ? isName(b, a.name) : a === b;
}

/** The document with its key, if it is encrypted. */
function unlocked(parts: DocumentParts): PdfDocument {
  const doc = makeDocument(parts);
  const encrypt = parts.trailer.entries.get('Encrypt');
  if (encrypt === undefined) return doc;
  const dict = resolve(doc, encrypt);
  if (!isDict(dict)) throw new PdfError('pdf.encrypted', '/Encrypt is not a dictionary');
  const id = resolve(doc, parts.trailer.entries.get('ID'));
  const firstId = isArray(id) ? resolve(doc, id.items[0]) : null;
  const fileId = isString(firstId) ? firstId.bytes : Buffer.alloc(0);
  return makeDocument({ ...parts, security: openSecurity({ dict, fileId, resolve: (value) => resolve(doc, value) }) });
}
