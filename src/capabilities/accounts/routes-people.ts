import { holders, route, signedIn, type Route } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import {
  appointPost,
  changePost,
  changeSetting,
  delegate,
  disableAccount,
  enableAccount,
  endPost,
  getPost,
  hashPassword,
  listSettings,
  markCitizenNumber,
  recordCitizenNumber,
  removeCitizenNumber,
  resetPassword,
  resetSecondFactor,
  revokeDelegation,
  searchPeople,
  unlockAccount,
  type AgencyId,
  type DelegationId,
  type PersonId,
  type PostId,
  type UnitId,
} from '#engines/identity/index.ts';
import { registerPerson } from './commands/register-person.ts';
import {
  appointRequest,
  changePostRequest,
  citizenNumberRequest,
  created,
  delegationParams,
  delegationRequest,
  endPostRequest,
  newPersonReply,
  newPersonRequest,
  peopleList,
  peopleQuery,
  personParams,
  postPage,
  postParams,
  reasonRequest,
  settingList,
  settingParams,
  settingRequest,
  temporaryPasswordReply,
} from './contract.ts';
import { abilitiesOnPost, agencyInView } from './policy.ts';
import { temporaryPassword } from './temporary-password.ts';

const done = { special: 'empty' } as const;
const administrators = holders('agency_admin', 'province_admin');
const provinceOnly = holders('province_admin');

// safe because the schemas check that these are UUIDs, and the commands look up what they name
const agencyId = (id: string): AgencyId => id as AgencyId;
const personId = (id: string): PersonId => id as PersonId;
const postId = (id: string): PostId => id as PostId;
const unitId = (id: string | null): UnitId | null => id as UnitId | null;

/** Looking after people, their posts and accounts: in the own agency, or in the whole province. */
export const peopleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/accounts/people',
    summary: 'People by name or login: of the own agency, or of all for the province’s administrator.',
    access: administrators,
    query: peopleQuery,
    reply: peopleList,
    run: async (http, { query }) => {
      const { people, next } = await searchPeople(http.kernel, {
        text: query.text,
        agencyId: agencyInView(http.actor, query.agencyId === undefined ? undefined : agencyId(query.agencyId)),
        after: query.after === undefined ? undefined : personId(query.after),
        limit: query.limit,
      });
      const iso = (instant: Date | null): string | null => instant?.toISOString() ?? null;
      return {
        people: people.map((person) => ({ ...person, lastSignInAt: iso(person.lastSignInAt), disabledAt: iso(person.disabledAt), lockedUntil: iso(person.lockedUntil) })),
        next,
      };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/people',
    summary: 'Adds a person with a first post and an account; the temporary password is told once.',
    access: administrators,
    body: newPersonRequest,
    reply: newPersonReply,
    run: async (http, { body }) => {
      const password = temporaryPassword();
      const registered = await http.run(registerPerson, {
        agencyId: agencyId(body.agencyId),
        fullName: body.fullName,
        citizenNumber: body.citizenNumber === undefined ? undefined : markCitizenNumber(http.kernel, body.citizenNumber),
        login: body.login,
        passwordHash: await hashPassword(password),
        post: { ...body.post, unitId: unitId(body.post.unitId) },
      });
      return { ...registered, temporaryPassword: password };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/posts',
    summary: 'Puts a person into a post for a period.',
    access: administrators,
    body: appointRequest,
    reply: created,
    run: async (http, { body }) => ({
      id: await http.run(appointPost, { ...body, agencyId: agencyId(body.agencyId), personId: personId(body.personId), unitId: unitId(body.unitId) }),
    }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/accounts/agencies/:agencyId/posts/:postId',
    summary: 'A post: who holds it where, from when to when, its roles and signing powers, and what may be done about it.',
    access: administrators,
    params: postParams,
    reply: postPage,
    run: async (http, { params }) => {
      const post = await getPost(http.kernel.database.pool, agencyId(params.agencyId), postId(params.postId));
      return { ...post, abilities: abilitiesOnPost(http.actor, post, vietnamDay(http.kernel.clock.now())) };
    },
  }),
  route({
    method: 'PUT',
    url: '/api/v1/accounts/agencies/:agencyId/posts/:postId',
    summary: 'Changes the roles and signing powers of a post.',
    access: administrators,
    params: postParams,
    body: changePostRequest,
    run: async (http, { params, body }) => {
      await http.run(changePost, { ...body, agencyId: agencyId(params.agencyId), postId: postId(params.postId) });
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/accounts/agencies/:agencyId/posts/:postId/end',
    summary: 'Ends a post with a last day.',
    access: administrators,
    params: postParams,
    body: endPostRequest,
    run: async (http, { params, body }) => {
      await http.run(endPost, { ...body, agencyId: agencyId(params.agencyId), postId: postId(params.postId) });
      return done;
    },
  }),
  ...accountRoutes(),
  ...citizenNumberRoutes(),
  ...delegationRoutes(),
  route({
    method: 'GET',
    url: '/api/v1/accounts/settings',
    summary: 'The limits of passwords and sessions, each with its source.',
    access: administrators,
    reply: settingList,
    run: async (http) => ({ settings: await listSettings(http.kernel) }),
  }),
  route({
    method: 'PUT',
    url: '/api/v1/accounts/settings/:name',
    summary: 'Changes a limit of passwords or sessions.',
    access: provinceOnly,
    params: settingParams,
    body: settingRequest,
    run: async (http, { params, body }) => {
      await http.run(changeSetting, { name: params.name, value: body.value });
      return done;
    },
  }),
];

function accountRoutes(): Route[] {
  const simple = [
    ['unlock', 'Ends a lock-out at once.', unlockAccount],
    ['reset-second-factor', 'Removes the codes and passkeys of somebody who lost them; all sessions end.', resetSecondFactor],
    ['enable', 'Opens a disabled or dormant account again.', enableAccount],
  ] as const;
  return [
    ...simple.map(([verb, summary, command]) =>
      route({
        method: 'POST',
        url: `/api/v1/accounts/people/:personId/${verb}`,
        summary,
        access: administrators,
        params: personParams,
        run: async (http, { params }) => {
          await http.run(command, { personId: personId(params.personId) });
          return done;
        },
      }),
    ),
    route({
      method: 'POST',
      url: '/api/v1/accounts/people/:personId/disable',
      summary: 'Closes an account to signing in; all sessions end.',
      access: administrators,
      params: personParams,
      body: reasonRequest,
      run: async (http, { params, body }) => {
        await http.run(disableAccount, { personId: personId(params.personId), reason: body.reason });
        return done;
      },
    }),
    route({
      method: 'POST',
      url: '/api/v1/accounts/people/:personId/reset-password',
      summary: 'Gives an account a temporary password, told once; all sessions end.',
      access: administrators,
      params: personParams,
      reply: temporaryPasswordReply,
      run: async (http, { params }) => {
        const password = temporaryPassword();
        await http.run(resetPassword, { personId: personId(params.personId), passwordHash: await hashPassword(password) });
        return { temporaryPassword: password };
      },
    }),
  ];
}

function citizenNumberRoutes(): Route[] {
  const url = '/api/v1/accounts/people/:personId/citizen-number';
  return [
    route({
      method: 'PUT',
      url,
      summary: 'Records the citizen number by which a person’s own certificate is known; it is not told again but for its last three digits.',
      access: administrators,
      params: personParams,
      body: citizenNumberRequest,
      run: async (http, { params, body }) => {
        await http.run(recordCitizenNumber, { personId: personId(params.personId), number: markCitizenNumber(http.kernel, body.citizenNumber) });
        return done;
      },
    }),
    route({
      method: 'DELETE',
      url,
      summary: 'Forgets a person’s citizen number.',
      access: administrators,
      params: personParams,
      run: async (http, { params }) => {
        await http.run(removeCitizenNumber, { personId: personId(params.personId) });
        return done;
      },
    }),
  ];
}

function delegationRoutes(): Route[] {
  return [
    route({
      method: 'POST',
      url: '/api/v1/accounts/delegations',
      summary: 'Hands on the authority of a post for a period and a content.',
      access: signedIn,
      body: delegationRequest,
      reply: created,
      run: async (http, { body }) => ({
        id: await http.run(delegate, {
          ...body,
          agencyId: agencyId(body.agencyId),
          delegatorPostId: postId(body.delegatorPostId),
          delegateAgencyId: agencyId(body.delegateAgencyId),
          delegatePostId: postId(body.delegatePostId),
        }),
      }),
    }),
    route({
      method: 'POST',
      url: '/api/v1/accounts/agencies/:agencyId/delegations/:delegationId/revoke',
      summary: 'Ends a delegation before its time.',
      access: signedIn,
      params: delegationParams,
      run: async (http, { params }) => {
        // safe because the parameter was checked to be a UUID, and the command looks for it in the agency
        await http.run(revokeDelegation, { agencyId: agencyId(params.agencyId), delegationId: params.delegationId as DelegationId });
        return done;
      },
    }),
  ];
}
