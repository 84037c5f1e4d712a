import { asPdfError, damaged, PdfError } from '../errors.ts';
import { filtersOf, undoFilter } from './filters.ts';
import type { Filter } from './filters.ts';
import { cursorAt, parseObject, parseUnsigned, takeKeyword } from './lexer.ts';
import type { PdfLimits } from './limits.ts';
import { dictPart, isDict, isInteger, isName, isRef, isStream } from './objects.ts';
import type { PdfDict, PdfObject, PdfRef, PdfStream } from './objects.ts';
import { cipherOfStream, decryptBytes, decryptStrings } from './security.ts';
import type { PdfSecurity } from './security.ts';
import { readIndirectObject, spend } from './source.ts';
import type { PdfSource, ReadWork } from './source.ts';
import type { XrefEntry, XrefSection } from './xref.ts';

/** An opened file. Objects are parsed when they are first asked for and kept; the bytes must not be changed meanwhile. */
export type PdfDocument = {
  readonly source: PdfSource;
  /** The whole file. Throws `pdf.too-large` for one that is read in pieces: ask its `source`. */
  readonly bytes: Buffer;
  readonly limits: PdfLimits;
  /** Newest first. */
  readonly sections: readonly XrefSection[];
  /** The newest trailer: /Root, /Size, /ID, /Info. */
  readonly trailer: PdfDict;
  /** -1 for a rebuilt file. */
  readonly startXref: number;
  /** True when the cross-references were useless and the objects were found by looking for them: never so for a file with a signature. */
  readonly isRebuilt: boolean;
  /** What stands behind %PDF- in the header, such as '1.7'; the catalog may raise it. */
  readonly headerVersion: string;
  /** How strings and streams are encrypted; undefined for a file in clear. */
  readonly security: PdfSecurity | undefined;
  readonly cache: Map<number, PdfObject>;
  readonly objectStreams: Map<number, ObjectStream>;
  /** Object streams that are being opened, to stop one whose /Length stands inside itself. */
  readonly opening: Set<number>;
  readonly work: ReadWork;
};

type ObjectStream = { readonly data: Buffer; readonly first: number; readonly pairs: readonly number[] };

export type DocumentParts = Pick<PdfDocument, 'source' | 'limits' | 'sections' | 'trailer' | 'startXref' | 'isRebuilt' | 'headerVersion' | 'security' | 'work'>;

/** A document that has read nothing yet. Its keys are written out: this is on the way of every signature. */
export function makeDocument({ source, limits, sections, trailer, startXref, isRebuilt, headerVersion, security, work }: DocumentParts): PdfDocument {
  const doc = {
    source,
    bytes: source.whole ?? nothing,
    limits,
    sections,
    trailer,
    startXref,
    isRebuilt,
    headerVersion,
    security,
    cache: new Map(),
    objectStreams: new Map(),
    opening: new Set<number>(),
    work,
  };
  if (source.whole === undefined) Object.defineProperty(doc, 'bytes', { get: refuseWhole });
  return doc;
}

const nothing = Buffer.alloc(0);

function refuseWhole(): never {
  throw new PdfError('pdf.too-large', 'a file that is read in pieces was wanted whole');
}

/** Where the newest section that knows the object says it is; undefined if no section does. */
export function findEntry(doc: PdfDocument, num: number): XrefEntry | undefined {
  for (const section of doc.sections) {
    const entry = section.find(num);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** The object of this number; null if the file has none (ISO 32000-2, 7.3.10). Throws `pdf.damaged`. */
export function getObject(doc: PdfDocument, num: number): PdfObject {
  const known = doc.cache.get(num);
  if (known !== undefined) return known;
  let value: PdfObject;
  try {
    value = readEntry(doc, num, findEntry(doc, num));
  } catch (error) {
    throw asPdfError(error, `object ${num}`);
  }
  doc.cache.set(num, value);
  return value;
}

function readEntry(doc: PdfDocument, num: number, entry: XrefEntry | undefined): PdfObject {
  if (entry === undefined || entry.type === 'free') return null;
  if (entry.type === 'packed') return readPacked(doc, num, entry);
  if (entry.offset === 0 && num !== 0) return null;
  if (entry.offset >= doc.source.sizeBytes) throw damaged(`object ${num} lies outside the file`);
  const read = readIndirectObject(doc, entry.offset);
  if (read.num !== num) throw damaged(`object ${num} expected at ${entry.offset}, found ${read.num}`);
  return doc.security === undefined ? read.value : decryptStrings(read.value, doc.security, read);
}

function readPacked(doc: PdfDocument, num: number, { streamNum, index }: { streamNum: number; index: number }): PdfObject {
  const { data, first, pairs } = getObjectStream(doc, streamNum);
  let at = index * 2;
  if (pairs[at] !== num) {
    at = 0;
    while (at < pairs.length && pairs[at] !== num) at += 2;
  }
  const offset = pairs[at + 1];
  if (offset === undefined) throw damaged(`object ${num} is not in object stream ${streamNum}`);
  spend(doc.source, doc.work, 0);
  const cursor = cursorAt(data, first + offset);
  try {
    return parseObject(cursor);
  } finally {
    spend(doc.source, doc.work, cursor.pos - first - offset);
  }
}

/** The objects packed into a stream; `pairs` are their numbers and places by turns. Throws `pdf.damaged`. */
export function getObjectStream(doc: PdfDocument, num: number): ObjectStream {
  const known = doc.objectStreams.get(num);
  if (known !== undefined) return known;
  if (findEntry(doc, num)?.type !== 'offset' || doc.opening.has(num)) throw damaged(`object stream ${num} is missing`);
  doc.opening.add(num);
  const made = openObjectStream(doc, num);
  doc.opening.delete(num);
  doc.objectStreams.set(num, made);
  return made;
}

function openObjectStream(doc: PdfDocument, num: number): ObjectStream {
  const stream = getObject(doc, num);
  if (!isStream(stream)) throw damaged(`object ${num} is not a stream`);
  const count = resolve(doc, stream.dict.entries.get('N'));
  const first = resolve(doc, stream.dict.entries.get('First'));
  if (!isInteger(count) || !isInteger(first) || count < 0 || count > doc.limits.maxObjects) throw damaged(`header of object stream ${num}`);
  const data = decodeStream(doc, stream);
  const cursor = cursorAt(data, 0, Math.min(first, data.length));
  const pairs: number[] = [];
  while (pairs.length < count * 2) {
    const value = parseUnsigned(cursor);
    if (value < 0) throw damaged(`header of object stream ${num}`);
    pairs.push(value);
  }
  return { data, first, pairs };
}

/** Follows references to the value, at most 32 of them; a missing object is null. */
export function resolve(doc: PdfDocument, value: PdfObject | undefined): PdfObject {
  let current: PdfObject = value ?? null;
  for (let hops = 0; isRef(current); hops += 1) {
    if (hops > 32) throw damaged('references go in a circle');
    current = getObject(doc, current.num);
  }
  return current;
}

/** The entry of a dictionary (or of a stream's dictionary), references followed. */
export function entryOf(doc: PdfDocument, holder: PdfObject | undefined, key: string): PdfObject {
  return resolve(doc, dictPart(holder)?.entries.get(key));
}

/** The same if it is a dictionary. */
export function dictEntry(doc: PdfDocument, holder: PdfObject | undefined, key: string): PdfDict | undefined {
  const value = entryOf(doc, holder, key);
  return isDict(value) ? value : undefined;
}

export function rootRef(doc: PdfDocument): PdfRef {
  const root = doc.trailer.entries.get('Root');
  if (!isRef(root)) throw damaged('no /Root in the trailer');
  return root;
}

/** The catalog. Throws `pdf.damaged` if it is no dictionary. */
export function getCatalog(doc: PdfDocument): PdfDict {
  const catalog = resolve(doc, rootRef(doc));
  if (!isDict(catalog)) throw damaged('the catalog is not a dictionary');
  return catalog;
}

/** The data of a stream, still encoded by its filters, its encryption undone. A wrong /Length is mended by looking for `endstream`. */
export function streamBytes(doc: PdfDocument, stream: PdfStream): Buffer {
  const data = storedBytes(doc, stream);
  if (doc.security === undefined) return data;
  const own = filtersIn(doc, stream).find(({ name }) => name === 'Crypt');
  const ownName = own?.parms?.entries.get('Name');
  const ownFilter = own === undefined ? undefined : isName(ownName) ? ownName.name : 'Identity';
  return decryptBytes(doc.security, cipherOfStream(doc.security, stream.dict, ownFilter), stream, data);
}

function storedBytes(doc: PdfDocument, { dict, dataStart }: PdfStream): Buffer {
  const { source } = doc;
  const length = resolve(doc, dict.entries.get('Length'));
  if (isInteger(length) && length >= 0 && dataStart + length <= source.sizeBytes) {
    const end = dataStart + length;
    if (takeKeyword(cursorAt(source.read(end, end + 32), 0), 'endstream')) return source.read(dataStart, end);
  }
  spend(source, doc.work, 0);
  const end = source.indexOf('endstream', dataStart);
  spend(source, doc.work, ((end < 0 ? source.sizeBytes : end) - dataStart) >> 4);
  if (end < 0) throw damaged(`stream without end at ${dataStart}`);
  const [last, beforeLast] = source.read(end - 2, end).toReversed();
  const eol = last === 10 ? (beforeLast === 13 ? 2 : 1) : last === 13 ? 1 : 0;
  return source.read(dataStart, Math.max(dataStart, end - eol));
}

function filtersIn(doc: PdfDocument, stream: PdfStream): readonly Filter[] {
  return filtersOf(stream.dict, (value) => resolve(doc, value));
}

/** The decoded data. Throws `pdf.too-large` when it expands beyond the limits, `pdf.unsupported` for image codecs, `pdf.damaged`. */
export function decodeStream(doc: PdfDocument, stream: PdfStream): Buffer {
  let data = streamBytes(doc, stream);
  for (const filter of filtersIn(doc, stream)) {
    if (filter.name === 'Crypt') continue;
    const left = Math.min(doc.limits.maxStreamBytes, doc.limits.maxDecodedBytes - doc.work.decodedBytes);
    if (left <= 0) throw new PdfError('pdf.too-large', 'the streams expand beyond the limit');
    data = undoFilter(data, filter, left);
    doc.work.decodedBytes += data.length;
  }
  return data;
}

/** All object numbers that some section knows, ascending. Throws `pdf.too-large`. */
export function listObjectNumbers(doc: PdfDocument): readonly number[] {
  const numbers = new Set<number>();
  for (const section of doc.sections) for (const num of section.numbers()) numbers.add(num);
  if (numbers.size > doc.limits.maxObjects) throw new PdfError('pdf.too-large', 'too many objects');
  return [...numbers].sort((a, b) => a - b);
}
