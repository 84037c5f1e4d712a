import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { newId } from '#kernel/ids.ts';
import { cleanFileName } from '../domain/file-name.ts';
import { filesErrors, tooLarge } from '../errors.ts';
import { UPLOAD_LIFE_MS, type Upload, type UploadId } from './upload-record.ts';

/** One person's unfinished uploads: enough for a folder of attachments, too few to fill a disk unseen. */
const MAX_UNFINISHED = 100;

export type NewUpload = { name: string; sizeBytes: number };

/**
 * Opens an upload of this person. It records no event: nothing has happened until a command takes the file.
 * @throws AppError `files.empty`, `files.tooLarge`, `files.tooManyUploads`.
 */
export async function createUpload(kernel: Kernel, owner: PersonActor, input: NewUpload): Promise<Upload> {
  const { uploadLimitBytes } = kernel.config;
  const name = cleanFileName(input.name);
  if (input.sizeBytes === 0) throw filesErrors.empty({ values: { name } });
  if (input.sizeBytes > uploadLimitBytes) throw tooLarge(uploadLimitBytes);
  const now = kernel.clock.now();
  const { rows } = await kernel.database.pool.query<{ count: number }>(
    `select count(*) as count from files.upload where agency_id = $1 and person_id = $2 and state = 'receiving' and expires_at > $3`,
    [owner.agencyId, owner.personId, now],
  );
  const count = rows[0]?.count ?? 0;
  if (count >= MAX_UNFINISHED) throw filesErrors.tooManyUploads({ values: { count } });
  const upload: Upload = {
    id: newId<'upload'>() satisfies UploadId,
    agencyId: owner.agencyId,
    personId: owner.personId,
    state: 'receiving',
    name,
    originalName: input.name.toWellFormed().replaceAll('\u0000', '').slice(0, 1000),
    sizeBytes: input.sizeBytes,
    receivedBytes: 0,
    sha256: null,
    mediaType: null,
    flags: [],
    expiresAt: new Date(now.getTime() + UPLOAD_LIFE_MS),
    fileId: null,
  };
  await kernel.database.pool.query(
    `insert into files.upload (agency_id, id, person_id, state, name, original_name, size_bytes, received_bytes, flags, created_at, expires_at)
     values ($1, $2, $3, 'receiving', $4, $5, $6, 0, '{}', $7, $8)`,
    [upload.agencyId, upload.id, upload.personId, upload.name, upload.originalName, upload.sizeBytes, now, upload.expiresAt],
  );
  return upload;
}
