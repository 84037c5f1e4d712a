import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { noteUse } from './connections.ts';
import { CscError } from './csc-errors.ts';
import { ACCESS_TOKEN_MS, REFRESH_TOKEN_MS, SECRET_ATTEMPTS } from './limits.ts';
import { assertTurnsLeft, takeTurn } from './turns.ts';

export type Scope = 'service' | 'credential';
export type Client = { id: string; name: string; redirectUris: string[]; perMinute: number; scopes: Scope[] };
/** Who calls: an application, and the person who let it in when one did. */
export type Caller = { client: Client; personId: string | null };

export const newSecret = (): string => randomBytes(32).toString('base64url');
export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();

const COLUMNS = `c.id, c.name, c.redirect_uris as "redirectUris", c.per_minute as "perMinute", c.scopes`;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function findClient(kernel: Kernel, id: string): Promise<Client | undefined> {
  if (!UUID.test(id)) return undefined;
  const { rows } = await kernel.database.pool.query<Client>(`select ${COLUMNS} from remote_signing.client c where c.id = $1 and c.disabled_at is null`, [id]);
  return rows[0];
}

/**
 * The application that knows this secret. Wrong secrets are counted by application and address, so that a stranger cannot shut out the
 * application itself.
 * @throws CscError invalid_client · kernel.tooManyRequests
 */
export async function authenticateClient(kernel: Kernel, { id, secret, ip }: { id: string; secret: string; ip: string }): Promise<Client> {
  // Whatever is no number of an application counts as one: it cannot be one, and not every text can be kept.
  const turn = { key: `secret ${UUID.test(id) ? id : '-'} ${ip}`, most: SECRET_ATTEMPTS, windowMs: 15 * 60_000, now: kernel.clock.now() };
  await assertTurnsLeft(kernel.database.pool, turn);
  const client = await findClient(kernel, id);
  if (client !== undefined) {
    const { rows } = await kernel.database.pool.query<{ secret_hash: Buffer }>('select secret_hash from remote_signing.client where id = $1', [id]);
    if (rows[0] !== undefined && timingSafeEqual(rows[0].secret_hash, secretHash(secret))) return client;
  }
  await takeTurn(kernel.database.pool, turn);
  throw new CscError('invalid_client', 'Client authentication failed', 401);
}

type Holder = { clientId: string; personId: string | null };
export type IssuedToken = { access_token: string; token_type: 'Bearer'; expires_in: number; refresh_token?: string };

/** A token for an application, in its own name or in that of a person who let it in. @throws CscError invalid_grant when the person took that back */
export async function issueToken(kernel: Kernel, { isLasting, grantId = newId(), ...holder }: Holder & { isLasting: boolean; /** The login or consent that it comes of, when there is one already. */ grantId?: string }): Promise<IssuedToken> {
  const access = await keepToken(kernel, { ...holder, grantId, kind: 'access', lifeMs: ACCESS_TOKEN_MS });
  const refresh = isLasting ? { refresh_token: await keepToken(kernel, { ...holder, grantId, kind: 'refresh', lifeMs: REFRESH_TOKEN_MS }) } : {};
  return { access_token: access, token_type: 'Bearer', expires_in: ACCESS_TOKEN_MS / 1000, ...refresh };
}

/**
 * Changes the refresh token of an application's own login for new tokens; it works once. The token alone is the proof here (CSC API 2.0
 * section 11.2); one that a person's consent gave is renewed at the token endpoint, with the application's secret.
 * @throws CscError invalid_request
 */
export async function renewLogin(kernel: Kernel, token: string): Promise<IssuedToken> {
  const { rows } = await kernel.database.pool.query<Grant & { client_id: string }>(
    `delete from remote_signing.token t using remote_signing.client c
      where t.token_hash = $1 and t.kind = 'refresh' and t.person_id is null and t.expires_at > $2 and c.id = t.client_id and c.disabled_at is null returning t.client_id, t.person_id, t.grant_id`,
    [secretHash(token), kernel.clock.now()],
  );
  if (rows[0] === undefined) throw new CscError('invalid_request', 'Invalid refresh_token');
  return issueToken(kernel, { clientId: rows[0].client_id, ...grantOf(rows[0]), isLasting: true });
}

/**
 * Ends a token of this application (RFC 7009 section 2.1). With a refresh token go the access tokens that came of the same login or consent;
 * an access token goes alone. A token of somebody else, or none at all, is answered in the same way.
 */
export async function revokeToken(kernel: Kernel, client: Client, token: string): Promise<void> {
  await kernel.database.pool.query(
    `with gone as (delete from remote_signing.token where token_hash = $1 and client_id = $2 returning kind, grant_id)
     delete from remote_signing.token t using gone where gone.kind = 'refresh' and t.client_id = $2 and t.kind = 'access' and t.grant_id = gone.grant_id`,
    [secretHash(token), client.id],
  );
}

/** Changes a refresh token for new tokens; it works once. @throws CscError invalid_grant */
export async function refreshToken(kernel: Kernel, client: Client, token: string): Promise<IssuedToken> {
  const { rows } = await kernel.database.pool.query<Grant>(
    `delete from remote_signing.token where token_hash = $1 and kind = 'refresh' and client_id = $2 and expires_at > $3 returning person_id, grant_id`,
    [secretHash(token), client.id, kernel.clock.now()],
  );
  if (rows[0] === undefined) throw new CscError('invalid_grant', 'The refresh token is not valid');
  const grant = grantOf(rows[0]);
  const issued = await issueToken(kernel, { clientId: client.id, ...grant, isLasting: true });
  if (grant.personId !== null) await noteUse(kernel.database.pool, { clientId: client.id, personId: grant.personId }, kernel.clock.now());
  return issued;
}

type Grant = { person_id: string | null; grant_id: string | null };

const grantOf = ({ person_id: personId, grant_id: grantId }: Grant) => ({ personId, ...(grantId === null ? {} : { grantId }) });

type NewToken = Holder & { grantId: string; kind: 'access' | 'refresh'; lifeMs: number };

async function keepToken(kernel: Kernel, { clientId, personId, grantId, kind, lifeMs }: NewToken): Promise<string> {
  const token = newSecret();
  const values = [secretHash(token), clientId, kind, personId, new Date(kernel.clock.now().getTime() + lifeMs), grantId];
  // In a person's name only while they let it: taken back in the same moment, one waits here for the other.
  const { rowCount } = await kernel.database.pool.query(
    personId === null
      ? 'insert into remote_signing.token (token_hash, client_id, kind, person_id, expires_at, grant_id) values ($1, $2, $3, $4, $5, $6)'
      : `insert into remote_signing.token (token_hash, client_id, kind, person_id, expires_at, grant_id)
         select $1::bytea, $2::uuid, $3, $4::uuid, $5::timestamptz, $6::uuid from remote_signing.connection where client_id = $2 and person_id = $4 and ended_at is null for share`,
    values,
  );
  if (rowCount === 0) throw new CscError('invalid_grant', 'The person took the consent back');
  return token;
}

/** Who calls with this Authorization header; each call is counted. @throws CscError invalid_token · kernel.tooManyRequests */
export async function callerOf(kernel: Kernel, authorization: string | undefined): Promise<Caller> {
  const token = /^Bearer ([\w.~+/=-]{1,500})$/i.exec(authorization ?? '')?.[1];
  const now = kernel.clock.now();
  const { rows } =
    token === undefined
      ? { rows: [] }
      : await kernel.database.pool.query<Client & { personId: string | null }>(
          `select ${COLUMNS}, t.person_id as "personId" from remote_signing.token t join remote_signing.client c on c.id = t.client_id
            where t.token_hash = $1 and t.kind = 'access' and t.expires_at > $2 and c.disabled_at is null`,
          [secretHash(token), now],
        );
  const found = rows[0];
  if (found === undefined) throw new CscError('invalid_token', 'The access token is not valid', 401);
  const { personId, ...client } = found;
  await takeTurn(kernel.database.pool, { key: `client ${client.id}`, most: client.perMinute, windowMs: 60_000, now });
  if (personId !== null) await noteUse(kernel.database.pool, { clientId: client.id, personId }, now);
  return { client, personId };
}
