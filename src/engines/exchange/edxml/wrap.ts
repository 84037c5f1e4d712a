/** Puts one file into a ZIP as the Java toolkit does it, in a stream: sizes and CRC behind the content. */
import { crc32, createDeflateRaw } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { extensionOf } from '#engines/files/index.ts';

/** The toolkit sends these as they are; its table has typing errors for xls and xlsx, which therefore are wrapped like all others. */
const unwrapped = new Set(['pdf', 'doc', 'docx', 'zip']);

export function isWrappedByToolkit(name: string): boolean {
  return !unwrapped.has(extensionOf(name));
}

/** Pieces of this size: many small ones keep the garbage collector busier than the work itself. */
const PIECE_BYTES = 256 * 1024;

/** The same content always gives the same bytes: the time in it is the first that the format knows. */
export async function* wrapFile(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const nameBytes = Buffer.from(name);
  yield Buffer.concat([localHeader(nameBytes.length), nameBytes]);
  let crc = 0;
  let sizeBytes = 0;
  let compressedBytes = 0;
  const deflate = createDeflateRaw({ chunkSize: PIECE_BYTES });
  const feeding = pipeline(async function* () {
    for await (const bytes of content) {
      crc = crc32(bytes, crc);
      sizeBytes += bytes.length;
      yield bytes;
    }
  }, deflate);
  // Seen by the iteration below, which fails with the same error.
  feeding.catch(() => undefined);
  for await (const piece of deflate) {
    // safe because no encoding was set, so that pieces are buffers
    const bytes = piece as Buffer;
    compressedBytes += bytes.length;
    yield bytes;
  }
  await feeding;
  if (sizeBytes >= 2 ** 32 || compressedBytes >= 2 ** 32) throw new RangeError('a file of 4 GB or more does not fit into the ZIP of the toolkit');
  const facts = { crc, compressedBytes, sizeBytes };
  const headerBytes = 30 + nameBytes.length;
  const directory = Buffer.concat([directoryLine(nameBytes.length, facts), nameBytes]);
  yield Buffer.concat([descriptor(facts), directory, endRecord(directory.length, headerBytes + compressedBytes + 16)]);
}

interface Facts {
  readonly crc: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
}

/** Sizes follow (8), the name is UTF-8 (0x800). */
const FLAGS = 0x808;
/** 1/1/1980, the first day that the format can write. */
const FIRST_DAY = 0x21;

function localHeader(nameBytes: number): Buffer {
  const out = Buffer.alloc(30);
  out.writeUInt32LE(0x04034b50, 0);
  out.writeUInt16LE(20, 4);
  out.writeUInt16LE(FLAGS, 6);
  out.writeUInt16LE(8, 8);
  out.writeUInt16LE(FIRST_DAY, 12);
  out.writeUInt16LE(nameBytes, 26);
  return out;
}

function descriptor({ crc, compressedBytes, sizeBytes }: Facts): Buffer {
  const out = Buffer.alloc(16);
  out.writeUInt32LE(0x08074b50, 0);
  out.writeUInt32LE(crc, 4);
  out.writeUInt32LE(compressedBytes, 8);
  out.writeUInt32LE(sizeBytes, 12);
  return out;
}

function directoryLine(nameBytes: number, { crc, compressedBytes, sizeBytes }: Facts): Buffer {
  const out = Buffer.alloc(46);
  out.writeUInt32LE(0x02014b50, 0);
  out.writeUInt16LE(20, 4);
  out.writeUInt16LE(20, 6);
  out.writeUInt16LE(FLAGS, 8);
  out.writeUInt16LE(8, 10);
  out.writeUInt16LE(FIRST_DAY, 14);
  out.writeUInt32LE(crc, 16);
  out.writeUInt32LE(compressedBytes, 20);
  out.writeUInt32LE(sizeBytes, 24);
  out.writeUInt16LE(nameBytes, 28);
  return out;
}

function endRecord(directoryBytes: number, directoryAt: number): Buffer {
  const out = Buffer.alloc(22);
  out.writeUInt32LE(0x06054b50, 0);
  out.writeUInt16LE(1, 8);
  out.writeUInt16LE(1, 10);
  out.writeUInt32LE(directoryBytes, 12);
  out.writeUInt32LE(directoryAt, 16);
  return out;
}
