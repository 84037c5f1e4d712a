import type { Selectable } from 'kysely';
import type { DocumentRow as DocumentColumns, FileRow as FileColumns, OpinionRow as OpinionColumns, RecipientRow as RecipientColumns } from './tables.gen.ts';

export type { Tables } from './tables.gen.ts';

/** Rows as they are read. */
export type DocumentRow = Selectable<DocumentColumns>;
export type FileRow = Selectable<FileColumns>;
export type OpinionRow = Selectable<OpinionColumns>;
export type RecipientRow = Selectable<RecipientColumns>;

/** What an inspection noticed in a file, such as a script that is never run. */
export function flagsOf(file: FileRow): string[] {
  // safe because only arrays of text are written to this column
  return file.flags as string[];
}
