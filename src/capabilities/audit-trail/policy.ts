import type { PersonActor } from '#kernel/actor.ts';

/** Whoever runs or audits the province reads the record of all agencies; an agency's administrator that of the own one. */
export function readsEverything(actor: PersonActor): boolean {
  return actor.roles.includes('auditor') || actor.roles.includes('province_admin');
}

/** What is written about accounts, certificates and the system itself is what an administrator works with. */
const ADMINISTRATIVE = new Set(['identity', 'accounts', 'certificates', 'exchange-desk', 'audit-trail', 'kernel']);
/** The agency under which the events of the installation itself stand. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Whoever runs the machines of a province sees who did what and when in every agency; what another agency's documents say is for its own people and
 * for whoever audits, as at the exchange desk (28/2018/QĐ-TTg Art. 11).
 */
export function readsContent(actor: PersonActor, entry: { agencyId: string; type: string }): boolean {
  return actor.roles.includes('auditor') || entry.agencyId === actor.agencyId || entry.agencyId === NOBODY || ADMINISTRATIVE.has(entry.type.split('.')[0] ?? '');
}

/** Auditors and the province's administrator keep what an inspection needs; how long things are kept otherwise is the administrator's. */
export function abilitiesOnKeeping(actor: PersonActor): ('hold' | 'rule')[] {
  return [...(readsEverything(actor) ? (['hold'] as const) : []), ...(actor.roles.includes('province_admin') ? (['rule'] as const) : [])];
}

export function abilitiesOnTrail(actor: PersonActor): readonly string[] {
  return readsEverything(actor) || actor.roles.includes('agency_admin') ? ['audit-trail.read'] : [];
}
