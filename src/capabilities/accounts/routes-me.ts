import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { actingPostId, actingRights, getAgencyOn, postsOfPerson, rotateSession, switchPost, type PostId, type Role } from '#engines/identity/index.ts';
import { meReply, switchPostRequest, type MeReply } from './contract.ts';
import { setSessionCookie } from './cookie.ts';
import { abilitiesOf, noticeOf } from './extension-points.ts';

export const meRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/me',
    summary: 'Who is signed in, in which post, with which other posts, and what may be done. Gives the session a new token when the old one has served its time.',
    access: signedIn,
    reply: meReply,
    run: async (http) => {
      const token = await rotateSession(http.kernel, http.request.cookies);
      if (token !== undefined) setSessionCookie(http, token);
      return me(http);
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/post',
    summary: 'Goes on in another of the caller’s posts, or on behalf of one delegated to the caller, without a new sign-in.',
    access: signedIn,
    body: switchPostRequest,
    run: async (http, { body }) => {
      // Without the idempotency key of the request: a kept reply would hold the token.
      // safe because the body was checked to be a UUID, and the command checks whose post it is
      const { token } = await run(http.kernel, switchPost, { postId: body.postId as PostId }, { actor: http.actor, requestId: http.requestId });
      setSessionCookie(http, token);
      return { special: 'empty' } as const;
    },
  }),
];

async function me(http: RouteContext<PersonActor>): Promise<MeReply> {
  const { kernel, actor } = http;
  const q = kernel.database.pool;
  const day = vietnamDay(kernel.clock.now());
  const [agency, own, rights] = await Promise.all([getAgencyOn(q, actor.agencyId, day), postsOfPerson(q, actor.personId, day), actingRights(q, actor.personId, day)]);
  return {
    person: { id: actor.personId, name: actor.name },
    agency: { id: actor.agencyId, name: agency.name },
    post: {
      id: actingPostId(actor),
      title: actor.onBehalfOf?.postTitle ?? actor.postTitle,
      // safe because the roles come from a column whose check names them
      roles: [...actor.roles] as Role[],
      ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: actor.onBehalfOf.name }),
    },
    posts: [
      ...own.map((post) => ({ id: post.postId, title: post.title, agency: { id: post.agencyId, name: post.agencyName }, agencyName: post.agencyName })),
      ...rights.map((right) => ({
        id: right.postId,
        title: http.language === 'vi' ? `Thay ${right.name}, ${right.postTitle}` : `For ${right.name}, ${right.postTitle}`,
        agency: { id: right.agencyId, name: right.agencyName },
        agencyName: right.agencyName,
        onBehalfOf: { personId: right.personId, name: right.name },
      })),
    ],
    language: http.language,
    notice: noticeOf(kernel, http.language),
    abilities: abilitiesOf(kernel, actor),
  };
}
