import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kernel } from '#kernel/kernel.ts';
import { filesErrors, openBytes } from '#engines/files/index.ts';
import { fileSource, memorySource, type PdfSource } from './domain/pdf/reader/index.ts';

/** The file that is signed, whose bytes are never changed; a large one is not in memory. */
export type BaseFile = {
  sizeBytes: number;
  /** Of the whole file, to be copied before something is added. */
  hash: Hash;
  /** The file with what was appended to it. */
  sourceWith: (tails: readonly Buffer[]) => PdfSource;
  /** The bytes from first to last: one buffer, or piece after piece of a file that is not in memory. */
  bytes: () => Buffer | AsyncIterable<Buffer>;
  close: () => Promise<void>;
};

/** Below it a file is faster in memory; above it lies on the disk while it is signed. */
const IN_MEMORY_BYTES = 8 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * Opens a stored file for signing, checked against its hash.
 * @throws AppError `files.notStored` · `files.damaged`
 */
export async function openBase(kernel: Kernel, sha256: string): Promise<BaseFile> {
  const hash = createHash('sha256');
  const early: Buffer[] = [];
  let sizeBytes = 0;
  let spool: Spool | undefined;
  try {
    // safe because a stream without an encoding gives bytes
    for await (const piece of (await openBytes(kernel, sha256)) as AsyncIterable<Buffer>) {
      hash.update(piece);
      sizeBytes += piece.length;
      if (spool === undefined) early.push(piece);
      else await spool.file.writeFile(piece);
      if (spool === undefined && sizeBytes > IN_MEMORY_BYTES) {
        spool = await openSpool();
        for (const kept of early.splice(0)) await spool.file.writeFile(kept);
      }
    }
    if (hash.copy().digest('hex') !== sha256) throw filesErrors.damaged({ values: { sha256 } });
    return spool === undefined ? inMemory(Buffer.concat(early, sizeBytes), hash) : onDisk(spool, { sizeBytes, hash });
  } catch (error) {
    await spool?.remove();
    throw error;
  }
}

function inMemory(bytes: Buffer, hash: Hash): BaseFile {
  return {
    sizeBytes: bytes.length,
    hash,
    sourceWith: (tails) => memorySource(tails.length === 0 ? bytes : Buffer.concat([bytes, ...tails])),
    bytes: () => bytes,
    close: () => Promise.resolve(),
  };
}

function onDisk({ file, remove }: Spool, { sizeBytes, hash }: Pick<BaseFile, 'sizeBytes' | 'hash'>): BaseFile {
  return {
    sizeBytes,
    hash,
    sourceWith(tails) {
      const added = Buffer.concat(tails);
      const readAt = (into: Buffer, position: number): number => {
        if (position >= sizeBytes) return added.copy(into, 0, position - sizeBytes);
        return readSync(file.fd, into, 0, Math.min(into.length, sizeBytes - position), position);
      };
      return fileSource({ sizeBytes: sizeBytes + added.length, readAt });
    },
    bytes: () => piecesOf(file, sizeBytes),
    close: remove,
  };
}

async function* piecesOf(file: FileHandle, sizeBytes: number): AsyncIterable<Buffer> {
  for (let at = 0; at < sizeBytes; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, sizeBytes - at)), { position: at });
    if (bytesRead === 0) throw new Error('a file became shorter while it was signed');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

type Spool = { file: FileHandle; remove: () => Promise<void> };

/** A file of this process alone. */
async function openSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), `lienthong-sign-${String(process.pid)}-`));
  const file = await open(join(folder, 'base.pdf'), 'wx+', 0o600);
  const remove = async (): Promise<void> => {
    await file.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { file, remove };
}
