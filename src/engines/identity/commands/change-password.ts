import type { CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { hashPassword, passwordMatches } from '../adapters/argon2.ts';
import { isLongPassword, normalisePassword, passwordProblems } from '../domain/password-policy.ts';
import { identityErrors } from '../errors.ts';
import { findAccount, hasSecondFactor, isAdministratorAt, type Account } from '../queries/accounts.ts';
import { limitsOf } from '../settings.ts';
import type { Tables } from '../tables.ts';
import { countAddressFailure, openAttempt, takeBackAttempt } from './guard-sign-in.ts';
import { agencyOfRecord } from './load.ts';
import { endSessions, personOf } from './sessions.ts';
import { endSteps } from './sign-in-steps.ts';
import { refuse, type Caller } from './sign-in.ts';

/**
 * Changes the caller's own password, who proves the present one; all other sessions end.
 * @throws identity.wrongPresentPassword, identity.locked, identity.weakPassword, identity.reusedPassword
 */
export async function changeOwnPassword(
  kernel: Kernel,
  input: { actor: PersonActor; presentPassword: string; newPassword: string },
  caller: Caller,
): Promise<void> {
  const account = await provePassword(kernel, { actor: input.actor, password: input.presentPassword }, caller);
  const { isLong } = await assertNewPassword(kernel, account, input.newPassword);
  await run(kernel, changePassword, { hash: await hashPassword(input.newPassword), isLong }, { actor: input.actor, requestId: caller.requestId });
}

/**
 * Has somebody who is signed in prove the own password again, before what a session alone must not do. Wrong ones count and lock as at signing in.
 * @throws identity.wrongPresentPassword, identity.locked, kernel.tooManyRequests
 */
export async function provePassword(kernel: Kernel, { actor, password }: { actor: PersonActor; password: string }, caller: Pick<Caller, 'ip' | 'requestId' | 'cookies'>): Promise<Account> {
  const account = await findAccount(kernel.database.pool, actor.personId);
  if (account === undefined) throw identityErrors.accountNotFound();
  const { failures, limits } = await openAttempt(kernel, account.login, caller);
  if (!(await passwordMatches(account.passwordHash, password))) {
    await countAddressFailure(kernel, caller.ip);
    await refuse(kernel, { login: account.login, account, failures, limits, reason: 'wrong present password' }, caller);
  }
  await takeBackAttempt({ kernel, query: (text, values) => kernel.database.pool.query(text, values) }, account.login, caller);
  return account;
}

async function changePassword(ctx: CommandContext, input: { hash: string; isLong: boolean }): Promise<void> {
  const actor = personOf(ctx);
  const account = await findAccount(ctx, actor.personId);
  if (account === undefined) throw identityErrors.accountNotFound();
  await writePassword(ctx, { account, ...input });
  await endSessions(ctx, { personId: actor.personId, except: actor.sessionId, reason: 'password changed' });
}

/**
 * Checks a new password by the policy, against the present one, and for administrators against their last ones.
 * @throws identity.weakPassword, identity.reusedPassword
 */
export async function assertNewPassword(kernel: Kernel, account: Account, password: string): Promise<{ isLong: boolean }> {
  const limits = await limitsOf(kernel);
  const normal = normalisePassword(password);
  const problems = passwordProblems(normal, { login: account.login, hasSecondFactor: hasSecondFactor(account), limits: limits.password });
  if (problems.length > 0) throw identityErrors.weakPassword({ fields: problems.map((problem) => ({ path: 'newPassword', ...problem })) });
  for (const hash of await forbiddenHashes(kernel, account, limits.adminPasswordHistory)) {
    if (await passwordMatches(hash, password)) throw identityErrors.reusedPassword({ fields: [{ path: 'newPassword', vi: 'Mật khẩu này đã dùng.', en: 'Used before.' }] });
  }
  return { isLong: isLongPassword(normal, limits.password) };
}

async function forbiddenHashes(kernel: Kernel, account: Account, history: number): Promise<string[]> {
  const { pool } = kernel.database;
  if (!(await isAdministratorAt(pool, account.personId, kernel.clock.now()))) return [account.passwordHash];
  const { rows } = await pool.query<{ hash: string }>('select hash from identity.password_history where person_id = $1 order by changed_at desc limit $2', [
    account.personId,
    Math.max(0, history - 1),
  ]);
  return [account.passwordHash, ...rows.map((row) => row.hash)];
}

/** Writes a password that the person chose, and keeps the hash of the one before it. */
export async function writePassword(ctx: CommandContext, input: { account: Account; hash: string; isLong: boolean }): Promise<void> {
  const { account } = input;
  const db = ctx.tables<Tables>();
  await db
    .insertInto('identity.password_history')
    .values({ person_id: account.personId, changed_at: ctx.now, hash: account.passwordHash })
    .onConflict((conflict) => conflict.columns(['person_id', 'changed_at']).doNothing())
    .execute();
  await db
    .updateTable('identity.account')
    .set({ password_hash: input.hash, password_is_long: input.isLong, password_changed_at: ctx.now, must_change_password: false })
    .where('person_id', '=', account.personId)
    .execute();
  await endSteps(ctx, account.personId);
  ctx.record({
    type: 'identity.password-changed',
    agencyId: await agencyOfRecord(ctx, account.personId),
    subject: { type: 'person', id: account.personId },
    data: { personId: account.personId, personName: account.personName },
  });
}
