import { createHash } from 'node:crypto';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { openBytes, storeBytes } from '#engines/files/index.ts';
import type { EnvelopeFile } from '../../../contract.ts';
import type { PartnerId } from '../../adapter.ts';

export type ComingFile = { sha256: string; sizeBytes: number; receivedBytes: number; isHere: boolean };

const COLUMNS = `encode(sha256, 'hex') as sha256, size_bytes as "sizeBytes", received_bytes as "receivedBytes", is_here as "isHere"`;

/** Notes which files a partner is going to send. What it sent before is here already, and what it began goes on. */
export async function announceFiles(q: Queryable, partnerId: PartnerId, announced: { files: readonly EnvelopeFile[]; now: Date }): Promise<ComingFile[]> {
  const files = [...new Map(announced.files.map((file) => [file.sha256, file])).values()];
  const hashes = files.map((file) => Buffer.from(file.sha256, 'hex'));
  await q.query(
    `insert into exchange.partner_file (partner_id, sha256, size_bytes, received_bytes, is_here, announced_at)
     select $1, f.*, 0, false, $4 from unnest($2::bytea[], $3::bigint[]) as f on conflict do nothing`,
    [partnerId, hashes, files.map((file) => file.sizeBytes), announced.now],
  );
  const { rows } = await q.query(`select ${COLUMNS} from exchange.partner_file where partner_id = $1 and sha256 = any($2)`, [partnerId, hashes]);
  // safe because the statement selects exactly these columns
  return rows as ComingFile[];
}

/** A file that a partner announced, or undefined. */
export async function comingFile(q: Queryable, partnerId: PartnerId, sha256: string): Promise<ComingFile | undefined> {
  const { rows } = await q.query(`select ${COLUMNS} from exchange.partner_file where partner_id = $1 and sha256 = $2`, [partnerId, Buffer.from(sha256, 'hex')]);
  // safe because the statement selects exactly these columns
  return rows[0] as ComingFile | undefined;
}

/**
 * Adds a part to a file. When the line breaks in the middle, what came is kept, and the next part begins there. Never more
 * than was announced is read. The last part makes the whole be checked against its hash; a wrong whole begins anew.
 * @returns how far the file is now.
 */
export async function addPart(kernel: Kernel, partnerId: PartnerId, part: { file: ComingFile; offset: number; source: AsyncIterable<Buffer> }): Promise<ComingFile> {
  const { file, offset } = part;
  if (file.isHere || offset !== file.receivedBytes) return file;
  const rest = file.sizeBytes - offset;
  const stored = await storeWhatComes(kernel, upTo(part.source, rest));
  if (stored !== undefined) await run(kernel, notePart, { partnerId, file, offset, stored }, { actor: systemActor('exchange.part') });
  const now = await comingFile(kernel.database.pool, partnerId, file.sha256);
  if (now === undefined) throw new Error('an announced file is not forgotten while it comes');
  return finished(kernel, partnerId, now);
}

/**
 * Puts together what has come whole and was not put together yet: whoever received the last part may have died just then, and its
 * sender has nothing left to send.
 */
export async function finishFiles(kernel: Kernel, partnerId: PartnerId, files: readonly ComingFile[]): Promise<ComingFile[]> {
  const now: ComingFile[] = [];
  for (const file of files) now.push(await finished(kernel, partnerId, file));
  return now;
}

/** One of these at a time in a process, however often its sender asks meanwhile. */
const underWay = service(Symbol('exchange.coming-files'), () => new Map<string, Promise<ComingFile>>());

function finished(kernel: Kernel, partnerId: PartnerId, file: ComingFile): Promise<ComingFile> {
  if (file.isHere || file.receivedBytes < file.sizeBytes) return Promise.resolve(file);
  const key = `${partnerId} ${file.sha256}`;
  const present = underWay(kernel).get(key);
  if (present !== undefined) return present;
  const work = putTogether(kernel, partnerId, file).finally(() => underWay(kernel).delete(key));
  underWay(kernel).set(key, work);
  return work;
}

/** The bytes until their end, their limit, or a broken line. */
async function* upTo(source: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<Buffer> {
  let left = limitBytes;
  try {
    for await (const bytes of source) {
      // Whoever sends more than was announced is not read any further; a part of the right length is read to its end.
      if (left === 0) return;
      const taken = bytes.subarray(0, left);
      left -= taken.length;
      if (taken.length > 0) yield taken;
    }
  } catch (error) {
    // A broken line ends the part where it broke; only this stream throws here, the store's failures come up in the consumer.
    if (!(error instanceof Error)) throw error;
  }
}

async function storeWhatComes(kernel: Kernel, source: AsyncIterable<Buffer>): Promise<{ sha256: string; sizeBytes: number } | undefined> {
  try {
    return await storeBytes(kernel, source, { limitBytes: Number.MAX_SAFE_INTEGER, provisional: true });
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.empty') return undefined;
    throw error;
  }
}

async function notePart(ctx: CommandContext, part: { partnerId: PartnerId; file: ComingFile; offset: number; stored: { sha256: string; sizeBytes: number } }): Promise<void> {
  const { partnerId, file, offset, stored } = part;
  // Of two that bring the same part the first counts.
  const moved = await ctx.query('update exchange.partner_file set received_bytes = $4 where partner_id = $1 and sha256 = $2 and received_bytes = $3 and not is_here', [
    partnerId,
    Buffer.from(file.sha256, 'hex'),
    offset,
    offset + stored.sizeBytes,
  ]);
  if (moved.rowCount !== 1) return;
  await ctx.query('insert into exchange.partner_file_part (partner_id, sha256, starts_at, size_bytes, part_hash) values ($1, $2, $3, $4, $5)', [
    partnerId,
    Buffer.from(file.sha256, 'hex'),
    offset,
    stored.sizeBytes,
    Buffer.from(stored.sha256, 'hex'),
  ]);
}

async function putTogether(kernel: Kernel, partnerId: PartnerId, file: ComingFile): Promise<ComingFile> {
  const { rows } = await kernel.database.pool.query<{ hash: string }>(
    `select encode(part_hash, 'hex') as hash from exchange.partner_file_part where partner_id = $1 and sha256 = $2 order by starts_at`,
    [partnerId, Buffer.from(file.sha256, 'hex')],
  );
  const parts = rows.map((row) => row.hash);
  const isWhole = await hashOf(kernel, parts).then(
    (hash) => hash === file.sha256,
    (error: unknown) => {
      // Parts of a file that came too slowly were swept away: it begins anew.
      if (error instanceof AppError && error.code === 'files.notStored') return false;
      throw error;
    },
  );
  if (isWhole) await storeBytes(kernel, inOrder(kernel, parts), { limitBytes: file.sizeBytes });
  await run(kernel, noteWhole, { partnerId, file, isWhole }, { actor: systemActor('exchange.part') });
  return (await comingFile(kernel.database.pool, partnerId, file.sha256)) ?? file;
}

async function noteWhole(ctx: CommandContext, whole: { partnerId: PartnerId; file: ComingFile; isWhole: boolean }): Promise<void> {
  const key = [whole.partnerId, Buffer.from(whole.file.sha256, 'hex')];
  await ctx.query('delete from exchange.partner_file_part where partner_id = $1 and sha256 = $2', key);
  // Whoever comes second finds the parts gone: what the first made of them stands.
  await ctx.query('update exchange.partner_file set is_here = $3, received_bytes = case when $3 then size_bytes else 0 end where partner_id = $1 and sha256 = $2 and not is_here', [...key, whole.isWhole]);
}

async function hashOf(kernel: Kernel, parts: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of inOrder(kernel, parts)) hash.update(bytes);
  return hash.digest('hex');
}

async function* inOrder(kernel: Kernel, parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    // safe because the store reads bytes, not text
    for await (const bytes of await openBytes(kernel, part)) yield bytes as Buffer;
  }
}
