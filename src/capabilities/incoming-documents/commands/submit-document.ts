import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { closeTasks, nextWorkingDayDeadline, workingCalendar } from '#engines/cases/index.ts';
import { postsByRole } from '#engines/identity/index.ts';
import { askLeader } from '../assignments.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';

/** Who may give instructions on an incoming document: leaders, and the chief of office by their authority (30/2020/NĐ-CP Art. 23.2, 24.1). */
export const INSTRUCTING_ROLES = ['leader', 'chief_of_office'] as const;

/**
 * Submits a registered document (trình, 30/2020/NĐ-CP Art. 23.1) to a leader or the chief of office, whose list it enters; as long as
 * nobody has instructed, it may be submitted to somebody else instead.
 * @throws incoming-documents.leaderCannotInstruct
 */
export async function submitDocument(ctx: CommandContext, input: { documentId: string; leaderPostId: string; note: string }): Promise<void> {
  const { actor, document, next } = await lockForAction(ctx, input.documentId, 'submit');
  const agencyId = agencyOf(document);
  const leader = (await postsByRole(ctx, agencyId, INSTRUCTING_ROLES, vietnamDay(ctx.now))).find((post) => post.postId === input.leaderPostId);
  if (leader === undefined) throw errors.leaderCannotInstruct();
  await updateDocument(ctx, document, {
    state: next,
    leader_post_id: leader.postId,
    leader_name: leader.name,
    leader_title: leader.title,
    submitted_at: ctx.now,
    submitted_by: actor.name,
    submission_note: input.note === '' ? null : input.note,
    return_reason: null,
  });
  await closeTasks(ctx, (['submit', 'instruct'] as const).map((kind) => ({ agencyId, subject: subjectOf(document), kind: `incoming-documents.${kind}` })), 'done');
  await askLeader(ctx, document, { kind: 'instruct', postId: leader.postId, dueAt: nextWorkingDayDeadline(await workingCalendar(ctx.kernel), ctx.now) });
  ctx.record({ type: 'incoming-documents.document-submitted', agencyId, subject: subjectOf(document), data: { leaderName: leader.name, leaderTitle: leader.title, note: input.note } });
}
