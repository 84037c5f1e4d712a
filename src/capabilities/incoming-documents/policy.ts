import type { PersonActor } from '#kernel/actor.ts';
import { actionsIn } from '#engines/cases/index.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { abilities, type IncomingAbility, type IncomingState } from './contract.ts';
import { lifecycle } from './lifecycle.ts';

/** Somebody's part in handling the document, as far as rules ask for it. */
export type Part = { post_id: string; role: 'main' | 'cooperating'; state: 'open' | 'passed' | 'done' | 'released' | 'ended' };
export type PolicySubject = { agency_id: string; state: IncomingState; is_asked: boolean; is_reviewed: boolean; leader_post_id: string | null; parts: readonly Part[] };

const has = (actor: PersonActor, ...roles: string[]): boolean => roles.some((role) => actor.roles.includes(role));

/** What has arrived is seen by those who receive for the agency: clerk, leaders, chief of office, auditor. */
export const seesInbox = (actor: PersonActor): boolean => has(actor, 'clerk', 'leader', 'chief_of_office', 'auditor', 'guest');

/** The whole register, on the screen or to take along: who receives for the agency, and whoever administers it; guests keep none. */
export const READERS_OF_REGISTER = ['clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor'] as const;

/** Whoever may read the register is offered it beside the list. */
export function abilitiesOnRegister(actor: PersonActor): readonly string[] {
  return has(actor, ...READERS_OF_REGISTER) ? ['incoming-documents.read-register'] : [];
}

/** The clerk writes what comes on paper into the register (30/2020/NĐ-CP Art. 22). */
export function abilitiesWithPaper(actor: PersonActor): readonly string[] {
  return has(actor, 'clerk') ? ['incoming-documents.register-paper'] : [];
}

/** Whoever may be submitted to has a list of their own of what waits for their instruction. */
export const instructs = (actor: PersonActor): boolean => has(actor, 'leader', 'chief_of_office');

/** Everybody else sees a document once a part in handling it was theirs. */
export function maySee(actor: PersonActor, document: PolicySubject): boolean {
  if (document.agency_id !== actor.agencyId) return false;
  return seesInbox(actor) || document.parts.some((part) => part.post_id === actingPostId(actor));
}

const isClerk = (actor: PersonActor): boolean => has(actor, 'clerk', 'guest');

/** Whom it was submitted to, or whoever acts for that post; a leader may always step in. */
const leads = (actor: PersonActor, document: PolicySubject): boolean => has(actor, 'leader') || (document.leader_post_id !== null && document.leader_post_id === actingPostId(actor));

/** Whose turn it is: an open part, the main one or any. */
const hasPart = (actor: PersonActor, document: PolicySubject, role?: Part['role']): boolean =>
  document.parts.some((part) => part.state === 'open' && part.post_id === actingPostId(actor) && (role === undefined || part.role === role));

const rules: Record<IncomingAbility, (actor: PersonActor, document: PolicySubject) => boolean> = {
  /** Registering and refusing are the clerk's (30/2020/NĐ-CP Art. 21, 22), and so is what the sender is told about recalls. */
  register: isClerk,
  refuse: isClerk,
  'answer-notice': isClerk,
  /** The clerk submits (Art. 23.1). */
  submit: (actor) => has(actor, 'clerk'),
  /** The leader instructs, or the head of office whom it was submitted to by authority (Art. 23.2, 24.1). */
  assign: leads,
  return: leads,
  approve: leads,
  extend: leads,
  /** A document that is only to be known is completed by the leader; else the main one does, or reports where the leader wants to see it first. */
  complete: (actor, document) => (document.state === 'submitted' ? leads(actor, document) : !document.is_reviewed && hasPart(actor, document, 'main')),
  report: (actor, document) => document.is_reviewed && hasPart(actor, document, 'main'),
  /** The head of a unit names the person (App. IV.VII, part 2). */
  pass: (actor, document) => mayPassOn(actor) && hasPart(actor, document),
  advise: (actor, document) => hasPart(actor, document, 'cooperating'),
  progress: (actor, document) => hasPart(actor, document),
  release: (actor, document) => hasPart(actor, document),
};

/** Heads of units and of the office assign on; to open a document is not yet work for them. */
export const mayPassOn = (actor: PersonActor): boolean => has(actor, 'unit_head', 'chief_of_office');

/** Whoever has the main part drafts the reply; the clerk helps. */
export const mayReply = (actor: PersonActor, document: PolicySubject): boolean =>
  (document.state === 'assigned' || document.state === 'in-process') && (has(actor, 'clerk') || hasPart(actor, document, 'main'));

const IN_FORCE: ReadonlySet<IncomingState> = new Set(['registered', 'submitted', 'assigned', 'in-process', 'reported', 'completed']);

/** Copies are the clerk's, who alone puts the agency's signature on them, and personally (30/2020/NĐ-CP Art. 27, 32.2); of what is registered and stands. */
export const mayCopy = (actor: PersonActor, document: PolicySubject): boolean => document.agency_id === actor.agencyId && has(actor, 'clerk') && IN_FORCE.has(document.state);

/** The arrival mark is the clerk's too, on an electronic document that is registered; paper got the stamp itself. */
export const mayStamp = (actor: PersonActor, document: PolicySubject & { medium: 'electronic' | 'paper' }): boolean => document.medium === 'electronic' && mayCopy(actor, document);

/** Whether the person may do it at all, whatever the state. */
export function mayInPrinciple(actor: PersonActor, action: IncomingAbility, document: PolicySubject): boolean {
  return maySee(actor, document) && rules[action](actor, document);
}

/** What a screen may offer. */
export function abilitiesOf(actor: PersonActor, document: PolicySubject): IncomingAbility[] {
  const actions: readonly string[] = actionsIn(lifecycle, document.state);
  return abilities.filter((ability) => actions.includes(ability) && mayInPrinciple(actor, ability, document) && (ability !== 'answer-notice' || document.is_asked));
}

/** Verbs whose refusal is about the clerk's office; the others are about whose turn it is. */
export const CLERKS_OWN: ReadonlySet<IncomingAbility> = new Set(['register', 'refuse', 'answer-notice', 'submit']);

/** Files of cancelled documents are evidence for those who inspect the agency; the exchange holds the same rule at the bytes. */
export const mayOpenWithheld = (actor: PersonActor): boolean => has(actor, 'auditor');

/** The exchange hands out evidence to these; the screen offers it to nobody else. */
export const mayTakeEvidence = (actor: PersonActor): boolean => has(actor, 'clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor', 'guest');
