import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { filesErrors } from '../errors.ts';
import { keepFile, type FileId } from '../keep-files.ts';
import { assertFinished, getUpload } from '../uploads/upload-record.ts';

export type TakenUpload = { fileId: FileId; sha256: string; name: string; mediaType: string; sizeBytes: number; flags: string[] };

/**
 * Turns a finished upload of the acting person into a file of the person's agency, once.
 * @throws AppError `files.uploadNotFound` (also for somebody else's), `.uploadExpired`, `.uploadUnfinished`, `.uploadTaken`.
 */
export async function takeUpload(ctx: CommandContext, input: { uploadId: string }): Promise<TakenUpload> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.forbidden();
  const upload = assertFinished(await getUpload(ctx, actor, { uploadId: input.uploadId, now: ctx.now }));
  const { sha256, sizeBytes, name, originalName, mediaType, flags } = upload;
  const fileId = await keepFile(ctx, { agencyId: actor.agencyId, sha256, sizeBytes, name, originalName, mediaType, flags });
  // Of two commands at once the second waits here for the first, and then finds the upload taken.
  const { rowCount } = await ctx.query(`update files.upload set state = 'taken', file_id = $3 where agency_id = $1 and id = $2 and state = 'finished'`, [
    actor.agencyId,
    upload.id,
    fileId,
  ]);
  if (rowCount === 0) throw filesErrors.uploadTaken({ values: { name } });
  ctx.record({
    type: 'files.file-uploaded',
    agencyId: actor.agencyId,
    subject: { type: 'file', id: fileId },
    data: { name, originalName, sha256, sizeBytes, mediaType, flags },
  });
  return { fileId, sha256, name, mediaType, sizeBytes, flags };
}
