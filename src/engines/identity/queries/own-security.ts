import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { sessionEnd } from '../domain/session-rules.ts';
import { isAdministrator } from '../domain/roles.ts';
import { identityErrors } from '../errors.ts';
import { limitsOf } from '../settings.ts';
import type { Factors } from '../tables.ts';
import { findAccount, hasSecondFactor, isAdministratorAt } from './accounts.ts';

export type OwnSession = {
  id: string;
  isPresent: boolean;
  ip: string;
  userAgent: string;
  factors: Factors;
  postTitle: string;
  agencyName: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
};

/** The living sessions of the caller, the present one first. */
export async function ownSessions(kernel: Kernel, actor: PersonActor): Promise<OwnSession[]> {
  const now = kernel.clock.now();
  const { session: limits } = await limitsOf(kernel);
  const { rows } = await kernel.database.pool.query<OwnSession & { roles: string[] }>(
    `select s.id, s.id = $2 as "isPresent", s.ip, s.user_agent as "userAgent", s.factors, p.title as "postTitle", p.roles,
            (select n.name from identity.agency_name n where n.agency_id = p.agency_id order by n.valid_from desc limit 1) as "agencyName",
            s.created_at as "createdAt", s.last_seen_at as "lastSeenAt", s.expires_at as "expiresAt"
       from identity.session s join identity.post p on p.id = s.post_id
      where s.person_id = $1 and s.ended_at is null and s.expires_at > $3
      order by (s.id = $2) desc, s.last_seen_at desc, s.id limit 200`,
    [actor.personId, actor.sessionId, now],
  );
  return rows
    .filter((row) => row.isPresent || sessionEnd({ ...row, isAdministrator: isAdministrator(row.roles) }, limits, now) === undefined)
    .map((row) => ({
      id: row.id,
      isPresent: row.isPresent,
      ip: row.ip,
      userAgent: row.userAgent,
      factors: row.factors,
      postTitle: row.postTitle,
      agencyName: row.agencyName,
      createdAt: row.createdAt,
      lastSeenAt: row.lastSeenAt,
      expiresAt: row.expiresAt,
    }));
}

export type OwnSecurity = {
  login: string;
  passwordChangedAt: Date;
  /** How long a new password must be. */
  passwordLength: number;
  totp: boolean;
  passkeys: { id: string; name: string; createdAt: Date; lastUsedAt: Date | null }[];
  mustHaveSecondFactor: boolean;
  /** The last three digits of the citizen's number that is recorded; null where none is. */
  citizenNumberEnding: string | null;
};

/** How the caller signs in, and by which number own certificates are known. */
export async function ownSecurity(kernel: Kernel, actor: PersonActor): Promise<OwnSecurity> {
  const { pool } = kernel.database;
  const account = await findAccount(pool, actor.personId);
  if (account === undefined) throw identityErrors.accountNotFound();
  const { password: limits } = await limitsOf(kernel);
  const { rows } = await pool.query<OwnSecurity['passkeys'][number]>(
    `select id, name, created_at as "createdAt", last_used_at as "lastUsedAt" from identity.passkey where person_id = $1 order by created_at, id`,
    [actor.personId],
  );
  const numbers = await pool.query<{ ending: string }>('select ending from identity.citizen_number where person_id = $1', [actor.personId]);
  return {
    login: account.login,
    passwordChangedAt: account.passwordChangedAt,
    passwordLength: hasSecondFactor(account) ? limits.lengthWithSecondFactor : limits.lengthAlone,
    totp: account.totpSecret !== null,
    passkeys: rows,
    mustHaveSecondFactor: await isAdministratorAt(pool, actor.personId, kernel.clock.now()),
    citizenNumberEnding: numbers.rows[0]?.ending ?? null,
  };
}

/** A limit, within what the standard behind it allows. */
export type Setting = { name: string; value: number; least: number; most: number; legalBasis: string };

export async function listSettings(kernel: Kernel): Promise<Setting[]> {
  const { rows } = await kernel.database.pool.query<Setting>(
    'select name, value, least, most, legal_basis as "legalBasis" from identity.setting order by name',
  );
  return rows;
}
