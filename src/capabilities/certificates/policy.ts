import type { PersonActor } from '#kernel/actor.ts';
import { actionsIn, type OpenTask } from '#engines/cases/index.ts';
import { reviewKinds, type CertificateAbility, type RequestAbility, type RequestState } from './contract.ts';
import { requestLifecycle } from './lifecycle.ts';

const has = (actor: PersonActor, ...roles: string[]): boolean => roles.some((role) => actor.roles.includes(role));

/** The province's administrator and its auditors see the certificates of all agencies. */
export const seesProvince = (actor: PersonActor): boolean => has(actor, 'province_admin', 'auditor');

/** An agency's certificates are seen by its administrator, its clerk and its chief of office; one's own by everybody. */
export function seesAgency(actor: PersonActor, agencyId: string): boolean {
  return seesProvince(actor) || (actor.agencyId === agencyId && has(actor, 'agency_admin', 'clerk', 'chief_of_office'));
}

/** Whoever acts for the holder sees what the holder's work is about, and no more. */
export function maySee(actor: PersonActor, certificate: { agency_id: string; person_id: string | null }): boolean {
  const people: (string | null)[] = [actor.personId, ...(actor.onBehalfOf === undefined ? [] : [actor.onBehalfOf.personId])];
  return seesAgency(actor, certificate.agency_id) || (certificate.agency_id === actor.agencyId && people.includes(certificate.person_id));
}

/** The inventory of an agency is kept by its administrator, that of any by the province's. */
export const mayKeep = (actor: PersonActor, agencyId: string): boolean => has(actor, 'province_admin') || (actor.agencyId === agencyId && has(actor, 'agency_admin'));

/** Requests are made by the agency that manages the holder (185/2019/TT-BQP: the directly managing agency), and by people for themselves. */
export function mayAsk(actor: PersonActor, holder: { agencyId: string; personId: string | null }): boolean {
  if (actor.agencyId !== holder.agencyId) return false;
  return has(actor, 'agency_admin', 'clerk') || holder.personId === actor.personId;
}

const mayDecide = (actor: PersonActor): boolean => has(actor, 'province_admin');

type Subject = { agency_id: string; person_id: string | null; credential_id: string | null; is_built_in: boolean; status: 'active' | 'suspended' | 'revoked' };

/** As the signatures engine has it: the holder, the clerk for the agency's own, the agency's administrator. */
function mayRevoke(actor: PersonActor, certificate: Pick<Subject, 'agency_id' | 'person_id'>): boolean {
  if (actor.agencyId !== certificate.agency_id) return false;
  return has(actor, 'agency_admin') || (certificate.person_id === null ? has(actor, 'clerk') : certificate.person_id === actor.personId);
}

export function abilitiesOnCertificate(actor: PersonActor, certificate: Subject): CertificateAbility[] {
  const keeps = mayKeep(actor, certificate.agency_id);
  const isActive = certificate.status === 'active';
  // a suspension may be lifted
  const isInUse = certificate.status !== 'revoked';
  const signsHere = certificate.credential_id !== null;
  const may = {
    edit: keeps,
    ask: isInUse && mayAsk(actor, { agencyId: certificate.agency_id, personId: certificate.person_id }),
    revoke: isActive && signsHere && certificate.is_built_in && mayRevoke(actor, certificate),
    'ask-status': isInUse && !certificate.is_built_in && (keeps || mayAsk(actor, { agencyId: certificate.agency_id, personId: certificate.person_id })),
    'mark-revoked': isInUse && keeps && !certificate.is_built_in,
    remove: keeps && !signsHere,
  };
  return (['edit', 'ask', 'ask-status', 'revoke', 'mark-revoked', 'remove'] as const).filter((ability) => may[ability]);
}

/** The kind of the task that a certificate which ends is to be renewed. */
export const RENEWAL = 'certificates.renew';

/** What the keeper of the inventory may say of a certificate's renewal: no while it waits, and yes again while the certificate lives. */
export function maySayRenewal(
  certificate: Pick<Subject, 'status'> & { valid_to: Date; renewal_declined_at: Date | null },
  open: readonly OpenTask[],
  now: Date,
): CertificateAbility[] {
  if (certificate.renewal_declined_at === null) return open.some((task) => task.kind === RENEWAL) ? ['decline-renewal'] : [];
  return certificate.status !== 'revoked' && certificate.valid_to > now ? ['resume-renewal'] : [];
}

/** Whoever keeps the inventory, and the holder for what waits for the holder. */
export function mayReview(actor: PersonActor, certificate: { agency_id: string; person_id: string | null }): boolean {
  return mayKeep(actor, certificate.agency_id) || (actor.agencyId === certificate.agency_id && certificate.person_id === actor.personId);
}

/**
 * Which of the open tasks about a certificate the word of this person ends: only such as nothing else need ever end. The keeper decides for the
 * agency, and so for the holder too; the holder never for the keeper.
 */
export function reviewable(actor: PersonActor, certificate: { agency_id: string; person_id: string | null }, open: readonly OpenTask[]): OpenTask[] {
  if (!mayReview(actor, certificate)) return [];
  const keeps = mayKeep(actor, certificate.agency_id);
  return open.filter((task) => reviewKinds.some((kind) => task.kind === taskKind(kind)) && (keeps || 'postId' in task.assignee));
}

export const taskKind = (kind: (typeof reviewKinds)[number]): string => `certificates.${kind}`;

export function seesRequest(actor: PersonActor, request: { agency_id: string; asked_by_person: string }): boolean {
  return seesAgency(actor, request.agency_id) || (actor.agencyId === request.agency_id && request.asked_by_person === actor.personId);
}

/** Who asked, and whoever keeps the agency's certificates for it. */
export function isAsker(actor: PersonActor, request: { agency_id: string; asked_by_person: string }): boolean {
  return actor.agencyId === request.agency_id && (has(actor, 'agency_admin') || request.asked_by_person === actor.personId);
}

/** What moves a request on. */
export type RequestAction = Exclude<RequestAbility, 'read-refusal'>;

/** Who asked withdraws; the province's administrator decides; either says when it is done. */
export function abilitiesOnRequest(actor: PersonActor, request: { agency_id: string; asked_by_person: string; state: RequestState }): RequestAction[] {
  const asks = isAsker(actor, request);
  const may = { withdraw: asks, approve: mayDecide(actor), refuse: mayDecide(actor), complete: mayDecide(actor) || (asks && has(actor, 'agency_admin')) };
  return actionsIn(requestLifecycle, request.state).filter((action) => may[action]);
}
