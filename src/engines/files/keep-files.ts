import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { cleanFileName } from './domain/file-name.ts';
import { filesErrors } from './errors.ts';

export type FileId = Id<'file'>;

export type NewFile = {
  agencyId: Id<'agency'>;
  sha256: string;
  sizeBytes: number;
  name: string;
  /** The name as it was given, where it was cleaned. */
  originalName?: string;
  mediaType: string;
  flags?: readonly string[];
};

/** `keepFiles` for one. */
export async function keepFile(ctx: CommandContext, file: NewFile): Promise<FileId> {
  const [id] = await keepFiles(ctx, [file]);
  if (id === undefined) throw new Error('one file has one id');
  return id;
}

/**
 * Gives agencies a file each on stored bytes, all in one statement. Records nothing: the calling command says what
 * happened.
 * @returns the ids in the order of the files.
 * @throws AppError `files.notStored` when the bytes of one are not in the store.
 */
export async function keepFiles(ctx: CommandContext, files: readonly NewFile[]): Promise<FileId[]> {
  if (files.length === 0) return [];
  await holdBlobs(ctx, [...new Set(files.map((file) => file.sha256))]);
  const rows = files.map((file) => ({ id: newId<'file'>(), cleanName: cleanFileName(file.name), ...file }));
  await ctx.query(
    `insert into files.file (agency_id, id, sha256, size_bytes, name, original_name, media_type, flags, created_at)
     select agency_id, id, sha256, size_bytes, name, original_name, media_type, string_to_array(flags, ','), $9
       from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
         as t (agency_id, id, sha256, size_bytes, name, original_name, media_type, flags)`,
    [
      rows.map((row) => row.agencyId),
      rows.map((row) => row.id),
      rows.map((row) => Buffer.from(row.sha256, 'hex')),
      rows.map((row) => row.sizeBytes),
      rows.map((row) => row.cleanName),
      rows.map((row) => row.originalName ?? row.name),
      rows.map((row) => row.mediaType),
      rows.map((row) => (row.flags ?? []).join(',')),
      ctx.now,
    ],
  );
  return rows.map((row) => row.id);
}

/** Keeps the sweeper from the bytes until this transaction has committed its reference to them. */
async function holdBlobs(ctx: CommandContext, hashes: readonly string[]): Promise<void> {
  const { rows } = await ctx.query('select 1 from files.blob where sha256 = any($1::bytea[]) order by sha256 for key share', [
    hashes.map((sha256) => Buffer.from(sha256, 'hex')),
  ]);
  if (rows.length !== hashes.length) throw filesErrors.notStored();
}
