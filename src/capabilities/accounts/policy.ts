import type { PersonActor } from '#kernel/actor.ts';
import { identityErrors, mayKeepDirectory, type AgencyId } from '#engines/identity/index.ts';

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
