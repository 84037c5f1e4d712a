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
import { newPasskeyRequest, ownPasswordRequest, passkeyOptionsReply, passkeyParams, passkeyRequest, passkeySignInRequest, signInReply } from './contract.ts';
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
    body: ownPasswordRequest,
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
    method: 'POST',
    url: '/api/v1/me/passkeys/:passkeyId/remove',
    summary: 'Removes a passkey of the caller, who proves the own password.',
    access: signedIn,
    params: passkeyParams,
    body: ownPasswordRequest,
    run: async (http, { params, body }) => {
      await removePasskey(http.kernel, { actor: http.actor, ...body, ...params }, callerOf(http));
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
