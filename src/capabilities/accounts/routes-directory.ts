import { route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import {
  agencyGroups,
  agencyHistory,
  delegationsOf,
  getAgencyOn,
  listUnits,
  mayDelegateFrom,
  mayKeepRecipientGroups,
  peopleOfAgency,
  recipientGroupsOf,
  searchAgencies,
  subordinatesOf,
  type AgencyId,
} from '#engines/identity/index.ts';
import { abilitiesAt, assertOwnOrAdministered, postsToDelegateFrom } from './policy.ts';
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
    run: async (http) => {
      const { pool } = http.kernel.database;
      const [groups, own] = await Promise.all([agencyGroups(pool, todayOf(http)), recipientGroupsOf(pool, http.actor.agencyId, todayOf(http))]);
      return { groups, own, abilities: mayKeepRecipientGroups(http.actor, http.actor.agencyId) ? (['keep-groups'] as const).slice() : [] };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/accounts/agencies/:agencyId',
    summary: 'One agency: names, codes, predecessors and successors, subordinate agencies, units and people.',
    access: signedIn,
    params: agencyParams,
    reply: agencyPage,
    run: async (http, { params }) => {
      const q = http.kernel.database.pool;
      const id = agencyIdOf(params);
      const day = todayOf(http);
      const [agency, history, subordinates, units, people] = await Promise.all([
        getAgencyOn(q, id, day),
        agencyHistory(q, id),
        subordinatesOf(q, id, day),
        listUnits(q, id, day),
        peopleOfAgency(q, id, day),
      ]);
      return { agency, ...history, subordinates, units, people, abilities: abilitiesAt(http.actor, agency) };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/accounts/agencies/:agencyId/delegations',
    summary: 'The delegations from posts of the caller’s own agency, or of any for the province’s administrator, and the posts from which the caller may delegate.',
    access: signedIn,
    params: agencyParams,
    reply: delegationList,
    run: async (http, { params }) => {
      const id = agencyIdOf(params);
      assertOwnOrAdministered(http.actor, id);
      const q = http.kernel.database.pool;
      const [rows, posts] = await Promise.all([delegationsOf(q, id, todayOf(http)), peopleOfAgency(q, id, todayOf(http))]);
      return {
        from: postsToDelegateFrom(http.actor, id, posts),
        delegations: rows.map((row) => ({
          ...row,
          revokedAt: row.revokedAt?.toISOString() ?? null,
          abilities: row.state !== 'ended' && mayDelegateFrom(http.actor, { agencyId: id, postId: row.delegatorPostId }) ? (['revoke'] as const).slice() : [],
        })),
      };
    },
  }),
];
