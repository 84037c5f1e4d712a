import type { Actor, PersonActor } from '#kernel/actor.ts';
import { kernelErrors } from '#kernel/errors.ts';

/** Whoever runs or audits the province's platform sees the deliveries of all agencies; everyone else those of their own. */
export function mayOverseeInstallation(actor: PersonActor): boolean {
  return actor.roles.includes('province_admin') || actor.roles.includes('auditor');
}

/** Whoever runs the province's platform keeps the partners, and so does the system itself. */
export function mayKeepPartners(actor: Actor): boolean {
  return actor.kind === 'system' || (actor.kind === 'person' && actor.roles.includes('province_admin'));
}

/** @throws kernel.forbidden */
export function assertKeepsPartners(actor: Actor): void {
  if (!mayKeepPartners(actor)) throw kernelErrors.forbidden();
}

/** What the screens may offer about partners. Auditors see all and change nothing; a clerk deals with what was handed to the agency. */
export function abilitiesWithPartners(actor: PersonActor): readonly string[] {
  return [
    ...(mayOverseeInstallation(actor) ? ['exchange-partners.watch'] : []),
    ...(mayKeepPartners(actor) ? ['exchange-partners.keep'] : []),
    ...(actor.roles.includes('clerk') || mayKeepPartners(actor) ? ['exchange-partners.settle'] : []),
  ];
}
