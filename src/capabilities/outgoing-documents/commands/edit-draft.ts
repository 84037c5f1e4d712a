import type { CommandContext } from '#kernel/command.ts';
import type { z } from 'zod';
import type { editDraftBody } from '../contract.ts';
import { addFiles, agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import type { Tables } from '../tables.ts';
import { mainFiles, takeFile, type ConvertedMain } from './create-draft.ts';
import { draftColumns, setRecipients } from '../draft-fields.ts';

export type EditDraftInput = z.output<typeof editDraftBody> & { documentId: string; converted?: ConvertedMain };

/** Changes a draft or a returned document. @throws outgoing-documents.changedMeanwhile when somebody else was faster. */
export async function editDraft(ctx: CommandContext, input: EditDraftInput): Promise<{ revision: number }> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'edit');
  if (document.revision !== input.revision) throw errors.changedMeanwhile();
  const columns = await draftColumns(ctx, input);
  const db = ctx.tables<Tables>();
  const removed = [...input.removedFileIds];
  if (removed.length > 0) {
    // Versions stay: what was once uploaded is kept (append-only), the draft merely no longer carries it.
    await db
      .deleteFrom('outgoing_documents.file')
      .where('agency_id', '=', document.agency_id)
      .where('document_id', '=', document.id)
      .where('role', '=', 'attachment')
      .where('id', 'in', removed)
      .execute();
  }
  if (input.mainUploadId !== undefined) {
    const main = await takeFile(ctx, input.mainUploadId);
    await db
      .deleteFrom('outgoing_documents.file')
      .where('agency_id', '=', document.agency_id)
      .where('document_id', '=', document.id)
      .where('role', 'in', ['main', 'source'])
      .execute();
    await addFiles(ctx, document, await mainFiles(ctx, main, input.converted));
  }
  for (const uploadId of input.attachmentUploadIds) {
    await addFiles(ctx, document, [{ role: 'attachment', file: await takeFile(ctx, uploadId) }]);
  }
  await setRecipients(ctx, document, input.recipientIds);
  await updateDocument(ctx, document, { ...columns, state: next });
  ctx.record({
    type: 'outgoing-documents.draft-edited',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { revision: document.revision + 1 },
  });
  return { revision: document.revision + 1 };
}
