import type { PersonActor } from '#kernel/actor.ts';

/** Whoever runs or audits the province reads the record of all agencies; an agency's administrator that of the own one. */
export function readsEverything(actor: PersonActor): boolean {
  return actor.roles.includes('auditor') || actor.roles.includes('province_admin');
}

/** Auditors and the province's administrator keep what an inspection needs; how long things are kept otherwise is the administrator's. */
export function abilitiesOnKeeping(actor: PersonActor): ('hold' | 'rule')[] {
  return [...(readsEverything(actor) ? (['hold'] as const) : []), ...(actor.roles.includes('province_admin') ? (['rule'] as const) : [])];
}

export function abilitiesOnTrail(actor: PersonActor): readonly string[] {
  return readsEverything(actor) || actor.roles.includes('agency_admin') ? ['audit-trail.read'] : [];
}
