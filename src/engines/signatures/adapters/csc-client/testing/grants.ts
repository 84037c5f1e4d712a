import { createHash, randomBytes } from 'node:crypto';

/** What a person consented to on the page of the service: once, for the client that asked, bound to its challenge and address. */
type Grant = { challenge: string; scope: string; hashes: string[]; redirect: string };

export type GrantRules = {
  /** The page of the service (RFC 6749 section 4.1.1): where the browser is sent, or why it stays. */
  consent(query: URLSearchParams, person: 'waits' | 'confirms' | 'refuses'): { location: string } | { fault: string };
  /** A code for what was granted (section 4.1.3 and RFC 7636): undefined when it was used, is unknown, or comes with another verifier or address. */
  redeem(form: Record<string, unknown>): Grant | undefined;
  newRefreshToken(): string;
  /** Each refresh token works once, and brings the next. */
  refresh(token: unknown): boolean;
};

export function grantRules({ clientId, registered }: { clientId: string; registered: () => readonly string[] }): GrantRules {
  const grants = new Map<string, Grant>();
  const refreshTokens = new Set<string>();
  return {
    consent(query, person) {
      const redirect = query.get('redirect_uri') ?? '';
      // Nobody is sent to an address that was not registered, whatever else is wrong.
      if (query.get('client_id') !== clientId || !registered().includes(redirect)) return { fault: 'redirect_uri' };
      const back = new URL(redirect);
      const state = query.get('state');
      if (state !== null) back.searchParams.set('state', state);
      const scope = query.get('scope') ?? 'service';
      const challenge = query.get('code_challenge') ?? '';
      const isFormal = query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256' && /^[\w-]{43}$/.test(challenge) && (scope === 'service' || scope === 'credential');
      if (!isFormal || person === 'refuses') {
        back.searchParams.set('error', isFormal ? 'access_denied' : 'invalid_request');
        return { location: back.toString() };
      }
      const code = randomBytes(12).toString('hex');
      grants.set(code, { challenge, scope, hashes: (query.get('hashes') ?? '').split(',').filter((each) => each !== ''), redirect });
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
