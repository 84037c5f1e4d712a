/**
 * A bounded reader for DER, and for BER where the outside world writes BER (CMS). Nothing is trusted: lengths, depth and the number of
 * elements are limited, each fault is an `Asn1Error`. Nodes are views into the input, nothing is copied.
 */
import { TAG } from './der.ts';
import { Asn1Error } from './errors.ts';

const asn1Limits = { depth: 40, children: 100_000, sizeBytes: 256 * 1024 * 1024 } as const;

/** One element inside `buffer`: [start, end) with its header, [contentStart, contentEnd) without. */
export interface Asn1Node {
  readonly buffer: Buffer;
  /** The identifier byte: class, constructed bit and number below 31. */
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly end: number;
  readonly depth: number;
  readonly ber: boolean;
}

export interface ReadOptions {
  /** Accept BER: indefinite lengths, lengths that are not minimal, constructed strings. */
  readonly ber?: boolean;
  /** Accept bytes after the element (the zero padding of a PDF's /Contents). The caller looks at them. */
  readonly allowTrailing?: boolean;
}

/** Reads the element that fills `bytes`. Throws Asn1Error. */
export function readAsn1(bytes: Buffer, options: ReadOptions = {}): Asn1Node {
  if (bytes.length > asn1Limits.sizeBytes) throw new Asn1Error('asn1.size');
  const node = readAt({ buffer: bytes, contentEnd: bytes.length, depth: -1, ber: options.ber === true }, 0);
  if (node.end !== bytes.length && options.allowTrailing !== true) throw new Asn1Error('asn1.trailing');
  return node;
}

/** What surrounds an element: it may not go beyond `contentEnd`. */
type Surrounding = Pick<Asn1Node, 'buffer' | 'contentEnd' | 'depth' | 'ber'>;

function readAt(parent: Surrounding, at: number): Asn1Node {
  const { buffer, contentEnd: limit, ber } = parent;
  const depth = parent.depth + 1;
  if (depth > asn1Limits.depth) throw new Asn1Error('asn1.depth');
  const tag = buffer[at];
  const first = buffer[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit) throw new Asn1Error('asn1.truncated');
  if ((tag & 0x1f) === 0x1f) throw new Asn1Error('asn1.tag', 'high tag number');
  if (first === 0x80) return readIndefinite(parent, at);
  let length = first;
  let contentStart = at + 2;
  if (first > 0x80) {
    const size = first & 0x7f;
    if (size > (ber ? 8 : 4) || contentStart + size > limit) throw new Asn1Error('asn1.length');
    length = 0;
    for (let i = 0; i < size; i += 1) length = length * 256 + (buffer[contentStart + i] ?? 0);
    contentStart += size;
    if (!ber && (length < 0x80 || buffer[at + 2] === 0)) throw new Asn1Error('asn1.length', 'not minimal');
  }
  const end = contentStart + length;
  if (!(end <= limit)) throw new Asn1Error('asn1.truncated');
  return { buffer, tag, start: at, contentStart, contentEnd: end, end, depth, ber };
}

function readIndefinite({ buffer, contentEnd: limit, depth: depthAbove, ber }: Surrounding, start: number): Asn1Node {
  const tag = buffer[start] ?? 0;
  const depth = depthAbove + 1;
  if (!ber || (tag & 0x20) === 0) throw new Asn1Error('asn1.length', 'indefinite');
  let at = start + 2;
  for (let count = 0; ; count += 1) {
    if (count > asn1Limits.children) throw new Asn1Error('asn1.size');
    if (at + 2 > limit) throw new Asn1Error('asn1.truncated');
    if (buffer[at] === 0 && buffer[at + 1] === 0) break;
    at = readAt({ buffer, contentEnd: limit, depth, ber }, at).end;
  }
  return { buffer, tag, start, contentStart: start + 2, contentEnd: at, end: at + 2, depth, ber: true };
}

/** The elements inside a constructed element. */
export function children(node: Asn1Node): Asn1Node[] {
  if ((node.tag & 0x20) === 0) throw new Asn1Error('asn1.tag', 'not constructed');
  const found: Asn1Node[] = [];
  for (let at = node.contentStart; at < node.contentEnd; ) {
    if (found.length >= asn1Limits.children) throw new Asn1Error('asn1.size');
    const child = readAt(node, at);
    found.push(child);
    at = child.end;
  }
  return found;
}

/** The whole encoding of the element, header included (a view, not a copy). */
export function rawOf(node: Asn1Node): Buffer {
  return node.buffer.subarray(node.start, node.end);
}

/** The contents as they stand (a view, not a copy). */
export function contentOf(node: Asn1Node): Buffer {
  return node.buffer.subarray(node.contentStart, node.contentEnd);
}

/** Throws `asn1.tag` unless the element has this identifier byte; returns it. */
export function expectTag(node: Asn1Node | undefined, tag: number): Asn1Node {
  if (node === undefined) throw new Asn1Error('asn1.truncated', `expected tag ${tag.toString(16)}`);
  if (node.tag !== tag) throw new Asn1Error('asn1.tag', `expected ${tag.toString(16)}, found ${node.tag.toString(16)}`);
  return node;
}

/** The elements of a SEQUENCE, taken in order; `take` demands, `optional` looks. */
export interface Fields {
  take(tag?: number): Asn1Node;
  optional(tag: number): Asn1Node | undefined;
  rest(): Asn1Node[];
}

/** Opens a constructed element for reading in order. `tag` defaults to SEQUENCE. */
export function fieldsOf(node: Asn1Node | undefined, tag: number = TAG.sequence): Fields {
  const parts = children(expectTag(node, tag));
  let next = 0;
  return {
    take(wanted) {
      const part = parts[next];
      if (part === undefined) throw new Asn1Error('asn1.truncated', 'missing field');
      if (wanted !== undefined) expectTag(part, wanted);
      next += 1;
      return part;
    },
    optional(wanted) {
      const part = parts[next];
      if (part?.tag !== wanted) return undefined;
      next += 1;
      return part;
    },
    rest: () => parts.slice(next),
  };
}

/** The last identifier read for each sum of bytes: the same few dozen fill every certificate and container. */
const readOids: ({ readonly bytes: Buffer; readonly dotted: string } | undefined)[] = new Array<undefined>(512).fill(undefined);

/** The dotted form of an OBJECT IDENTIFIER. */
export function oidOf(node: Asn1Node | undefined): string {
  const { buffer, contentStart, contentEnd } = expectTag(node, TAG.oid);
  let sum = 0;
  for (let at = contentStart; at < contentEnd; at += 1) sum = (Math.imul(sum, 31) + (buffer[at] ?? 0)) & 0xffff;
  const slot = (sum ^ (sum >> 7)) & 511;
  const last = readOids[slot];
  if (last?.bytes.length === contentEnd - contentStart && isAt(buffer, contentStart, last.bytes)) return last.dotted;
  const bytes = buffer.subarray(contentStart, contentEnd);
  const dotted = dottedOf(bytes);
  if (bytes.length <= 24) readOids[slot] = { bytes: Buffer.from(bytes), dotted };
  return dotted;
}

function isAt(buffer: Buffer, from: number, bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i += 1) if (buffer[from + i] !== bytes[i]) return false;
  return true;
}

function dottedOf(bytes: Buffer): string {
  if (bytes.length === 0 || bytes.length > 64) throw new Asn1Error('asn1.value', 'object identifier');
  if (((bytes.at(-1) ?? 0) & 0x80) !== 0) throw new Asn1Error('asn1.value', 'object identifier');
  const arcs: (number | bigint)[] = [];
  let arc: number | bigint = 0;
  for (const byte of bytes) {
    // Arcs under 2.25 are UUIDs of 128 bits; all others stay plain numbers.
    arc = typeof arc === 'number' && arc < 2 ** 45 ? arc * 128 + (byte & 0x7f) : BigInt(arc) * 128n + BigInt(byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [head = 0, ...rest] = arcs;
  const first = head < 40 ? 0 : head < 80 ? 1 : 2;
  return [first, BigInt(head) - BigInt(first * 40), ...rest].join('.');
}

/** An INTEGER or ENUMERATED as a bigint. */
export function bigintOf(node: Asn1Node): bigint {
  const bytes = contentOf(node);
  if (bytes.length === 0 || bytes.length > 4096) throw new Asn1Error('asn1.value', 'integer');
  const value = BigInt(`0x${bytes.toString('hex')}`);
  return (bytes[0] ?? 0) < 0x80 ? value : value - (1n << BigInt(bytes.length * 8));
}

/** An INTEGER or ENUMERATED that fits a safe number. */
export function numberOf(node: Asn1Node): number {
  const bytes = contentOf(node);
  if (bytes.length === 0 || bytes.length > 6) throw new Asn1Error('asn1.value', 'integer');
  return bytes.readIntBE(0, bytes.length);
}

export function booleanOf(node: Asn1Node): boolean {
  const bytes = contentOf(expectTag(node, TAG.boolean));
  if (bytes.length !== 1) throw new Asn1Error('asn1.value', 'boolean');
  return bytes[0] !== 0;
}

/** The bytes of an OCTET STRING, also of a BER one in pieces, also implicitly tagged. */
export function octetsOf(node: Asn1Node): Buffer {
  if ((node.tag & 0x20) === 0) return contentOf(node);
  if (!node.ber) throw new Asn1Error('asn1.tag', 'constructed string');
  return Buffer.concat(children(node).map(octetsOf));
}

/** The bytes of a BIT STRING and the number of unused bits at its end. */
export function bitsOf(node: Asn1Node | undefined): { bytes: Buffer; unusedBits: number } {
  const content = contentOf(expectTag(node, TAG.bitString));
  const unusedBits = content[0];
  if (unusedBits === undefined || unusedBits > 7) throw new Asn1Error('asn1.value', 'bit string');
  return { bytes: content.subarray(1), unusedBits };
}

const utcTimeForm = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?()(Z|[+-]\d{4})$/;
const generalizedTimeForm = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})$/;

/** UTCTime or GeneralizedTime as an instant (the `Z` forms of RFC 5280; zone offsets and fractions are read too). */
export function timeOf(node: Asn1Node): Date {
  const isUtcTime = node.tag === TAG.utcTime;
  if (!isUtcTime && node.tag !== TAG.generalizedTime) throw new Asn1Error('asn1.tag', 'time');
  if (node.contentEnd - node.contentStart > 40) throw new Asn1Error('asn1.value', 'time');
  const match = (isUtcTime ? utcTimeForm : generalizedTimeForm).exec(contentOf(node).toString('latin1'));
  if (!match) throw new Asn1Error('asn1.value', 'time');
  const [, year = '', month, day, hour, minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const fullYear = isUtcTime ? `${Number(year) >= 50 ? '19' : '20'}${year}` : year;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const instant = new Date(`${fullYear}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  if (Number.isNaN(instant.getTime())) throw new Asn1Error('asn1.value', 'time');
  return instant;
}

/** The text of any of the ASN.1 string types; T61String is read as Latin-1, as certificates use it. */
export function textOf(node: Asn1Node): string {
  const bytes = octetsOf(node);
  switch (node.tag & ~0x20) {
    case TAG.utf8String:
      return bytes.toString('utf8');
    case TAG.bmpString:
      return utf16Text(bytes);
    case TAG.universalString:
      return utf32Text(bytes);
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.t61String:
    case TAG.visibleString:
    case 0x12: // NumericString
      return bytes.toString('latin1');
    default:
      throw new Asn1Error('asn1.tag', 'text');
  }
}

function utf16Text(bytes: Buffer): string {
  if (bytes.length % 2 !== 0) throw new Asn1Error('asn1.value', 'BMPString');
  return Buffer.from(bytes).swap16().toString('utf16le');
}

function utf32Text(bytes: Buffer): string {
  const points: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = bytes.readUInt32BE(at);
    points.push(point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd');
  }
  return points.join('');
}
