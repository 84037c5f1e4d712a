import { asPdfError, damaged, PdfError } from '../errors.ts';
import { filtersOf, undoFilter } from './filters.ts';
import { cursorAt, parseIndirectObject, parseObject, parseUnsigned, skipSpace, takeKeyword } from './lexer.ts';
import { defaultPdfLimits } from './limits.ts';
import type { PdfLimits } from './limits.ts';
import { dictPart, isDict, isInteger, isRef, isStream } from './objects.ts';
import type { PdfDict, PdfObject, PdfRef, PdfStream } from './objects.ts';
import { findStartXref, readXrefChain } from './xref.ts';
import type { XrefEntry, XrefSection } from './xref.ts';

/** An opened file. Objects are parsed when they are first asked for and kept; the bytes must not be changed meanwhile. */
export type PdfDocument = {
  readonly bytes: Buffer;
  readonly limits: PdfLimits;
  /** Newest first. */
  readonly sections: readonly XrefSection[];
  /** The newest trailer: /Root, /Size, /ID, /Info. */
  readonly trailer: PdfDict;
  readonly startXref: number;
  /** What stands behind %PDF- in the header, such as '1.7'; the catalog may raise it. */
  readonly headerVersion: string;
  readonly cache: Map<number, PdfObject>;
  readonly objectStreams: Map<number, ObjectStream>;
  /** Object streams that are being opened, to stop one whose /Length stands inside itself. */
  readonly opening: Set<number>;
  readonly work: { decodedBytes: number };
};

type ObjectStream = { readonly data: Buffer; readonly first: number; readonly pairs: readonly number[] };

/**
 * Opens a PDF 1.3 to 2.0: reads the header and the chain of cross-reference sections, nothing else.
 * Throws PdfError: `pdf.not-a-pdf`, `pdf.damaged`, `pdf.encrypted`, `pdf.too-large`.
 */
export function openPdf(file: Uint8Array, limits: PdfLimits = defaultPdfLimits): PdfDocument {
  const bytes = Buffer.isBuffer(file) ? file : Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length > limits.maxFileBytes) throw new PdfError('pdf.too-large', `${bytes.length} bytes`);
  const headerVersion = readHeader(bytes);
  try {
    const { offset } = findStartXref(bytes);
    const work = { decodedBytes: 0 };
    const sections = readXrefChain(bytes, offset, { limits, work });
    const trailer = sections[0]?.trailer;
    if (trailer === undefined || !isRef(trailer.entries.get('Root'))) throw damaged('no /Root in the trailer');
    if (sections.some((section) => section.trailer.entries.has('Encrypt'))) throw new PdfError('pdf.encrypted', '/Encrypt in the trailer');
    return {
      bytes,
      limits,
      sections,
      trailer,
      startXref: offset,
      headerVersion,
      cache: new Map(),
      objectStreams: new Map(),
      opening: new Set(),
      work,
    };
  } catch (error) {
    throw asPdfError(error, 'opening');
  }
}

function readHeader(bytes: Buffer): string {
  const at = bytes.subarray(0, 1024).indexOf('%PDF-', 0, 'latin1');
  if (at < 0) throw new PdfError('pdf.not-a-pdf', 'no %PDF- header');
  // offsets count from the header in some readers and from the file's start in others: a signature over such a file is ambiguous
  if (at > 0) throw damaged('bytes before the %PDF- header');
  return bytes.toString('latin1', 5, 8);
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
  if (entry.offset >= doc.bytes.length) throw damaged(`object ${num} lies outside the file`);
  const read = parseIndirectObject(cursorAt(doc.bytes, entry.offset));
  if (read.num !== num) throw damaged(`object ${num} expected at ${entry.offset}, found ${read.num}`);
  return read.value;
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
  return parseObject(cursorAt(data, first + offset));
}

function getObjectStream(doc: PdfDocument, num: number): ObjectStream {
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

/** The data of a stream as it stands in the file. A wrong /Length is mended by looking for `endstream`. */
export function streamBytes(doc: PdfDocument, stream: PdfStream): Buffer {
  const { source, dataStart } = stream;
  const length = resolve(doc, stream.dict.entries.get('Length'));
  if (isInteger(length) && length >= 0 && dataStart + length <= source.length) {
    const cursor = cursorAt(source, dataStart + length, Math.min(source.length, dataStart + length + 32));
    skipSpace(cursor);
    if (takeKeyword(cursor, 'endstream')) return source.subarray(dataStart, dataStart + length);
  }
  const end = source.indexOf('endstream', dataStart, 'latin1');
  if (end < 0) throw damaged(`stream without end at ${dataStart}`);
  const eol = source[end - 1] === 10 ? (source[end - 2] === 13 ? 2 : 1) : source[end - 1] === 13 ? 1 : 0;
  return source.subarray(dataStart, Math.max(dataStart, end - eol));
}

/** The decoded data. Throws `pdf.too-large` when it expands beyond the limits, `pdf.unsupported` for image codecs, `pdf.damaged`. */
export function decodeStream(doc: PdfDocument, stream: PdfStream): Buffer {
  let data = streamBytes(doc, stream);
  for (const filter of filtersOf(stream.dict, (value) => resolve(doc, value))) {
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
