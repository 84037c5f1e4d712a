import type { CommandContext } from '#kernel/command.ts';
import { postsByRole } from '#engines/identity/index.ts';
import { agencyOf, lockForAction, subjectOf, updateDocument } from '../document-store.ts';
import { errors } from '../errors.ts';
import { waitFor } from '../waiting.ts';

/** Submits a document for signature (trình ký) to a leader of the agency, whose list it enters. */
export async function submitDocument(ctx: CommandContext, input: { documentId: string; approverPostId: string }): Promise<void> {
  const { document, next } = await lockForAction(ctx, input.documentId, 'submit');
  // Only posts that are in force today are among them.
  const leaders = await postsByRole(ctx, agencyOf(document), ['leader']);
  const approver = leaders.find((post) => post.postId === input.approverPostId);
  if (approver === undefined) throw errors.approverCannotSign();
  await updateDocument(ctx, document, {
    state: next,
    approver_post_id: approver.postId,
    approver_name: approver.name,
    approver_title: approver.title,
    submitted_at: ctx.now,
    return_reason: null,
    returned_at: null,
  });
  await waitFor(ctx, document, { kind: 'sign', assignee: { postId: approver.postId } });
  ctx.record({
    type: 'outgoing-documents.document-submitted',
    agencyId: agencyOf(document),
    subject: subjectOf(document),
    data: { approverName: approver.name, approverTitle: approver.title, approverPostId: approver.postId },
  });
}
