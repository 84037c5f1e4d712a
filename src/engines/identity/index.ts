import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { identityEvents } from './events.ts';
import { identitySchedules } from './schedules.ts';

/** Agencies, people and posts through time; who is signed in, in which post, on whose behalf. */
export const identityModule: Module = {
  name: 'identity',
  migrations: join(import.meta.dirname, 'migrations'),
  events: identityEvents,
  schedules: identitySchedules,
};

export { authenticate, isBehindHttps, rotateSession, sessionCookie } from './authenticate.ts';
export { DEVICE_COOKIE } from './known-device.ts';
export { watchIdentity } from './watch-identity.ts';
export { knownAgenciesOn } from './known-agencies.ts';
export { identityErrors } from './errors.ts';
export { hashPassword } from './adapters/argon2.ts';
export { actingPostId } from './domain/acting.ts';
export { delegableRoles, roles, type Role, type SigningPower } from './domain/roles.ts';
export { isWellFormedCode, type CodeScheme } from './domain/codes.ts';
export { foldText } from './search-text.ts';
export type { AgencyKind, AgencyLevel, SuccessionKind } from './contract.ts';
export {
  agenciesOn,
  agencyGroups,
  findAgencyByCode,
  getAgencyOn,
  letterheadOn,
  searchAgencies,
  type AgencyId,
  type AgencyOnDay,
  type Letterhead,
} from './queries/agencies.ts';
export { actingAs, actingRights, getPost, getUnit, listUnits, postsByRole, postsOfPerson, type PersonId, type Post, type PostId, type UnitId } from './queries/posts.ts';
export { agenciesWithRole, postsEverywhere } from './queries/posts-everywhere.ts';
export { createAgency } from './commands/create-agency.ts';
export { renameAgency } from './commands/rename-agency.ts';
export { setAgencyCode } from './commands/set-agency-code.ts';
export { closeAgency, mergeAgencies } from './commands/close-agency.ts';
export { createUnit } from './commands/create-unit.ts';
export { markCitizenNumber, recordedCitizenNumber, type CitizenNumber } from './citizen-number.ts';
export { createPerson } from './commands/create-person.ts';
export { recordCitizenNumber, removeCitizenNumber } from './commands/record-citizen-number.ts';
export { appointPost, type Appointment } from './commands/appoint-post.ts';
export { changePost } from './commands/change-post.ts';
export { endPost } from './commands/end-post.ts';
export { delegate, revokeDelegation, type DelegationId } from './commands/delegate.ts';
export { hashChosenPassword, openAccount } from './commands/open-account.ts';
export { signInWithPassword, type Caller } from './commands/sign-in.ts';
export { beginEnrolmentAtSignIn, continueWithCode, continueWithNewPassword, finishEnrolmentAtSignIn } from './commands/continue-sign-in.ts';
export type { SignInState } from './commands/sign-in-steps.ts';
export { changeOwnPassword, provePassword } from './commands/change-password.ts';
export { beginTotp, finishTotp, removeTotp } from './commands/second-factor.ts';
export { revokeSession, revokeSessions, signOut, switchPost } from './commands/sessions.ts';
export { addPasskey, beginPasskeyEnrolment, beginPasskeySignIn, removePasskey, signInWithPasskey } from './commands/passkeys.ts';
export {
  authenticationOptions,
  claimedPasskeyId,
  registrationOptions as passkeyRegistrationOptions,
  relyingParty,
  verifyAuthentication,
  verifyRegistration,
  type RelyingParty,
  type StoredPasskey,
} from './adapters/passkeys.ts';
export { disableAccount, disableAccountsOf, enableAccount, resetPassword, resetSecondFactor, unlockAccount } from './commands/administer-account.ts';
export { changeSetting } from './commands/change-setting.ts';
export { importDirectory, type DirectoryImport, type ImportedAgency, type ImportedPost } from './commands/import-directory.ts';
export { beginNationalImport, failNationalImport, importNationalList, runningAxisImport, runningImport, type ImportId, type ListItem } from './national/import-list.ts';
export { listItemOf, ListUnreadable, readJsonObjects, readList } from './national/read-list.ts';
export type { ListedAgency } from './domain/national-entry.ts';
export { reopenDirectoryConflict, settleDirectoryConflict } from './commands/settle-conflict.ts';
export { reopenDirectoryConflicts, settleDirectoryConflicts } from './commands/settle-conflicts.ts';
export { linkableNationalAgencies, listDirectoryConflicts, nationalState, ownAgenciesAsListed, type LinkableAgency } from './queries/national-directory.ts';
export { deleteRecipientGroup, saveRecipientGroup, type RecipientGroupId } from './commands/recipient-groups.ts';
export { recipientGroupsOf } from './queries/recipient-groups.ts';
export { agencyHistory, delegationsOf, peopleOfAgency, subordinatesOf } from './queries/directory.ts';
export { searchPeople } from './queries/people.ts';
export { listSettings, ownSecurity, ownSessions } from './queries/own-security.ts';
export { mayAdministerAgency, mayDelegateFrom, mayGivePostsTo, mayGiveRoles, mayKeepDirectory, mayKeepRecipientGroups } from './policy.ts';
