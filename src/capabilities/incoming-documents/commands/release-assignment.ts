import type { CommandContext } from '#kernel/command.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { askLeader, changePart, endPart, ownPart, renewTask } from '../assignments.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';

/**
 * Whoever was given a part gives it back with a reason: to the head who passed it on, whose part is open again, or to the leader, who
 * gives it to somebody else. Where the document stands does not change by that.
 */
export async function releaseAssignment(ctx: CommandContext, input: { documentId: string; reason: string }): Promise<void> {
  const { actor, document, parts } = await lockForAction(ctx, input.documentId, 'release');
  const agencyId = agencyOf(document);
  const own = ownPart(parts, actingPostId(actor));
  await endPart(ctx, own, { state: 'released', outcome: input.reason });
  const parent = parts.find((part) => part.id === own.parent_id);
  if (parent !== undefined) {
    await changePart(ctx, parent, { state: 'open' });
    await renewTask(ctx, document, parent);
  } else if (own.role === 'main') {
    await askLeader(ctx, document, { kind: 'reassign', postId: own.assigned_by_post_id, dueAt: own.due_at });
  }
  if (own.role === 'main') await updateDocument(ctx, document, { handler_name: parent?.name ?? null, return_reason: input.reason });
  ctx.record({ type: 'incoming-documents.assignment-released', agencyId, subject: subjectOf(document), data: { reason: input.reason } });
}
