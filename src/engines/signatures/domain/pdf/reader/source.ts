import { asPdfError, damaged, PdfError } from '../errors.ts';
import { cursorAt, parseIndirectObject } from './lexer.ts';
import type { Cursor } from './lexer.ts';
import type { PdfDict, PdfObject, PdfStream } from './objects.ts';

/** Where the bytes of a file come from: memory, or a place that is read piece by piece so that a large file needs little of it. */
export type PdfSource = {
  readonly sizeBytes: number;
  /** The whole file where it is in memory, which makes everything faster; undefined for one that is read in pieces. */
  readonly whole: Buffer | undefined;
  /** The bytes [start, end), cut to the file. A view that must not be changed. */
  read(start: number, end: number): Buffer;
  /** The first place at or behind `from` where this ASCII word stands; -1 without one. */
  indexOf(word: string, from: number): number;
};

export function memorySource(bytes: Buffer): PdfSource {
  return {
    sizeBytes: bytes.length,
    whole: bytes,
    read: (start, end) => bytes.subarray(Math.max(0, start), Math.max(0, end)),
    indexOf: (word, from) => bytes.indexOf(word, from, 'latin1'),
  };
}

export type FileAccess = {
  readonly sizeBytes: number;
  /** Fills the buffer with the bytes from this position on; answers how many there were, as `fs.readSync` does. */
  readonly readAt: (into: Buffer, position: number) => number;
};

const blockBytes = 1024 * 1024;
const keptBlocks = 8;

/** A file that is read in blocks of 1 MB, of which the last eight are kept. The file must not change while it is read. */
export function fileSource({ sizeBytes, readAt }: FileAccess): PdfSource {
  const blocks = new Map<number, Buffer>();
  const load = (index: number): Buffer => {
    const known = blocks.get(index);
    if (known !== undefined) {
      blocks.delete(index);
      blocks.set(index, known);
      return known;
    }
    const position = index * blockBytes;
    const block = readFully(readAt, position, Math.min(blockBytes, sizeBytes - position));
    blocks.set(index, block);
    const [oldest] = blocks.keys();
    if (blocks.size > keptBlocks && oldest !== undefined) blocks.delete(oldest);
    return block;
  };
  const read = (from: number, to: number): Buffer => {
    const start = Math.max(0, Math.min(from, sizeBytes));
    const end = Math.max(start, Math.min(to, sizeBytes));
    const first = Math.floor(start / blockBytes);
    if (end <= (first + 1) * blockBytes) return end === start ? Buffer.alloc(0) : load(first).subarray(start - first * blockBytes, end - first * blockBytes);
    return readFully(readAt, start, end - start);
  };
  return { sizeBytes, whole: undefined, read, indexOf: (word, from) => searchBlocks(word, { from, sizeBytes, read }) };
}

function readFully(readAt: FileAccess['readAt'], position: number, length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const count = readAt(out.subarray(done), position + done);
    if (count <= 0) throw damaged('the file became shorter while it was read');
    done += count;
  }
  return out;
}

type Search = { readonly from: number; readonly sizeBytes: number; readonly read: PdfSource['read'] };

function searchBlocks(word: string, { from, sizeBytes, read }: Search): number {
  for (let start = Math.max(0, from); start < sizeBytes; ) {
    const blockEnd = (Math.floor(start / blockBytes) + 1) * blockBytes;
    const found = read(start, blockEnd).indexOf(word, 0, 'latin1');
    if (found >= 0) return start + found;
    // a word that is cut by the border between two blocks
    const seam = Math.max(start, blockEnd - word.length + 1);
    const across = read(seam, blockEnd + word.length - 1).indexOf(word, 0, 'latin1');
    if (across >= 0) return seam + across;
    start = blockEnd;
  }
  return -1;
}

/** What reading one file has cost so far, in bytes. */
export type ReadWork = { decodedBytes: number; parsedBytes: number };

export function noWork(): ReadWork {
  return { decodedBytes: 0, parsedBytes: 0 };
}

/**
 * Adds to what was parsed. Each byte of a sound file is parsed about once; a file whose objects lie in each other, or all point at one long
 * string, would cost the square of its size. Throws `pdf.too-large`.
 */
export function spend(source: PdfSource, work: ReadWork, bytes: number): void {
  work.parsedBytes += bytes;
  if (work.parsedBytes > 2 * (source.sizeBytes + work.decodedBytes + blockBytes)) throw new PdfError('pdf.too-large', 'the objects of the file overlap');
}

/** Windows tried one after the other until what is parsed ends well before the window does. */
const windowSizes = [4096, 65_536, blockBytes, 16 * blockBytes, 64 * blockBytes];
/** No word that could be cut in two is longer than this. */
const safeMargin = 64;

export type ParsePlace = { readonly source: PdfSource; readonly work: ReadWork };

/**
 * Parses at an offset. `base` is what has to be added to the positions that the parser saw to get those in the file: 0 in memory.
 * Throws what `parse` throws, at the latest when the window has reached the end of the file or 64 MB, and as `spend`.
 */
export function parseAt<T>({ source, work }: ParsePlace, offset: number, parse: (cursor: Cursor) => T): { readonly value: T; readonly base: number } {
  spend(source, work, 0);
  if (source.whole !== undefined) {
    const cursor = cursorAt(source.whole, offset);
    try {
      return { value: parse(cursor), base: 0 };
    } finally {
      spend(source, work, cursor.pos - offset);
    }
  }
  let failure: unknown = damaged(`nothing at ${offset}`);
  for (const size of windowSizes) {
    const window = source.read(offset, offset + size);
    const isLast = offset + window.length >= source.sizeBytes;
    const cursor = cursorAt(window, 0);
    try {
      const value = parse(cursor);
      if (isLast || cursor.pos + safeMargin <= window.length) return { value, base: offset };
      failure = new PdfError('pdf.too-large', `one object of more than ${size} bytes at ${offset}`);
    } catch (error) {
      failure = error;
      if (isLast) break;
    } finally {
      spend(source, work, cursor.pos);
    }
  }
  throw asPdfError(failure, `at ${offset}`);
}

/** The indirect object at this offset, its positions counted in the file. Throws `pdf.damaged`, `pdf.too-large`. */
export function readIndirectObject(place: ParsePlace, offset: number): ReturnType<typeof parseIndirectObject> {
  const { value: read, base } = parseAt(place, offset, parseIndirectObject);
  if (base !== 0) read.value = moved(read.value, base);
  return read;
}

/** The same object with its positions moved. */
function moved(value: PdfObject, by: number): PdfObject {
  if (typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'name':
    case 'ref':
      return value;
    case 'string':
      return { ...value, start: value.start + by, end: value.end + by };
    case 'array':
      return { ...value, items: value.items.map((item) => moved(item, by)), start: value.start + by, end: value.end + by };
    case 'dict':
      return movedDict(value, by);
    case 'stream':
      return { ...value, dict: movedDict(value.dict, by), dataStart: value.dataStart + by } satisfies PdfStream;
  }
}

function movedDict(dict: PdfDict, by: number): PdfDict {
  const entries = new Map([...dict.entries].map(([key, item]) => [key, moved(item, by)]));
  return { ...dict, entries, start: dict.start + by, end: dict.end + by };
}
