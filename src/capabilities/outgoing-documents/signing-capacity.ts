import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import { actingRights, postsOfPerson } from '#engines/identity/index.ts';
import { errors } from './errors.ts';
import { signingFormulaOf, type SigningFormula } from './domain/signing-formula.ts';

export type SigningCapacity = { formula: SigningFormula | null; onBehalfOf: { name: string; title: string } | null };

/** In which capacity a person signs now: the formula of 30/2020/NĐ-CP Art. 13 by the powers of the own post, and whose authority it is. */
export async function signingCapacityOf(q: Queryable & { now?: Date }, person: PersonActor): Promise<SigningCapacity> {
  const post = (await postsOfPerson(q, person.personId)).find(({ postId }) => postId === person.postId);
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
export async function assertStillInPost(q: Queryable & { now?: Date }, { personId, postId, onBehalfOf }: PersonActor): Promise<void> {
  const isInPost = (await postsOfPerson(q, personId)).some((post) => post.postId === postId);
  const isDelegate = onBehalfOf === undefined || (await actingRights(q, personId)).some((right) => right.postId === onBehalfOf.postId && right.delegatePostId === postId);
  if (!isInPost || !isDelegate) throw errors.noLongerInPost();
}
