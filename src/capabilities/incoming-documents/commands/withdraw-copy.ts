import type { CommandContext } from '#kernel/command.ts';
import { findOpenCopy, lockForCopy } from '../copy-store.ts';
import { agencyOf, subjectOf } from '../document-store.ts';
import { copyWords } from '../domain/copy-rules.ts';
import { errors } from '../errors.ts';
import type { CopyRow, DocumentRow, Tables } from '../tables.ts';

/**
 * Gives up a copy that waits for the agency's signature. It took no number; a signature that still comes, from a phone perhaps, is put into
 * nothing.
 * @throws incoming-documents.copyNotOpen
 */
export async function withdrawCopy(ctx: CommandContext, input: { documentId: string; copyId: string }): Promise<void> {
  const { document } = await lockForCopy(ctx, input.documentId);
  const open = await findOpenCopy(ctx, document);
  if (open?.id !== input.copyId) throw errors.copyNotOpen();
  await withdraw(ctx, document, open);
}

/** The same for whoever has the document locked. */
export async function withdraw(ctx: CommandContext, document: DocumentRow, copy: CopyRow): Promise<void> {
  await ctx
    .tables<Tables>()
    .updateTable('incoming_documents.copy')
    .set({ state: 'withdrawn', withdrawn_at: ctx.now, withdrawn_by: ctx.actor.kind === 'person' ? ctx.actor.name : '' })
    .where('agency_id', '=', copy.agency_id)
    .where('document_id', '=', copy.document_id)
    .where('id', '=', copy.id)
    .execute();
  ctx.record({
    type: 'incoming-documents.copy-withdrawn',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { copyId: copy.id, kind: copy.kind, kindVi: copyWords[copy.kind].vi, kindEn: copyWords[copy.kind].en },
  });
}
