import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { callService } from '../service-call.ts';
import { SigningDriverError } from '../signing-driver.ts';
import { cscError, type CscVersion } from './csc-api.ts';

/** How this installation, or a person through it, gets into a CSC service. */
export type CscAccess =
  /** auth/login with HTTP Basic. */
  | { kind: 'login'; user: string; password: string }
  | { kind: 'client-credentials'; oauth2Url: string; clientId: string; clientSecret: string }
  /** OAuth 2.0 authorization code with PKCE: each person consents in the browser, and the credential keeps the refresh token. */
  | { kind: 'authorization-code'; oauth2Url: string; clientId: string; clientSecret?: string | undefined; redirectUri: string };

export type AccessToken = { token: string; refreshToken: string | undefined; expiresInMs: number };

const tokenReply = z.object({ access_token: z.string().min(1), refresh_token: z.string().optional(), expires_in: z.coerce.number().default(3600) });

/** A token in the installation's own name. @throws SigningDriverError `accountRefused` */
export async function ownAccess(baseUrl: string, access: Exclude<CscAccess, { kind: 'authorization-code' }>): Promise<AccessToken> {
  if (access.kind === 'login') {
    const basic = Buffer.from(`${access.user}:${access.password}`, 'utf8').toString('base64');
    return ask({ url: `${baseUrl}/auth/login`, body: { rememberMe: true }, headers: { authorization: `Basic ${basic}` } });
  }
  const { oauth2Url, clientId, clientSecret } = access;
  return askToken(oauth2Url, { grant_type: 'client_credentials', scope: 'service', client_id: clientId, client_secret: clientSecret });
}

export type CodeAccess = Extract<CscAccess, { kind: 'authorization-code' }>;

export type Authorization = {
  /** Where the person's browser has to go. */
  url: string;
  /** Kept on the server, bound to the person's session, until the browser comes back (RFC 7636). */
  verifier: string;
  state: string;
};

/** What a credential-scoped consent is bound to: these hashes and no others. */
export type CredentialScope = {
  credentialID: string;
  hashes: readonly Buffer[];
  hashOid: string;
  /** How many signatures; left out, one for each hash. More where signatures over these follow. */
  count?: number;
  description?: string;
  /** Version 1 calls the hashes otherwise; left out, version 2. */
  version?: CscVersion;
};

/**
 * Begins a consent in the browser (CSC API 1.0.4 section 8.3.2, 2.0 section 8.4.2). Scope `service` lets us in; with `credential` the token that
 * comes back is the signature activation data.
 */
export function beginAuthorization({ oauth2Url, clientId, redirectUri }: CodeAccess, credential?: CredentialScope): Authorization {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const url = new URL(`${oauth2Url.replace(/\/+$/, '')}/authorize`);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: credential === undefined ? 'service' : 'credential',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    lang: 'vi-VN',
    ...(credential === undefined ? {} : scopeParameters(credential)),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.toString(), verifier, state };
}

/** Unlike in the other calls the hashes are in the alphabet of addresses (RFC 4648 section 5). */
function scopeParameters({ credentialID, hashes, hashOid, count = hashes.length, description, version = 2 }: CredentialScope): Record<string, string> {
  const list = hashes.map((hash) => hash.toString('base64url')).join(',');
  return { credentialID, numSignatures: String(count), ...(version === 1 ? { hash: list } : { hashes: list, hashAlgorithmOID: hashOid }), ...(description === undefined ? {} : { description }) };
}

const releaseReply = z.object({ access_token: z.string().min(1), token_type: z.string(), expires_in: z.coerce.number().positive().default(300) });

/**
 * Turns the code of a credential-scoped consent into the signature activation data (CSC API 1.0.4 section 8.3.3, 2.0 section 8.4.3). A token of
 * another type is none, whatever else it opens.
 * @throws SigningDriverError `releaseSpent` when the code is not taken · `unavailable` for anything but activation data
 */
export async function finishRelease(access: CodeAccess, { code, verifier }: { code: string; verifier: string }): Promise<{ secret: string; lastsMs: number }> {
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: access.redirectUri, ...clientOf(access) };
  const reply = await callService({ url: `${access.oauth2Url.replace(/\/+$/, '')}/token`, body: new URLSearchParams(form) });
  if (reply.status >= 400) throw refusedCode(cscError('token', reply));
  const parsed = releaseReply.safeParse(reply.body);
  if (!parsed.success || parsed.data.token_type.toUpperCase() !== 'SAD') throw new SigningDriverError('unavailable', { detail: 'no activation data for the code' });
  return { secret: parsed.data.access_token, lastsMs: parsed.data.expires_in * 1000 };
}

function refusedCode(error: SigningDriverError): SigningDriverError {
  return /invalid_grant|invalid_request/.test(error.message) ? new SigningDriverError('releaseSpent', { cause: error, detail: error.message }) : error;
}

/** Turns the code that the browser brought back into a token. @throws SigningDriverError `refused` · `accountRefused` */
export async function finishAuthorization(access: CodeAccess, { code, verifier }: { code: string; verifier: string }): Promise<AccessToken> {
  return askToken(access.oauth2Url, { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: access.redirectUri, ...clientOf(access) });
}

/** A new token for a person who consented before. @throws SigningDriverError `accountRefused` when the consent has ended */
export async function refreshAccess(access: CodeAccess, refreshToken: string): Promise<AccessToken> {
  return askToken(access.oauth2Url, { grant_type: 'refresh_token', refresh_token: refreshToken, ...clientOf(access) });
}

function clientOf({ clientId, clientSecret }: CodeAccess): Record<string, string> {
  return { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) };
}

function askToken(oauth2Url: string, form: Record<string, string>): Promise<AccessToken> {
  return ask({ url: `${oauth2Url.replace(/\/+$/, '')}/token`, body: new URLSearchParams(form) });
}

async function ask(call: { url: string; body: unknown; headers?: Record<string, string> }): Promise<AccessToken> {
  const reply = await callService(call);
  if (reply.status >= 400) throw cscError('token', reply);
  const parsed = tokenReply.safeParse(reply.body);
  if (!parsed.success) throw new SigningDriverError('unavailable', { detail: 'a token of another shape' });
  const { access_token: token, refresh_token: refreshToken, expires_in: seconds } = parsed.data;
  return { token, refreshToken, expiresInMs: seconds * 1000 };
}
