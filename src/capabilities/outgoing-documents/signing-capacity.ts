import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { actingRights, postsOfPerson } from '#engines/identity/index.ts';
import { errors } from './errors.ts';
import { signingFormulaOf, type SigningFormula } from './domain/signing-formula.ts';

export type SigningCapacity = { formula: SigningFormula | null; onBehalfOf: { name: string; title: string } | null };

/** In which capacity a person signs on a day: the formula of 30/2020/NĐ-CP Art. 13 by the powers of the own post, and whose authority it is. */
export async function signingCapacityOf(q: Queryable, person: PersonActor, day: CalendarDay): Promise<SigningCapacity> {
  const post = (await postsOfPerson(q, person.personId, day)).find(({ postId }) => postId === person.postId);
  const { onBehalfOf } = person;
  return {
    formula: signingFormulaOf({ powers: post?.signingPowers ?? [], isDelegated: onBehalfOf !== undefined }),
    onBehalfOf: onBehalfOf === undefined ? null : { name: onBehalfOf.name, title: onBehalfOf.postTitle },
  };
}

/**
 * A slow key holder answers in the name of whoever asked, perhaps after their last day in the post or of their delegation: such a signature has no
 * authority behind it any more (30/2020/NĐ-CP Art. 13).
 * @throws outgoing-documents.noLongerInPost
 */
export async function assertStillInPost(ctx: CommandContext, { personId, postId, onBehalfOf }: PersonActor): Promise<void> {
  const day = vietnamDay(ctx.now);
  const isInPost = (await postsOfPerson(ctx, personId, day)).some((post) => post.postId === postId);
  const isDelegate = onBehalfOf === undefined || (await actingRights(ctx, personId, day)).some((right) => right.postId === onBehalfOf.postId && right.delegatePostId === postId);
  if (!isInPost || !isDelegate) throw errors.noLongerInPost();
}
