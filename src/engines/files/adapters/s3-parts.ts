import { filesErrors } from '../errors.ts';
import type { S3Bucket } from './s3-bucket.ts';
import type { AppendOptions, PartStore } from './store.ts';

/** So much of an upload lies in memory before it becomes an object. */
const PART_BYTES = 8 * 1024 * 1024;

/** One object a part, named by the offset where it begins. A part that was sent again replaces the earlier one. */
export function s3Parts(bucket: S3Bucket): PartStore {
  const folderOf = (uploadId: string): string => `uploads/${uploadId}/`;
  const keyOf = (uploadId: string, offset: number): string => `${folderOf(uploadId)}${String(offset).padStart(16, '0')}`;
  return {
    append: (options) => appendParts(options, (offset, bytes) => bucket.replace(keyOf(options.uploadId, offset), bytes)),
    async *read(uploadId, sizeBytes) {
      const sizes = new Map((await bucket.list(folderOf(uploadId))).map((part) => [part.key, part.sizeBytes]));
      // Leftovers of a broken connection begin elsewhere and are passed over.
      for (let offset = 0; offset < sizeBytes; ) {
        const size = sizes.get(keyOf(uploadId, offset));
        if (size === undefined || size === 0) throw filesErrors.uploadLost();
        // safe because no encoding was set, so the chunks are buffers
        for await (const piece of await bucket.get(keyOf(uploadId, offset))) yield piece as Buffer;
        offset += size;
      }
    },
    async drop(uploadId) {
      for (const part of await bucket.list(folderOf(uploadId))) await bucket.remove(part.key);
    },
  };
}

async function appendParts(options: AppendOptions, write: (offset: number, bytes: Buffer) => Promise<void>): Promise<number> {
  let durable = options.offset;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const makeDurable = async (): Promise<void> => {
    if (waitingBytes === 0) return;
    await write(durable, Buffer.concat(waiting));
    durable += waitingBytes;
    waiting = [];
    waitingBytes = 0;
  };
  try {
    for await (const chunk of options.source) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes < PART_BYTES) continue;
      await makeDurable();
      await options.onProgress(durable);
    }
  } catch (error) {
    await makeDurable();
    await options.onProgress(durable);
    throw error;
  }
  await makeDurable();
  return durable;
}
