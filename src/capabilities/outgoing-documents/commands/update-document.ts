import type { CommandContext } from '#kernel/command.ts';
import { addRecipients, deliveriesOf, sendNotice } from '#engines/exchange/index.ts';
import type { z } from 'zod';
import type { updateBody } from '../contract.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument as saveDocument } from '../document-store.ts';
import { activeRecipients } from '../draft-fields.ts';
import { errors } from '../errors.ts';
import { searchTextOf } from '../search-text.ts';
import { agencyIds, sentSubject } from '../sent-actions.ts';
import type { DocumentRow } from '../tables.ts';

export type UpdateDocumentInput = z.output<typeof updateBody> & { documentId: string };

/**
 * Updates an issued document (cập nhật, type 2 of QCVN 102): further recipients get it, removed ones are told and cancel it,
 * and facts beside the signed text are put right at all who have it, also at whom it is sent to only now: they get the document as it
 * was signed and sent, and right behind it what was changed since. What was signed is never changed: for that there are
 * replacement and correction (30/2020/NĐ-CP Art. 18.3).
 */
export async function updateDocument(ctx: CommandContext, input: UpdateDocumentInput): Promise<void> {
  const { document } = await lockForAction(ctx, input.documentId, 'update');
  const changed = input.changed !== null && isDifferent(document, input.changed) ? input.changed : undefined;
  if (input.addIds.length === 0 && input.removeIds.length === 0 && changed === undefined) throw errors.nothingChanged();
  const sent = sentSubject(document);
  if (input.removeIds.length > 0) await sendNotice(ctx, { ...sent, kind: 'update', removes: true, reason: input.reason, recipients: agencyIds(input.removeIds) });
  const added = agencyIds(input.addIds);
  const changedBefore = added.length > 0 && (await wasChanged(ctx, sent));
  await addToList(ctx, document, input.addIds);
  if (added.length > 0) await addRecipients(ctx, { ...sent, recipients: added });
  if (changed !== undefined) await sendNotice(ctx, { ...sent, kind: 'update', changed, reason: input.reason, ifAny: true });
  else if (changedBefore) await sendNotice(ctx, { ...sent, kind: 'update', changed: factsOf(document), reason: input.reason, recipients: added });
  await saveDocument(
    ctx,
    document,
    changed === undefined
      ? {}
      : {
          summary: changed.summary,
          urgency: changed.urgency,
          answer_due: changed.answerDue,
          search_text: searchTextOf({ typeName: document.type_name, summary: changed.summary, number: document.number, notation: document.notation }),
        },
  );
  ctx.record({
    type: 'outgoing-documents.document-updated',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { reason: input.reason, addedCount: input.addIds.length, removedCount: input.removeIds.length },
  });
}

function isDifferent(document: DocumentRow, changed: NonNullable<UpdateDocumentInput['changed']>): boolean {
  return document.summary !== changed.summary || document.urgency !== changed.urgency || document.answer_due !== changed.answerDue;
}

async function wasChanged(ctx: CommandContext, sent: ReturnType<typeof sentSubject>): Promise<boolean> {
  return (await deliveriesOf(ctx, sent)).some(({ notices }) => notices.some((notice) => notice.kind === 'update' && !notice.cancels));
}

const factsOf = (document: DocumentRow): NonNullable<UpdateDocumentInput['changed']> => ({ summary: document.summary, urgency: document.urgency, answerDue: document.answer_due });

async function addToList(ctx: CommandContext, document: DocumentRow, addIds: readonly string[]): Promise<void> {
  const rows = await activeRecipients(ctx, addIds);
  if (rows.length === 0) return;
  await ctx.query(
    `insert into outgoing_documents.recipient (agency_id, document_id, recipient_agency_id, name, code, position)
     select $1, $2, r.id, r.name, r.code, r.position + (select coalesce(max(position), 0) from outgoing_documents.recipient where agency_id = $1 and document_id = $2)
       from unnest($3::uuid[], $4::text[], $5::text[]) with ordinality as r (id, name, code, position)
     on conflict do nothing`,
    [document.agency_id, document.id, rows.map((row) => row.id), rows.map((row) => row.name), rows.map((row) => row.code)],
  );
}
