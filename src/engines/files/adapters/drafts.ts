import { createHash, hash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { tooLarge, translateStorageError } from '../errors.ts';

export type Hashed = { /** Hexadecimal. */ sha256: string; sizeBytes: number };

/** Whether the bytes are all there already. Streams are async iterables, an array of buffers is not. */
export function isMemory(source: readonly Buffer[] | AsyncIterable<Buffer>): source is readonly Buffer[] {
  return Array.isArray(source);
}

/** @throws AppError `files.tooLarge` */
export function hashMemory(parts: readonly Buffer[], limitBytes: number): Hashed {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return { sha256: hash('sha256', only, 'hex'), sizeBytes };
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return { sha256: digest.digest('hex'), sizeBytes };
}

/** Reads a stream into a draft while hashing it. @throws AppError `files.tooLarge` as soon as the limit is passed. */
export async function writeStreamDraft(folder: string, source: AsyncIterable<Buffer>, limitBytes: number): Promise<Hashed & { path: string }> {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  const path = await writeDraft(folder, async (file) => {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
      digest.update(chunk);
      await file.writeFile(chunk);
    }
  });
  return { path, sha256: digest.digest('hex'), sizeBytes };
}

/** A durable file under a name that nobody else knows; gone again when writing it fails. @throws AppError `kernel.storageFull` */
export async function writeDraft(folder: string, write: (file: FileHandle) => Promise<void>): Promise<string> {
  const path = join(folder, randomUUID());
  let file: FileHandle | undefined;
  try {
    file = await createFile(folder, path);
    await write(file);
    await file.datasync();
    await file.close();
    return path;
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(path, { force: true });
    throw translateStorageError(error);
  }
}

async function createFile(folder: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o400);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return open(path, 'wx', 0o400);
  }
}

/** Removes the drafts of processes that died over them. */
export async function removeOldDrafts(folder: string, before: Date): Promise<void> {
  const names = (await readdir(folder).catch(unlessMissing)) ?? [];
  for (const name of names) {
    const path = join(folder, name);
    // Another process may have finished with it meanwhile.
    const found = await stat(path).catch(unlessMissing);
    if (found !== undefined && found.mtime < before) await rm(path, { force: true });
  }
}

function unlessMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
