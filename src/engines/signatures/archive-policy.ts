import type { Actor } from '#kernel/actor.ts';

/** Who looks after lasting copies that failed: the agency's administrator, and the province's for all. */
export function mayKeepCopies(actor: Actor, agencyId: string): boolean {
  if (actor.kind !== 'person') return actor.kind === 'system';
  return actor.roles.includes('province_admin') || (actor.agencyId === agencyId && actor.roles.includes('agency_admin'));
}
