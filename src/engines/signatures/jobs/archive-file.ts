import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { archiveSignatures, RENEW_BEFORE_MS } from '../archive-signatures.ts';
import { archiveJobFor, keepArchivedCopy, noteNotArchived } from '../commands/archive-file.ts';

const actor = systemActor('signatures.archive-file');
const RENEWED_AT_ONCE = 500;

/** Makes the copy that lasts, or renews it on top of the newest one. */
export const archiveFileJob = outsideJob({
  kind: 'signatures.archive-file',
  payload: z.object({ sha256: z.string() }),
  handle: async (kernel, { agencyId, payload: { sha256 } }) => {
    const newest = await newestCopy(kernel, agencyId, sha256);
    const archived = await archiveSignatures(kernel, newest);
    if (archived.state === 'stillProtected') return;
    if (archived.state === 'notValid') {
      await run(kernel, noteNotArchived, { agencyId, sha256, reason: archived.report.headline.vi }, { actor });
      return;
    }
    await run(kernel, keepArchivedCopy, { agencyId, sha256, copy: archived }, { actor });
  },
});

async function newestCopy(kernel: Kernel, agencyId: Id<'agency'>, sha256: string): Promise<string> {
  const { rows } = await kernel.database.pool.query<{ archived_sha256: string | null }>(
    'select archived_sha256 from signatures.archived_file where agency_id = $1 and sha256 = $2',
    [agencyId, sha256],
  );
  return rows[0]?.archived_sha256 ?? sha256;
}

/** Puts the copies whose time stamp weakens within half a year into the queue. @returns how many */
export async function renewArchives(kernel: Kernel): Promise<number> {
  return run(kernel, enqueueDue, undefined, { actor });
}

async function enqueueDue(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `select agency_id, sha256 from signatures.archived_file where state = 'archived' and protected_until < $1 order by protected_until limit ${String(RENEWED_AT_ONCE)}`,
    [new Date(ctx.now.getTime() + RENEW_BEFORE_MS)],
  );
  // safe because the column holds agency ids only
  for (const row of rows) ctx.enqueue(archiveJobFor(row['agency_id'] as Id<'agency'>, String(row['sha256'])));
  return rows.length;
}
