import type { Actor } from '#kernel/actor.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { isAdministrator } from './domain/roles.ts';
import { identityErrors } from './errors.ts';

const holds = (actor: Actor, role: string): boolean => actor.kind === 'person' && actor.roles.includes(role);

/** The system itself (seeds, the command line) and the province's administrator keep the directory of agencies. */
export function mayKeepDirectory(actor: Actor): boolean {
  return actor.kind === 'system' || holds(actor, 'province_admin');
}

/** An agency's administrator looks after the people of that agency; the province's administrator after everybody's. */
export function mayAdministerAgency(actor: Actor, agencyId: string): boolean {
  return mayKeepDirectory(actor) || (holds(actor, 'agency_admin') && actor.kind === 'person' && actor.agencyId === agencyId);
}

/** Only the province's administrator gives, or takes away, the province's roles and the auditor's. */
export function mayGiveRoles(actor: Actor, roles: readonly string[]): boolean {
  return mayKeepDirectory(actor) || !roles.some((role) => role === 'province_admin' || role === 'auditor');
}

/** Nobody raises themselves: what else an agency's administrator is to be, the province's administrator decides, or another one of the agency. */
export function mayGivePostsTo(actor: Actor, personId: string): boolean {
  return mayKeepDirectory(actor) || !(actor.kind === 'person' && actor.personId === personId);
}

/** An account is looked after by who administers every agency in which its person holds a post or will, and every role of these posts. */
export function mayAdministerPerson(actor: Actor, posts: readonly { agencyId: string; roles: readonly string[] }[]): boolean {
  return mayKeepDirectory(actor) || (posts.length > 0 && posts.every((post) => mayAdministerAgency(actor, post.agencyId) && mayGiveRoles(actor, post.roles)));
}

/** A leader, a head or an officer hands on the authority of the own post; administrators may enter what was signed on paper, though none to themselves. */
export function mayDelegateFrom(actor: Actor, post: { postId: string; agencyId: string }): boolean {
  if (mayAdministerAgency(actor, post.agencyId)) return true;
  return actor.kind === 'person' && actor.postId === post.postId;
}

/** Somebody who holds an administrator's role in whatever post signs in with two factors. */
export function needsSecondFactor(posts: readonly { roles: readonly string[] }[]): boolean {
  return posts.some((post) => isAdministrator(post.roles));
}

/** Groups of recipients are kept by those of an agency who send its documents, and by its administrator. */
export function mayKeepRecipientGroups(actor: Actor, agencyId: string): boolean {
  return actor.kind === 'person' && actor.agencyId === agencyId && ['clerk', 'officer', 'chief_of_office', 'unit_head', 'agency_admin'].some((role) => actor.roles.includes(role));
}

export function assertKeepsDirectory(actor: Actor): void {
  if (!mayKeepDirectory(actor)) throw kernelErrors.forbidden();
}

export function assertAdministersAgency(actor: Actor, agencyId: string): void {
  if (mayAdministerAgency(actor, agencyId)) return;
  throw holds(actor, 'agency_admin') ? identityErrors.notYourAgency() : kernelErrors.forbidden();
}

export function assertGivesRoles(actor: Actor, roles: readonly string[]): void {
  if (!mayGiveRoles(actor, roles)) throw identityErrors.roleNotYours();
}

export function assertGivesPostsTo(actor: Actor, personId: string): void {
  if (!mayGivePostsTo(actor, personId)) throw identityErrors.ownPost();
}
