import { createHash, randomBytes } from 'node:crypto';

/** What a person consented to on the page of the service: once, for the client that asked, bound to its challenge and address. */
type Grant = { challenge: string; scope: string; credentialID: string | null; hashes: string[]; count: number; redirect: string };

/** Of a consent to certain signatures: what the page asks of the request (CSC API 1.0.4 section 8.3.2, 2.0 section 8.4.2). */
type Rules = { clientId: string; registered: () => readonly string[]; credentialID: string; multisign: () => number };

export type GrantRules = {
  /** The page of the service (RFC 6749 section 4.1.1): where the browser is sent, or why it stays. */
  consent(query: URLSearchParams, asked: { version: 1 | 2; person: 'waits' | 'confirms' | 'refuses' }): { location: string } | { fault: string };
  /** A code for what was granted (section 4.1.3 and RFC 7636): undefined when it was used, is unknown, or comes with another verifier or address. */
  redeem(form: Record<string, unknown>): Grant | undefined;
  newRefreshToken(): string;
  /** Each refresh token works once, and brings the next. */
  refresh(token: unknown): boolean;
};

/** The hashes in the alphabet of the other calls; none where one is not in that of addresses (RFC 4648 section 5), or where version 2 does not say their kind. */
function hashesIn(query: URLSearchParams, version: 1 | 2): string[] {
  if (version === 2 && query.get('hashAlgorithmOID') !== '2.16.840.1.101.3.4.2.1') return [];
  const hashes = (query.get(version === 1 ? 'hash' : 'hashes') ?? '').split(',');
  return hashes.every((each) => /^[\w-]{43}$/.test(each)) ? hashes.map((each) => Buffer.from(each, 'base64url').toString('base64')) : [];
}

export function grantRules({ clientId, registered, credentialID, multisign }: Rules): GrantRules {
  const grants = new Map<string, Grant>();
  const refreshTokens = new Set<string>();
  return {
    consent(query, { version, person }) {
      const redirect = query.get('redirect_uri') ?? '';
      // Nobody is sent to an address that was not registered, whatever else is wrong.
      if (query.get('client_id') !== clientId || !registered().includes(redirect)) return { fault: 'redirect_uri' };
      const back = new URL(redirect);
      const state = query.get('state');
      if (state !== null) back.searchParams.set('state', state);
      const scope = query.get('scope') ?? 'service';
      const challenge = query.get('code_challenge') ?? '';
      const isFormal = query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256' && /^[\w-]{43}$/.test(challenge) && (scope === 'service' || scope === 'credential');
      const hashes = hashesIn(query, version);
      const count = Number(query.get('numSignatures') ?? '0');
      const isBound = scope === 'service' || (query.get('credentialID') === credentialID && hashes.length > 0 && count >= hashes.length && count <= multisign());
      if (isFormal && !isBound) {
        back.searchParams.set('error', 'invalid_request');
        return { location: back.toString() };
      }
      if (!isFormal || person === 'refuses') {
        back.searchParams.set('error', isFormal ? 'access_denied' : 'invalid_request');
        return { location: back.toString() };
      }
      const code = randomBytes(12).toString('hex');
      grants.set(code, { challenge, scope, credentialID: query.get('credentialID'), hashes, count, redirect });
      back.searchParams.set('code', code);
      return { location: back.toString() };
    },
    redeem(form) {
      const code = String(form['code']);
      const grant = grants.get(code);
      grants.delete(code);
      const challenge = createHash('sha256').update(String(form['code_verifier'])).digest('base64url');
      return grant?.challenge === challenge && grant.redirect === form['redirect_uri'] ? grant : undefined;
    },
    newRefreshToken() {
      const token = randomBytes(12).toString('hex');
      refreshTokens.add(token);
      return token;
    },
    refresh: (token) => refreshTokens.delete(String(token)),
  };
}
