import { anyone, route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import {
  beginEnrolmentAtSignIn,
  continueWithCode,
  continueWithNewPassword,
  finishEnrolmentAtSignIn,
  signInWithPassword,
  signOut,
  type Caller,
  type SignInState,
} from '#engines/identity/index.ts';
import { codeRequest, newPasswordRequest, signInReply, signInRequest, stepRequest, totpSecret, type SignInReply } from './contract.ts';
import { clearSessionCookie, setDeviceCookie, setSessionCookie } from './cookie.ts';

const beforeSignIn = anyone('who signs in has no session yet');

export const signInRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/v1/sign-in',
    summary: 'Signs in with login and password, or says what more is needed.',
    access: beforeSignIn,
    body: signInRequest,
    reply: signInReply,
    run: async (http, { body }) => settle(http, await signInWithPassword(http.kernel, body, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/sign-in/code',
    summary: 'The second factor by a six-digit code.',
    access: beforeSignIn,
    body: codeRequest,
    reply: signInReply,
    run: async (http, { body }) => settle(http, await continueWithCode(http.kernel, body, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/sign-in/new-password',
    summary: 'The new password that a first sign-in demands.',
    access: beforeSignIn,
    body: newPasswordRequest,
    reply: signInReply,
    run: async (http, { body }) => settle(http, await continueWithNewPassword(http.kernel, body, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/sign-in/enrol-code',
    summary: 'The secret for the codes that an administrator sets up at the first sign-in.',
    access: beforeSignIn,
    body: stepRequest,
    reply: totpSecret,
    run: (http, { body }) => beginEnrolmentAtSignIn(http.kernel, body, callerOf(http)),
  }),
  route({
    method: 'POST',
    url: '/api/v1/sign-in/confirm-code',
    summary: 'The first code of a newly set up application; the session begins.',
    access: beforeSignIn,
    body: codeRequest,
    reply: signInReply,
    run: async (http, { body }) => settle(http, await finishEnrolmentAtSignIn(http.kernel, body, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/sign-out',
    summary: 'Ends the present session.',
    access: signedIn,
    run: async (http) => {
      await http.run(signOut, {});
      clearSessionCookie(http);
      return { special: 'empty' } as const;
    },
  }),
];

export function callerOf(http: Pick<RouteContext, 'ip' | 'request' | 'requestId'>): Caller {
  return { ip: http.ip, userAgent: http.request.headers['user-agent'] ?? '', cookies: http.request.cookies, requestId: http.requestId };
}

/** Puts the token of a finished sign-in into the cookie; no script ever sees it. */
export function settle(http: RouteContext, state: SignInState): SignInReply {
  if (state.state !== 'signed_in') return state;
  setSessionCookie(http, state.token);
  setDeviceCookie(http, state.device);
  return { state: 'signed_in' };
}
