import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { getDocumentType } from '#engines/registers/index.ts';
import type { z } from 'zod';
import type { draftFields } from './contract.ts';
import { errors } from './errors.ts';
import { searchTextOf } from './search-text.ts';
import type { Tables } from './tables.ts';

export type DraftInput = z.output<typeof draftFields>;

/** Checks what a drafter typed and gives the columns that follow from it. */
export async function draftColumns(ctx: CommandContext, input: DraftInput) {
  if (input.secrecy !== 'none') throw errors.stateSecret();
  const type = await getDocumentType(ctx, input.typeCode, vietnamDay(ctx.now));
  return {
    type_code: type.code,
    type_name: type.name,
    summary: input.summary,
    search_text: searchTextOf({ typeName: type.name, summary: input.summary }),
    urgency: input.urgency,
    answer_due: input.answerDue,
  };
}

/**
 * Replaces the recipients of a document by the chosen ones, with the names and codes of today.
 * @throws outgoing-documents.recipientClosed with the successors as data, unknownRecipient.
 */
export async function setRecipients(ctx: CommandContext, document: { agency_id: string; id: string }, recipientIds: readonly string[]): Promise<void> {
  const db = ctx.tables<Tables>();
  await db.deleteFrom('outgoing_documents.recipient').where('agency_id', '=', document.agency_id).where('document_id', '=', document.id).execute();
  const rows = await activeRecipients(ctx, recipientIds);
  if (rows.length === 0) return;
  await ctx.query(
    `insert into outgoing_documents.recipient (agency_id, document_id, recipient_agency_id, name, code, position)
     select $1, $2, * from unnest($3::uuid[], $4::text[], $5::text[], $6::smallint[])`,
    [document.agency_id, document.id, rows.map((row) => row.id), rows.map((row) => row.name), rows.map((row) => row.code), rows.map((_row, index) => index + 1)],
  );
}

/** The chosen agencies as they are today, each once, in the chosen order; a closed one is refused and its successors are offered. */
export async function activeRecipients(ctx: CommandContext, recipientIds: readonly string[]): Promise<{ id: Id<'agency'>; name: string; code: string | null }[]> {
  const ids = [...new Set(recipientIds)] as Id<'agency'>[]; // safe because unknown ids are refused just below
  if (ids.length === 0) return [];
  const agencies = await agenciesOn(ctx, ids, vietnamDay(ctx.now));
  return ids.map((id) => {
    const agency = agencies.get(id);
    if (agency === undefined) throw errors.unknownRecipient();
    if (agency.state === 'closed') {
      throw errors.recipientClosed({
        values: { name: agency.name, closedOn: agency.closedOn ?? '' },
        data: { agencyId: id, name: agency.name, successors: agency.successors },
      });
    }
    return { id, name: agency.name, code: agency.code };
  });
}
