import { createHash, randomBytes } from 'node:crypto';
import { anonymous, type PersonActor } from '#kernel/actor.ts';
import type { Authenticate, Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { isAdministrator } from './domain/roles.ts';
import { EARLIER_TOKEN_MS, SEEN_WRITE_MS, sessionEnd } from './domain/session-rules.ts';
import { sessionCache, type KnownSession } from './session-cache.ts';
import { limitsOf } from './settings.ts';
import type { Factors } from './tables.ts';

/**
 * The name of the cookie that holds a session's token. Behind https it is one that browsers take from this very host alone: an agency's own site under the
 * province's domain can neither set nor replace it (RFC 6265bis, 4.1.3.2).
 */
export function sessionCookie({ config }: Pick<Kernel, 'config'>): '__Host-session' | 'session' {
  return isBehindHttps(config) ? '__Host-session' : 'session';
}

/** Whether people reach this installation by https. */
export function isBehindHttps({ publicUrl }: Pick<Kernel['config'], 'publicUrl'>): boolean {
  return publicUrl?.startsWith('https:') ?? false;
}

/** 256 bits in base64url. */
const TOKEN_PATTERN = /^[\w-]{43}$/;

/**
 * Tells who calls, by the session cookie: a person in a post, or nobody. A session is believed for five seconds; one that
 * was revoked, idle too long, too old, or whose post or delegation has ended is nobody's at once.
 */
export const authenticate: Authenticate = async (kernel, request) => {
  const token = request.cookies[sessionCookie(kernel)];
  if (token === undefined || !TOKEN_PATTERN.test(token)) return anonymous;
  // A background refresh of an unattended screen is not activity.
  const known = await findSession(kernel, token, { isActivity: request.headers['x-background'] !== '1' });
  return known?.actor ?? anonymous;
};

/** The living session of a token, read from memory or from its row. */
export async function findSession(kernel: Kernel, token: string, options: { isActivity: boolean }): Promise<KnownSession | undefined> {
  const hash = tokenHash(token);
  const key = hash.toString('base64');
  const cache = sessionCache(kernel);
  const now = kernel.clock.now();
  const known = cache.get(key) ?? (await readSession(kernel, hash, now));
  if (known === undefined) return undefined;
  const limits = await limitsOf(kernel);
  if (sessionEnd(known, limits.session, now) !== undefined) return undefined;
  if (options.isActivity) await noteActivity(kernel, known, now);
  cache.keep(key, known);
  return known;
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

async function noteActivity(kernel: Kernel, known: KnownSession, now: Date): Promise<void> {
  known.lastSeenAt = now;
  if (now.getTime() - known.writtenAt < SEEN_WRITE_MS) return;
  known.writtenAt = now.getTime();
  await kernel.database.pool.query('update identity.session set last_seen_at = $2 where id = $1 and last_seen_at < $2', [known.actor.sessionId, now]);
}

const READ_SESSION = {
  name: 'identity-session',
  text: `select s.id, s.person_id, h.full_name, s.factors, s.last_seen_at, s.expires_at, s.rotated_at, s.token_hash <> $1 as is_earlier,
      p.id as post_id, p.title, p.agency_id, p.unit_id, p.roles,
      d.roles as delegated_roles, dp.id as delegator_post_id, dp.title as delegator_title, dp.agency_id as delegator_agency_id,
      dp.unit_id as delegator_unit_id, dp.roles as delegator_roles, dp.person_id as delegator_id, dh.full_name as delegator_name
    from identity.session s
    join identity.account a on a.person_id = s.person_id and a.disabled_at is null
    join identity.person h on h.id = s.person_id
    join identity.post p on p.id = s.post_id and p.starts_on <= $2::date and (p.ends_on is null or p.ends_on >= $2::date)
    left join identity.delegation d on d.id = s.delegation_id and d.revoked_at is null and d.starts_on <= $2::date and d.ends_on >= $2::date
    left join identity.post dp on dp.id = d.delegator_post_id and dp.starts_on <= $2::date and (dp.ends_on is null or dp.ends_on >= $2::date)
    left join identity.person dh on dh.id = dp.person_id
   where (s.token_hash = $1 or (s.earlier_token_hash = $1 and s.rotated_at >= $3)) and s.ended_at is null
     and (s.delegation_id is null or dp.id is not null)`,
};

type SessionRow = {
  id: string;
  person_id: PersonActor['personId'];
  full_name: string;
  factors: Factors;
  last_seen_at: Date;
  expires_at: Date;
  rotated_at: Date;
  is_earlier: boolean;
  post_id: PersonActor['postId'];
  title: string;
  agency_id: PersonActor['agencyId'];
  unit_id: PersonActor['unitId'];
  roles: string[];
  delegated_roles: string[] | null;
  delegator_post_id: PersonActor['postId'] | null;
  delegator_title: string;
  delegator_agency_id: PersonActor['agencyId'];
  delegator_unit_id: PersonActor['unitId'];
  delegator_roles: string[];
  delegator_id: PersonActor['personId'];
  delegator_name: string;
};

async function readSession(kernel: Kernel, hash: Buffer, now: Date): Promise<KnownSession | undefined> {
  const { rows } = await kernel.database.prepared(READ_SESSION, [hash, vietnamDay(now), new Date(now.getTime() - EARLIER_TOKEN_MS)]);
  // safe because the statement builds exactly these columns
  const row = rows[0] as SessionRow | undefined;
  if (row === undefined) return undefined;
  const actor = actorOf(row);
  const administers = isAdministrator(actor.roles);
  // A post that became an administrator's does not do with a password alone.
  if (administers && row.factors === 'password') return undefined;
  return {
    actor,
    isAdministrator: administers,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    rotatedAt: row.rotated_at,
    isEarlierToken: row.is_earlier,
    writtenAt: row.last_seen_at.getTime(),
    readAt: now.getTime(),
  };
}

/** Under a delegation a person acts in the delegator's agency with the delegated roles; the own post stays named. */
function actorOf(row: SessionRow): PersonActor {
  const own = { kind: 'person', personId: row.person_id, name: row.full_name, postId: row.post_id, postTitle: row.title, sessionId: row.id } as const;
  if (row.delegator_post_id === null) return { ...own, agencyId: row.agency_id, unitId: row.unit_id, roles: row.roles };
  const { delegator_roles: delegatorRoles } = row;
  return {
    ...own,
    agencyId: row.delegator_agency_id,
    ...(row.agency_id === row.delegator_agency_id ? {} : { ownAgencyId: row.agency_id }),
    unitId: row.delegator_unit_id,
    roles: (row.delegated_roles ?? []).filter((role) => delegatorRoles.includes(role)),
    onBehalfOf: { personId: row.delegator_id, name: row.delegator_name, postId: row.delegator_post_id, postTitle: row.delegator_title },
  };
}

/**
 * Gives a session a new token when its present one has served its time. Of two requests at once one gets the new token;
 * the other goes on with the old one, which is accepted for another minute.
 * @returns the new token for the cookie, or undefined when the present one stays.
 */
export async function rotateSession(kernel: Kernel, cookies: Record<string, string | undefined>): Promise<string | undefined> {
  const token = cookies[sessionCookie(kernel)];
  const known = token === undefined ? undefined : await findSession(kernel, token, { isActivity: false });
  if (token === undefined || known === undefined || known.isEarlierToken) return undefined;
  const now = kernel.clock.now();
  const { session: limits } = await limitsOf(kernel);
  if (now.getTime() - known.rotatedAt.getTime() < limits.rotationMs) return undefined;
  const fresh = randomBytes(32).toString('base64url');
  const { rowCount } = await kernel.database.pool.query(
    `update identity.session set token_hash = $3, earlier_token_hash = $2, rotated_at = $4 where id = $1 and token_hash = $2 and ended_at is null`,
    [known.actor.sessionId, tokenHash(token), tokenHash(fresh), now],
  );
  sessionCache(kernel).forgetPeople([known.actor.personId]);
  return rowCount === 1 ? fresh : undefined;
}
