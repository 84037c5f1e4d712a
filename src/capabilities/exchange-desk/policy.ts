import type { PersonActor } from '#kernel/actor.ts';

const WATCHERS = ['clerk', 'agency_admin', 'province_admin', 'auditor'];
const MENDERS = ['clerk', 'agency_admin', 'province_admin'];
/** Who sees the figures of the own agency, and follows its documents. */
const READERS = [...WATCHERS, 'leader', 'chief_of_office'];
/** As the exchange engine gives evidence packages out. */
const EVIDENCE = ['clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor'];

const has = (actor: PersonActor, roles: readonly string[]): boolean => actor.roles.some((role) => roles.includes(role));

/** Roles that may open the desk at all. */
export const readerRoles = READERS;

/** Clerks and administrators look after what their agency sends; whoever runs or audits the province sees all of it. Auditors change nothing. */
export function abilitiesAtTheDesk(actor: PersonActor): readonly string[] {
  return [
    ...(has(actor, WATCHERS) ? ['exchange-desk.watch'] : []),
    ...(has(actor, MENDERS) ? ['exchange-desk.retry'] : []),
    ...(has(actor, READERS) ? ['exchange-desk.read'] : []),
    ...(has(actor, READERS) && !has(actor, WATCHERS) ? ['exchange-desk.figures'] : []),
    ...(overseesExchange(actor) ? ['exchange-desk.oversee'] : []),
    ...(has(actor, ['province_admin']) ? ['exchange-desk.keep'] : []),
  ];
}

/** The province's administrator and its auditors see the traffic of all agencies (28/2018/QĐ-TTg Art. 11); of other agencies' documents no content. */
export const overseesExchange = (actor: PersonActor): boolean => has(actor, ['province_admin', 'auditor']);

/** The traffic of an agency is for its own readers, and for those who oversee the province. */
export function mayFollow(actor: PersonActor, agencyId: string): boolean {
  return overseesExchange(actor) || (actor.agencyId === agencyId && has(actor, READERS));
}

/** What a document is about, its files and the people behind it are for the readers of its own agency only. */
export const readsContent = (actor: PersonActor, agencyId: string): boolean => actor.agencyId === agencyId && has(actor, READERS);

export const mayTakeEvidence = (actor: PersonActor, agencyId: string): boolean => actor.agencyId === agencyId && has(actor, EVIDENCE);

/** Rules are kept by whoever runs the province's platform. */
export const mayKeepRules = (actor: PersonActor): boolean => has(actor, ['province_admin']);

/** An alert is seen by the watchers of the agency that it is about, and by those who oversee the province. */
export function maySeeAlert(actor: PersonActor, alert: { agencyId: string | null }): boolean {
  return overseesExchange(actor) || (alert.agencyId === actor.agencyId && has(actor, READERS));
}

/** Whoever can do something about it takes note of it: the province's administrator, the clerk and the administrator of the agency. Auditors only look. */
export function mayAcknowledge(actor: PersonActor, alert: { agencyId: string | null; state: string }): boolean {
  return alert.state === 'open' && (has(actor, ['province_admin']) || (alert.agencyId === actor.agencyId && has(actor, MENDERS)));
}
