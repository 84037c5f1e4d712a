import type { Selectable } from 'kysely';
import type { IncomingDetail } from './contract.ts';
import type { AssignmentRow as AssignmentColumns, CopyRow as CopyColumns, DocumentRow as DocumentColumns } from './tables.gen.ts';

export type { Tables } from './tables.gen.ts';

/** A row as it is read. */
export type DocumentRow = Selectable<DocumentColumns>;

export type AssignmentRow = Selectable<AssignmentColumns>;

export type CopyRow = Selectable<CopyColumns>;

/** The files of a document as the exchange described them on arrival. */
export function filesOf(document: DocumentRow): IncomingDetail['files'] {
  // safe because only the files of an accepted message are written to this column
  return document.files as IncomingDetail['files'];
}
