import type { PersonActor } from '#kernel/actor.ts';
import type { IncomingAbility, IncomingState } from './contract.ts';
import { actionsIn } from '#engines/cases/index.ts';
import { lifecycle } from './lifecycle.ts';

export type PolicySubject = { agency_id: string; state: IncomingState };

const has = (actor: PersonActor, ...roles: string[]): boolean => roles.some((role) => actor.roles.includes(role));

/**
 * What has arrived is seen by those who receive for the agency: clerk, leaders, chief of office, auditor. Officers see
 * a document once it is passed on to them, which is a task and not this list.
 */
export const seesInbox = (actor: PersonActor): boolean => has(actor, 'clerk', 'leader', 'chief_of_office', 'auditor');

export function maySee(actor: PersonActor, document: PolicySubject): boolean {
  return document.agency_id === actor.agencyId && seesInbox(actor);
}

/** Registering and refusing are the clerk's (30/2020/NĐ-CP Art. 21, 22). */
export function mayInPrinciple(actor: PersonActor, document: PolicySubject): boolean {
  return maySee(actor, document) && has(actor, 'clerk');
}

export function abilitiesOf(actor: PersonActor, document: PolicySubject): IncomingAbility[] {
  return mayInPrinciple(actor, document) ? actionsIn(lifecycle, document.state) : [];
}
