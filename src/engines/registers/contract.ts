import { z } from 'zod';

/** One of the document types of 30/2020/NĐ-CP Art. 7, as it is in force on a day. */
export const documentTypeView = z.object({ code: z.string(), name: z.string(), abbreviation: z.string().nullable() });

/** Reply of `GET /api/v1/registers/document-types`. */
export const documentTypeList = z.object({ types: z.array(documentTypeView) });
export type DocumentTypeList = z.infer<typeof documentTypeList>;

export type RegisterKind = 'outgoing' | 'incoming' | 'copy';

/** The registers that have a form of their own in the decree and can be read, printed and exported. */
export type ReadRegisterKind = Exclude<RegisterKind, 'copy'>;

/** A column of a form: its heading in the decree's words, its width in characters, and how its cells are written: a day is `YYYY-MM-DD`. */
export type RegisterColumn = { label: string; width: number; kind: 'text' | 'number' | 'day' };

/** The forms of 30/2020/NĐ-CP App. IV (văn bản đi, văn bản đến), each column in its place. Those to sign in stay empty. */
export const registerColumns: Record<ReadRegisterKind, readonly RegisterColumn[]> = {
  outgoing: [
    { label: 'Số, ký hiệu văn bản', width: 15, kind: 'text' },
    { label: 'Ngày tháng văn bản', width: 15, kind: 'day' },
    { label: 'Tên loại và trích yếu nội dung văn bản', width: 42, kind: 'text' },
    { label: 'Người ký', width: 18, kind: 'text' },
    { label: 'Nơi nhận văn bản', width: 34, kind: 'text' },
    { label: 'Đơn vị, người nhận bản lưu', width: 20, kind: 'text' },
    { label: 'Số lượng bản', width: 11, kind: 'number' },
    { label: 'Ngày chuyển', width: 15, kind: 'day' },
    { label: 'Ký nhận', width: 12, kind: 'text' },
    { label: 'Ghi chú', width: 20, kind: 'text' },
  ],
  incoming: [
    { label: 'Ngày đến', width: 15, kind: 'day' },
    { label: 'Số đến', width: 11, kind: 'number' },
    { label: 'Tác giả', width: 26, kind: 'text' },
    { label: 'Số, ký hiệu văn bản', width: 15, kind: 'text' },
    { label: 'Ngày tháng văn bản', width: 15, kind: 'day' },
    { label: 'Tên loại và trích yếu nội dung văn bản', width: 42, kind: 'text' },
    { label: 'Đơn vị hoặc người nhận', width: 24, kind: 'text' },
    { label: 'Ngày chuyển', width: 15, kind: 'day' },
    { label: 'Ký nhận', width: 12, kind: 'text' },
    { label: 'Ghi chú', width: 20, kind: 'text' },
  ],
};

/** What is printed or exported at once; a month of the busiest agency has fewer. */
export const MOST_REGISTER_ROWS = 20_000;

/** Which register, and which days of it; this month of the newest one unless told. */
export const registerQuery = z.object({
  registerId: z.uuid().optional(),
  year: z.coerce.number().int().min(2000).max(2200).optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
});

/** The same, page by page: `after` is the last number of the page before. */
export const registerPageQuery = registerQuery.extend({ after: z.coerce.number().int().min(0).optional(), limit: z.coerce.number().int().min(1).max(1000).default(100) });

const registerName = z.object({ id: z.uuid(), name: z.string(), year: z.number().int() });
export type RegisterName = z.infer<typeof registerName>;

/** Numbers that nothing stands at. */
const missingNumbers = z.object({ from: z.number().int(), to: z.number().int() });
export type MissingNumbers = z.infer<typeof missingNumbers>;

/** One number of a register, its cells in the columns of the form; `missing` are numbers just before it that nothing stands at. */
export const registerRow = z.object({
  id: z.uuid(),
  number: z.number().int(),
  missing: missingNumbers.nullable(),
  cells: z.array(z.string()),
});
export type RegisterRow = z.infer<typeof registerRow>;

/** Reply of `GET …/register` of outgoing and incoming documents. */
export const registerPage = z.object({
  /** The books of the agency by year, the newest first. */
  registers: z.array(registerName),
  /** The one that is open; null while nothing has got a number. */
  register: registerName.nullable(),
  from: z.iso.date(),
  to: z.iso.date(),
  /** How many stand between the days, with the first page only; one more than `MOST_REGISTER_ROWS` where there are more. */
  count: z.number().int().nullable(),
  /** Whether the caller may open the documents as well. */
  opens: z.boolean(),
  /** The names on the cover, as they were on the last of the days: of the agency, and of the one above it where papers name it. */
  letterhead: z.object({ name: z.string(), superior: z.string().nullable() }),
  rows: z.array(registerRow),
  /** Numbers that were given after the last one that stands in the register; told on the last page, where the days reach so far. */
  missingAtEnd: missingNumbers.nullable(),
  next: z.string().nullable(),
});
export type RegisterPage = z.infer<typeof registerPage>;
