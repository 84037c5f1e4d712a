import { holders, route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { deleteRecipientGroup, listDirectoryConflicts, nationalState, ownAgenciesAsListed, reopenDirectoryConflict, reopenDirectoryConflicts, saveRecipientGroup, settleDirectoryConflict, settleDirectoryConflicts, type AgencyId, type RecipientGroupId } from '#engines/identity/index.ts';
import { startNationalImport } from './commands/start-national-import.ts';
import { conflictsDecided } from '#engines/identity/contract.ts';
import { chosenConflicts, chosenSettlement, conflictList, conflictQuery, conflictRef, conflictSettlement, created, importRequest, nationalDirectory, recipientGroupParams, recipientGroupRequest } from './contract.ts';
import { asCsv, asJson } from './national-export.ts';

const base = '/api/v1/accounts/national-directory';
const provinceOnly = holders('province_admin');
const done = { special: 'empty' } as const;
const PAGE = 50;
const todayOf = (http: Pick<RouteContext, 'kernel'>) => vietnamDay(http.kernel.clock.now());

/** Where the next page begins: the last difference that was shown. */
const cursorOf = (last: { foundAt: string; ref: string; problem: string }): string => JSON.stringify([last.foundAt, last.ref, last.problem]);

function readCursor(text: string | undefined): { foundAt: string; ref: string; problem: string } | undefined {
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read) || read.length !== 3 || !read.every((part) => typeof part === 'string') || Number.isNaN(Date.parse(String(read[0])))) return undefined;
    return { foundAt: String(read[0]), ref: String(read[1]), problem: String(read[2]) };
  } catch {
    return undefined;
  }
}

/** The national list of agencies, and the groups of recipients that an agency names for itself. */
export const nationalRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: base,
    summary: 'How the national list of agencies stands: entries, the latest readings, how many differences wait.',
    access: provinceOnly,
    reply: nationalDirectory,
    run: (http) => nationalState(http.kernel.database.pool),
  }),
  route({
    method: 'POST',
    url: `${base}/imports`,
    summary: 'Begins to read the national list from an uploaded JSON or CSV file.',
    access: provinceOnly,
    body: importRequest,
    reply: created,
    run: async (http, { body }) => ({ id: await http.run(startNationalImport, body) }),
  }),
  route({
    method: 'GET',
    url: `${base}/conflicts`,
    summary: 'Where the national list says otherwise than the directory here, the oldest first, a page of 50.',
    access: provinceOnly,
    query: conflictQuery,
    reply: conflictList,
    run: async (http, { query }) => {
      const conflicts = await listDirectoryConflicts(http.kernel.database.pool, { problem: query.problem, after: readCursor(query.after), limit: PAGE + 1 }, todayOf(http));
      const page = conflicts.slice(0, PAGE);
      const last = page.at(-1);
      return { conflicts: page, next: conflicts.length > PAGE && last !== undefined ? cursorOf(last) : null };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/conflicts/settle`,
    summary: 'Decides about a difference: keeps ours, or follows the national list.',
    access: provinceOnly,
    body: conflictSettlement,
    run: async (http, { body }) => {
      await http.run(settleDirectoryConflict, body);
      return done;
    },
  }),
  route({
    method: 'POST',
    url: `${base}/conflicts/reopen`,
    summary: 'Takes back that ours was kept: the difference waits for a decision again.',
    access: provinceOnly,
    body: conflictRef,
    run: async (http, { body }) => {
      await http.run(reopenDirectoryConflict, body);
      return done;
    },
  }),
  route({
    method: 'POST',
    url: `${base}/conflicts/settle-chosen`,
    summary: 'Decides alike about up to 500 differences; those that changed since they were seen are left, with the reason.',
    access: provinceOnly,
    body: chosenSettlement,
    reply: conflictsDecided,
    run: (http, { body }) => http.run(settleDirectoryConflicts, body),
  }),
  route({
    method: 'POST',
    url: `${base}/conflicts/reopen-chosen`,
    summary: 'Takes back that ours was kept for several differences: they wait for a decision again.',
    access: provinceOnly,
    body: chosenConflicts,
    reply: conflictsDecided,
    run: (http, { body }) => http.run(reopenDirectoryConflicts, body),
  }),
  route({
    method: 'GET',
    url: `${base}/own.json`,
    summary: 'The agencies served here in the form of the national list, as JSON.',
    access: provinceOnly,
    run: async (http) => ({ special: 'bytes', body: asJson(ownAgenciesAsListed(http.kernel.database.pool, todayOf(http))), contentType: 'application/json; charset=utf-8', fileName: `co-quan-${todayOf(http)}.json` }),
  }),
  route({
    method: 'GET',
    url: `${base}/own.csv`,
    summary: 'The agencies served here in the form of the national list, as CSV.',
    access: provinceOnly,
    run: async (http) => ({ special: 'bytes', body: asCsv(ownAgenciesAsListed(http.kernel.database.pool, todayOf(http))), contentType: 'text/csv; charset=utf-8', fileName: `co-quan-${todayOf(http)}.csv` }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/recipient-groups',
    summary: 'Keeps a group of recipients under a name of the caller’s agency.',
    access: signedIn,
    body: recipientGroupRequest,
    reply: created,
    // safe because the schema checks that these are UUIDs, and the command looks up what they name
    run: async (http, { body }) => ({ id: await http.run(saveRecipientGroup, { agencyId: http.actor.agencyId, name: body.name, memberIds: body.agencyIds as AgencyId[] }) }),
  }),
  route({
    method: 'PUT',
    url: '/api/v1/accounts/recipient-groups/:groupId',
    summary: 'Changes the name and the members of a group of recipients.',
    access: signedIn,
    params: recipientGroupParams,
    body: recipientGroupRequest,
    run: async (http, { params, body }) => {
      // safe because the schemas check that these are UUIDs, and the command looks up what they name
      await http.run(saveRecipientGroup, { agencyId: http.actor.agencyId, groupId: params.groupId as RecipientGroupId, name: body.name, memberIds: body.agencyIds as AgencyId[] });
      return done;
    },
  }),
  route({
    method: 'DELETE',
    url: '/api/v1/accounts/recipient-groups/:groupId',
    summary: 'Deletes a group of recipients of the caller’s agency.',
    access: signedIn,
    params: recipientGroupParams,
    run: async (http, { params }) => {
      // safe because the schema checks that it is a UUID, and the command looks for it in the agency
      await http.run(deleteRecipientGroup, { agencyId: http.actor.agencyId, groupId: params.groupId as RecipientGroupId });
      return done;
    },
  }),
];
