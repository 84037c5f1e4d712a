import { constants } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { filesErrors, translateStorageError } from '../errors.ts';
import type { AppendOptions, PartStore } from './store.ts';

/** After so many bytes what came is made durable, so that a killed server costs little of a long upload. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;

/** One growing file an upload. */
export function localParts(folder: string): PartStore {
  const pathOf = (uploadId: string): string => join(folder, uploadId);
  return {
    append: (options) => appendToFile(folder, pathOf(options.uploadId), options),
    read: (uploadId, sizeBytes) => readFrom(pathOf(uploadId), sizeBytes),
    drop: (uploadId) => rm(pathOf(uploadId), { force: true }),
  };
}

async function appendToFile(folder: string, path: string, options: AppendOptions): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    if ((await file.stat()).size < options.offset) throw filesErrors.uploadLost();
    await file.truncate(options.offset);
    return await writeChunks(file, options);
  } catch (error) {
    throw translateStorageError(error);
  } finally {
    await file.close();
  }
}

async function writeChunks(file: FileHandle, options: AppendOptions): Promise<number> {
  let received = options.offset;
  let durable = options.offset;
  const makeDurable = async (): Promise<void> => {
    if (received === durable) return;
    await file.datasync();
    durable = received;
  };
  try {
    for await (const chunk of options.source) {
      for (let written = 0; written < chunk.length; ) written += (await file.write(chunk, written, chunk.length - written, received + written)).bytesWritten;
      received += chunk.length;
      if (received - durable < CHECKPOINT_BYTES) continue;
      await makeDurable();
      await options.onProgress(durable);
    }
  } catch (error) {
    // The connection broke, or the disk is full: what came whole is kept, so that the upload goes on from there.
    await makeDurable();
    await options.onProgress(durable);
    throw error;
  }
  await makeDurable();
  return durable;
}

async function* readFrom(path: string, sizeBytes: number): AsyncIterable<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw filesErrors.uploadLost({ cause: error });
  });
  const stream = file.createReadStream({ start: 0, end: sizeBytes - 1, highWaterMark: 1024 * 1024 });
  // safe because no encoding was set, so the chunks are buffers
  for await (const chunk of stream) yield chunk as Buffer;
}
