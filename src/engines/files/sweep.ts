import type { Kernel } from '#kernel/kernel.ts';
import type { StatementClient } from '#kernel/prepared-statements.ts';
import { blobStore } from './service.ts';
import { UPLOAD_LIFE_MS, type Upload } from './uploads/upload-record.ts';

/** A day, and the hour by which the note of a repeated store may lag behind. */
const UNCLAIMED_LIFE_MS = UPLOAD_LIFE_MS + 3_600_000;
const BATCH = 50;

/** Forgets uploads that ran out of time, and those that were taken long ago, with the bytes that had come. */
export async function expireUploads(kernel: Kernel): Promise<number> {
  const now = kernel.clock.now();
  const { rows } = await kernel.database.pool.query<Pick<Upload, 'agencyId' | 'id'>>('select agency_id as "agencyId", id from files.upload where expires_at < $1', [now]);
  for (const { agencyId, id } of rows) {
    await blobStore(kernel).parts.drop(id);
    await kernel.database.pool.query('delete from files.upload where agency_id = $1 and id = $2 and expires_at < $3', [agencyId, id, now]);
  }
  return rows.length;
}

/**
 * Removes provisional bytes that nobody kept within a day, and marks those that were kept.
 * @returns how many blobs were removed.
 */
export async function sweepBlobs(kernel: Kernel): Promise<number> {
  const before = new Date(kernel.clock.now().getTime() - UNCLAIMED_LIFE_MS);
  let removed = 0;
  let last: Buffer = Buffer.alloc(0);
  for (;;) {
    const after = last;
    const batch = await kernel.database.transaction((_tx, client) => sweepBatch(kernel, client, { before, after }));
    removed += batch.removed;
    if (batch.last === undefined) return removed;
    last = batch.last;
  }
}

/**
 * The rows stay locked until the bytes are gone, which is why the bytes go inside the transaction: whoever stores the
 * same bytes meanwhile waits at the row and then looks whether they are still there; whoever keeps them waits and finds
 * no row. References are read after the lock, so a file that was kept a moment before counts.
 */
async function sweepBatch(kernel: Kernel, client: StatementClient, range: { before: Date; after: Buffer }): Promise<{ removed: number; last: Buffer | undefined }> {
  const { rows } = await client.query<{ sha256: Buffer }>(
    'select sha256 from files.blob where not kept and last_stored_at < $1 and sha256 > $2 order by sha256 limit $3 for update',
    [range.before, range.after, BATCH],
  );
  const candidates = rows.map((row) => row.sha256);
  if (candidates.length === 0) return { removed: 0, last: undefined };
  await client.query('update files.blob set kept = true where sha256 = any($1) and sha256 in (select sha256 from files.file where sha256 = any($1))', [candidates]);
  const { rows: unclaimed } = await client.query<{ sha256: string }>(
    `delete from files.blob where sha256 = any($1) and not kept
        and sha256 not in (select sha256 from files.upload where sha256 = any($1) and state = 'finished')
     returning encode(sha256, 'hex') as sha256`,
    [candidates],
  );
  for (const { sha256 } of unclaimed) await blobStore(kernel).remove(sha256);
  return { removed: unclaimed.length, last: candidates.at(-1) };
}
