import type { Actor, PersonActor } from '#kernel/actor.ts';

const holds = (actor: Actor, ...roles: string[]): boolean => actor.kind === 'person' && roles.some((role) => actor.roles.includes(role));

/** Clerks deal with letters from outside, administrators with accounts: both know whom to invite. */
export const INVITING_ROLES = ['clerk', 'agency_admin', 'province_admin'] as const;
export const mayInvite = (actor: Actor): boolean => holds(actor, ...INVITING_ROLES);

/** Who gets an account, and who loses it for a time, is decided for the whole province. */
export const mayDecide = (actor: Actor): boolean => holds(actor, 'province_admin');

/** The people of a guest office: they write, receive, and invite their colleagues, for their own office only. */
export const isGuest = (actor: Actor): boolean => holds(actor, 'guest');

/** What the screens offer. */
export function abilitiesOfGuests(actor: PersonActor): readonly string[] {
  return [
    ...(isGuest(actor) ? ['guest-offices.use'] : []),
    ...(mayInvite(actor) ? ['guest-offices.keep'] : []),
    ...(mayDecide(actor) ? ['guest-offices.decide'] : []),
  ];
}
