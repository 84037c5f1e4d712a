import { constants } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { filesErrors, translateStorageError } from '../errors.ts';
import { appendAll, type Growing } from './append.ts';
import type { AppendOptions, PartStore } from './store.ts';

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
    return await appendAll(options, growing(file));
  } catch (error) {
    throw translateStorageError(error);
  } finally {
    await file.close();
  }
}

function growing(file: FileHandle): Growing {
  return {
    async take(chunk, at) {
      for (let written = 0; written < chunk.length; ) written += (await file.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
    },
    flush: () => file.datasync(),
  };
}

async function* readFrom(path: string, sizeBytes: number): AsyncIterable<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw filesErrors.uploadLost({ cause: error });
  });
  const stream = file.createReadStream({ start: 0, end: sizeBytes - 1, highWaterMark: 1024 * 1024 });
  // safe because no encoding was set, so the chunks are buffers
  for await (const chunk of stream) yield chunk as Buffer;
}
