import { z } from 'zod';
import type { conflictsDecided } from '#engines/identity/contract.ts';
import { agencyGroup, agencyKind, agencyOnDay, calendarDay, conflictProblem, conflictResolution, directoryConflict, nationalImport, recipientGroup, role, signingPower } from '#engines/identity/contract.ts';

const password = z.string().min(1).max(200);
const step = z.string().length(43);
const code = z
  .string()
  .transform((text) => text.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'Mã gồm 6 chữ số.|The code has 6 digits.'));

export const signInRequest = z.object({ login: z.string().trim().min(1).max(60), password });
export const codeRequest = z.object({ step, code });
export const newPasswordRequest = z.object({ step, newPassword: password });
export const stepRequest = z.object({ step });

/** What a sign-in says: done, or what it needs next. The session itself travels in a cookie only. */
export const signInReply = z.discriminatedUnion('state', [
  z.object({ state: z.literal('signed_in') }),
  z.object({ state: z.literal('second_factor'), step, methods: z.array(z.enum(['totp', 'passkey'])) }),
  z.object({ state: z.literal('change_password'), step, hasSecondFactor: z.boolean() }),
  z.object({ state: z.literal('enrol_second_factor'), step }),
]);
export const totpSecret = z.object({ secret: z.string(), uri: z.string() });

export const sessionPost = z.object({
  id: z.uuid(),
  title: z.string(),
  agency: z.object({ id: z.uuid(), name: z.string() }),
  agencyName: z.string(),
  /** Set when this post is another person's, who delegated it. */
  onBehalfOf: z.object({ personId: z.uuid(), name: z.string() }).optional(),
});

export const meReply = z.object({
  person: z.object({ id: z.uuid(), name: z.string() }),
  agency: z.object({ id: z.uuid(), name: z.string() }),
  post: z.object({ id: z.uuid(), title: z.string(), roles: z.array(role), onBehalfOf: z.string().optional() }),
  posts: z.array(sessionPost),
  language: z.enum(['vi', 'en']),
  notice: z.string().nullable(),
  abilities: z.array(z.string()),
});
export const switchPostRequest = z.object({ postId: z.uuid() });

export const sessionRow = z.object({
  id: z.uuid(),
  isPresent: z.boolean(),
  ip: z.string(),
  userAgent: z.string(),
  factors: z.enum(['password', 'password_totp', 'passkey']),
  postTitle: z.string(),
  agencyName: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  expiresAt: z.string(),
});
export const sessionList = z.object({ sessions: z.array(sessionRow) });

export const sessionParams = z.object({ sessionId: z.uuid() });
export const revokeAllRequest = z.object({ keepPresent: z.boolean() });
export const endedReply = z.object({ ended: z.number() });

export const securityReply = z.object({
  login: z.string(),
  passwordChangedAt: z.string(),
  passwordLength: z.number(),
  totp: z.boolean(),
  passkeys: z.array(z.object({ id: z.string(), name: z.string(), createdAt: z.string(), lastUsedAt: z.string().nullable() })),
  mustHaveSecondFactor: z.boolean(),
  citizenNumberEnding: z.string().nullable(),
});
export const changePasswordRequest = z.object({ presentPassword: password, newPassword: password });
export const confirmCodeRequest = z.object({ code });
/** WebAuthn's own JSON: checked by the library that verifies it. */
export const webAuthnJson = z.record(z.string(), z.unknown());
/** The own password, again: a session alone neither adds nor removes what a person signs in with. */
export const ownPasswordRequest = z.object({ password });
export const passkeyOptionsReply = z.object({ step, options: webAuthnJson });
export const passkeyRequest = z.object({ step, response: webAuthnJson });
export const newPasskeyRequest = z.object({ step, name: z.string().trim().min(1).max(80), response: webAuthnJson });
export const passkeyParams = z.object({ passkeyId: z.string().min(1).max(280) });
export const passkeySignInRequest = z.object({ step: step.optional() });

export const agencyQuery = z.object({
  text: z.string().max(200).default(''),
  group: agencyKind.optional(),
  limit: z.coerce.number().int().min(1).max(2000).default(50),
  closed: z.stringbool().optional(),
});
export const agencyList = z.object({ agencies: z.array(agencyOnDay) });
export const groupList = z.object({
  groups: z.array(agencyGroup),
  /** Those that the caller's agency named for itself. */
  own: z.array(recipientGroup),
  abilities: z.array(z.enum(['keep-groups'])),
});
export const recipientGroupRequest = z.object({ name: z.string().trim().min(2).max(100), agencyIds: z.array(z.uuid()).min(1, 'Chọn ít nhất một cơ quan.|Choose at least one agency.').max(2000) });
export const recipientGroupParams = z.object({ groupId: z.uuid() });

/** The national list of agencies: how it stands, and where it says otherwise than the directory here. */
export const nationalDirectory = z.object({ entries: z.int(), linked: z.int(), openConflicts: z.int(), imports: z.array(nationalImport) });
export const conflictQuery = z.object({ problem: conflictProblem.optional(), after: z.string().max(300).optional() });
export const conflictList = z.object({ conflicts: z.array(directoryConflict), next: z.string().nullable() });
export const conflictRef = z.object({ ref: z.string().min(1).max(100), problem: conflictProblem });
export const conflictSettlement = z.object({ ref: z.string().min(1).max(100), problem: conflictProblem, resolution: conflictResolution });
/** As the person saw it: `foundAt` changes with what the list says. */
const seenConflict = conflictRef.extend({ foundAt: z.iso.datetime({ offset: true }) });
/** So many differences may be decided about at once. */
export const MOST_CHOSEN = 500;
export const chosenSettlement = z.object({ conflicts: z.array(seenConflict).min(1).max(MOST_CHOSEN), resolution: conflictResolution });
export const chosenConflicts = z.object({ conflicts: z.array(conflictRef).min(1).max(MOST_CHOSEN) });
export const importRequest = z.object({ uploadId: z.uuid('Chọn tệp danh bạ.|Choose the file of the list.') });

const validity = { validFrom: z.string(), validTo: z.string().nullable() };
export const directoryPost = z.object({
  postId: z.uuid(),
  personId: z.uuid(),
  name: z.string(),
  isInvented: z.boolean(),
  title: z.string(),
  unitId: z.uuid().nullable(),
  unitName: z.string().nullable(),
  roles: z.array(role),
  signingPowers: z.array(signingPower),
  startsOn: z.string(),
  endsOn: z.string().nullable(),
});
export const agencyPage = z.object({
  agency: agencyOnDay,
  establishedOn: z.string(),
  closingBasis: z.string().nullable(),
  note: z.string().nullable(),
  parent: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  names: z.array(z.object({ name: z.string(), abbreviation: z.string(), legalBasis: z.string().nullable(), ...validity })),
  codes: z.array(z.object({ scheme: z.enum(['qd20', 'qcvn102', 'enterprise']), code: z.string(), note: z.string().nullable(), ...validity })),
  successors: z.array(z.object({ id: z.uuid(), name: z.string(), kind: z.string(), effectiveOn: z.string(), legalBasis: z.string().nullable() })),
  predecessors: z.array(z.object({ id: z.uuid(), name: z.string(), kind: z.string(), effectiveOn: z.string(), legalBasis: z.string().nullable() })),
  subordinates: z.array(z.object({ id: z.uuid(), name: z.string(), code: z.string().nullable() })),
  units: z.array(z.object({ id: z.uuid(), name: z.string(), abbreviation: z.string(), parentId: z.uuid().nullable() })),
  people: z.array(directoryPost),
  abilities: z.array(z.string()),
});
export const agencyParams = z.object({ agencyId: z.uuid() });

export const peopleQuery = z.object({
  text: z.string().max(200).default(''),
  agencyId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.uuid().optional(),
});
export const personRow = z.object({
  personId: z.uuid(),
  name: z.string(),
  isInvented: z.boolean(),
  login: z.string().nullable(),
  lastSignInAt: z.string().nullable(),
  disabledAt: z.string().nullable(),
  isDormant: z.boolean(),
  lockedUntil: z.string().nullable(),
  hasSecondFactor: z.boolean(),
  citizenNumberEnding: z.string().nullable(),
  posts: z.array(z.object({ postId: z.uuid(), agencyId: z.uuid(), agencyName: z.string(), title: z.string(), roles: z.array(role), endsOn: z.string().nullable() })),
});
export const peopleList = z.object({ people: z.array(personRow), next: z.uuid().nullable() });
export const personParams = z.object({ personId: z.uuid() });

const citizenNumber = z
  .string()
  .transform((text) => text.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{12}$/, 'Số định danh cá nhân gồm 12 chữ số.|The citizen number has 12 digits.'));
export const citizenNumberRequest = z.object({ citizenNumber });

const postFields = {
  unitId: z.uuid().nullable().default(null),
  title: z.string().trim().min(2).max(150),
  roles: z.array(role).max(9),
  signingPowers: z.array(signingPower).max(5).default([]),
  startsOn: calendarDay,
  endsOn: calendarDay.optional(),
};
export const newPersonRequest = z.object({
  agencyId: z.uuid(),
  fullName: z.string().trim().min(2).max(120),
  citizenNumber: citizenNumber.optional(),
  login: z.string().trim().toLowerCase().regex(/^[a-z0-9][a-z0-9._-]{2,59}$/, 'Tên đăng nhập gồm chữ không dấu, số, dấu chấm.|Letters without marks, digits and dots.'),
  post: z.object(postFields),
});
export const newPersonReply = z.object({ personId: z.uuid(), postId: z.uuid(), temporaryPassword: z.string() });
export const appointRequest = z.object({ agencyId: z.uuid(), personId: z.uuid(), ...postFields });
export const postParams = z.object({ agencyId: z.uuid(), postId: z.uuid() });
/** A post with everything that is known of it, and what the caller may do about it. */
export const postPage = z.object({
  postId: z.uuid(),
  agencyId: z.uuid(),
  personId: z.uuid(),
  name: z.string(),
  title: z.string(),
  unitId: z.uuid().nullable(),
  unitName: z.string().nullable(),
  roles: z.array(role),
  signingPowers: z.array(signingPower),
  startsOn: z.string(),
  endsOn: z.string().nullable(),
  abilities: z.array(z.enum(['change', 'end'])),
});
export const changePostRequest = z.object({ roles: z.array(role).max(9), signingPowers: z.array(signingPower).max(5) });
export const endPostRequest = z.object({ lastDay: calendarDay, reason: z.string().trim().min(2).max(300) });
export const newUnitRequest = z.object({ parentId: z.uuid().optional(), name: z.string().trim().min(2).max(200), abbreviation: z.string().trim().min(1).max(30), from: calendarDay });

export const delegationRequest = z.object({
  agencyId: z.uuid(),
  delegatorPostId: z.uuid(),
  delegateAgencyId: z.uuid(),
  delegatePostId: z.uuid(),
  roles: z.array(role).min(1).max(9),
  content: z.string().trim().min(5).max(500),
  documentReference: z.string().trim().max(200).optional(),
  startsOn: calendarDay,
  endsOn: calendarDay,
});
export const delegationParams = z.object({ agencyId: z.uuid(), delegationId: z.uuid() });
export const delegationList = z.object({
  /** The posts from which the caller may delegate, each with the roles that can be handed on. Empty: the caller may not. */
  from: z.array(z.object({ postId: z.uuid(), name: z.string(), title: z.string(), roles: z.array(role) })),
  delegations: z.array(
    z.object({
      id: z.uuid(),
      delegatorPostId: z.uuid(),
      delegatorName: z.string(),
      delegatorTitle: z.string(),
      delegateName: z.string(),
      delegateTitle: z.string(),
      roles: z.array(role),
      content: z.string(),
      documentReference: z.string().nullable(),
      startsOn: z.string(),
      endsOn: z.string(),
      revokedAt: z.string().nullable(),
      state: z.enum(['coming', 'in_force', 'ended']),
      abilities: z.array(z.enum(['revoke'])),
    }),
  ),
});

const basis = z.string().trim().min(2).max(300);
const agencyName = z.string().trim().min(2).max(300);
const abbreviation = z.string().trim().min(1).max(30);
const codeFields = { scheme: z.enum(['qd20', 'qcvn102', 'enterprise']), code: z.string().trim().toUpperCase().min(2).max(35) };
export const newAgencyRequest = z.object({
  kind: agencyKind,
  level: z.enum(['central', 'province', 'district', 'commune', 'none']),
  parentId: z.uuid().nullable(),
  hosting: z.enum(['local', 'external']),
  establishedOn: calendarDay,
  name: agencyName,
  abbreviation,
  legalBasis: basis,
  codes: z.array(z.object(codeFields)).max(3).default([]),
});
export const renameRequest = z.object({ from: calendarDay, name: agencyName, abbreviation, legalBasis: basis });
export const codeChangeRequest = z.object({ ...codeFields, from: calendarDay, note: z.string().trim().max(300).nullable().default(null) });
export const closeRequest = z.object({ lastDay: calendarDay, legalBasis: basis, successorIds: z.array(z.uuid()).max(50).default([]) });
export const mergeRequest = z.object({
  predecessorIds: z.array(z.uuid()).min(1).max(50),
  successorIds: z.array(z.uuid()).min(1).max(50),
  kind: z.enum(['renamed', 'merged', 'split', 'dissolved', 'moved']),
  lastDay: calendarDay,
  legalBasis: basis,
});
export const created = z.object({ id: z.uuid() });
export const temporaryPasswordReply = z.object({ temporaryPassword: z.string() });
export const reasonRequest = z.object({ reason: basis });
export const settingList = z.object({ settings: z.array(z.object({ name: z.string(), value: z.number(), least: z.number(), most: z.number(), legalBasis: z.string() })) });
export const settingParams = z.object({ name: z.string().max(60) });
export const settingRequest = z.object({ value: z.number().int().min(0).max(100_000) });

export type SignInReply = z.infer<typeof signInReply>;
export type MeReply = z.infer<typeof meReply>;
export type AgencyRow = z.infer<typeof agencyOnDay>;
export type AgencyPage = z.infer<typeof agencyPage>;
export type SecurityReply = z.infer<typeof securityReply>;
export type SessionRow = z.infer<typeof sessionRow>;
export type TotpSecret = z.infer<typeof totpSecret>;
export type NationalDirectory = z.infer<typeof nationalDirectory>;
export type ConflictList = z.infer<typeof conflictList>;
export type DirectoryConflict = z.infer<typeof directoryConflict>;
export type ConflictsDecided = z.infer<typeof conflictsDecided>;
export type GroupList = z.infer<typeof groupList>;
export type PersonRow = z.infer<typeof personRow>;
export type PeopleList = z.infer<typeof peopleList>;
export type PostPage = z.infer<typeof postPage>;
export type DelegationList = z.infer<typeof delegationList>;
export type SettingList = z.infer<typeof settingList>;
