import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { AppError, kernelErrors } from '#kernel/errors.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { archiveSignatures, RENEW_BEFORE_MS, type ArchivedSignatures } from '../archive-signatures.ts';
import { archiveJobFor, keepArchivedCopy, noteNotArchived, noteStillProtected } from '../commands/archive-file.ts';

const actor = systemActor('signatures.archive-file');
const RENEWED_AT_ONCE = 500;
/** What could not be checked may be checked tomorrow: an authority was silent, a list was not out yet. So long it is tried each day. */
const TRIED_FOR_MS = 30 * 86_400_000;

/** Makes the copy that lasts, or renews it on top of the newest one. */
export const archiveFileJob = outsideJob({
  kind: 'signatures.archive-file',
  payload: z.object({ sha256: z.string() }),
  handle: async (kernel, { agencyId, payload: { sha256 } }) => {
    const newest = await newestCopy(kernel, agencyId, sha256);
    const archived = await archiveOrNote(kernel, { agencyId, sha256, newest });
    if (archived.state === 'stillProtected') {
      await run(kernel, noteStillProtected, { agencyId, sha256 }, { actor });
      return;
    }
    if (archived.state === 'notValid') {
      await run(kernel, noteNotArchived, { agencyId, sha256, reason: archived.report.headline, isRefused: true }, { actor });
      return;
    }
    await run(kernel, keepArchivedCopy, { agencyId, sha256, copy: archived }, { actor });
  },
});

/** What failed stands where an administrator sees it, and is tried again by the queue. */
async function archiveOrNote(kernel: Kernel, { agencyId, sha256, newest }: { agencyId: Id<'agency'>; sha256: string; newest: string }): Promise<ArchivedSignatures> {
  try {
    return await archiveSignatures(kernel, newest);
  } catch (error) {
    const told = error instanceof AppError ? error : kernelErrors.internal();
    const reason = { vi: told.describe('vi').message, en: told.describe('en').message };
    await run(kernel, noteNotArchived, { agencyId, sha256, reason, isRefused: false }, { actor });
    throw error;
  }
}

async function newestCopy(kernel: Kernel, agencyId: Id<'agency'>, sha256: string): Promise<string> {
  const { rows } = await kernel.database.pool.query<{ archived_sha256: string | null }>(
    'select archived_sha256 from signatures.archived_file where agency_id = $1 and sha256 = $2',
    [agencyId, sha256],
  );
  return rows[0]?.archived_sha256 ?? sha256;
}

/** Puts the copies whose time stamp weakens within half a year into the queue, and what failed lately. @returns how many */
export async function renewArchives(kernel: Kernel): Promise<number> {
  return run(kernel, enqueueDue, undefined, { actor });
}

async function enqueueDue(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `(select agency_id, sha256 from signatures.archived_file where state = 'archived' and protected_until < $1 order by protected_until limit ${String(RENEWED_AT_ONCE)})
     union all
     (select agency_id, sha256 from signatures.archived_file where failed_at is not null and state <> 'archived' and asked_at > $2 order by failed_at limit ${String(RENEWED_AT_ONCE)})`,
    [new Date(ctx.now.getTime() + RENEW_BEFORE_MS), new Date(ctx.now.getTime() - TRIED_FOR_MS)],
  );
  // safe because the column holds agency ids only
  for (const row of rows) ctx.enqueue(archiveJobFor(row['agency_id'] as Id<'agency'>, String(row['sha256'])));
  return rows.length;
}
