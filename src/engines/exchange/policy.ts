import type { PersonActor } from '#kernel/actor.ts';

/** Whoever runs or audits the province's platform sees the deliveries of all agencies; everyone else those of their own. */
export function mayOverseeInstallation(actor: PersonActor): boolean {
  return actor.roles.includes('province_admin') || actor.roles.includes('auditor');
}
