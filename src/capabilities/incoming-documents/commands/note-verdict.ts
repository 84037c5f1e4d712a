import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Verdict } from '../contract.ts';
import { verdictWords } from '../domain/verdict-words.ts';
import { updateDocument } from '../document-store.ts';
import type { DocumentRow, Tables } from '../tables.ts';
import { askAgain } from './ask-again.ts';

export type NotedVerdict = { agencyId: Id<'agency'>; documentId: string; verdict: Verdict };

/** Writes down what the report on the main file says now, which lists and the head of the document show. The same verdict has no effect. */
export async function noteVerdict(ctx: CommandContext, { agencyId, documentId, verdict }: NotedVerdict): Promise<void> {
  const document: DocumentRow | undefined = await ctx
    .tables<Tables>()
    .selectFrom('incoming_documents.document')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('id', '=', documentId)
    .forUpdate()
    .executeTakeFirst();
  if (document === undefined || document.verdict === verdict) return;
  await updateDocument(ctx, document, { verdict });
  if (verdict === 'INDETERMINATE') askAgain(ctx, { agencyId, documentId });
  const [before, after] = [verdictWords[document.verdict], verdictWords[verdict]];
  ctx.record({
    type: 'incoming-documents.verdict-changed',
    agencyId,
    subject: { type: 'incoming-document', id: documentId },
    data: { before: document.verdict, after: verdict, beforeVi: before.vi, beforeEn: before.en, afterVi: after.vi, afterEn: after.en },
  });
}

/** Writes down a verdict that was looked at again; while it waits for an authority's word, it is asked for once more later. */
export async function noteAnswer(ctx: CommandContext, { isWaiting, asked, ...noted }: NotedVerdict & { isWaiting: boolean; asked: number }): Promise<void> {
  await noteVerdict(ctx, noted);
  if (isWaiting) askAgain(ctx, { ...noted, asked });
}
