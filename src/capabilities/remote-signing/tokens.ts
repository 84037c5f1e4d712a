import { createHash } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import type { RouteContext } from '#kernel/route.ts';
import { readAuthorizations } from './authorizations.ts';
import { authenticateClient, issueToken, refreshToken, revokeToken, secretHash, type Client, type IssuedToken } from './clients.ts';
import type { CscReply } from './csc-call.ts';
import { CscError } from './csc-errors.ts';
import { optionalText, textOf, type CscInput } from './csc-input.ts';
import { activationData } from './domain/activation.ts';
import { CODE_MS } from './limits.ts';

/** The revocation endpoint (RFC 7009). @throws CscError invalid_client */
export async function revokeReply(http: RouteContext, input: CscInput): Promise<CscReply> {
  await revokeToken(http.kernel, await clientIn(http, input), textOf(input, 'token'));
  return {};
}

/** The token endpoint (RFC 6749 sections 4.1.3, 4.4 and 6; RFC 7636). @throws CscError */
export async function tokenReply(http: RouteContext, input: CscInput): Promise<CscReply> {
  const { kernel } = http;
  const client = await clientIn(http, input);
  switch (textOf(input, 'grant_type')) {
    case 'client_credentials':
      return { body: { ...(await issueToken(kernel, { clientId: client.id, personId: null, isLasting: false })), scope: 'service' } };
    case 'refresh_token':
      return { body: await refreshToken(kernel, client, textOf(input, 'refresh_token')) };
    case 'authorization_code':
      return { body: await exchangeCode(kernel, client, input) };
    default:
      throw new CscError('unsupported_grant_type', 'authorization_code, client_credentials or refresh_token');
  }
}

/** The application, by the header or by the body (RFC 6749 section 2.3.1). @throws CscError invalid_client */
function clientIn({ kernel, request, ip }: RouteContext, input: CscInput): Promise<Client> {
  const basic = /^Basic ([A-Za-z0-9+/=]{1,1000})$/.exec(request.headers.authorization ?? '')?.[1];
  const [basicId, ...basicSecret] = Buffer.from(basic ?? '', 'base64').toString('utf8').split(':');
  const id = optionalText(input, 'client_id') ?? basicId ?? '';
  const secret = optionalText(input, 'client_secret') ?? basicSecret.join(':');
  return authenticateClient(kernel, { id, secret, ip });
}

type Exchanged = { scope: string; personId: string; agencyId: string | null; authorizationId: string | null; challenge: string; redirectUri: string };

/** Exchanges a code once: whoever comes second gets nothing, whatever the first one proved. */
async function exchangeCode(kernel: Kernel, client: Client, input: CscInput): Promise<IssuedToken | { access_token: string; token_type: 'SAD'; expires_in: number }> {
  const now = kernel.clock.now();
  const { rows } = await kernel.database.pool.query<Exchanged>(
    `update remote_signing.consent set exchanged_at = $3
      where code_hash = $1 and client_id = $2 and exchanged_at is null and answered_at > $4
      returning scope, person_id as "personId", agency_id as "agencyId", authorization_id as "authorizationId", code_challenge as challenge, redirect_uri as "redirectUri"`,
    [secretHash(textOf(input, 'code')), client.id, now, new Date(now.getTime() - CODE_MS)],
  );
  const [granted] = rows;
  const challenge = createHash('sha256').update(optionalText(input, 'code_verifier') ?? '').digest('base64url');
  if (granted?.challenge !== challenge || granted.redirectUri !== optionalText(input, 'redirect_uri', 1000)) throw new CscError('invalid_grant', 'The code is not valid');
  if (granted.scope === 'service') return issueToken(kernel, { clientId: client.id, personId: granted.personId, isLasting: true });
  const { agencyId, authorizationId } = granted;
  const [request] = agencyId === null || authorizationId === null ? [] : await readAuthorizations(kernel.database.pool, { agencyId, ids: [authorizationId] });
  if (request === undefined || request.usableUntil === null || request.usableUntil <= now) throw new CscError('invalid_grant', 'The authorization has ended');
  return { access_token: activationData(kernel.config.appSecret, request), token_type: 'SAD', expires_in: Math.floor((request.usableUntil.getTime() - now.getTime()) / 1000) };
}
