/**
 * Reads a ZIP that nobody vouches for (APPNOTE.TXT 4.3), strictly: each byte belongs to exactly one entry or to the directory, and the two
 * places that describe an entry agree. Two programs can then not see two different sets of files, which is how containers are forged.
 */
import { createInflateRaw, crc32 } from 'node:zlib';
import { AsicError } from './errors.ts';
import { assertDistinct, assertPlainName } from './names.ts';

/** Bytes that can be read from any place, without having them all in memory. */
export interface ByteSource {
  readonly sizeBytes: number;
  read(start: number, length: number): Promise<Buffer>;
}

export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxExpandedBytes: number;
  /** Above 64 MB, the whole may not be more than this many times the container's own size. */
  readonly maxRatio: number;
}

export const defaultZipLimits: ZipLimits = { maxEntries: 5000, maxExpandedBytes: 4 * 1024 ** 3, maxRatio: 100 };

export interface ZipEntry {
  readonly name: string;
  readonly isStored: boolean;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly crc: number;
  readonly dataAt: number;
}

export interface Zip {
  /** In the order of their bytes. */
  readonly entries: readonly ZipEntry[];
  /** What stands behind the end record. */
  readonly comment: string;
  /** The file's bytes; throws `asic.damaged` at the end when they are not those of the directory. */
  readonly open: (entry: ZipEntry) => AsyncIterable<Buffer>;
}

const harmlessBytes = 64 * 1024 * 1024;
const maxDirectoryBytes = 8 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/** Opens the archive; nothing is expanded. Throws AsicError. */
export async function openZip(source: ByteSource, limits: ZipLimits = defaultZipLimits): Promise<Zip> {
  const end = await findEnd(source);
  if (end.count > limits.maxEntries || end.sizeBytes > maxDirectoryBytes) throw new AsicError('asic.tooLarge', `${end.count} entries`);
  if (end.at + end.sizeBytes !== end.endAt) throw new AsicError('asic.damaged', 'bytes between directory and end record');
  const listed = readDirectory(await readFully(source, end.at, end.sizeBytes), end.count).toSorted((a, b) => a.at - b.at);
  assertBounded(listed, { source, limits });
  assertDistinct(listed.map(({ name }) => name));
  const entries = await locate(source, listed, end.at);
  return { entries, comment: end.comment, open: (entry) => readEntry(source, entry) };
}

interface End {
  readonly count: number;
  readonly sizeBytes: number;
  readonly at: number;
  readonly endAt: number;
  readonly comment: string;
}

async function findEnd(source: ByteSource): Promise<End> {
  const length = Math.min(source.sizeBytes, 22 + 0xffff);
  const tail = await readFully(source, source.sizeBytes - length, length);
  const ends: End[] = [];
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50 || at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const isOneDisk = tail.readUInt32LE(at + 4) === 0 && tail.readUInt16LE(at + 8) === tail.readUInt16LE(at + 10);
    const [count, sizeBytes, directoryAt] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (count === 0xffff || sizeBytes === 0xffffffff || directoryAt === 0xffffffff) throw new AsicError('asic.tooLarge', 'ZIP64');
    if (!isOneDisk) throw new AsicError('asic.damaged', 'several disks');
    ends.push({ count, sizeBytes, at: directoryAt, endAt: source.sizeBytes - length + at, comment: tail.toString('latin1', at + 22) });
  }
  const [end] = ends;
  if (end === undefined) throw new AsicError('asic.notContainer', 'no end record');
  if (ends.length > 1) throw new AsicError('asic.damaged', 'two end records');
  return end;
}

interface Listed {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly at: number;
}

function readDirectory(bytes: Buffer, count: number): Listed[] {
  const entries: Listed[] = [];
  let at = 0;
  while (entries.length < count) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw new AsicError('asic.damaged', 'directory');
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const next = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) throw new AsicError('asic.damaged', 'directory');
    assertOneName(bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(at + 30)));
    entries.push(readListed(bytes.subarray(at, next), bytes.subarray(at + 46, nameEnd)));
    at = next;
  }
  if (at !== bytes.length) throw new AsicError('asic.damaged', 'more entries than the end record says');
  return entries;
}

function readListed(bytes: Buffer, nameBytes: Buffer): Listed {
  const flags = bytes.readUInt16LE(8);
  const method = bytes.readUInt16LE(10);
  const name = nameBytes.toString('utf8');
  // Bytes that are no UTF-8 would be another name to another program, whatever the flag says.
  if (!Buffer.from(name, 'utf8').equals(nameBytes)) throw new AsicError('asic.name', 'not UTF-8');
  assertPlainName(name.endsWith('/') ? name.slice(0, -1) : name);
  if ((flags & 0x2041) !== 0) throw new AsicError('asic.unsupported', 'encrypted');
  if (method !== 0 && method !== 8) throw new AsicError('asic.unsupported', `method ${method}`);
  // The high half holds Unix kinds of files: a symbolic link is not a document.
  if (((bytes.readUInt32LE(38) >>> 16) & 0xf000) === 0xa000) throw new AsicError('asic.name', 'symbolic link');
  const [crc, compressedBytes, sizeBytes] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20), bytes.readUInt32LE(24)];
  if (compressedBytes === 0xffffffff || sizeBytes === 0xffffffff) throw new AsicError('asic.tooLarge', 'ZIP64');
  if (method === 0 && compressedBytes !== sizeBytes) throw new AsicError('asic.damaged', 'sizes of a stored entry');
  if (name.endsWith('/') && sizeBytes !== 0) throw new AsicError('asic.damaged', 'a folder with content');
  return { name, nameBytes, flags, method, crc, compressedBytes, sizeBytes, at: bytes.readUInt32LE(42) };
}

/** The extra field 0x7075 gives an entry a second name, which some programs prefer to the first. */
function assertOneName(extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 0x7075) throw new AsicError('asic.name', 'two names');
  }
}

function assertBounded(entries: readonly Listed[], { source, limits }: { source: ByteSource; limits: ZipLimits }): void {
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isBomb = total > harmlessBytes && total > source.sizeBytes * limits.maxRatio;
  if (total > limits.maxExpandedBytes || isBomb) throw new AsicError('asic.tooLarge', `expands to ${total} bytes`);
}

/** Checks each local header against the directory; entries must follow one another from the first byte, without gap or overlap. */
async function locate(source: ByteSource, listed: readonly Listed[], directoryAt: number): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  let expectedAt = 0;
  for (const [i, each] of listed.entries()) {
    const nextAt = listed[i + 1]?.at ?? directoryAt;
    if (each.at !== expectedAt) throw new AsicError('asic.damaged', 'gap or overlap');
    const header = await readFully(source, each.at, 30 + each.nameBytes.length);
    const extraBytes = header.readUInt16LE(28);
    if (extraBytes > 0) assertOneName(await readFully(source, each.at + header.length, extraBytes));
    const dataAt = each.at + header.length + extraBytes;
    const behind = nextAt - dataAt - each.compressedBytes;
    const isEndRight = (each.flags & 8) === 0 ? behind === 0 : await isDescribed(source, each, { at: dataAt + each.compressedBytes, length: behind });
    if (!isSame(header, each) || !isEndRight) throw new AsicError('asic.damaged', `local header of ${each.name}`);
    expectedAt = nextAt;
    if (each.name.endsWith('/')) continue;
    entries.push({ name: each.name, isStored: each.method === 0, compressedBytes: each.compressedBytes, sizeBytes: each.sizeBytes, crc: each.crc, dataAt });
  }
  if (expectedAt !== directoryAt) throw new AsicError('asic.damaged', 'gap before the directory');
  return entries;
}

const descriptorMark = 0x08074b50;

/** After the data, a data descriptor repeats checksum and sizes, with or without its mark: a program that reads from the front believes this one. */
async function isDescribed(source: ByteSource, { crc, compressedBytes, sizeBytes }: Listed, { at, length }: { readonly at: number; readonly length: number }): Promise<boolean> {
  if (length !== 12 && length !== 16) return false;
  const bytes = await readFully(source, at, length);
  const numbers = length === 16 ? bytes.subarray(4) : bytes;
  const isMarked = length === 12 || bytes.readUInt32LE(0) === descriptorMark;
  return isMarked && [crc, compressedBytes, sizeBytes].every((value, i) => numbers.readUInt32LE(i * 4) === value);
}

function isSame(header: Buffer, each: Listed): boolean {
  // Compressed data says itself where it ends. Of stored data nobody knows who reads from the front: its content could pass for further entries.
  const isDescribedLater = (each.flags & 8) !== 0 && (each.method !== 0 || each.sizeBytes === 0);
  const fields: [number, number][] = [[header.readUInt32LE(14), each.crc], [header.readUInt32LE(18), each.compressedBytes], [header.readUInt32LE(22), each.sizeBytes]];
  return (
    header.readUInt32LE(0) === 0x04034b50 &&
    header.readUInt16LE(6) === each.flags &&
    header.readUInt16LE(8) === each.method &&
    header.readUInt16LE(26) === each.nameBytes.length &&
    header.subarray(30).equals(each.nameBytes) &&
    fields.every(([local, central]) => local === central || (isDescribedLater && local === 0))
  );
}

async function* readEntry(source: ByteSource, entry: ZipEntry): AsyncIterable<Buffer> {
  let sizeBytes = 0;
  let crc = 0;
  for await (const piece of entry.isStored ? pieces(source, entry) : inflated(source, entry)) {
    sizeBytes += piece.length;
    // Never more than it said: the rest of a bomb is not even computed.
    if (sizeBytes > entry.sizeBytes) throw new AsicError('asic.tooLarge', `${entry.name} expands further than it says`);
    crc = crc32(piece, crc);
    yield piece;
  }
  if (sizeBytes !== entry.sizeBytes || crc !== entry.crc) throw new AsicError('asic.damaged', `checksum of ${entry.name}`);
}

async function* inflated(source: ByteSource, entry: ZipEntry): AsyncIterable<Buffer> {
  const inflate = createInflateRaw();
  const feeding = feed(inflate, pieces(source, entry));
  // Its failure also destroys the stream below; without this it would count as unhandled in between.
  feeding.catch(() => undefined);
  try {
    // safe because no encoding was set, so the chunks are buffers
    for await (const piece of inflate) yield piece as Buffer;
    await feeding;
    if (inflate.bytesWritten !== entry.compressedBytes) throw new AsicError('asic.damaged', `bytes behind ${entry.name}`);
  } catch (error) {
    // Any other error is no damage: the bytes could not be read.
    if (isOfInflate(error)) throw new AsicError('asic.damaged', entry.name, { cause: error });
    throw error;
  } finally {
    inflate.destroy();
    await feeding.catch(() => undefined);
  }
}

function isOfInflate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

async function feed(inflate: ReturnType<typeof createInflateRaw>, input: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of input) {
      if (inflate.destroyed) return;
      if (inflate.write(piece)) continue;
      await new Promise<void>((resolve) => {
        inflate.once('drain', resolve);
        inflate.once('close', resolve);
      });
    }
    if (!inflate.destroyed) inflate.end();
  } catch (error) {
    inflate.destroy(error instanceof Error ? error : new Error('unreadable'));
    throw error;
  }
}

async function* pieces(source: ByteSource, { dataAt, compressedBytes }: ZipEntry): AsyncIterable<Buffer> {
  for (let at = 0; at < compressedBytes; at += pieceBytes) yield await readFully(source, dataAt + at, Math.min(pieceBytes, compressedBytes - at));
}

async function readFully(source: ByteSource, start: number, length: number): Promise<Buffer> {
  const isInside = start >= 0 && start + length <= source.sizeBytes;
  const bytes = isInside ? await source.read(start, length) : undefined;
  if (bytes?.length !== length) throw new AsicError('asic.damaged', 'cut short');
  return bytes;
}
