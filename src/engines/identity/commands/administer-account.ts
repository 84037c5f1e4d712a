import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { vietnamDay } from '#kernel/time.ts';
import { identityErrors } from '../errors.ts';
import { mayAdministerPerson } from '../policy.ts';
import { findAccount, type Account } from '../queries/accounts.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { presentAndComingPosts, type PersonId } from '../queries/posts.ts';
import type { Tables } from '../tables.ts';
import { forgetFailures } from './guard-sign-in.ts';
import { agencyOfRecord, getPerson } from './load.ts';
import { endSessions } from './sessions.ts';
import { endSteps } from './sign-in-steps.ts';

type OfPerson = { personId: PersonId };
type AccountEvent = 'account-unlocked' | 'password-reset' | 'second-factor-reset' | 'account-disabled' | 'account-enabled';

/** Ends a lock-out at once. @throws identity.personNotFound, identity.accountNotFound, kernel.forbidden */
export async function unlockAccount(ctx: CommandContext, input: OfPerson): Promise<void> {
  const account = await administeredAccount(ctx, input.personId);
  await forgetFailures(ctx, account.login);
  await record(ctx, account, 'account-unlocked');
}

/** Gives an account a temporary password that its person changes at the next sign-in; all sessions end. */
export async function resetPassword(ctx: CommandContext, input: OfPerson & { passwordHash: string }): Promise<void> {
  const account = await administeredAccount(ctx, input.personId);
  const db = ctx.tables<Tables>();
  await db
    .insertInto('identity.password_history')
    .values({ person_id: account.personId, changed_at: ctx.now, hash: account.passwordHash })
    .onConflict((conflict) => conflict.columns(['person_id', 'changed_at']).doNothing())
    .execute();
  await db
    .updateTable('identity.account')
    .set({ password_hash: input.passwordHash, password_is_long: true, password_changed_at: ctx.now, must_change_password: true })
    .where('person_id', '=', account.personId)
    .execute();
  await forgetFailures(ctx, account.login);
  await endSteps(ctx, account.personId);
  await endSessions(ctx, { personId: account.personId, reason: 'password reset' });
  await record(ctx, account, 'password-reset');
}

/** Removes the codes and passkeys of somebody who lost the phone; all sessions end. */
export async function resetSecondFactor(ctx: CommandContext, input: OfPerson): Promise<void> {
  const account = await administeredAccount(ctx, input.personId);
  const db = ctx.tables<Tables>();
  await db.updateTable('identity.account').set({ totp_secret: null, totp_pending: null, totp_confirmed_at: null }).where('person_id', '=', account.personId).execute();
  await db.deleteFrom('identity.passkey').where('person_id', '=', account.personId).execute();
  await endSteps(ctx, account.personId);
  await endSessions(ctx, { personId: account.personId, reason: 'second factor reset' });
  await record(ctx, account, 'second-factor-reset');
}

/** Closes an account to signing in; all sessions end. The person and the posts stay. */
export async function disableAccount(ctx: CommandContext, input: OfPerson & { reason: string }): Promise<void> {
  const account = await administeredAccount(ctx, input.personId);
  await ctx
    .tables<Tables>()
    .updateTable('identity.account')
    .set({ disabled_at: ctx.now, disabled_reason: input.reason })
    .where('person_id', '=', account.personId)
    .execute();
  await endSessions(ctx, { personId: account.personId, reason: 'account disabled' });
  await record(ctx, account, 'account-disabled');
}

/**
 * Closes every open account of the people who hold a post in an agency; all their sessions end.
 * @returns whose accounts were open until now.
 */
export async function disableAccountsOf(ctx: CommandContext, input: { agencyId: AgencyId; reason: string }): Promise<PersonId[]> {
  const { rows } = await ctx.query(
    `select a.person_id from identity.account a
      where a.disabled_at is null
        and exists (select from identity.post p where p.person_id = a.person_id and p.agency_id = $1 and p.starts_on <= $2::date and (p.ends_on is null or p.ends_on >= $2::date))
      order by a.person_id for update`,
    [input.agencyId, vietnamDay(ctx.now)],
  );
  // safe because the column holds people's ids
  const people = rows.map((row) => row['person_id'] as PersonId);
  for (const personId of people) await disableAccount(ctx, { personId, reason: input.reason });
  return people;
}

/** Opens a disabled account again, also one that was dormant for too long. */
export async function enableAccount(ctx: CommandContext, input: OfPerson): Promise<void> {
  const account = await administeredAccount(ctx, input.personId);
  await ctx
    .tables<Tables>()
    .updateTable('identity.account')
    .set({ disabled_at: null, disabled_reason: null, last_sign_in_at: ctx.now })
    .where('person_id', '=', account.personId)
    .execute();
  await record(ctx, account, 'account-enabled');
}

async function administeredAccount(ctx: CommandContext, personId: PersonId): Promise<Account> {
  await getPerson(ctx, personId);
  const posts = await presentAndComingPosts(ctx, personId, vietnamDay(ctx.now));
  if (!mayAdministerPerson(ctx.actor, posts)) throw kernelErrors.forbidden();
  const account = await findAccount(ctx, personId);
  if (account === undefined) throw identityErrors.accountNotFound();
  return account;
}

async function record(ctx: CommandContext, account: Account, event: AccountEvent): Promise<void> {
  ctx.record({
    type: `identity.${event}`,
    agencyId: await agencyOfRecord(ctx, account.personId),
    subject: { type: 'person', id: account.personId },
    data: { personId: account.personId, personName: account.personName },
  });
}
