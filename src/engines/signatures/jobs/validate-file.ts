import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Id } from '#kernel/ids.ts';
import { validateStored } from '../queries/validate-stored.ts';
import { readFolderSince } from '../trust.ts';

/** Makes the report on a file before somebody waits for it. */
export const validateFileJob = outsideJob({
  kind: 'signatures.validate-file',
  payload: z.object({ sha256: z.string(), askedAt: z.iso.datetime().optional() }),
  handle: async (kernel, { payload: { sha256, askedAt } }) => {
    if (askedAt !== undefined) readFolderSince(kernel, new Date(askedAt));
    await validateStored(kernel, sha256);
  },
});

/** Has a file validated after the commit: whoever sends it on next finds the report made. */
export function validateSoon(ctx: CommandContext, { agencyId, sha256 }: { agencyId: Id<'agency'>; sha256: string }): void {
  ctx.enqueue({ kind: 'signatures.validate-file', agencyId, payload: { sha256 }, dedupeKey: sha256 });
}

/** Has a file validated again whose report is outdated, by what its asker knew; while that waits it is not begun a second time. */
export function validateAnew(ctx: CommandContext, { agencyId, sha256 }: { agencyId: Id<'agency'>; sha256: string }): Promise<void> {
  ctx.enqueue({ kind: 'signatures.validate-file', agencyId, payload: { sha256, askedAt: ctx.now.toISOString() }, dedupeKey: sha256 });
  return Promise.resolve();
}
