import { anonymous } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { passwordMatches } from '../adapters/argon2.ts';
import { identityErrors } from '../errors.ts';
import { loginHash } from '../login-hash.ts';
import { findAccount, findAccountByLogin, type Account } from '../queries/accounts.ts';
import type { Limits } from '../settings.ts';
import { countAddressFailure, lockedError, lockLogin, openAttempt, takeBackAttempt } from './guard-sign-in.ts';
import { agencyOfRecord, NO_AGENCY } from './load.ts';
import { advanceSignIn, type SignInState } from './sign-in-steps.ts';
import type { Client } from './sessions.ts';

export type Caller = Client & { requestId: string };

/**
 * Signs in with a password, or says what more is needed. Hashing happens outside the transaction; a login that nobody has
 * costs as much time and gets the same answers as a wrong password.
 * @throws identity.wrongCredentials, identity.locked, identity.accountDisabled, identity.dormant, identity.noPost, kernel.tooManyRequests
 */
export async function signInWithPassword(kernel: Kernel, input: { login: string; password: string }, caller: Caller): Promise<SignInState> {
  const login = normaliseLogin(input.login);
  const { failures, limits } = await openAttempt(kernel, login, caller);
  const account = await findAccountByLogin(kernel.database.pool, login);
  const options = { actor: anonymous, requestId: caller.requestId };
  if (!(await passwordMatches(account?.passwordHash, input.password))) {
    await countAddressFailure(kernel, caller.ip);
    await refuse(kernel, { login, account, failures, limits, reason: 'wrong password' }, caller);
  }
  if (account === undefined) throw identityErrors.wrongCredentials();
  assertUsable(account, limits, kernel.clock.now());
  return run(kernel, passwordWasRight, { personId: account.personId, passwordHash: account.passwordHash, client: caller }, options);
}

export function normaliseLogin(login: string): string {
  return login.normalize('NFC').trim().toLowerCase();
}

const REFUSALS = {
  'wrong password': identityErrors.wrongCredentials,
  'wrong present password': identityErrors.wrongPresentPassword,
  'wrong code': identityErrors.wrongCode,
  'wrong passkey': identityErrors.passkeyRefused,
};

/** Records a failure, locks the login at the fifth, and throws. */
export async function refuse(
  kernel: Kernel,
  failed: { login: string; account: Account | undefined; failures: number; limits: Limits; reason: keyof typeof REFUSALS },
  caller: Pick<Caller, 'requestId' | 'cookies'>,
): Promise<never> {
  const locks = failed.failures >= failed.limits.lockFailures;
  const until = locks ? await lockLogin(kernel, failed, caller) : undefined;
  await run(kernel, noteRefusal, { login: failed.login, personId: failed.account?.personId ?? null, locks, reason: failed.reason }, { actor: anonymous, requestId: caller.requestId });
  if (until !== undefined) throw lockedError(until, kernel.clock.now());
  throw REFUSALS[failed.reason]();
}

async function noteRefusal(ctx: CommandContext, input: { login: string; personId: Account['personId'] | null; locks: boolean; reason: string }): Promise<void> {
  const agencyId = input.personId === null ? NO_AGENCY : await agencyOfRecord(ctx, input.personId);
  // A login that nobody has may be a password typed into the wrong field: only its hash is kept.
  const subject = input.personId === null ? { type: 'login', id: loginHash(input.login).toString('hex').slice(0, 16) } : { type: 'person', id: input.personId };
  ctx.record({ type: input.locks ? 'identity.sign-in-locked' : 'identity.sign-in-refused', agencyId, subject, data: { reason: input.reason } });
}

/** @throws identity.accountDisabled, identity.dormant */
export function assertUsable(account: Account, limits: Limits, now: Date): void {
  if (account.disabledAt !== null) throw identityErrors.accountDisabled();
  const lastUse = account.lastSignInAt ?? account.createdAt;
  if (!account.isDemo && now.getTime() - lastUse.getTime() > limits.dormantDays * 86_400_000) throw identityErrors.dormant({ values: { days: limits.dormantDays } });
}

async function passwordWasRight(ctx: CommandContext, input: { personId: string; passwordHash: string; client: Client }): Promise<SignInState> {
  const account = await findAccount(ctx, input.personId);
  // The password was changed while it was being checked.
  if (account === undefined || account.passwordHash !== input.passwordHash) throw identityErrors.wrongCredentials();
  const state = await advanceSignIn(ctx, { account, factors: 'password', client: input.client });
  if (state.state !== 'signed_in') await takeBackAttempt(ctx, account.login, input.client);
  return state;
}
