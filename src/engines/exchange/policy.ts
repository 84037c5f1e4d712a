import type { Actor, PersonActor } from '#kernel/actor.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import type { ArrivalAct } from './partners/contract.ts';

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

/** What came from a partner and waits for a person: with whose clerks it is and, of a claim, in whose name. */
export type ArrivalInHand = { kind: string | null; agencyId: Id<'agency'> | null; claimedAgencyId: Id<'agency'> | null };

/** A clerk deals with what was handed to the agency. */
export function mayDealWithArrival(actor: Actor, { agencyId }: ArrivalInHand): boolean {
  return mayKeepPartners(actor) || (actor.kind === 'person' && actor.roles.includes('clerk') && agencyId === actor.agencyId);
}

/** An administrator decides about a claim, or a clerk of the agency in whose name it is, to whom it was handed. */
export function mayRecoverClaim(actor: Actor, arrival: ArrivalInHand): boolean {
  return mayKeepPartners(actor) || (mayDealWithArrival(actor, arrival) && arrival.claimedAgencyId === arrival.agencyId);
}

/** To whom an arrival can be handed: a claim to none but the agency in whose name it is, since nobody else could write it back. */
export function mayBeHandedTo({ kind, claimedAgencyId }: ArrivalInHand, agencyId: Id<'agency'>): boolean {
  return kind !== 'claim' || agencyId === claimedAgencyId;
}

/** What a person may do with an arrival that waits. */
export function actsOnArrival(actor: PersonActor, arrival: ArrivalInHand): readonly ArrivalAct[] {
  const mayKeep = mayKeepPartners(actor);
  const isClaim = arrival.kind === 'claim';
  return [
    ...(mayKeep && !isClaim ? (['retry', 'hand-over'] as const) : []),
    ...(mayKeep && isClaim && arrival.claimedAgencyId !== null && arrival.claimedAgencyId !== arrival.agencyId ? (['hand-over'] as const) : []),
    ...(isClaim && mayRecoverClaim(actor, arrival) ? (['recover'] as const) : []),
    ...(mayDealWithArrival(actor, arrival) ? (['original', 'settle'] as const) : []),
  ];
}
