import { z } from 'zod';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { codeScheme } from './domain/codes.ts';
import { roles, signingPowers } from './domain/roles.ts';

export const role = z.enum(roles);
export const signingPower = z.enum(signingPowers);

export const agencyKinds = ['province', 'department', 'commune', 'district', 'party_body', 'central', 'socio_political', 'public_unit', 'enterprise', 'press_office', 'other'] as const;
export const agencyKind = z.enum(agencyKinds);
export type AgencyKind = z.infer<typeof agencyKind>;

const agencyLevels = ['central', 'province', 'district', 'commune', 'none'] as const;
export const agencyLevel = z.enum(agencyLevels);
export type AgencyLevel = z.infer<typeof agencyLevel>;

const successionKinds = ['renamed', 'merged', 'split', 'dissolved', 'moved'] as const;
const successionKind = z.enum(successionKinds);
export type SuccessionKind = z.infer<typeof successionKind>;

/** A day that exists, as `YYYY-MM-DD`. */
export const calendarDay = z.string().transform((text, ctx): CalendarDay => {
  const day = parseCalendarDay(text);
  if (day !== undefined) return day;
  ctx.addIssue({ code: 'custom', message: 'Ngày không tồn tại.|This day does not exist.' });
  return z.NEVER;
});

/** An agency as it was, or is, on a day: what lists, documents and the directory show. */
export const agencyOnDay = z.object({
  id: z.uuid(),
  name: z.string(),
  abbreviation: z.string(),
  kind: agencyKind,
  level: agencyLevel,
  parentId: z.uuid().nullable(),
  /** QĐ 20/2020, left to right. */
  code: z.string().nullable(),
  /** QCVN 102:2016, right to left. */
  oldCode: z.string().nullable(),
  state: z.enum(['active', 'closed']),
  hosting: z.enum(['local', 'external']),
  /** The last day on which it existed. */
  closedOn: z.string().nullable(),
  successors: z.array(z.object({ id: z.uuid(), name: z.string(), kind: successionKind })),
});

export const agencyGroup = z.object({ key: agencyKind, vi: z.string(), en: z.string(), agencyIds: z.array(z.uuid()) });

export const recipientGroup = z.object({ id: z.uuid(), name: z.string(), agencyIds: z.array(z.uuid()), agencies: z.array(z.object({ id: z.uuid(), name: z.string() })) });

export const conflictProblems = ['name_differs', 'code_differs', 'closed_here', 'closed_there', 'code_reused', 'parent_missing', 'code_malformed'] as const;
export const conflictProblem = z.enum(conflictProblems);
export const conflictResolution = z.enum(['keep_ours', 'take_theirs']);

/** Where the national list says otherwise than the directory here. */
export const directoryConflict = z.object({
  ref: z.string(),
  problem: conflictProblem,
  /** What the list says. */
  theirs: z.object({ name: z.string(), code: z.string().nullable() }),
  /** The agency here that it is about, as it is today. */
  ours: z.object({ agencyId: z.uuid(), name: z.string(), code: z.string().nullable(), closedOn: z.string().nullable() }).nullable(),
  foundAt: z.string(),
  abilities: z.array(conflictResolution),
  /** What may be decided about many like it in one step. */
  together: z.array(conflictResolution),
});

/** What became of differences that were decided together; of those left it says why. */
export const conflictsDecided = z.object({
  settled: z.array(z.object({ ref: z.string(), problem: conflictProblem })),
  left: z.array(z.object({ ref: z.string(), problem: conflictProblem, why: z.object({ vi: z.string(), en: z.string() }) })),
});

/** One reading of the national list. */
export const nationalImport = z.object({
  id: z.uuid(),
  source: z.enum(['file', 'axis']),
  origin: z.string(),
  state: z.enum(['running', 'finished', 'failed']),
  position: z.int(),
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  conflicts: z.int(),
  unreadable: z.int(),
  /** The first of them, by their places in the list. */
  unreadableRows: z.array(z.object({ place: z.int(), text: z.string() })),
  problem: z.string().nullable(),
  startedBy: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
});

export const eventData = {
  agency: z.object({ agencyId: z.uuid(), name: z.string(), day: z.string() }),
  agencyCode: z.object({ agencyId: z.uuid(), scheme: codeScheme, code: z.string(), day: z.string() }),
  agencyClosed: z.object({ agencyId: z.uuid(), name: z.string(), lastDay: z.string(), kind: successionKind.nullable(), successorIds: z.array(z.uuid()) }),
  person: z.object({ personId: z.uuid(), personName: z.string() }),
  unit: z.object({ unitId: z.uuid(), name: z.string() }),
  post: z.object({ postId: z.uuid(), personId: z.uuid(), personName: z.string(), title: z.string(), roles: z.array(role), day: z.string() }),
  delegation: z.object({ delegationId: z.uuid(), delegatorName: z.string(), delegateName: z.string(), roles: z.array(role), startsOn: z.string(), endsOn: z.string() }),
  setting: z.object({ name: z.string(), before: z.number(), after: z.number() }),
  signIn: z.object({ personName: z.string(), factors: z.string() }),
  refusal: z.object({ reason: z.string() }),
  nothing: z.object({}),
  counts: z.object({ agencies: z.number(), people: z.number() }),
  listOpened: z.object({ origin: z.string() }),
  listRead: z.object({ origin: z.string(), added: z.number(), changed: z.number(), unchanged: z.number(), conflicts: z.number(), unreadable: z.number() }),
  listFailed: z.object({ problem: z.string() }),
  conflict: z.object({ ref: z.string(), problem: z.string(), name: z.string(), resolution: z.string(), resolutionVi: z.string(), resolutionEn: z.string() }),
  conflictReopened: z.object({ ref: z.string(), problem: z.string(), name: z.string() }),
  recipientGroup: z.object({ groupId: z.uuid(), name: z.string(), count: z.number() }),
};
