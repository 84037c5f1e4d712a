import { anyone, route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import {
  addPasskey,
  beginPasskeyEnrolment,
  beginPasskeySignIn,
  relyingParty,
  removePasskey,
  signInWithPasskey,
  type RelyingParty,
} from '#engines/identity/index.ts';
import { beginPasskeyRequest, newPasskeyRequest, passkeyOptionsReply, passkeyParams, passkeyRequest, passkeySignInRequest, signInReply } from './contract.ts';
import { callerOf, settle } from './routes-sign-in.ts';

const beforeSignIn = anyone('who signs in has no session yet');

export const passkeyRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: '/api/v1/sign-in/passkey-options',
    summary: 'What the browser needs to prove a passkey.',
    access: beforeSignIn,
    body: passkeySignInRequest,
    reply: passkeyOptionsReply,
    run: async (http, { body }) => asJson(await beginPasskeySignIn(http.kernel, { step: body.step, party: partyOf(http) }, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/sign-in/passkey',
    summary: 'Signs in with a passkey, which stands for two factors.',
    access: beforeSignIn,
    body: passkeyRequest,
    reply: signInReply,
    run: async (http, { body }) => settle(http, await signInWithPasskey(http.kernel, { ...body, party: partyOf(http) }, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/passkeys/options',
    summary: 'What the browser needs to make a passkey for the caller, who proves the own password first.',
    access: signedIn,
    body: beginPasskeyRequest,
    reply: passkeyOptionsReply,
    run: async (http, { body }) => asJson(await beginPasskeyEnrolment(http.kernel, { actor: http.actor, password: body.password, party: partyOf(http) }, callerOf(http))),
  }),
  route({
    method: 'POST',
    url: '/api/v1/me/passkeys',
    summary: 'Keeps a new passkey of the caller.',
    access: signedIn,
    body: newPasskeyRequest,
    run: async (http, { body }) => {
      await http.run(addPasskey, { ...body, party: partyOf(http) });
      return { special: 'empty' } as const;
    },
  }),
  route({
    method: 'DELETE',
    url: '/api/v1/me/passkeys/:passkeyId',
    summary: 'Removes one of the caller’s passkeys.',
    access: signedIn,
    params: passkeyParams,
    run: async (http, { params }) => {
      await http.run(removePasskey, params);
      return { special: 'empty' } as const;
    },
  }),
];

function partyOf(http: Pick<RouteContext, 'kernel' | 'request'>): RelyingParty {
  return relyingParty(http.kernel, { protocol: http.request.protocol, host: http.request.host });
}

/** WebAuthn's options are JSON by definition. */
function asJson({ step, options }: { step: string; options: object }): { step: string; options: Record<string, unknown> } {
  return { step, options: { ...options } };
}
