/**
 * Writes a ZIP of stored entries as a stream (APPNOTE.TXT 4.3). Sizes and checksums are known beforehand from the pass that hashed the
 * files, so that no entry needs a data descriptor and every reader can read from the front. Nothing is compressed: documents are already.
 */
import { crc32 } from 'node:zlib';
import { AsicError } from './errors.ts';

export interface StoredEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

const maxSize = 0xffffffff;
const maxEntries = 0xfffe;
const utf8Names = 0x0800;

/**
 * The container, piece by piece. Throws `asic.tooLarge` before the first piece when it would need ZIP64 (4 GiB, 65,534 files), and
 * `asic.fileChanged` in the middle when a file is no longer what was measured: what has been written so far must be thrown away.
 */
export async function* writeZip(entries: readonly StoredEntry[], modifiedAt: Date): AsyncIterable<Buffer> {
  const total = entries.reduce((sum, { name, sizeBytes }) => sum + sizeBytes + 2 * Buffer.byteLength(name) + 76, 22);
  if (total > maxSize || entries.length > maxEntries) throw new AsicError('asic.tooLarge', 'ZIP64 would be needed');
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const { local, central } = headersOf(entry, { at, modifiedAt });
    directory.push(central);
    yield local;
    yield* checked(entry);
    at += local.length + entry.sizeBytes;
  }
  const sizeBytes = directory.reduce((sum, each) => sum + each.length, 0);
  yield* directory;
  yield endRecord(entries.length, { at, sizeBytes });
}

async function* checked(entry: StoredEntry): AsyncIterable<Buffer> {
  let sizeBytes = 0;
  let crc = 0;
  for await (const piece of entry.read()) {
    sizeBytes += piece.length;
    if (sizeBytes > entry.sizeBytes) break;
    crc = crc32(piece, crc);
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  }
  if (sizeBytes !== entry.sizeBytes || crc !== entry.crc) throw new AsicError('asic.fileChanged', entry.name);
}

function headersOf({ name, sizeBytes, crc }: StoredEntry, { at, modifiedAt }: { at: number; modifiedAt: Date }): { local: Buffer; central: Buffer } {
  const nameBytes = Buffer.from(name, 'utf8');
  const { day, time } = dosTime(modifiedAt);
  const shared = Buffer.alloc(26);
  // version needed 2.0; flags; method 0; time; day; checksum; sizes twice; name length; no extra field
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(isAscii(name) ? 0 : utf8Names, 2);
  shared.writeUInt16LE(time, 6);
  shared.writeUInt16LE(day, 8);
  shared.writeUInt32LE(crc, 10);
  shared.writeUInt32LE(sizeBytes, 14);
  shared.writeUInt32LE(sizeBytes, 18);
  shared.writeUInt16LE(nameBytes.length, 22);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(at, 10);
  return {
    local: Buffer.concat([Buffer.from('504b0304', 'hex'), shared, nameBytes]),
    central: Buffer.concat([Buffer.from('504b01021400', 'hex'), shared, rest, nameBytes]),
  };
}

function endRecord(count: number, { at, sizeBytes }: { at: number; sizeBytes: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(sizeBytes, 12);
  end.writeUInt32LE(at, 16);
  return end;
}

function isAscii(name: string): boolean {
  return Buffer.byteLength(name) === name.length;
}

/** Two seconds are the finest that ZIP knows; the time is UTC, since ZIP does not say of which zone it is. */
function dosTime(instant: Date): { day: number; time: number } {
  const year = Math.min(Math.max(instant.getUTCFullYear(), 1980), 2107);
  return {
    day: ((year - 1980) << 9) | ((instant.getUTCMonth() + 1) << 5) | instant.getUTCDate(),
    time: (instant.getUTCHours() << 11) | (instant.getUTCMinutes() << 5) | (instant.getUTCSeconds() >> 1),
  };
}
