import type { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { documentTypeView } from '../contract.ts';

export type DocumentType = z.infer<typeof documentTypeView>;

/** The document types in force on a day, in the order of the decree. */
export async function documentTypesOn(q: Queryable, day: CalendarDay): Promise<DocumentType[]> {
  const { rows } = await q.query(
    `select code, name, abbreviation from registers.document_type
      where valid_from <= $1 and (valid_to is null or valid_to >= $1) order by ordinal`,
    [day],
  );
  // safe because the statement selects exactly these columns
  return rows as DocumentType[];
}
