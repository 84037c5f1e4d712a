import type { CommandContext } from '#kernel/command.ts';
import { parseCalendarDay, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, getUnit } from '#engines/identity/index.ts';
import { getDocumentType, notationOf, numberAndNotation, takeNumber } from '#engines/registers/index.ts';
import type { Id } from '#kernel/ids.ts';
import { agencyOf, lockForAction, personOf, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { searchTextOf } from '../search-text.ts';
import type { DocumentRow } from '../tables.ts';
import { waitFor } from '../waiting.ts';

/**
 * Numbers and dates a signed document (30/2020/NĐ-CP Art. 15). The number is the next of the agency's register in the
 * year of the date: gapless, also when many clerks number at once.
 */
export async function numberDocument(ctx: CommandContext, input: { documentId: string; issuedOn?: string | undefined }): Promise<{ numberAndNotation: string; issuedOn: string }> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'number');
  const today = vietnamDay(ctx.now);
  const issuedOn = input.issuedOn === undefined ? today : parseCalendarDay(input.issuedOn);
  if (issuedOn === undefined || issuedOn > today || (document.signed_at !== null && issuedOn < vietnamDay(document.signed_at))) throw errors.dateInFuture();
  const notation = await notationFor(ctx, document);
  const taken = await takeNumber(ctx, { agencyId: agencyOf(document), kind: 'outgoing', day: issuedOn });
  await updateDocument(ctx, document, {
    state: next,
    register_id: taken.registerId,
    year: taken.year,
    number: taken.number,
    notation,
    issued_on: issuedOn,
    numbered_at: ctx.now,
    numbered_by: personOf(ctx).name,
    search_text: searchTextOf({ typeName: document.type_name, summary: document.summary, number: taken.number, notation }),
  });
  await waitFor(ctx, document, { kind: 'seal', assignee: { role: 'clerk' } });
  const full = numberAndNotation(taken.number, notation);
  ctx.record({
    type: 'outgoing-documents.document-numbered',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { numberAndNotation: full, issuedOn },
  });
  return { numberAndNotation: full, issuedOn };
}

async function notationFor(ctx: CommandContext, document: DocumentRow): Promise<string> {
  const today = vietnamDay(ctx.now);
  const type = await getDocumentType(ctx, document.type_code, today);
  const agency = (await agenciesOn(ctx, [agencyOf(document)], today)).get(agencyOf(document));
  const unit = document.drafting_unit_id === null ? undefined : await getUnit(ctx, agencyOf(document), document.drafting_unit_id as Id<'unit'>); // safe because the column holds unit ids
  return notationOf({ typeAbbreviation: type.abbreviation, agencyAbbreviation: agency?.abbreviation ?? '', unitAbbreviation: unit?.abbreviation ?? null });
}
