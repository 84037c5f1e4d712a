import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { postsByRole } from '#engines/identity/index.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { INITIALLING_ROLES } from '../policy.ts';
import { waitFor } from '../waiting.ts';

export type SubmitInput = { documentId: string; approverPostId: string; initialsPostId?: string | null };

/**
 * Submits a document for signature (trình ký) to a leader of the agency, whose list it enters. With `initialsPostId` it goes to the head of a
 * unit first, who answers for its content with the own initials (30/2020/NĐ-CP Art. 12.1); the leader gets it after that.
 * @throws outgoing-documents.approverCannotSign, initiallerCannotInitial
 */
export async function submitDocument(ctx: CommandContext, input: SubmitInput): Promise<void> {
  const initialsPostId = input.initialsPostId ?? null;
  const { document, next } = await lockForAction(ctx, input.documentId, initialsPostId === null ? 'submit' : 'ask-initials');
  // Only posts that are in force today are among them.
  const leaders = await postsByRole(ctx, agencyOf(document), ['leader'], vietnamDay(ctx.now));
  const approver = leaders.find((post) => post.postId === input.approverPostId);
  if (approver === undefined) throw errors.approverCannotSign();
  const heads = initialsPostId === null ? [] : await postsByRole(ctx, agencyOf(document), INITIALLING_ROLES, vietnamDay(ctx.now));
  const initialler = heads.find((post) => post.postId === initialsPostId);
  if (initialsPostId !== null && initialler === undefined) throw errors.initiallerCannotInitial();
  await updateDocument(ctx, document, {
    state: next,
    approver_post_id: approver.postId,
    approver_name: approver.name,
    approver_title: approver.title,
    initials_post_id: initialler?.postId ?? null,
    initials_name: initialler?.name ?? null,
    initials_title: initialler?.title ?? null,
    initials_asked_at: initialler === undefined ? null : ctx.now,
    initialled_at: null,
    submitted_at: initialler === undefined ? ctx.now : null,
    return_reason: null,
    returned_at: null,
  });
  const about = { agencyId: agencyOf(document), subject: subjectOf(document) };
  const leader = { approverName: approver.name, approverTitle: approver.title };
  if (initialler === undefined) {
    await waitFor(ctx, document, { kind: 'sign', assignee: { postId: approver.postId } });
    ctx.record({ ...about, type: 'outgoing-documents.document-submitted', data: { ...leader, approverPostId: approver.postId } });
    return;
  }
  await waitFor(ctx, document, { kind: 'initial', assignee: { postId: initialler.postId } });
  ctx.record({ ...about, type: 'outgoing-documents.initials-asked', data: { ...leader, initialsName: initialler.name, initialsTitle: initialler.title, initialsPostId: initialler.postId } });
}
