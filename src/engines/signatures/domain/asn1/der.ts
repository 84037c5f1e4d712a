/**
 * DER encoding (X.690) as plain functions over Buffers: each call returns the complete encoding of one element, so that constant
 * parts can be built once and reused. The reader is `reader.ts`.
 */
import { Asn1Error } from './errors.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element with the given identifier byte; the parts are its contents, one after another. */
export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = Buffer.allocUnsafe(tlvLength(length));
  let at = writeHeader(out, 0, { tag, length });
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** How long an element with so many bytes of contents is. */
export function tlvLength(contentsLength: number): number {
  return headerLength(contentsLength) + contentsLength;
}

function headerLength(length: number): number {
  if (length < 0x80) return 2;
  if (length < 0x100) return 3;
  if (length < 0x10000) return 4;
  return length < 0x1000000 ? 5 : 6;
}

/** Writes identifier and length bytes where the caller has kept room for them; answers where the contents begin. */
export function writeHeader(out: Buffer, at: number, { tag, length }: { tag: number; length: number }): number {
  out[at] = tag;
  const size = headerLength(length);
  if (size === 2) {
    out[at + 1] = length;
    return at + 2;
  }
  out[at + 1] = 0x80 | (size - 2);
  out.writeUIntBE(length, at + 2, size - 2);
  return at + size;
}

export function seq(...parts: readonly Buffer[]): Buffer {
  return tlv(TAG.sequence, ...parts);
}

/** A SET whose parts are already in the wanted order (one part, or sorted by the caller). */
export function set(...parts: readonly Buffer[]): Buffer {
  return tlv(TAG.set, ...parts);
}

/** A SET OF with its parts sorted as DER demands (X.690 section 11.6). */
export function setOf(parts: readonly Buffer[]): Buffer {
  return tlv(TAG.set, ...parts.toSorted((a, b) => Buffer.compare(a, b)));
}

const oidCache = new Map<string, Buffer>();

/** An OBJECT IDENTIFIER from its dotted form. The same Buffer is returned each time: do not write into it. */
export function oid(dotted: string): Buffer {
  const known = oidCache.get(dotted);
  if (known) return known;
  if (!/^[0-2](\.\d{1,40})+$/.test(dotted)) throw new Asn1Error('asn1.value', 'object identifier');
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const encoded = tlv(TAG.oid, Buffer.from([first * 40n + second, ...rest].flatMap(base128)));
  if (oidCache.size < 1000) oidCache.set(dotted, encoded);
  return encoded;
}

/** Arcs are bigints because those under 2.25 are UUIDs. */
function base128(arc: bigint): number[] {
  const bytes = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(0x80 | Number(rest & 0x7fn));
  return bytes;
}

export function oct(...parts: readonly Buffer[]): Buffer {
  return tlv(TAG.octetString, ...parts);
}

/** A BIT STRING of whole bytes, or with `unusedBits` unused bits at the end. */
export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return tlv(TAG.bitString, Buffer.from([unusedBits]), bytes);
}

/** A named bit list (for example KeyUsage): the numbers of the bits that are set, trailing zero bits left out as DER demands. */
export function namedBits(bits: readonly number[]): Buffer {
  if (bits.length === 0) return bitString(Buffer.alloc(0));
  const last = Math.max(...bits);
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, 7 - (last & 7));
}

/** An INTEGER: a number, a bigint (may be negative), or the big-endian bytes of a number that is not negative. */
export function int(value: number | bigint | Buffer): Buffer {
  if (Buffer.isBuffer(value)) return tlv(TAG.integer, unsignedContent(value));
  if (typeof value === 'number' && value >= 0 && value < 0x80) return Buffer.from([TAG.integer, 1, value]);
  return tlv(TAG.integer, signedContent(BigInt(value)));
}

function unsignedContent(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const body = bytes.subarray(start);
  const first = body[0];
  if (first === undefined) return Buffer.from([0]);
  return first < 0x80 ? body : Buffer.concat([Buffer.from([0]), body]);
}

function signedContent(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size += 1;
  return Buffer.from(BigInt.asUintN(size * 8, value).toString(16).padStart(size * 2, '0'), 'hex');
}

export function enumerated(value: number): Buffer {
  return Buffer.from([TAG.enumerated, 1, value]);
}

export function bool(value: boolean): Buffer {
  return Buffer.from([TAG.boolean, 1, value ? 0xff : 0]);
}

export function nul(): Buffer {
  return Buffer.from([TAG.null, 0]);
}

export function utf8(text: string): Buffer {
  return tlv(TAG.utf8String, Buffer.from(text, 'utf8'));
}

/** A PrintableString; throws `asn1.value` for a character outside its alphabet. */
export function printable(text: string): Buffer {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) throw new Asn1Error('asn1.value', 'PrintableString');
  return tlv(TAG.printableString, Buffer.from(text, 'latin1'));
}

/** The bytes of an IA5String without tag, for implicit tagging; throws `asn1.value` outside ASCII. */
export function ia5Content(text: string): Buffer {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) throw new Asn1Error('asn1.value', 'IA5String');
  return Buffer.from(text, 'latin1');
}

/** Time by the rule of RFC 5280 section 4.1.2.5: UTCTime for the years 1950 to 2049, GeneralizedTime otherwise; whole seconds. */
export function time(instant: Date): Buffer {
  const year = instant.getUTCFullYear();
  return year >= 1950 && year < 2050 ? utcTime(instant) : generalizedTime(instant);
}

export function utcTime(instant: Date): Buffer {
  return tlv(TAG.utcTime, Buffer.from(`${digits(instant).slice(2)}Z`, 'latin1'));
}

/** GeneralizedTime in whole seconds, or with milliseconds (trailing zeros removed as DER demands). */
export function generalizedTime(instant: Date, withMilliseconds = false): Buffer {
  const ms = instant.getUTCMilliseconds();
  const fraction = withMilliseconds && ms > 0 ? `.${String(ms).padStart(3, '0').replace(/0+$/, '')}` : '';
  return tlv(TAG.generalizedTime, Buffer.from(`${digits(instant)}${fraction}Z`, 'latin1'));
}

function digits(instant: Date): string {
  if (Number.isNaN(instant.getTime())) throw new Asn1Error('asn1.value', 'time');
  return instant.toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

/** A constructed element [n] (explicit tagging, or implicit tagging of a constructed type: pass the contents). */
export function ctx(n: number, ...parts: readonly Buffer[]): Buffer {
  return tlv(0xa0 | n, ...parts);
}

/** A primitive element [n] (implicit tagging of a primitive type: pass the contents). */
export function ctxPrim(n: number, ...parts: readonly Buffer[]): Buffer {
  return tlv(0x80 | n, ...parts);
}

/** The same element with another identifier byte (implicit tagging of something already encoded). The input is not changed. */
export function retag(tag: number, encoded: Buffer): Buffer {
  const copy = Buffer.from(encoded);
  copy[0] = tag;
  return copy;
}
