import { sendDueAt, type UnsentDocument, type UnsentSource } from '#engines/exchange/index.ts';
import { workingCalendar } from '#engines/cases/index.ts';
import { numberAndNotation } from '#engines/registers/index.ts';
import { officeDaysOf } from '../sent-actions.ts';

/** More are not looked through: whoever has so many on the desk sees the oldest. */
const MOST = 5000;

type Row = Omit<UnsentDocument, 'subject' | 'dueAt' | 'number' | 'waitsFor'> & { id: string; number: number | null; notation: string | null; urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash'; state: 'signed' | 'numbered' | 'sealed' };

const waits = { signed: 'number', numbered: 'seal', sealed: 'issue' } as const;

/** The documents that are signed and not issued yet, each with its deadline of sending. */
export const unsentDocuments: UnsentSource = async (kernel, { agencyId }) => {
  const days = officeDaysOf(await workingCalendar(kernel));
  const { rows } = await kernel.database.pool.query(
    `select agency_id as "agencyId", id, number, notation, summary, signer_name as "signerName", signed_at as "signedAt", urgency, state
       from outgoing_documents.document where state in ('signed', 'numbered', 'sealed') and ($1::uuid is null or agency_id = $1) order by signed_at limit ${String(MOST)}`,
    [agencyId],
  );
  // safe because these are the columns selected above, and what is signed has its signer and time by a check of the table
  return (rows as Row[]).map(({ id, number, notation, urgency, state, ...row }) => ({
    ...row,
    subject: { type: 'outgoing-document', id },
    number: number === null || notation === null ? null : numberAndNotation(number, notation),
    dueAt: sendDueAt({ signedAt: row.signedAt, urgency }, days),
    waitsFor: waits[state],
  }));
};
