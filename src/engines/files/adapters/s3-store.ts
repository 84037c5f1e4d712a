import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { filesErrors } from '../errors.ts';
import { hashMemory, isMemory, removeOldDrafts, writeStreamDraft } from './drafts.ts';
import { connectS3 } from './s3-bucket.ts';
import { s3Parts } from './s3-parts.ts';
import type { BlobStore } from './store.ts';

/**
 * An S3-compatible store, `s3://bucket/prefix?endpoint=https://…&region=…`. The key is the hash; an object that is
 * there is never written again. Streams wait in a draft on the local disk, since the key is known at their end only.
 */
export function openS3Store(url: string, dataDir: string): BlobStore {
  const bucket = connectS3(url);
  const drafts = join(dataDir, 's3-drafts');
  const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
  return {
    stage: async (source, limitBytes) => {
      if (isMemory(source)) {
        const hashed = hashMemory(source, limitBytes);
        return { ...hashed, publish: () => bucket.put(keyOf(hashed.sha256), { ...hashed, open: () => Buffer.concat(source) }), discard: () => Promise.resolve() };
      }
      const { path, ...hashed } = await writeStreamDraft(drafts, source, limitBytes);
      return { ...hashed, publish: () => bucket.put(keyOf(hashed.sha256), { ...hashed, open: () => createReadStream(path) }), discard: () => rm(path, { force: true }) };
    },
    has: async (sha256, sizeBytes) => (await bucket.sizeOf(keyOf(sha256))) === sizeBytes,
    open: (sha256, range) => bucket.get(keyOf(sha256), range),
    read: async (sha256) => collect(await bucket.get(keyOf(sha256))),
    readStated: async (sha256, sizeBytes) => ((await bucket.sizeOf(keyOf(sha256))) === sizeBytes ? await collect(await bucket.get(keyOf(sha256))) : undefined),
    pathOf: () => undefined,
    remove: (sha256) => bucket.remove(keyOf(sha256)),
    parts: s3Parts(bucket),
    cleanUp: (before) => removeOldDrafts(drafts, before),
  };
}

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    // safe because no encoding was set, so the chunks are buffers
    for await (const piece of stream) pieces.push(piece as Buffer);
  } catch (error) {
    throw filesErrors.storeUnavailable({ cause: error });
  }
  return Buffer.concat(pieces);
}

