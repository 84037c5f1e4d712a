import type { CommandContext } from '#kernel/command.ts';
import { takeUpload } from '#engines/files/index.ts';
import { beginNationalImport, type ImportId } from '#engines/identity/index.ts';

/**
 * Begins to read the national list from an uploaded JSON or CSV file; a job takes its entries.
 * @throws identity.importRunning, files.uploadNotFound, files.uploadUnfinished, files.uploadTaken, kernel.forbidden
 */
export async function startNationalImport(ctx: CommandContext, input: { uploadId: string }): Promise<ImportId> {
  const upload = await takeUpload(ctx, { uploadId: input.uploadId });
  const importId = await beginNationalImport(ctx, { source: 'file', origin: upload.name, fileHash: upload.sha256 });
  if (ctx.actor.kind === 'person') ctx.enqueue({ kind: 'accounts.import-national-list', agencyId: ctx.actor.agencyId, payload: { importId }, dedupeKey: importId });
  return importId;
}
