import { createInflateRaw } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { ZipDamage, type ZipEntry } from './zip-directory.ts';

const PIECE = 256 * 1024;

/**
 * Expands an entry, but never more than `limitBytes`: the rest is not even computed.
 * @returns the bytes, and whether the entry goes on beyond the limit.
 * @throws ZipDamage
 */
export async function expandEntry(source: ByteSource, entry: ZipEntry, limitBytes: number): Promise<{ bytes: Buffer; isLonger: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of expanded(source, entry)) {
    pieces.push(piece);
    length += piece.length;
    if (length > limitBytes) return { bytes: Buffer.concat(pieces).subarray(0, limitBytes), isLonger: true };
  }
  return { bytes: Buffer.concat(pieces), isLonger: false };
}

/** How far an entry really expands, counted without keeping it, and never further than just past `limitBytes`. @throws ZipDamage */
export async function measureEntry(source: ByteSource, entry: ZipEntry, limitBytes: number): Promise<number> {
  let length = 0;
  for await (const piece of expanded(source, entry)) {
    length += piece.length;
    if (length > limitBytes) break;
  }
  return length;
}

async function* expanded(source: ByteSource, entry: ZipEntry): AsyncIterable<Buffer> {
  const start = await dataStart(source, entry);
  if (entry.method === 0) {
    yield* pieces(source, start, entry.compressedBytes);
    return;
  }
  if (entry.method !== 8) throw new ZipDamage(`the archive uses method ${String(entry.method)}`);
  const inflate = createInflateRaw();
  const feeding = feed(inflate, pieces(source, start, entry.compressedBytes));
  // Its failure also destroys the stream below; without this it would count as unhandled in between.
  feeding.catch(() => undefined);
  try {
    // safe because no encoding was set, so the chunks are buffers
    for await (const piece of inflate) yield piece as Buffer;
    await feeding;
  } catch (error) {
    if (isOfInflate(error)) throw new ZipDamage('an entry cannot be expanded', { cause: error });
    throw error;
  } finally {
    inflate.destroy();
    await feeding.catch(() => undefined);
  }
}

/** Whether bytes could not be expanded. Any other error is no damage: the store could not read them. */
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

async function* pieces(source: ByteSource, start: number, length: number): AsyncIterable<Buffer> {
  for (let at = 0; at < length; at += PIECE) yield await source.read(start + at, Math.min(PIECE, length - at));
}

/** The name and extra field stand twice, and their lengths may differ from those of the directory. */
async function dataStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  const header = await source.read(entry.offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw new ZipDamage('an entry is not where the directory says');
  return entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}
