import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { Role, SigningPower } from '../domain/roles.ts';
import { identityErrors } from '../errors.ts';
import { assertAdministersAgency, assertGivesPostsTo, assertGivesRoles } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { PostId } from '../queries/posts.ts';
import { sessionCache } from '../session-cache.ts';
import type { Tables } from '../tables.ts';
import { lockPost } from './load.ts';

/**
 * Changes what a post may do. The record keeps when and by whom; a new title or unit is a new post.
 * @throws identity.postNotFound, identity.postEnded, identity.roleNotYours, identity.ownPost, identity.notYourAgency
 */
export async function changePost(ctx: CommandContext, input: { agencyId: AgencyId; postId: PostId; roles: Role[]; signingPowers: SigningPower[] }): Promise<void> {
  const post = await lockPost(ctx, input.agencyId, input.postId);
  assertAdministersAgency(ctx.actor, input.agencyId);
  assertGivesPostsTo(ctx.actor, post.person_id);
  assertGivesRoles(ctx.actor, [...input.roles, ...post.roles]);
  if (post.ends_on !== null && post.ends_on < vietnamDay(ctx.now)) throw identityErrors.postEnded();
  await ctx
    .tables<Tables>()
    .updateTable('identity.post')
    .set({ roles: [...new Set(input.roles)], signing_powers: [...new Set(input.signingPowers)] })
    .where('id', '=', input.postId)
    .execute();
  sessionCache(ctx.kernel).forgetPeople([post.person_id]);
  ctx.record({
    type: 'identity.post-changed',
    agencyId: input.agencyId,
    subject: { type: 'post', id: input.postId },
    data: { postId: input.postId, personId: post.person_id, personName: post.personName, title: post.title, roles: input.roles, day: vietnamDay(ctx.now) },
  });
}
