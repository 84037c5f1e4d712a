import type { Id } from '#kernel/ids.ts';
import { route, signedIn, type Route } from '#kernel/route.ts';
import {
  beginTotp,
  changeOwnPassword,
  finishTotp,
  ownSecurity,
  ownSessions,
  removeTotp,
  revokeSession,
  revokeSessions,
} from '#engines/identity/index.ts';
import { changePasswordRequest, confirmCodeRequest, endedReply, ownPasswordRequest, revokeAllRequest, securityReply, sessionList, sessionParams, totpSecret } from './contract.ts';
import { clearSessionCookie } from './cookie.ts';
import { callerOf } from './routes-sign-in.ts';

const done = { special: 'empty' } as const;

export const securityRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/me/sessions',
    summary: 'The caller’s living sessions.',
    access: signedIn,
    reply: sessionList,
    run: async (http) => ({
      sessions: (await ownSessions(http.kernel, http.actor)).map((session) => ({
        ...session,
        createdAt: session.createdAt.toISOString(),
        lastSeenAt: session.lastSeenAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
      })),
    }),
  }),
  route({
    method: 'DELETE',
    url: '/api/v1/me/sessions/:sessionId',
    summary: 'Ends one of the caller’s sessions, at once.',
    access: signedIn,
    params: sessionParams,
    run: async (http, { params }) => {
      // safe because the parameter was checked to be a UUID, and the command finds the caller's own sessions only
      await http.run(revokeSession, { sessionId: params.sessionId as Id<'session'> });
      if (params.sessionId === http.actor.sessionId) clearSessionCookie(http);
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/sessions/revoke-all',
    summary: 'Signs the caller out everywhere, or everywhere else.',
    access: signedIn,
    body: revokeAllRequest,
    reply: endedReply,
    run: async (http, { body }) => {
      const result = await http.run(revokeSessions, body);
      if (!body.keepPresent) clearSessionCookie(http);
      return result;
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/me/security',
    summary: 'How the caller signs in, and the last three digits of the citizen number that is recorded.',
    access: signedIn,
    reply: securityReply,
    run: async (http) => {
      const security = await ownSecurity(http.kernel, http.actor);
      return {
        ...security,
        passwordChangedAt: security.passwordChangedAt.toISOString(),
        passkeys: security.passkeys.map((passkey) => ({
          ...passkey,
          createdAt: passkey.createdAt.toISOString(),
          lastUsedAt: passkey.lastUsedAt?.toISOString() ?? null,
        })),
      };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/password',
    summary: 'Changes the caller’s password; all other sessions end.',
    access: signedIn,
    body: changePasswordRequest,
    run: async (http, { body }) => {
      await changeOwnPassword(http.kernel, { actor: http.actor, ...body }, callerOf(http));
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/code',
    summary: 'Begins to set up codes for the caller, who proves the own password: the secret for the application.',
    access: signedIn,
    body: ownPasswordRequest,
    reply: totpSecret,
    run: (http, { body }) => beginTotp(http.kernel, { actor: http.actor, ...body }, callerOf(http)),
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/code/confirm',
    summary: 'The first code; from now on signing in asks for one.',
    access: signedIn,
    body: confirmCodeRequest,
    run: async (http, { body }) => {
      await http.run(finishTotp, body);
      return done;
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/code/remove',
    summary: 'Removes the codes of the caller, who proves the own password.',
    access: signedIn,
    body: ownPasswordRequest,
    run: async (http, { body }) => {
      await removeTotp(http.kernel, { actor: http.actor, ...body }, callerOf(http));
      return done;
    },
  }),
];
