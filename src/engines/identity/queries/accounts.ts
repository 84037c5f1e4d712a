import type { Queryable } from '#kernel/database.ts';
import { vietnamDay } from '#kernel/time.ts';
import { isAdministrator } from '../domain/roles.ts';
import type { PersonId } from './posts.ts';
import { postsOfPerson } from './posts.ts';

/** What signing in needs to know of an account. */
export type Account = {
  personId: PersonId;
  personName: string;
  login: string;
  passwordHash: string;
  passwordIsLong: boolean;
  passwordChangedAt: Date;
  mustChangePassword: boolean;
  isDemo: boolean;
  totpSecret: Buffer | null;
  totpPending: Buffer | null;
  totpLastStep: number;
  passkeyCount: number;
  lastSignInAt: Date | null;
  createdAt: Date;
  disabledAt: Date | null;
};

const ACCOUNT = `select a.person_id as "personId", h.full_name as "personName", a.login, a.password_hash as "passwordHash",
    a.password_is_long as "passwordIsLong", a.password_changed_at as "passwordChangedAt", a.must_change_password as "mustChangePassword",
    a.is_demo as "isDemo", a.totp_secret as "totpSecret", a.totp_pending as "totpPending", a.totp_last_step as "totpLastStep",
    (select count(*) from identity.passkey k where k.person_id = a.person_id) as "passkeyCount",
    a.last_sign_in_at as "lastSignInAt", a.created_at as "createdAt", a.disabled_at as "disabledAt"
  from identity.account a join identity.person h on h.id = a.person_id`;

export async function findAccountByLogin(q: Queryable, login: string): Promise<Account | undefined> {
  const { rows } = await q.query(`${ACCOUNT} where a.login = $1`, [login]);
  // safe because the statement builds exactly these columns
  return rows[0] as Account | undefined;
}

export async function findAccount(q: Queryable, personId: string): Promise<Account | undefined> {
  const { rows } = await q.query(`${ACCOUNT} where a.person_id = $1`, [personId]);
  // safe because the statement builds exactly these columns
  return rows[0] as Account | undefined;
}

export const hasSecondFactor = (account: Account): boolean => account.totpSecret !== null || account.passkeyCount > 0;

/** Whether the person holds an administrator's post on the day of the instant. */
export async function isAdministratorAt(q: Queryable, personId: PersonId, now: Date): Promise<boolean> {
  return (await postsOfPerson(q, personId, vietnamDay(now))).some((post) => isAdministrator(post.roles));
}
