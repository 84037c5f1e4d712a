import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { anyone, route, signedIn, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { beginConsent, grantConsent, newCode, openConsent, refuseConsent, returnAddress } from './consents.ts';
import { connectionsOf, revokeConsent } from './connections.ts';
import { connectionList, consentAnswer, consentReply } from './contract.ts';
import { CscError } from './csc-errors.ts';
import type { CscVersion } from './csc-input.ts';
import { OPEN_CALLS_A_MINUTE } from './limits.ts';
import { owner } from './ownership.ts';
import { takeTurn } from './turns.ts';

const base = '/api/v1/remote-signing/consents';
const connections = '/api/v1/remote-signing/connections';
const params = z.object({ id: z.uuid() });
const anything = z.record(z.string(), z.unknown());

export const consentRoutes: readonly Route[] = [
  ...([1, 2] as const).map((version) =>
    route({
      method: 'GET',
      url: `/csc/v${String(version)}/oauth2/authorize`,
      summary: 'OAuth 2.0: takes in a browser that an application sent for a consent, and leads it to the page where its owner answers.',
      access: anyone('the browser comes from another site, so that it brings no session; the page after it asks for one'),
      query: anything,
      run: (http, { query }) => takeIn(http, { version, query }),
    }),
  ),
  route({
    method: 'POST',
    url: `${base}/:id/open`,
    summary: 'Which application asks the caller for what; a request to sign is put before them.',
    access: signedIn,
    params,
    reply: consentReply,
    run: (http, { params: { id } }) => openConsent(http.kernel, http.actor, id),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/grant`,
    summary: 'Lets the application in, or gives it what the caller approved; says where the browser has to go.',
    access: signedIn,
    params,
    reply: consentAnswer,
    run: async (http, { params: { id } }) => {
      const { code, codeHash } = newCode();
      return { location: returnAddress(await http.run(grantConsent, { id, codeHash }), { code }) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/refuse`,
    summary: 'Sends the browser back without a consent.',
    access: signedIn,
    params,
    reply: consentAnswer,
    run: async (http, { params: { id } }) => ({ location: returnAddress(await http.run(refuseConsent, { id }), { error: 'access_denied' }) }),
  }),
  route({
    method: 'GET',
    url: connections,
    summary: 'The applications that the caller let connect in their own name.',
    access: signedIn,
    reply: connectionList,
    run: ({ kernel, actor }) => connectionsOf(kernel.database.pool, { personId: owner(actor).personId, now: kernel.clock.now() }),
  }),
  route({
    method: 'DELETE',
    url: `${connections}/:id`,
    summary: 'Takes back the consent given to an application: its tokens in the caller’s name end at once.',
    access: signedIn,
    params,
    run: (http, { params: { id } }) => http.run(revokeConsent, { clientId: id }),
  }),
];

async function takeIn(http: RouteContext, asked: { version: CscVersion; query: Record<string, unknown> }): Promise<SpecialReply> {
  const { kernel, ip, reply } = http;
  try {
    await takeTurn(kernel.database.pool, { key: `open ${ip}`, most: OPEN_CALLS_A_MINUTE, windowMs: 60_000, now: kernel.clock.now() });
    return { special: 'redirect', location: `/app/xac-nhan-ky?ket-noi=${await beginConsent(kernel, asked)}` };
  } catch (error) {
    if (error instanceof AppError || !(error instanceof CscError)) throw error;
    await reply.code(error.status).type('application/json; charset=utf-8').send({ error: error.error, error_description: error.description });
    return { special: 'hijacked' };
  }
}
