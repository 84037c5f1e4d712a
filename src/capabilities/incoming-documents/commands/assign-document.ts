import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { closeTasks } from '#engines/cases/index.ts';
import { postsByRole, type Post } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { dueAtOf, endAllParts, givePart } from '../assignments.ts';
import type { assignBody } from '../contract.ts';
import { agencyOf, lockForAction, subjectOf, tellSender, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import type { DocumentRow } from '../tables.ts';

/** Who may be given a document: heads of units and of the office, officers, and leaders (a deputy gets what is in their field). */
export const HANDLING_ROLES = ['leader', 'chief_of_office', 'unit_head', 'officer', 'one_stop_officer'] as const;

export type AssignInput = z.output<typeof assignBody> & { documentId: string };

/**
 * The leader’s instruction (bút phê, 30/2020/NĐ-CP Art. 23.2, 23.4): one main person, any number of co-operating ones, a deadline. The
 * sender is told in the same transaction that somebody has it (04). Given again, it takes the place of the earlier one; the sender
 * has heard of that already.
 * @throws incoming-documents.assigneeUnknown, assignedTwice, dueIsOver
 */
export async function assignDocument(ctx: CommandContext, input: AssignInput): Promise<void> {
  const { actor, document, next } = await lockForAction(ctx, input.documentId, 'assign');
  const agencyId = agencyOf(document);
  const { dueAt, inWords } = await dueAtOf(ctx, input.dueOn);
  const [main, ...cooperating] = await chosenPosts(ctx, document, [input.mainPostId, ...input.cooperatingPostIds]);
  if (main === undefined) throw errors.assigneeUnknown();
  await endAllParts(ctx, [{ agencyId, documentId: document.id }], 'cancelled');
  await closeTasks(ctx, [{ agencyId, subject: subjectOf(document), kind: 'incoming-documents.instruct' }, { agencyId, subject: subjectOf(document), kind: 'incoming-documents.reassign' }], 'done');
  const given = { parentId: null, instruction: input.instruction, urgency: input.urgency ?? document.urgency, dueAt };
  await givePart(ctx, { document, by: actor, parts: [{ ...given, role: 'main', post: main }, ...cooperating.map((post) => ({ ...given, role: 'cooperating' as const, post }))] });
  await updateDocument(ctx, document, {
    state: next,
    assigned_at: document.assigned_at ?? ctx.now,
    handling_due_at: dueAt,
    handler_name: main.name,
    is_reviewed: input.isReviewed,
    return_reason: null,
  });
  if (document.assigned_at === null) await tellSender(ctx, document, { status: '04' });
  ctx.record({
    type: 'incoming-documents.document-assigned',
    agencyId,
    subject: subjectOf(document),
    data: { mainName: main.name, mainTitle: main.title, instruction: input.instruction, dueOn: inWords, cooperating: cooperating.length === 0 ? '0' : cooperating.map(({ name }) => name).join(', ') },
  });
}

/** The posts in the order in which they were chosen; each of the agency, in force today, and once. */
async function chosenPosts(ctx: CommandContext, document: DocumentRow, postIds: readonly string[]): Promise<Post[]> {
  const posts = new Map((await postsByRole(ctx, agencyOf(document), HANDLING_ROLES, vietnamDay(ctx.now))).map((post) => [post.postId as string, post]));
  const chosen = postIds.map((postId) => {
    const post = posts.get(postId);
    if (post === undefined) throw errors.assigneeUnknown();
    return post;
  });
  const twice = chosen.find((post, index) => chosen.findIndex(({ postId }) => postId === post.postId) !== index);
  if (twice !== undefined) throw errors.assignedTwice({ values: { name: twice.name } });
  return chosen;
}
