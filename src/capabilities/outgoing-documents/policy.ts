import type { PersonActor } from '#kernel/actor.ts';
import { abilities, type OutgoingAbility, type OutgoingState } from './contract.ts';
import { nextState } from '#engines/cases/index.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { lifecycle } from './lifecycle.ts';

/** What the rules look at in a document. */
export type PolicySubject = {
  agency_id: string;
  state: OutgoingState;
  drafter_person_id: string;
  drafting_unit_id: string | null;
  approver_post_id: string | null;
  initials_post_id: string | null;
};

const has = (actor: PersonActor, ...roles: string[]): boolean => roles.some((role) => actor.roles.includes(role));

/** The clerk, the leaders, the chief of office and the auditor see every outgoing document of their agency. */
export const seesAll = (actor: PersonActor): boolean => has(actor, 'clerk', 'leader', 'chief_of_office', 'auditor');

/** The whole register, on the screen or to take along: who sees every document, and whoever administers the agency. */
export const READERS_OF_REGISTER = ['clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor'] as const;

/** Whoever may read the register is offered it beside the list. */
export function abilitiesOnRegister(actor: PersonActor): readonly string[] {
  return has(actor, ...READERS_OF_REGISTER) ? ['outgoing-documents.read-register'] : [];
}

const isDrafter = (actor: PersonActor, document: PolicySubject): boolean => document.drafter_person_id === actor.personId;
const isOfDraftingUnit = (actor: PersonActor, document: PolicySubject): boolean => document.drafting_unit_id !== null && document.drafting_unit_id === actor.unitId;

/** A document is visible inside its agency: to whoever sees all, to its drafter, to the drafting unit, to its approver and to who initials it. */
export function maySee(actor: PersonActor, document: PolicySubject): boolean {
  if (document.agency_id !== actor.agencyId) return false;
  return seesAll(actor) || isDrafter(actor, document) || isOfDraftingUnit(actor, document) || isApprover(actor, document) || isInitialler(actor, document);
}

/** The approver is the post that the document was submitted to, or whoever acts for it. */
function isApprover(actor: PersonActor, document: PolicySubject): boolean {
  return document.approver_post_id !== null && document.approver_post_id === actingPostId(actor);
}

/** Whoever was asked for initials, or acts for that post. */
function isInitialler(actor: PersonActor, document: PolicySubject): boolean {
  return document.initials_post_id !== null && document.initials_post_id === actingPostId(actor);
}

const mayReturn = (actor: PersonActor, document: PolicySubject): boolean => {
  if (document.state === 'initialling') return isInitialler(actor, document);
  return document.state === 'submitted' ? isApprover(actor, document) : has(actor, 'clerk');
};

/** Who may be asked for initials: heads of units, who answer for the content (30/2020/NĐ-CP Art. 12.1), and the chief of office for the layout (Art. 12.2). */
export const INITIALLING_ROLES = ['unit_head', 'chief_of_office'] as const;

/** Whoever may find documents to sign or to initial has the signing room. */
export function abilitiesInSigningRoom(actor: PersonActor): readonly string[] {
  return has(actor, 'leader', ...INITIALLING_ROLES) ? ['outgoing-documents.sign'] : [];
}

/** What the law leaves to the agency is chosen by its leaders and the chief of office. */
export const maySetPractice = (actor: PersonActor): boolean => has(actor, 'leader', 'chief_of_office');

const rules: Record<OutgoingAbility, (actor: PersonActor, document: PolicySubject) => boolean> = {
  /** The drafter changes a draft; the clerk helps. */
  edit: (actor, document) => isDrafter(actor, document) || has(actor, 'clerk'),
  /** To whom it goes may change until it is issued. */
  address: (actor, document) => isDrafter(actor, document) || has(actor, 'clerk'),
  submit: (actor, document) => isDrafter(actor, document) || has(actor, 'clerk'),
  'ask-initials': (actor, document) => isDrafter(actor, document) || has(actor, 'clerk'),
  /** Initials are as personal as a signature. */
  initial: isInitialler,
  /** Only the drafter and the clerk take a document out of the flow. */
  withdraw: (actor, document) => isDrafter(actor, document) || has(actor, 'clerk'),
  /** Whoever was asked to initial or to sign returns it; the clerk returns what was signed but cannot be issued as it is. */
  return: mayReturn,
  /** A signature is personal: never the drafter for the approver (Art. 13). */
  sign: isApprover,
  /** Numbering, sealing and issuing are the clerk's own acts (Art. 15, 32.2). */
  number: (actor) => has(actor, 'clerk'),
  seal: (actor) => has(actor, 'clerk'),
  issue: (actor) => has(actor, 'clerk'),
  /** Once issued, it is the clerk who deals with the recipients (QĐ 28/2018 Art. 8); whoever signed may recall it too. */
  'take-back': (actor) => has(actor, 'clerk'),
  recall: (actor, document) => has(actor, 'clerk') || isApprover(actor, document),
  update: (actor) => has(actor, 'clerk'),
  resend: (actor) => has(actor, 'clerk'),
  remind: (actor, document) => has(actor, 'clerk') || isDrafter(actor, document),
  /** A replacement is drafted like any document. */
  replace: (actor, document) => has(actor, 'clerk') || isDrafter(actor, document),
  /** Somebody refused: the clerk has read it. */
  'read-answer': (actor) => has(actor, 'clerk'),
};

/** Whether the person may do it in the document's present state. */
export function may(actor: PersonActor, action: OutgoingAbility, document: PolicySubject): boolean {
  return nextState(lifecycle, document.state, action) !== undefined && mayInPrinciple(actor, action, document);
}

/** Whether the person may do it at all, whatever the state. */
export function mayInPrinciple(actor: PersonActor, action: OutgoingAbility, document: PolicySubject): boolean {
  return maySee(actor, document) && rules[action](actor, document);
}

/** The exchange hands out evidence to these; the screen offers it to nobody else. */
export const mayTakeEvidence = (actor: PersonActor): boolean => has(actor, 'clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor');

/** What a screen may offer. */
export function abilitiesOf(actor: PersonActor, document: PolicySubject): OutgoingAbility[] {
  return abilities.filter((action) => may(actor, action, document));
}
