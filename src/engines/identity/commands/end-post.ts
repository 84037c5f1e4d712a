import type { CommandContext } from '#kernel/command.ts';
import { formatDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { identityErrors } from '../errors.ts';
import { assertAdministersAgency, assertGivesRoles } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { PostId } from '../queries/posts.ts';
import { sessionCache } from '../session-cache.ts';
import type { Tables } from '../tables.ts';
import { dayFromRow, lockPost } from './load.ts';

/**
 * Ends a post with a last day. When that day is past, the person's sessions in it, and those under delegations from it, end at once.
 * @throws identity.postNotFound, identity.postEnded, identity.validityOrder, identity.notYourAgency
 */
export async function endPost(ctx: CommandContext, input: { agencyId: AgencyId; postId: PostId; lastDay: CalendarDay; reason: string }): Promise<void> {
  const post = await lockPost(ctx, input.agencyId, input.postId);
  assertAdministersAgency(ctx.actor, input.agencyId);
  assertGivesRoles(ctx.actor, post.roles);
  const today = vietnamDay(ctx.now);
  if (post.ends_on !== null && post.ends_on < today) throw identityErrors.postEnded();
  if (input.lastDay < post.starts_on) throw identityErrors.validityOrder({ values: { day: formatDay(dayFromRow(post.starts_on)) } });
  await ctx.tables<Tables>().updateTable('identity.post').set({ ends_on: input.lastDay, end_reason: input.reason }).where('id', '=', input.postId).execute();
  if (input.lastDay < today) await endSessionsIn(ctx, input.postId);
  sessionCache(ctx.kernel).forgetPeople([post.person_id]);
  ctx.record({
    type: 'identity.post-ended',
    agencyId: input.agencyId,
    subject: { type: 'post', id: input.postId },
    data: { postId: input.postId, personId: post.person_id, personName: post.personName, title: post.title, roles: post.roles, day: input.lastDay },
  });
}

/** Ends the sessions of a post, and of the posts that act on its behalf. */
async function endSessionsIn(ctx: CommandContext, postId: PostId): Promise<void> {
  const { rows } = await ctx.query(
    `update identity.session set ended_at = $2, end_reason = 'post ended'
      where ended_at is null and (post_id = $1 or delegation_id in (select id from identity.delegation where delegator_post_id = $1)) returning person_id`,
    [postId, ctx.now],
  );
  sessionCache(ctx.kernel).forgetPeople(rows.map((row) => String(row['person_id'])));
}
