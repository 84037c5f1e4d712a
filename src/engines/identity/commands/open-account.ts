import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { vietnamDay } from '#kernel/time.ts';
import { identityErrors } from '../errors.ts';
import { mayAdministerAgency, mayAdministerPerson } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { postsOfPerson, type PersonId } from '../queries/posts.ts';
import type { Tables } from '../tables.ts';
import { getPerson } from './load.ts';
import { normaliseLogin } from './sign-in.ts';

/**
 * Gives a person an account with a first password, which must be changed at the first sign-in unless the account is a demonstration's.
 * @throws identity.personNotFound, identity.accountExists, identity.loginTaken, kernel.forbidden
 */
export async function openAccount(
  ctx: CommandContext,
  input: { agencyId: AgencyId; personId: PersonId; login: string; passwordHash: string; passwordIsLong: boolean; isDemo?: boolean },
): Promise<void> {
  const person = await getPerson(ctx, input.personId);
  const posts = await postsOfPerson(ctx, input.personId, vietnamDay(ctx.now));
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
      must_change_password: !isDemo,
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
