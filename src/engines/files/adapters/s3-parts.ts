import { filesErrors } from '../errors.ts';
import { appendAll, type Growing } from './append.ts';
import type { S3Bucket } from './s3-bucket.ts';
import type { PartStore } from './store.ts';

/** One object a part, named by the offset where it begins. A part that was sent again replaces the earlier one. */
export function s3Parts(bucket: S3Bucket): PartStore {
  const folderOf = (uploadId: string): string => `uploads/${uploadId}/`;
  const keyOf = (uploadId: string, offset: number): string => `${folderOf(uploadId)}${String(offset).padStart(16, '0')}`;
  return {
    append: (options) => appendAll(options, inParts((offset, bytes) => bucket.replace(keyOf(options.uploadId, offset), bytes))),
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

/** What came since the last part lies in memory until it becomes an object. */
function inParts(write: (offset: number, bytes: Buffer) => Promise<void>): Growing {
  let waiting: Buffer[] = [];
  return {
    take(chunk) {
      waiting.push(chunk);
      return Promise.resolve();
    },
    async flush(from) {
      await write(from, Buffer.concat(waiting));
      waiting = [];
    },
  };
}
