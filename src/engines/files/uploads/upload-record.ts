import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { filesErrors } from '../errors.ts';

export type UploadId = Id<'upload'>;

/** An upload as its row has it. */
export type Upload = {
  id: UploadId;
  agencyId: Id<'agency'>;
  personId: Id<'person'>;
  state: 'receiving' | 'finished' | 'taken';
  name: string;
  originalName: string;
  sizeBytes: number;
  /** So many bytes are durable. */
  receivedBytes: number;
  /** Null until it is finished. */
  sha256: string | null;
  mediaType: string | null;
  flags: string[];
  expiresAt: Date;
  fileId: Id<'file'> | null;
};

/** A day, as the sweeper of stored bytes counts it. */
export const UPLOAD_LIFE_MS = 86_400_000;

const COLUMNS = `id, agency_id as "agencyId", person_id as "personId", state, name, original_name as "originalName", size_bytes as "sizeBytes",
  received_bytes as "receivedBytes", encode(sha256, 'hex') as sha256, media_type as "mediaType", flags, expires_at as "expiresAt", file_id as "fileId"`;

/**
 * An upload of this person, in this agency.
 * @throws AppError `files.uploadNotFound`, also for somebody else's; `files.uploadExpired`.
 */
export async function getUpload(q: Queryable, owner: PersonActor, query: { uploadId: string; now: Date }): Promise<Upload> {
  const { rows } = await q.query(`select ${COLUMNS} from files.upload where agency_id = $1 and id = $2 and person_id = $3`, [
    owner.agencyId,
    query.uploadId,
    owner.personId,
  ]);
  // safe because these are the columns selected above
  const [upload] = rows as Upload[];
  if (upload === undefined) throw filesErrors.uploadNotFound();
  if (upload.state !== 'taken' && upload.expiresAt <= query.now) throw filesErrors.uploadExpired();
  return upload;
}

export type FinishedUpload = Upload & { sha256: string; mediaType: string };

/** @throws AppError `files.uploadUnfinished` */
export function assertFinished(upload: Upload): FinishedUpload {
  const { sha256, mediaType } = upload;
  if (sha256 === null || mediaType === null) {
    const percent = Math.floor((upload.receivedBytes / upload.sizeBytes) * 100);
    throw filesErrors.uploadUnfinished({ values: { name: upload.name, percent } });
  }
  return { ...upload, sha256, mediaType };
}
