import type { PersonActor } from '#kernel/actor.ts';

/** In which post somebody acts, for which other one, and with which roles. */
type Acting = Pick<PersonActor, 'postId' | 'roles'> & { onBehalfOf?: Pick<PersonActor, 'postId'> };

/** What waits for a person now: for the post in which they act (and the one on whose behalf), and for each role of it. */
export function assigneesOf(actor: Acting): string[] {
  const posts = [actor.postId, ...(actor.onBehalfOf === undefined ? [] : [actor.onBehalfOf.postId])];
  return [...posts.map((post) => `post:${post}`), ...actor.roles.map((role) => `role:${role}`)];
}

/** Whoever holds the role, or sits in the post, may do the task. */
export function mayDoTask(actor: Acting, assignee: string): boolean {
  return assigneesOf(actor).includes(assignee);
}
