import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { validateStored, type StoredReport } from '#engines/signatures/index.ts';
import { verificationErrors } from './errors.ts';

/** What anybody with the code may know about an issued document. */
export type IssuedDocument = {
  code: string;
  agencyName: string;
  numberAndNotation: string;
  typeName: string;
  issuedOn: CalendarDay | null;
  state: 'in_force' | 'recalled' | 'replaced';
  /** Since when it is no longer in force. */
  endedAt: string | null;
  replacedBy: { numberAndNotation: string; code: string } | null;
  files: { role: 'main' | 'attachment'; sha256: string }[];
};

/**
 * The issued document behind a code, under the name that its agency had on the day of issue.
 * @throws verification.unknownCode
 */
export async function findIssuedDocument(kernel: Kernel, code: string): Promise<IssuedDocument> {
  const q = kernel.database.pool;
  const { rows } = await q.query(
    `select code, agency_id, number_and_notation as "numberAndNotation", type_name as "typeName", issued_on as "issuedOn", issued_at, state, ended_at, replaced_by_number, replaced_by_code, files
       from verification.issued_document where code = $1`,
    [code],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as (Omit<IssuedDocument, 'agencyName' | 'endedAt' | 'replacedBy'> & { agency_id: Id<'agency'>; issued_at: Date; ended_at: Date | null; replaced_by_number: string | null; replaced_by_code: string | null }) | undefined;
  if (row === undefined) throw verificationErrors.unknownCode();
  const { agency_id, issued_at, ended_at, replaced_by_number: number, replaced_by_code: byCode, ...document } = row;
  const agency = (await agenciesOn(q, [agency_id], document.issuedOn ?? vietnamDay(issued_at))).get(agency_id);
  return { ...document, endedAt: ended_at?.toISOString() ?? null, replacedBy: number === null || byCode === null ? null : { numberAndNotation: number, code: byCode }, agencyName: agency?.name ?? '' };
}

/** The report on the signatures of the document's main file, as it stands in the store today. */
export async function reportOfIssued(kernel: Kernel, document: IssuedDocument): Promise<StoredReport | undefined> {
  const main = document.files.find((file) => file.role === 'main');
  return main === undefined ? undefined : validateStored(kernel, main.sha256);
}
