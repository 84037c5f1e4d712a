import { z } from 'zod';

/** One of the document types of 30/2020/NĐ-CP Art. 7, as it is in force on a day. */
export const documentTypeView = z.object({ code: z.string(), name: z.string(), abbreviation: z.string().nullable() });

/** Reply of `GET /api/v1/registers/document-types`. */
export const documentTypeList = z.object({ types: z.array(documentTypeView) });
export type DocumentTypeList = z.infer<typeof documentTypeList>;
