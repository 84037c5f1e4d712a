import type { CommandContext } from '#kernel/command.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { changePart, endPart, ownPart, startWork } from '../assignments.ts';
import { agencyOf, lockForAction, subjectOf } from '../document-store.ts';

/** Notes how far somebody is with their part; the first note of anybody is the start of the work (05). */
export async function noteProgress(ctx: CommandContext, input: { documentId: string; text: string }): Promise<void> {
  const { actor, document, parts } = await lockForAction(ctx, input.documentId, 'progress');
  const own = ownPart(parts, actingPostId(actor));
  await changePart(ctx, own, { progress: input.text, progress_at: ctx.now, opened_at: own.opened_at ?? ctx.now });
  await startWork(ctx, document, actor.name);
  ctx.record({ type: 'incoming-documents.assignment-progressed', agencyId: agencyOf(document), subject: subjectOf(document), data: { text: input.text } });
}

/** A co-operating person gives their opinion, and their part is done with it. */
export async function adviseOnDocument(ctx: CommandContext, input: { documentId: string; text: string }): Promise<void> {
  const { actor, document, parts } = await lockForAction(ctx, input.documentId, 'advise');
  const own = ownPart(parts, actingPostId(actor), 'cooperating');
  await endPart(ctx, own, { state: 'done', outcome: input.text });
  const parent = parts.find((part) => part.id === own.parent_id);
  if (parent !== undefined) await endPart(ctx, parent, { state: 'done', outcome: null });
  await startWork(ctx, document, actor.name);
  ctx.record({ type: 'incoming-documents.assignment-advised', agencyId: agencyOf(document), subject: subjectOf(document), data: { text: input.text } });
}
