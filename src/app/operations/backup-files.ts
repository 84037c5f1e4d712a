import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncFolder } from '#kernel/disk.ts';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { openBytes, pathOfBytes } from '#engines/files/index.ts';
import { filePath } from './manifest.ts';
import { statIfThere } from './stat-if-there.ts';

export type CopiedFiles = {
  /** Files that the backup has now. */
  count: number;
  sizeBytes: number;
  /** Of these: there from an earlier backup, linked to the store's own file, copied. */
  reused: number;
  linked: number;
  copied: number;
  /** Hashes of files that the installation should have and has not, or has damaged. */
  missing: string[];
};

export type ListedFile = { sha256: string; sizeBytes: number; kept: boolean };

const LANES = 8;
const TELL_EVERY_MS = 5000;

/**
 * Brings every listed file into the backup's folder. A file of the right size that is there stays; one of a store on the
 * same file system is linked, since stored files never change; any other is copied and compared with its hash.
 */
export async function copyFiles(options: { kernel: Kernel; list: string; target: string; onProgress: (text: string) => void }): Promise<CopiedFiles> {
  const { target } = options;
  const result: CopiedFiles = { count: 0, sizeBytes: 0, reused: 0, linked: 0, copied: 0, missing: [] };
  const touched = new Set<string>();
  const tell = progressTeller(() => options.onProgress(`Tệp: ${inNumbers(result)}`));
  await mkdir(join(target, 'tmp'), { recursive: true, mode: 0o700 });
  await forEachFile(options.list, async (file) => {
    const outcome = await bring(options.kernel, file, target);
    if (outcome === 'missing') {
      // Provisional bytes that nobody kept may be swept away while we work.
      if (file.kept) result.missing.push(file.sha256);
      return;
    }
    result[outcome] += 1;
    result.count += 1;
    result.sizeBytes += file.sizeBytes;
    if (outcome !== 'reused') touched.add(dirname(filePath(target, file.sha256)));
    tell();
  });
  for (const folder of touched) await syncFolder(folder);
  options.onProgress(`Tệp: ${inNumbers(result)}`);
  return result;
}

function inNumbers({ count, reused, linked, copied }: CopiedFiles): string {
  const text = (value: number): string => value.toLocaleString('vi-VN');
  return `${text(count)} (${text(reused)} đã có từ trước, ${text(linked)} liên kết, ${text(copied)} chép)`;
}

async function bring(kernel: Kernel, file: ListedFile, target: string): Promise<'reused' | 'linked' | 'copied' | 'missing'> {
  const path = filePath(target, file.sha256);
  if ((await sizeOf(path)) === file.sizeBytes) return 'reused';
  await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (await linkStored(kernel, file, path)) return 'linked';
  return (await copyStored(kernel, file, { path, draft: join(target, 'tmp', `${file.sha256}-${String(process.pid)}`) })) ? 'copied' : 'missing';
}

/** Where the store is no folder, or has other bytes there, the file is copied. */
async function linkStored(kernel: Kernel, file: ListedFile, path: string): Promise<boolean> {
  const stored = pathOfBytes(kernel, file.sha256);
  if (stored === undefined || (await sizeOf(stored)) !== file.sizeBytes) return false;
  return link(stored, path).then(
    () => true,
    // Another file system, or one without links.
    () => false,
  );
}

/** @returns false when the store has not these bytes, or has others under their name. */
async function copyStored(kernel: Kernel, file: ListedFile, place: { path: string; draft: string }): Promise<boolean> {
  try {
    const digest = createHash('sha256');
    const tap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        digest.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(await openBytes(kernel, file.sha256), tap, createWriteStream(place.draft, { mode: 0o600, flush: true }));
    if (digest.digest('hex') !== file.sha256) return false;
    await rename(place.draft, place.path);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.notStored') return false;
    throw error;
  } finally {
    await rm(place.draft, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await statIfThere(path))?.size;
}

/** Reads a list of files and does something for each, several at a time. The first failure ends it. */
export async function forEachFile(list: string, work: (file: ListedFile) => Promise<void>): Promise<void> {
  const lines = createInterface({ input: createReadStream(list), crlfDelay: Infinity })[Symbol.asyncIterator]();
  const lane = async (): Promise<void> => {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const [sha256 = '', size = '', life] = line.value.split(' ');
      await work({ sha256, sizeBytes: Number(size), kept: life === 'kept' });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Calls `tell` at most every few seconds. */
export function progressTeller(tell: () => void): () => void {
  let last = performance.now();
  return () => {
    if (performance.now() - last < TELL_EVERY_MS) return;
    last = performance.now();
    tell();
  };
}
