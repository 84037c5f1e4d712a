import type { PersonActor } from '#kernel/actor.ts';

const WATCHERS = ['clerk', 'agency_admin', 'province_admin', 'auditor'];
const MENDERS = ['clerk', 'agency_admin', 'province_admin'];

/** Clerks and administrators look after what their agency sends; whoever runs or audits the province sees all of it. Auditors change nothing. */
export function abilitiesAtTheDesk(actor: PersonActor): readonly string[] {
  const has = (roles: readonly string[]) => actor.roles.some((role) => roles.includes(role));
  return [...(has(WATCHERS) ? ['exchange-desk.watch'] : []), ...(has(MENDERS) ? ['exchange-desk.retry'] : [])];
}
