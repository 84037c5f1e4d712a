import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { filesErrors } from '../errors.ts';

export type StoredFile = {
  id: Id<'file'>;
  sha256: string;
  sizeBytes: number;
  name: string;
  originalName: string;
  mediaType: string;
  flags: string[];
  createdAt: Date;
};

/** A file of the agency. @throws AppError `files.notFound`, also for another agency's. */
export async function getFile(q: Queryable, agencyId: Id<'agency'>, fileId: string): Promise<StoredFile> {
  const { rows } = await q.query(
    `select id, encode(sha256, 'hex') as sha256, size_bytes as "sizeBytes", name, original_name as "originalName", media_type as "mediaType",
            flags, created_at as "createdAt"
       from files.file where agency_id = $1 and id = $2`,
    [agencyId, fileId],
  );
  // safe because these are the columns selected above
  const [file] = rows as StoredFile[];
  if (file === undefined) throw filesErrors.notFound();
  return file;
}
