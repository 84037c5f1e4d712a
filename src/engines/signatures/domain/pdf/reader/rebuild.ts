import { damaged, PdfError } from '../errors.ts';
import { cursorAt, isWhitespace, parseObject, takeKeyword } from './lexer.ts';
import type { PdfLimits } from './limits.ts';
import { isDict, isInteger, isName } from './objects.ts';
import type { PdfDict } from './objects.ts';
import type { PdfSource } from './source.ts';

/** What a file holds, found without its cross-references. */
export type FoundObjects = {
  /** The last object of each number: that is the one in force. */
  readonly places: ReadonlyMap<number, { readonly offset: number; readonly gen: number }>;
  /** Object streams in the order of the file. */
  readonly objectStreams: readonly { readonly num: number; readonly offset: number }[];
  /** Trailers and the dictionaries of cross-reference streams, in the order of the file. */
  readonly trailers: readonly PdfDict[];
};

type Scan = {
  readonly source: PdfSource;
  readonly limits: PdfLimits;
  readonly places: Map<number, { offset: number; gen: number }>;
  readonly objectStreams: { num: number; offset: number }[];
  readonly trailers: PdfDict[];
  /** Answers the next place of a word; each stretch of the file is searched once for each word. */
  readonly next: (word: string, from: number) => number;
  /** Bytes that may still be parsed in vain: what keeps the time in proportion to the file. */
  patience: number;
};

/** What a failure costs besides what was read. */
const failureBytes = 512;

/** Longer dictionaries of streams and trailers are not looked at. */
const maxDictBytes = 256 * 1024;

/**
 * Looks through the whole file for `num gen obj` and `trailer`, jumping over the data of streams, in time proportional to its size.
 * Throws `pdf.damaged` for a file that only wastes time, `pdf.too-large`.
 */
export function findObjects(source: PdfSource, limits: PdfLimits): FoundObjects {
  const scan: Scan = { source, limits, places: new Map(), objectStreams: [], trailers: [], next: nextPlaces(source), patience: 4 * source.sizeBytes + 4 * maxDictBytes };
  let from = 0;
  for (;;) {
    const objectAt = scan.next('obj', from);
    const trailerAt = scan.next('trailer', from);
    if (objectAt < 0 && trailerAt < 0) break;
    if (trailerAt >= 0 && (objectAt < 0 || trailerAt < objectAt)) from = takeTrailer(scan, trailerAt);
    else from = takeObject(scan, objectAt);
  }
  return scan;
}

function nextPlaces(source: PdfSource): Scan['next'] {
  const known = new Map<string, number>();
  return (word, from) => {
    const place = known.get(word);
    if (place !== undefined && (place < 0 || place >= from)) return place;
    const found = source.indexOf(word, from);
    known.set(word, found);
    return found;
  };
}

function takeTrailer(scan: Scan, at: number): number {
  const behind = at + 'trailer'.length;
  const dict = parseDictAt(scan, behind, scan.source.sizeBytes);
  if (dict !== undefined) scan.trailers.push(dict.value);
  return behind;
}

/** Notes the object whose keyword `obj` stands here; answers where to go on. */
function takeObject(scan: Scan, keywordAt: number): number {
  const behind = keywordAt + 3;
  const head = readHeadBefore(scan.source, keywordAt);
  if (head === undefined) return behind;
  if (head.num > scan.limits.maxObjects) throw new PdfError('pdf.too-large', 'too many objects');
  scan.places.set(head.num, { offset: head.offset, gen: head.gen });
  const streamAt = nextStreamKeyword(scan, behind);
  const endAt = scan.next('endobj', behind);
  if (streamAt < 0 || (endAt >= 0 && endAt < streamAt)) return behind;
  const dict = parseDictAt(scan, behind, streamAt + 'stream'.length);
  if (dict?.isStream !== true) return behind;
  const type = dict.value.entries.get('Type');
  if (isName(type, 'ObjStm')) scan.objectStreams.push({ num: head.num, offset: head.offset });
  if (isName(type, 'XRef')) scan.trailers.push(dict.value);
  return endOfStream(scan, streamAt + 'stream'.length, dict.value);
}

/** The word `stream` that is not the end of `endstream`. */
function nextStreamKeyword({ next, source }: Scan, from: number): number {
  let at = next('stream', from);
  while (at >= 0 && source.read(at - 3, at).toString('latin1') === 'end') at = next('stream', at + 6);
  return at;
}

function endOfStream({ source, next }: Scan, dataAt: number, dict: PdfDict): number {
  const length = dict.entries.get('Length');
  if (isInteger(length) && length >= 0 && dataAt + length < source.sizeBytes) {
    const end = dataAt + length;
    // the line ends behind `stream` and before `endstream` are not part of the length
    const near = source.read(end, end + 34).indexOf('endstream', 0, 'latin1');
    if (near >= 0) return end + near;
  }
  const found = next('endstream', dataAt);
  return found < 0 ? dataAt : found;
}

type FoundDict = { readonly value: PdfDict; readonly isStream: boolean };

function parseDictAt(scan: Scan, from: number, to: number): FoundDict | undefined {
  const window = scan.source.read(from, Math.min(to, from + maxDictBytes));
  const cursor = cursorAt(window, 0);
  try {
    const value = parseObject(cursor);
    return isDict(value) ? { value, isStream: takeKeyword(cursor, 'stream') } : undefined;
  } catch (error) {
    if (!(error instanceof PdfError)) throw error;
    // what cannot be read is no trailer and no stream; the search goes on behind its keyword
    scan.patience -= window.length + failureBytes;
    if (scan.patience < 0) throw damaged('nothing but fragments of objects');
    return undefined;
  }
}

/** The two numbers in front of `obj`, and where the first one begins. */
function readHeadBefore(source: PdfSource, keywordAt: number): { readonly num: number; readonly gen: number; readonly offset: number } | undefined {
  const before = source.read(keywordAt - 32, keywordAt);
  const gen = readNumberBefore(before, before.length);
  const num = gen === undefined ? undefined : readNumberBefore(before, gen.start);
  if (gen === undefined || num === undefined || gen.value > 65_535) return undefined;
  return { num: num.value, gen: gen.value, offset: keywordAt - before.length + num.start };
}

/** A number with white space behind it that ends before `end`. */
function readNumberBefore(bytes: Buffer, end: number): { readonly value: number; readonly start: number } | undefined {
  let last = end;
  while (last > 0 && isWhitespace(bytes[last - 1] ?? 0)) last -= 1;
  let start = last;
  while (start > 0 && isDigit(bytes[start - 1] ?? 0)) start -= 1;
  if (start === last || last === end || last - start > 10) return undefined;
  return { value: Number(bytes.toString('latin1', start, last)), start };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
