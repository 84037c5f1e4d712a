import type { PersonActor } from '#kernel/actor.ts';

/** What waits for a person now: for the post in which they act (and the one on whose behalf), and for each role of it. */
export function assigneesOf(actor: PersonActor): string[] {
  const posts = [actor.postId, ...(actor.onBehalfOf === undefined ? [] : [actor.onBehalfOf.postId])];
  return [...posts.map((post) => `post:${post}`), ...actor.roles.map((role) => `role:${role}`)];
}

/** Whoever holds the role, or sits in the post, may do the task. */
export function mayDoTask(actor: PersonActor, assignee: string): boolean {
  return assigneesOf(actor).includes(assignee);
}
