import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { keepFile } from '#engines/files/index.ts';
import { mayKeepCopies } from '../archive-policy.ts';
import type { Wording } from '../report-words.ts';

/** What lasts for decades need not stand in the way of what people wait for. */
const PAUSE_MS = 60_000;

export type FileToArchive = { agencyId: Id<'agency'>; sha256: string; name: string };

/**
 * Has a signed file made to last: after the commit a job appends what its validation rests on and an archive time stamp, in a copy beside the
 * file, which stays as it was issued. The copy is renewed before its time stamp weakens. Asked twice, it is made once.
 */
export async function archiveFile(ctx: CommandContext, { agencyId, sha256, name }: FileToArchive): Promise<void> {
  await ctx.query(
    `insert into signatures.archived_file (agency_id, sha256, name, state, asked_at) values ($1, $2, $3, 'waiting', $4) on conflict (agency_id, sha256) do nothing`,
    [agencyId, sha256, name, ctx.now],
  );
  ctx.enqueue({ ...archiveJobFor(agencyId, sha256), runAt: new Date(ctx.now.getTime() + PAUSE_MS) });
  ctx.record({ type: 'signatures.archive-asked', agencyId, subject: { type: 'signed-file', id: sha256 }, data: { name, sha256 } });
}

/** The job that archives one file, in the queue once. */
export function archiveJobFor(agencyId: Id<'agency'>, sha256: string) {
  return { kind: 'signatures.archive-file', agencyId, payload: { sha256 }, dedupeKey: sha256 };
}

export type ArchivedCopy = { agencyId: Id<'agency'>; sha256: string; copy: { sha256: string; sizeBytes: number; protectedUntil: Date } };

/** Keeps the copy that a job made; the same copy twice is kept once. */
export async function keepArchivedCopy(ctx: CommandContext, { agencyId, sha256, copy }: ArchivedCopy): Promise<void> {
  const { rows } = await ctx.query('select name, archived_sha256 from signatures.archived_file where agency_id = $1 and sha256 = $2 for update', [agencyId, sha256]);
  // safe because the statement selects exactly these columns
  const [row] = rows as { name: string; archived_sha256: string | null }[];
  if (row === undefined || row.archived_sha256 === copy.sha256) return;
  const fileId = await keepFile(ctx, { agencyId, sha256: copy.sha256, sizeBytes: copy.sizeBytes, name: row.name, mediaType: 'application/pdf' });
  await ctx.query(
    `update signatures.archived_file set state = 'archived', archived_sha256 = $3, file_id = $4, protected_until = $5, archived_at = $6,
            failed_at = null, failure_vi = null, failure_en = null
      where agency_id = $1 and sha256 = $2`,
    [agencyId, sha256, copy.sha256, fileId, copy.protectedUntil, ctx.now],
  );
  ctx.record({
    type: 'signatures.file-archived',
    agencyId,
    subject: { type: 'signed-file', id: sha256 },
    data: { name: row.name, sha256, archivedSha256: copy.sha256, protectedUntil: copy.protectedUntil.toISOString() },
  });
}

export type ArchiveFailure = { agencyId: Id<'agency'>; sha256: string; reason: Wording; /** The signatures do not hold, as against a service that was away. */ isRefused: boolean };

/**
 * Notes why a file has no lasting copy yet, or why the one it has could not be renewed, where an administrator sees it. The first failure after a
 * success is recorded; what follows from trying again only moves the time.
 */
export async function noteNotArchived(ctx: CommandContext, { agencyId, sha256, reason, isRefused }: ArchiveFailure): Promise<void> {
  const { rows } = await ctx.query('select name, state, failed_at from signatures.archived_file where agency_id = $1 and sha256 = $2 for update', [agencyId, sha256]);
  // safe because the statement selects exactly these columns
  const [row] = rows as { name: string; state: 'waiting' | 'archived' | 'not_valid'; failed_at: Date | null }[];
  if (row === undefined) return;
  const hasCopy = row.state === 'archived';
  await ctx.query('update signatures.archived_file set state = $3, failed_at = $4, failure_vi = $5, failure_en = $6 where agency_id = $1 and sha256 = $2', [
    agencyId,
    sha256,
    isRefused && !hasCopy ? 'not_valid' : row.state,
    ctx.now,
    reason.vi.slice(0, 1000),
    reason.en.slice(0, 1000),
  ]);
  if (row.failed_at !== null) return;
  const type = hasCopy ? 'signatures.archive-renewal-failed' : 'signatures.archive-refused';
  ctx.record({ type, agencyId, subject: { type: 'signed-file', id: sha256 }, data: { name: row.name, reason: reason.vi } });
}

/** What is protected long enough has not failed. */
export async function noteStillProtected(ctx: CommandContext, { agencyId, sha256 }: { agencyId: Id<'agency'>; sha256: string }): Promise<void> {
  await ctx.query('update signatures.archived_file set failed_at = null, failure_vi = null, failure_en = null where agency_id = $1 and sha256 = $2 and failed_at is not null', [agencyId, sha256]);
}

/** Has a lasting copy that failed tried once more, now. @throws kernel.notFound where none has failed, or the caller may not see it */
export async function retryArchive(ctx: CommandContext, { agencyId, sha256 }: { agencyId: Id<'agency'>; sha256: string }): Promise<void> {
  if (!mayKeepCopies(ctx.actor, agencyId)) throw kernelErrors.notFound();
  const { rows } = await ctx.query('select name from signatures.archived_file where agency_id = $1 and sha256 = $2 and failed_at is not null', [agencyId, sha256]);
  const [row] = rows;
  if (row === undefined) throw kernelErrors.notFound();
  ctx.enqueue(archiveJobFor(agencyId, sha256));
  ctx.record({ type: 'signatures.archive-asked', agencyId, subject: { type: 'signed-file', id: sha256 }, data: { name: String(row['name']), sha256 } });
}
