import type { CommandContext } from '#kernel/command.ts';
import { actingPostId, getPost, postsByRole } from '#engines/identity/index.ts';
import { dueAtOf, endPart, givePart, ownPart } from '../assignments.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { formatDay, vietnamDay } from '#kernel/time.ts';
import { HANDLING_ROLES } from './assign-document.ts';

export type PassInput = { documentId: string; postId: string; instruction: string; dueOn?: string | undefined };

/**
 * The head of a unit gives their part to somebody of the unit (30/2020/NĐ-CP App. IV.VII, part 2), with an instruction of their own; the
 * head’s part stands behind it until that one is done or comes back.
 * @throws incoming-documents.assigneeUnknown for somebody of another unit; assignedTwice; dueIsOver
 */
export async function passAssignment(ctx: CommandContext, input: PassInput): Promise<void> {
  const { actor, document, parts, next } = await lockForAction(ctx, input.documentId, 'pass');
  const agencyId = agencyOf(document);
  const own = ownPart(parts, actingPostId(actor));
  const { unitId } = await getPost(ctx, agencyId, actingPostId(actor));
  const post = (await postsByRole(ctx, agencyId, HANDLING_ROLES, vietnamDay(ctx.now))).find((each) => each.postId === input.postId);
  if (post === undefined || unitId === null || post.unitId !== unitId || post.postId === own.post_id) throw errors.assigneeUnknown();
  if (parts.some((part) => part.post_id === post.postId && (part.state === 'open' || part.state === 'passed'))) throw errors.assignedTwice({ values: { name: post.name } });
  const due = input.dueOn === undefined ? { dueAt: own.due_at, inWords: formatDay(vietnamDay(own.due_at)) } : await dueAtOf(ctx, input.dueOn);
  await endPart(ctx, own, { state: 'passed', outcome: null });
  await givePart(ctx, { document, by: actor, parts: [{ parentId: own.id, role: own.role, post, instruction: input.instruction, urgency: own.urgency, dueAt: due.dueAt }] });
  if (own.role === 'main') await updateDocument(ctx, document, { state: next, handler_name: post.name });
  ctx.record({ type: 'incoming-documents.assignment-passed', agencyId, subject: subjectOf(document), data: { name: post.name, title: post.title, instruction: input.instruction, dueOn: due.inWords } });
}
