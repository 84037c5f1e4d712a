import { damaged } from '../errors.ts';
import { nameOf, refOf } from './objects.ts';
import type { PdfArray, PdfDict, PdfName, PdfObject, PdfStream, PdfString } from './objects.ts';

/** A place in a buffer that parsing moves forward. Nothing at or after `limit` is read. */
export type Cursor = { readonly bytes: Buffer; pos: number; readonly limit: number };

/** Deeper nesting than this is an attack or an accident, not a document. */
const maxDepth = 100;

const regular = 0;
const whitespace = 1;
const delimiter = 2;
const charClass = new Uint8Array(256);
for (const code of [0, 9, 10, 12, 13, 32]) charClass[code] = whitespace;
for (const char of '()<>[]{}/%') charClass[char.charCodeAt(0)] = delimiter;

export function cursorAt(bytes: Buffer, pos: number, limit = bytes.length): Cursor {
  return { bytes, pos, limit };
}

export function isWhitespace(code: number): boolean {
  return charClass[code] === whitespace;
}

/** Moves to the next token; false if there is none. */
export function hasMore(cursor: Cursor): boolean {
  skipSpace(cursor);
  return cursor.pos < cursor.limit;
}

/** Moves over white space and comments. */
export function skipSpace(cursor: Cursor): void {
  const { bytes, limit } = cursor;
  let pos = cursor.pos;
  while (pos < limit) {
    const code = bytes[pos] ?? 0;
    if (charClass[code] === whitespace) pos += 1;
    else if (code === 0x25) {
      while (pos < limit && bytes[pos] !== 10 && bytes[pos] !== 13) pos += 1;
    } else break;
  }
  cursor.pos = pos;
}

/** Parses one object: a value, or a reference. Throws `pdf.damaged` at anything else, never loops, never reads past the limit. */
export function parseObject(cursor: Cursor, depth = 0): PdfObject {
  if (depth > maxDepth) throw damaged(`nesting deeper than ${maxDepth} at ${cursor.pos}`);
  skipSpace(cursor);
  const { bytes, pos, limit } = cursor;
  if (pos >= limit) throw damaged(`unexpected end at ${pos}`);
  const code = bytes[pos] ?? 0;
  if (code === 0x2f) return parseName(cursor);
  if ((code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e) return parseNumberOrRef(cursor);
  if (code === 0x3c) return bytes[pos + 1] === 0x3c ? parseDict(cursor, depth) : parseHexString(cursor);
  if (code === 0x28) return parseLiteralString(cursor);
  if (code === 0x5b) return parseArray(cursor, depth);
  const word = parseKeyword(cursor);
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  throw damaged(`unexpected "${word.slice(0, 20)}" at ${pos}`);
}

/** `num gen obj value`, with the start of the data if the value is a stream. Throws `pdf.damaged`. */
export function parseIndirectObject(cursor: Cursor): { num: number; gen: number; value: PdfObject } {
  const at = cursor.pos;
  const num = parseUnsigned(cursor);
  const gen = num < 0 ? -1 : parseUnsigned(cursor);
  if (gen < 0 || !takeKeyword(cursor, 'obj')) throw damaged(`no object at ${at}`);
  const value = parseObject(cursor);
  if (typeof value !== 'object' || value === null || value.kind !== 'dict') return { num, gen, value };
  skipSpace(cursor);
  if (!takeKeyword(cursor, 'stream')) return { num, gen, value };
  const { bytes } = cursor;
  if (bytes[cursor.pos] === 13) cursor.pos += 1;
  if (bytes[cursor.pos] === 10) cursor.pos += 1;
  const stream: PdfStream = { kind: 'stream', dict: value, dataStart: cursor.pos, num, gen };
  return { num, gen, value: stream };
}

/** Reads an unsigned integer after white space; -1 if there is none. */
export function parseUnsigned(cursor: Cursor): number {
  skipSpace(cursor);
  const { bytes, limit } = cursor;
  let pos = cursor.pos;
  let value = 0;
  const from = pos;
  while (pos < limit && pos - from < 16) {
    const digit = (bytes[pos] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    pos += 1;
  }
  if (pos === from || !Number.isSafeInteger(value)) return -1;
  cursor.pos = pos;
  return value;
}

/** Takes the keyword if it stands next (after white space) as a whole word. */
export function takeKeyword(cursor: Cursor, word: string): boolean {
  skipSpace(cursor);
  const { bytes, pos, limit } = cursor;
  const end = pos + word.length;
  if (end > limit) return false;
  for (let i = 0; i < word.length; i += 1) if (bytes[pos + i] !== word.charCodeAt(i)) return false;
  if (end < limit && charClass[bytes[end] ?? 0] === regular) return false;
  cursor.pos = end;
  return true;
}

/** Reads a run of regular characters: an operator or a keyword. A lone delimiter counts as a word so that callers always advance. */
export function parseKeyword(cursor: Cursor): string {
  const { bytes, pos, limit } = cursor;
  let end = pos;
  while (end < limit && charClass[bytes[end] ?? 0] === regular) end += 1;
  if (end === pos) end = Math.min(pos + 1, limit);
  cursor.pos = end;
  return bytes.toString('latin1', pos, end);
}

/** The last name read for each sum of bytes: the names of a file are few, and to make a string of each place costs more than to read it. */
const readNames: (PdfName | undefined)[] = new Array<PdfName | undefined>(1024).fill(undefined);

function parseName(cursor: Cursor): PdfName {
  const { bytes, limit } = cursor;
  const from = cursor.pos + 1;
  let pos = from;
  let isEscaped = false;
  let sum = 0;
  for (; pos < limit; pos += 1) {
    const code = bytes[pos] ?? 0;
    if (charClass[code] !== regular) break;
    if (code === 0x23) isEscaped = true;
    sum = (Math.imul(sum, 31) + code) & 0xffff;
  }
  cursor.pos = pos;
  if (isEscaped) return nameOf(unescaped(bytes.toString('latin1', from, pos)));
  const slot = (sum ^ (sum >> 6)) & 1023;
  const last = readNames[slot];
  if (last?.name.length === pos - from && isSpelt(last.name, bytes, from)) return last;
  const made = nameOf(bytes.toString('latin1', from, pos));
  if (pos - from <= 32) readNames[slot] = made;
  return made;
}

function unescaped(name: string): string {
  return name.replace(/#([0-9a-fA-F]{2})/g, (_escape: string, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function isSpelt(name: string, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < name.length; i += 1) if (bytes[from + i] !== name.charCodeAt(i)) return false;
  return true;
}

function parseNumberOrRef(cursor: Cursor): PdfObject {
  const { bytes, limit } = cursor;
  const from = cursor.pos;
  let pos = from;
  let value = 0;
  while (pos < limit) {
    const digit = (bytes[pos] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    pos += 1;
  }
  if (pos > from && (pos === limit || charClass[bytes[pos] ?? 0] !== regular)) {
    cursor.pos = pos;
    return charClass[bytes[pos] ?? 0] === whitespace && pos - from <= 10 ? refOrNumber(cursor, value) : value;
  }
  while (pos < limit && charClass[bytes[pos] ?? 0] === regular) pos += 1;
  const text = bytes.toString('latin1', from, pos);
  const match = /^([+-]*)(\d*)(\.?)(\d*)(-\d*)?$/.exec(text);
  if (match === null || (match[2] === '' && match[4] === '' && match[3] === '')) throw damaged(`bad number at ${from}`);
  cursor.pos = pos;
  const magnitude = Number(`${match[2] === '' ? '0' : match[2]}.${match[4] === '' ? '0' : match[4]}`);
  return match[1]?.includes('-') === true ? -magnitude : magnitude;
}

function refOrNumber(cursor: Cursor, num: number): PdfObject {
  const back = cursor.pos;
  const { bytes, limit } = cursor;
  let pos = back;
  while (pos < limit && charClass[bytes[pos] ?? 0] === whitespace) pos += 1;
  const from = pos;
  let gen = 0;
  while (pos < limit && pos - from < 5) {
    const digit = (bytes[pos] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    gen = gen * 10 + digit;
    pos += 1;
  }
  if (pos === from || charClass[bytes[pos] ?? 0] !== whitespace) return num;
  while (pos < limit && charClass[bytes[pos] ?? 0] === whitespace) pos += 1;
  const isAlone = pos + 1 >= limit || charClass[bytes[pos + 1] ?? 0] !== regular;
  if (bytes[pos] !== 0x52 || pos >= limit || !isAlone) return num;
  cursor.pos = pos + 1;
  return refOf(num, gen);
}

function parseArray(cursor: Cursor, depth: number): PdfArray {
  const { bytes, pos: start, limit } = cursor;
  const items: PdfObject[] = [];
  cursor.pos += 1;
  for (;;) {
    skipSpace(cursor);
    if (cursor.pos >= limit) throw damaged(`array without end at ${start}`);
    if (bytes[cursor.pos] === 0x5d) break;
    items.push(parseObject(cursor, depth + 1));
  }
  cursor.pos += 1;
  return { kind: 'array', items, start, end: cursor.pos };
}

const noKeys: readonly string[] = [];

function parseDict(cursor: Cursor, depth: number): PdfDict {
  const { bytes, pos: start, limit } = cursor;
  const entries = new Map<string, PdfObject>();
  let repeatedKeys = noKeys;
  cursor.pos += 2;
  for (;;) {
    skipSpace(cursor);
    if (cursor.pos >= limit) throw damaged(`dictionary without end at ${start}`);
    const code = bytes[cursor.pos];
    if (code === 0x3e && bytes[cursor.pos + 1] === 0x3e) break;
    if (code !== 0x2f) throw damaged(`dictionary key expected at ${cursor.pos}`);
    const key = parseName(cursor).name;
    if (entries.has(key)) repeatedKeys = [...repeatedKeys, key];
    entries.set(key, parseObject(cursor, depth + 1));
  }
  cursor.pos += 2;
  if (cursor.pos > limit) throw damaged(`dictionary without end at ${start}`);
  return { kind: 'dict', entries, repeatedKeys, start, end: cursor.pos };
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

function parseHexString(cursor: Cursor): PdfString {
  const { bytes, pos: start, limit } = cursor;
  const close = bytes.indexOf(0x3e, start);
  if (close < 0 || close >= limit) {
    cursor.pos = limit; // what was looked at in vain counts too
    throw damaged(`hexadecimal string without end at ${start}`);
  }
  cursor.pos = close + 1;
  // Node's own decoder is an order of magnitude faster on the long /Contents, but stops silently at the first stray character
  const fast = Buffer.from(bytes.toString('latin1', start + 1, close), 'hex');
  if (fast.length * 2 === close - start - 1) return { kind: 'string', bytes: fast, isHex: true, start, end: close + 1 };
  const out = Buffer.alloc((close - start) >> 1);
  let count = 0;
  for (let pos = start + 1; pos < close; pos += 1) {
    const code = bytes[pos] ?? 0;
    const digit = hexDigit(code);
    if (digit < 0 && charClass[code] !== whitespace) throw damaged(`bad hexadecimal digit at ${pos}`);
    if (digit < 0) continue;
    out[count >> 1] = (count & 1) === 0 ? digit << 4 : (out[count >> 1] ?? 0) | digit;
    count += 1;
  }
  return { kind: 'string', bytes: out.subarray(0, (count + 1) >> 1), isHex: true, start, end: close + 1 };
}

const escapes: ReadonlyMap<number, number> = new Map([
  [0x6e, 10],
  [0x72, 13],
  [0x74, 9],
  [0x62, 8],
  [0x66, 12],
]);

function parseLiteralString(cursor: Cursor): PdfString {
  const { bytes, pos: start } = cursor;
  const { end, isPlain } = measureLiteral(cursor);
  cursor.pos = end;
  if (isPlain) return { kind: 'string', bytes: Buffer.from(bytes.subarray(start + 1, end - 1)), isHex: false, start, end };
  const out: number[] = [];
  for (let pos = start + 1; pos < end - 1; ) {
    const code = bytes[pos] ?? 0;
    pos += 1;
    if (code === 0x5c) pos = parseEscape(bytes, pos, out);
    else if (code === 13) {
      if (bytes[pos] === 10) pos += 1;
      out.push(10);
    } else out.push(code);
  }
  return { kind: 'string', bytes: Buffer.from(out), isHex: false, start, end };
}

/** Where the string ends (behind its bracket), and whether it says exactly what stands there. */
function measureLiteral(cursor: Cursor): { readonly end: number; readonly isPlain: boolean } {
  const { bytes, pos: start, limit } = cursor;
  let isPlain = true;
  let open = 0;
  for (let pos = start; pos < limit; pos += 1) {
    const code = bytes[pos];
    if (code === 0x28) open += 1;
    else if (code === 0x29) {
      open -= 1;
      if (open === 0) return { end: pos + 1, isPlain };
    } else if (code === 0x5c) {
      isPlain = false;
      pos += 1;
    } else if (code === 13) isPlain = false;
  }
  cursor.pos = limit; // what was looked at in vain counts too
  throw damaged(`string without end at ${start}`);
}

/** After a backslash; answers the position behind the escape. */
function parseEscape(bytes: Buffer, at: number, out: number[]): number {
  const code = bytes[at] ?? 0;
  if (code === 13) return bytes[at + 1] === 10 ? at + 2 : at + 1;
  if (code === 10) return at + 1;
  const octal = code - 0x30;
  if (octal >= 0 && octal <= 7) {
    let value = 0;
    let pos = at;
    while (pos < at + 3) {
      const digit = (bytes[pos] ?? 0) - 0x30;
      if (digit < 0 || digit > 7) break;
      value = value * 8 + digit;
      pos += 1;
    }
    out.push(value & 255);
    return pos;
  }
  out.push(escapes.get(code) ?? code);
  return at + 1;
}
