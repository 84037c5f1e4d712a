import type { PersonActor } from '#kernel/actor.ts';
import { route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import {
  agencyGroups,
  agencyHistory,
  delegationsOf,
  getAgencyOn,
  listUnits,
  mayAdministerAgency,
  mayKeepDirectory,
  peopleOfAgency,
  searchAgencies,
  type AgencyId,
} from '#engines/identity/index.ts';
import { assertOwnOrAdministered } from './policy.ts';
import { agencyList, agencyPage, agencyParams, agencyQuery, delegationList, groupList } from './contract.ts';

const todayOf = (http: Pick<RouteContext, 'kernel'>) => vietnamDay(http.kernel.clock.now());
// safe because the parameter was checked to be a UUID, and what it names is looked up
const agencyIdOf = (params: { agencyId: string }): AgencyId => params.agencyId as AgencyId;

export const directoryRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/accounts/agencies',
    summary: 'Finds agencies by the beginnings of words, with or without diacritics, by abbreviation, code or an earlier name.',
    access: signedIn,
    query: agencyQuery,
    reply: agencyList,
    run: async (http, { query }) => ({
      agencies: await searchAgencies(http.kernel, {
        text: query.text,
        day: todayOf(http),
        limit: query.limit,
        ...(query.group === undefined ? {} : { group: query.group }),
        ...(query.closed === undefined ? {} : { includeClosed: query.closed }),
      }),
    }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/accounts/agency-groups',
    summary: 'The groups that a document is sent to at once, with their agencies.',
    access: signedIn,
    reply: groupList,
    run: async (http) => ({ groups: await agencyGroups(http.kernel.database.pool, todayOf(http)) }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/accounts/agencies/:agencyId',
    summary: 'One agency: names, codes, predecessors and successors, units and people.',
    access: signedIn,
    params: agencyParams,
    reply: agencyPage,
    run: async (http, { params }) => {
      const q = http.kernel.database.pool;
      const id = agencyIdOf(params);
      const day = todayOf(http);
      const [agency, history, units, people] = await Promise.all([getAgencyOn(q, id, day), agencyHistory(q, id), listUnits(q, id, day), peopleOfAgency(q, id, day)]);
      return { agency, ...history, units, people, abilities: abilitiesAt(http.actor, id) };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/accounts/agencies/:agencyId/delegations',
    summary: 'The delegations from posts of the caller’s own agency, or of any for the province’s administrator.',
    access: signedIn,
    params: agencyParams,
    reply: delegationList,
    run: async (http, { params }) => {
      const id = agencyIdOf(params);
      assertOwnOrAdministered(http.actor, id);
      const rows = await delegationsOf(http.kernel.database.pool, id, todayOf(http));
      return { delegations: rows.map((row) => ({ ...row, revokedAt: row.revokedAt?.toISOString() ?? null })) };
    },
  }),
];

function abilitiesAt(actor: PersonActor, agencyId: AgencyId): string[] {
  return [...(mayAdministerAgency(actor, agencyId) ? ['administer-people'] : []), ...(mayKeepDirectory(actor) ? ['keep-directory'] : [])];
}
