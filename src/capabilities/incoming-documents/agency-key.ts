import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { actingRights, postsOfPerson } from '#engines/identity/index.ts';
import { listCredentials } from '#engines/signatures/index.ts';
import { errors } from './errors.ts';

/** A person's own key makes nothing of the agency's. @throws incoming-documents.notAgencyKey */
export async function assertAgencyKey(ctx: CommandContext, agencyId: Id<'agency'>, credentialId: string): Promise<void> {
  const keys = await listCredentials(ctx, { agencyId, kind: 'agency' });
  if (!keys.some(({ id }) => id === credentialId)) throw errors.notAgencyKey();
}

/**
 * A slow key holder answers in the name of whoever asked, perhaps after their last day in the post or of their delegation.
 * @throws incoming-documents.notYoursToCopy
 */
export async function assertStillClerk(ctx: CommandContext, { personId, postId, onBehalfOf }: PersonActor): Promise<void> {
  const day = vietnamDay(ctx.now);
  const isInPost = (await postsOfPerson(ctx, personId, day)).some((post) => post.postId === postId);
  const isDelegate = onBehalfOf === undefined || (await actingRights(ctx, personId, day)).some((right) => right.postId === onBehalfOf.postId && right.delegatePostId === postId);
  if (!isInPost || !isDelegate) throw errors.notYoursToCopy();
}
