import type { ByteSource } from './byte-source.ts';

export type ZipEntry = {
  name: string;
  /** 0 stored, 8 deflated. */
  method: number;
  isEncrypted: boolean;
  compressedBytes: number;
  expandedBytes: number;
  /** Where the entry's local header stands. */
  offset: number;
};

export type ZipDirectory = { entries: ZipEntry[] };

/** The archive's table of contents cannot be read, or contradicts itself. */
export class ZipDamage extends Error {}
/** More entries than anybody sends. */
export class ZipTooManyEntries extends Error {}

const MAX_ENTRIES = 20_000;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const MAX_COMMENT = 65_535;
const LONGEST_DIRECTORY = 16 * 1024 * 1024;

/**
 * Reads the central directory (APPNOTE.TXT 4.3.12 to 4.3.16, with ZIP64): nothing is expanded.
 * @throws ZipDamage, ZipTooManyEntries
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const end = await findEnd(source);
  if (end.count > MAX_ENTRIES) throw new ZipTooManyEntries();
  if (end.size > LONGEST_DIRECTORY || end.offset + end.size > source.sizeBytes) throw new ZipDamage('the directory lies outside the file');
  const bytes = await source.read(end.offset, end.size);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= bytes.length && bytes.readUInt32LE(at) === ENTRY; ) {
    const lengths = { name: bytes.readUInt16LE(at + 28), extra: bytes.readUInt16LE(at + 30), comment: bytes.readUInt16LE(at + 32) };
    const next = at + 46 + lengths.name + lengths.extra + lengths.comment;
    if (next > bytes.length) throw new ZipDamage('an entry of the directory is cut off');
    entries.push(readEntry(bytes.subarray(at, next), lengths));
    if (entries.length > MAX_ENTRIES) throw new ZipTooManyEntries();
    at = next;
  }
  if (entries.length !== end.count) throw new ZipDamage('the directory has another number of entries than it says');
  assertApart(entries, end.offset);
  return { entries };
}

async function findEnd(source: ByteSource): Promise<{ count: number; size: number; offset: number }> {
  const length = Math.min(source.sizeBytes, 22 + MAX_COMMENT);
  const tailStart = source.sizeBytes - length;
  const tail = await source.read(tailStart, length);
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END || at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const found = { count: tail.readUInt16LE(at + 10), size: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
    const isLarge = found.count === 0xffff || found.size === 0xffffffff || found.offset === 0xffffffff;
    return isLarge ? readEnd64(source, tailStart + at) : found;
  }
  throw new ZipDamage('there is no end record');
}

async function readEnd64(source: ByteSource, endAt: number): Promise<{ count: number; size: number; offset: number }> {
  if (endAt < 20) throw new ZipDamage('there is no ZIP64 locator');
  const locator = await source.read(endAt - 20, 20);
  if (locator.readUInt32LE(0) !== END_64_LOCATOR) throw new ZipDamage('there is no ZIP64 locator');
  const at = toNumber(locator.readBigUInt64LE(8));
  const record = await source.read(at, 56);
  if (record.length < 56 || record.readUInt32LE(0) !== END_64) throw new ZipDamage('there is no ZIP64 end record');
  return { count: toNumber(record.readBigUInt64LE(32)), size: toNumber(record.readBigUInt64LE(40)), offset: toNumber(record.readBigUInt64LE(48)) };
}

function readEntry(bytes: Buffer, lengths: { name: number; extra: number }): ZipEntry {
  const entry: ZipEntry = {
    name: bytes.subarray(46, 46 + lengths.name).toString('utf8'),
    method: bytes.readUInt16LE(10),
    isEncrypted: (bytes.readUInt16LE(8) & 1) === 1,
    compressedBytes: bytes.readUInt32LE(20),
    expandedBytes: bytes.readUInt32LE(24),
    offset: bytes.readUInt32LE(42),
  };
  return withLargeSizes(entry, bytes.subarray(46 + lengths.name, 46 + lengths.name + lengths.extra));
}

/** Sizes of 0xffffffff stand, in this order, in the ZIP64 extra field. */
function withLargeSizes(entry: ZipEntry, extra: Buffer): ZipEntry {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let field = at + 4;
      const take = (value: number): number => {
        if (value !== 0xffffffff || field + 8 > Math.min(extra.length, at + 4 + length)) return value;
        field += 8;
        return toNumber(extra.readBigUInt64LE(field - 8));
      };
      const expandedBytes = take(entry.expandedBytes);
      const compressedBytes = take(entry.compressedBytes);
      return { ...entry, expandedBytes, compressedBytes, offset: take(entry.offset) };
    }
    at += 4 + length;
  }
  return entry;
}

/** Entries that share their bytes are how a small file expands to petabytes without one suspicious ratio. */
function assertApart(entries: readonly ZipEntry[], directoryAt: number): void {
  const byPlace = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [index, entry] of byPlace.entries()) {
    const limit = byPlace[index + 1]?.offset ?? directoryAt;
    if (entry.offset + 30 + entry.compressedBytes > limit) throw new ZipDamage('entries of the archive overlap');
  }
}

function toNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipDamage('a size is beyond reason');
  return Number(value);
}
