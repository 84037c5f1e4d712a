import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { hashPassword } from '../adapters/argon2.ts';
import { isLongPassword, normalisePassword, passwordProblems } from '../domain/password-policy.ts';
import { identityErrors } from '../errors.ts';
import { mayAdministerAgency, mayAdministerPerson } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { presentAndComingPosts, type PersonId } from '../queries/posts.ts';
import { limitsOf } from '../settings.ts';
import type { Tables } from '../tables.ts';
import { getPerson } from './load.ts';
import { normaliseLogin } from './sign-in.ts';

/**
 * Checks a password that somebody chose for an account that is yet to be opened, and hashes it.
 * @throws identity.weakPassword with the field `password`
 */
export async function hashChosenPassword(kernel: Kernel, input: { login: string; password: string }): Promise<{ hash: string; isLong: boolean }> {
  const { password: limits } = await limitsOf(kernel);
  const normal = normalisePassword(input.password);
  const problems = passwordProblems(normal, { login: normaliseLogin(input.login), hasSecondFactor: false, limits });
  if (problems.length > 0) throw identityErrors.weakPassword({ fields: problems.map((problem) => ({ path: 'password', ...problem })) });
  return { hash: await hashPassword(input.password), isLong: isLongPassword(normal, limits) };
}

/**
 * Gives a person an account with a first password, which must be changed at the first sign-in unless the person chose it or the account is a demonstration's.
 * @throws identity.personNotFound, identity.accountExists, identity.loginTaken, kernel.forbidden
 */
export async function openAccount(
  ctx: CommandContext,
  input: { agencyId: AgencyId; personId: PersonId; login: string; passwordHash: string; passwordIsLong: boolean; isDemo?: boolean; /** The person chose it and nobody else knows it. */ isChosen?: boolean },
): Promise<void> {
  const person = await getPerson(ctx, input.personId);
  const posts = await presentAndComingPosts(ctx, input.personId, vietnamDay(ctx.now));
  const mayOpen = posts.length === 0 ? mayAdministerAgency(ctx.actor, input.agencyId) : mayAdministerPerson(ctx.actor, posts);
  if (!mayOpen) throw kernelErrors.forbidden();
  const db = ctx.tables<Tables>();
  const login = normaliseLogin(input.login);
  const isDemo = input.isDemo ?? false;
  const existing = await db.selectFrom('identity.account').select('person_id').where('person_id', '=', input.personId).executeTakeFirst();
  if (existing !== undefined) throw identityErrors.accountExists();
  const opened = await db
    .insertInto('identity.account')
    .values({
      person_id: input.personId,
      login,
      password_hash: input.passwordHash,
      password_is_long: input.passwordIsLong,
      password_changed_at: ctx.now,
      must_change_password: !isDemo && input.isChosen !== true,
      is_demo: isDemo,
      totp_secret: null,
      totp_pending: null,
      totp_confirmed_at: null,
      totp_last_step: 0,
      last_sign_in_at: null,
      disabled_at: null,
      disabled_reason: null,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.column('login').doNothing())
    .returning('person_id')
    .executeTakeFirst();
  if (opened === undefined) throw identityErrors.loginTaken({ values: { login } });
  ctx.record({
    type: 'identity.account-opened',
    agencyId: input.agencyId,
    subject: { type: 'person', id: input.personId },
    data: { personId: input.personId, personName: person.full_name },
  });
}
