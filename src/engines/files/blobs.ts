import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { ByteRange } from './adapters/store.ts';
import { filesErrors } from './errors.ts';
import { blobStore } from './service.ts';

export type StoredBlob = { /** Hexadecimal. */ sha256: string; sizeBytes: number };

export type StoreOptions = {
  limitBytes: number;
  /**
   * Set when the bytes are worth nothing unless a command keeps them with `keepFile` within a day, as those of an upload
   * or of a signature that is still to be completed. Other bytes are never swept away.
   */
  provisional?: boolean;
};

/**
 * Stores bytes under their hash. When it returns they are durable; bytes that are stored already are not stored twice.
 * Not in a transaction: refer to the hash in a later one.
 * @throws AppError `files.tooLarge` while reading; `files.empty`; `kernel.storageFull` with nothing left behind.
 */
export async function storeBytes(kernel: Kernel, source: Buffer | AsyncIterable<Buffer>, options: StoreOptions): Promise<StoredBlob> {
  return store(kernel, Buffer.isBuffer(source) ? [source] : source, options);
}

/** `storeBytes` of pieces that lie in memory one after another, without joining them. */
export async function storeParts(kernel: Kernel, parts: readonly Buffer[], options?: Partial<StoreOptions>): Promise<StoredBlob> {
  return store(kernel, parts, { limitBytes: Number.MAX_SAFE_INTEGER, ...options });
}

async function store(kernel: Kernel, source: readonly Buffer[] | AsyncIterable<Buffer>, options: StoreOptions): Promise<StoredBlob> {
  const blobs = blobStore(kernel);
  const staged = await blobs.stage(source, options.limitBytes);
  const { sha256, sizeBytes } = staged;
  try {
    if (sizeBytes === 0) throw filesErrors.empty({ values: { name: '' } });
    if (!(await blobs.has(sha256, sizeBytes))) await staged.publish();
    const isDamaged = await noteBlob(kernel, { sha256, sizeBytes }, options.provisional !== true);
    // The sweeper may have removed these very bytes a moment ago; it held the row, so it is done by now.
    if (isDamaged || !(await blobs.has(sha256, sizeBytes))) await staged.publish();
    if (isDamaged) await kernel.database.pool.query('update files.blob set damage = null where sha256 = $1', [Buffer.from(sha256, 'hex')]);
    return { sha256, sizeBytes };
  } finally {
    await staged.discard();
  }
}

/** From now on bytes that were stored provisionally a moment ago are never swept away. */
export async function keepBytes(kernel: Kernel, blob: StoredBlob): Promise<void> {
  await noteBlob(kernel, blob, true);
}

/**
 * The row is renewed at most hourly, so that a file that a whole province shares is no hot spot; it is locked each time.
 * @returns whether the bytes that the store has are known to be damaged.
 */
async function noteBlob(kernel: Kernel, blob: StoredBlob, kept: boolean): Promise<boolean> {
  const now = kernel.clock.now();
  const { rows } = await kernel.database.prepared(
    {
      name: 'files.note-blob',
      text: `insert into files.blob as b (sha256, size_bytes, kept, last_stored_at, last_checked_at) values ($1, $2, $3, $4, $4)
             on conflict (sha256) do update set last_stored_at = excluded.last_stored_at, kept = b.kept or excluded.kept
              where b.last_stored_at < $5 or (excluded.kept and not b.kept) or b.damage is not null
             returning damage`,
    },
    [Buffer.from(blob.sha256, 'hex'), blob.sizeBytes, kept, now, new Date(now.getTime() - 3_600_000)],
  );
  return rows.some((row) => row['damage'] !== null);
}

/**
 * The bytes of a hash, checked against it.
 * @throws AppError `files.notStored`; `files.damaged` when the store gives other bytes.
 */
export async function readBytes(kernel: Kernel, sha256: string): Promise<Buffer> {
  const bytes = await blobStore(kernel).read(sha256);
  if (hash('sha256', bytes, 'hex') !== sha256) throw filesErrors.damaged({ values: { sha256 } });
  return bytes;
}

/**
 * The bytes of a hash at once, where the store has as many as are stated: nobody can make this read more than that. Unchecked. Who reads one
 * file after another gives the memory in which they may lie.
 * @returns undefined when the store has none, or another number.
 */
export async function readStated(kernel: Kernel, { sha256, sizeBytes }: StoredBlob, memory?: Buffer): Promise<Buffer | undefined> {
  return blobStore(kernel)
    .readStated(sha256, sizeBytes, memory)
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'files.notStored') return undefined;
      throw error;
    });
}

/** The bytes of a hash, or a range of them, as a stream; unchecked. @throws AppError `files.notStored`. */
export async function openBytes(kernel: Kernel, sha256: string, range?: ByteRange): Promise<Readable> {
  return blobStore(kernel).open(sha256, range);
}

/** Where the bytes of a hash lie, or would lie, as a file of this machine; undefined when the store is no folder. Whoever uses it never writes there. */
export function pathOfBytes(kernel: Kernel, sha256: string): string | undefined {
  return blobStore(kernel).pathOf(sha256);
}
