import type { PersonActor } from '#kernel/actor.ts';
import { delegableRoles, identityErrors, mayAdministerAgency, mayDelegateFrom, mayGivePostsTo, mayGiveRoles, mayKeepDirectory, type AgencyId, type AgencyOnDay, type Post, type Role } from '#engines/identity/index.ts';

/** Whoever administers an agency or the province sees the accounts; only the province changes agencies. */
export function abilitiesInAccounts(actor: PersonActor): readonly string[] {
  if (actor.roles.includes('province_admin')) return ['accounts.administer', 'accounts.keep-directory'];
  return actor.roles.includes('agency_admin') ? ['accounts.administer'] : [];
}

/** The province's administrator looks at any agency's people, or all; an agency's administrator at the own agency's only. */
export function agencyInView(actor: PersonActor, asked: AgencyId | undefined): AgencyId | undefined {
  if (mayKeepDirectory(actor)) return asked;
  if (asked !== undefined && asked !== actor.agencyId) throw identityErrors.notYourAgency();
  return actor.agencyId;
}

/** Delegations are an agency's own affair. @throws identity.agencyNotFound to people of another agency */
export function assertOwnOrAdministered(actor: PersonActor, agencyId: AgencyId): void {
  if (actor.agencyId !== agencyId && !mayKeepDirectory(actor)) throw identityErrors.agencyNotFound();
}

/** What may be done at an agency: an ended one is history, and one with a last day is neither renamed nor merged any more. */
export function abilitiesAt(actor: PersonActor, agency: Pick<AgencyOnDay, 'id' | 'state' | 'closedOn'>): string[] {
  const isOpen = agency.state === 'active';
  return [
    ...(isOpen && mayAdministerAgency(actor, agency.id) ? ['administer-people'] : []),
    ...(agency.closedOn === null && mayKeepDirectory(actor) ? ['keep-directory'] : []),
  ];
}

/** Who administers the agency and every role of a post changes and ends it, as long as it lasts; the own one an agency's administrator only ends. */
export function abilitiesOnPost(actor: PersonActor, post: Pick<Post, 'agencyId' | 'personId' | 'roles' | 'endsOn'>, today: string): ('change' | 'end')[] {
  const isPast = post.endsOn !== null && post.endsOn < today;
  if (isPast || !mayAdministerAgency(actor, post.agencyId) || !mayGiveRoles(actor, post.roles)) return [];
  return mayGivePostsTo(actor, post.personId) ? ['change', 'end'] : ['end'];
}

/** The own post, for administrators every post of the agency; nothing while acting for another, whose authority is not handed on (NĐ 30/2020 Art. 13). */
export function postsToDelegateFrom(actor: PersonActor, agencyId: AgencyId, posts: readonly Post[]): { postId: string; name: string; title: string; roles: Role[] }[] {
  if (actor.onBehalfOf !== undefined) return [];
  return posts
    .filter(({ postId }) => mayDelegateFrom(actor, { agencyId, postId }))
    .map(({ postId, name, title, roles }) => ({ postId, name, title, roles: roles.filter((role) => delegableRoles.includes(role)) }))
    .filter(({ roles }) => roles.length > 0);
}
