import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { syncFolder } from '#kernel/disk.ts';
import { filesErrors, translateStorageError } from '../errors.ts';
import { hashMemory, isMemory, isMissing, removeOldDrafts, writeDraft, writeStreamDraft } from './drafts.ts';
import { localParts } from './local-parts.ts';
import type { BlobStore, ByteRange, Staged } from './store.ts';

/**
 * So many bytes are read without leaving the thread: they mostly lie in the system's memory, from which they come in less time than four calls take to
 * another thread and back.
 */
const AT_ONCE_BYTES = 1_000_000;

/** A folder: `aa/bb/<sha256>`, each file written whole or not at all, never changed. */
export function openLocalStore(root: string): BlobStore {
  const drafts = join(root, 'tmp');
  const read = async (sha256: string): Promise<Buffer> => {
    try {
      return await readFile(pathOf(root, sha256));
    } catch (error) {
      throw asNotStored(error);
    }
  };
  return {
    stage: async (source, limitBytes) => (isMemory(source) ? stageMemory(root, source, limitBytes) : stageStream(root, source, limitBytes)),
    has: async (sha256, sizeBytes) => (await sizeOf(pathOf(root, sha256))) === sizeBytes,
    open: (sha256, range) => openFile(pathOf(root, sha256), range),
    read,
    readStated: async (sha256, sizeBytes, memory) => {
      const path = pathOf(root, sha256);
      if (sizeBytes <= AT_ONCE_BYTES) return readAtOnce(path, sizeBytes, memory);
      return (await sizeOf(path)) === sizeBytes ? await read(sha256) : undefined;
    },
    pathOf: (sha256) => pathOf(root, sha256),
    remove: (sha256) => rm(pathOf(root, sha256), { force: true }),
    parts: localParts(join(root, 'uploads')),
    cleanUp: (before) => removeOldDrafts(drafts, before),
  };
}

/** Where a blob lies under the root. */
function pathOf(root: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('a blob is named by 64 hexadecimal digits');
  return join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
}

/** Nothing is written before it is known that the store lacks the bytes. */
function stageMemory(root: string, parts: readonly Buffer[], limitBytes: number): Staged {
  const hashed = hashMemory(parts, limitBytes);
  return {
    ...hashed,
    publish: async () => {
      const draft = await writeDraft(join(root, 'tmp'), async (file) => {
        for (const part of parts) await file.writeFile(part);
      });
      try {
        await place(draft, pathOf(root, hashed.sha256));
      } catch (error) {
        await rm(draft, { force: true });
        throw translateStorageError(error);
      }
    },
    discard: () => Promise.resolve(),
  };
}

/** The draft keeps a name of its own until `discard`, so that it can be published twice. */
async function stageStream(root: string, source: AsyncIterable<Buffer>, limitBytes: number): Promise<Staged> {
  const { path, sha256, sizeBytes } = await writeStreamDraft(join(root, 'tmp'), source, limitBytes);
  return {
    sha256,
    sizeBytes,
    publish: async () => {
      const second = `${path}.link`;
      try {
        await link(path, second);
        await place(second, pathOf(root, sha256));
      } catch (error) {
        throw translateStorageError(error);
      } finally {
        await rm(second, { force: true });
      }
    },
    discard: () => rm(path, { force: true }),
  };
}

/**
 * Gives the draft its name and makes the name durable. Bytes of the same hash that are there already are the same
 * bytes; if they are damaged (another size), they are replaced.
 */
async function place(draft: string, path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await rename(draft, path);
    await syncFolder(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(draft, path);
    for (const level of [folder, dirname(folder), dirname(dirname(folder))]) await syncFolder(level);
  }
}

async function openFile(path: string, range: ByteRange | undefined): Promise<Readable> {
  try {
    const file = await open(path, 'r');
    return createReadStream('', { fd: file, highWaterMark: 256 * 1024, ...(range === undefined ? {} : { start: range.start, end: range.end }) });
  } catch (error) {
    throw asNotStored(error);
  }
}

function readAtOnce(path: string, sizeBytes: number, memory: Buffer | undefined): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    if (fstatSync(file).size !== sizeBytes) return undefined;
    const bytes = memory !== undefined && memory.length >= sizeBytes ? memory.subarray(0, sizeBytes) : Buffer.allocUnsafe(sizeBytes);
    let read = 0;
    for (let count = -1; read < sizeBytes && count !== 0; read += count) count = readSync(file, bytes, read, sizeBytes - read, read);
    return read === sizeBytes ? bytes : undefined;
  } finally {
    closeSync(file);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function asNotStored(error: unknown): unknown {
  return isMissing(error) ? filesErrors.notStored({ cause: error }) : error;
}
