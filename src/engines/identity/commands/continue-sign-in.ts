import { anonymous } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { hashPassword } from '../adapters/argon2.ts';
import { matchingStep, newTotpSecret, openSecret, sealSecret, totpUri } from '../adapters/totp.ts';
import { tokenHash } from '../authenticate.ts';
import { identityErrors } from '../errors.ts';
import { findAccount, type Account } from '../queries/accounts.ts';
import { limitsOf } from '../settings.ts';
import type { Factors, Row, Tables } from '../tables.ts';
import { assertNewPassword, writePassword } from './change-password.ts';
import { countAddressFailure, openAttempt, takeBackAttempt } from './guard-sign-in.ts';
import { agencyOfRecord } from './load.ts';
import { confirmTotp } from './second-factor.ts';
import { endSessions, type Client } from './sessions.ts';
import { advanceSignIn, takeStep, type SignInState, type StepPurpose } from './sign-in-steps.ts';
import { assertUsable, refuse, type Caller } from './sign-in.ts';

type Step = Row<'identity.sign_in_step'>;

/**
 * The second factor by a code.
 * @throws identity.stepExpired, identity.wrongCode (the fifth locks), identity.locked
 */
export async function continueWithCode(kernel: Kernel, input: { step: string; code: string }, caller: Caller): Promise<SignInState> {
  const { account } = await readStep(kernel, input.step, ['second_factor']);
  const { failures, limits } = await openAttempt(kernel, account.login, caller);
  assertUsable(account, limits, kernel.clock.now());
  const { totpSecret } = account;
  if (totpSecret === null) throw identityErrors.stepExpired();
  const step = await matchingStep(openSecret(kernel, account.personId, totpSecret), input.code, { now: kernel.clock.now(), afterStep: account.totpLastStep });
  if (step === undefined) {
    await countAddressFailure(kernel, caller.ip);
    await refuse(kernel, { login: account.login, account, failures, limits, reason: 'wrong code' }, caller);
  }
  return run(kernel, codeWasRight, { step: input.step, timeStep: step ?? 0, client: caller }, { actor: anonymous, requestId: caller.requestId });
}

async function codeWasRight(ctx: CommandContext, input: { step: string; timeStep: number; client: Client }): Promise<SignInState> {
  const { account } = await take(ctx, input.step, ['second_factor']);
  await useTimeStep(ctx, account, input.timeStep);
  await takeBackAttempt(ctx, account.login, input.client);
  return advanceSignIn(ctx, { account, factors: 'password_totp', client: input.client });
}

/** A code counts once: of two requests with the same code one gets through. @throws identity.wrongCode */
async function useTimeStep(ctx: CommandContext, account: Account, timeStep: number): Promise<void> {
  const { rowCount } = await ctx.query('update identity.account set totp_last_step = $2 where person_id = $1 and totp_last_step < $2', [account.personId, timeStep]);
  if (rowCount === 0) throw identityErrors.wrongCode();
}

/** The new password that the first sign-in, or the age of an administrator's, demands. @throws identity.stepExpired, identity.weakPassword, identity.reusedPassword */
export async function continueWithNewPassword(kernel: Kernel, input: { step: string; newPassword: string }, caller: Caller): Promise<SignInState> {
  const { account } = await readStep(kernel, input.step, ['change_password']);
  assertUsable(account, await limitsOf(kernel), kernel.clock.now());
  const { isLong } = await assertNewPassword(kernel, account, input.newPassword);
  const hash = await hashPassword(input.newPassword);
  return run(kernel, replacePassword, { step: input.step, hash, isLong, client: caller }, { actor: anonymous, requestId: caller.requestId });
}

async function replacePassword(ctx: CommandContext, input: { step: string; hash: string; isLong: boolean; client: Client }): Promise<SignInState> {
  const { account, factors } = await take(ctx, input.step, ['change_password']);
  await writePassword(ctx, { account, hash: input.hash, isLong: input.isLong });
  await endSessions(ctx, { personId: account.personId, reason: 'password changed' });
  const renewed: Account = { ...account, passwordHash: input.hash, passwordIsLong: input.isLong, passwordChangedAt: ctx.now, mustChangePassword: false };
  return advanceSignIn(ctx, { account: renewed, factors, client: input.client });
}

/** The secret of the codes that an administrator must set up before the first session. The step stays good. @throws identity.stepExpired */
export async function beginEnrolmentAtSignIn(kernel: Kernel, input: { step: string }, caller: Caller): Promise<{ secret: string; uri: string }> {
  const { account } = await readStep(kernel, input.step, ['enrol_second_factor']);
  const secret = newTotpSecret();
  await run(kernel, keepPendingSecret, { personId: account.personId, sealed: sealSecret(kernel, account.personId, secret) }, { actor: anonymous, requestId: caller.requestId });
  return { secret, uri: totpUri(secret, account.login) };
}

async function keepPendingSecret(ctx: CommandContext, input: { personId: Account['personId']; sealed: Buffer }): Promise<void> {
  await ctx.tables<Tables>().updateTable('identity.account').set({ totp_pending: input.sealed }).where('person_id', '=', input.personId).execute();
  ctx.record({ type: 'identity.second-factor-begun', agencyId: await agencyOfRecord(ctx, input.personId), subject: { type: 'person', id: input.personId }, data: {} });
}

/** The first code proves that the application was set up; the session begins. @throws identity.stepExpired, identity.wrongCode */
export async function finishEnrolmentAtSignIn(kernel: Kernel, input: { step: string; code: string }, caller: Caller): Promise<SignInState> {
  return run(kernel, enrolAndSignIn, { ...input, client: caller }, { actor: anonymous, requestId: caller.requestId });
}

async function enrolAndSignIn(ctx: CommandContext, input: { step: string; code: string; client: Client }): Promise<SignInState> {
  const { account } = await take(ctx, input.step, ['enrol_second_factor']);
  await confirmTotp(ctx, account, input.code);
  const enrolled: Account = { ...account, totpSecret: account.totpPending, totpPending: null };
  return advanceSignIn(ctx, { account: enrolled, factors: 'password_totp', client: input.client });
}

/** Looks at a step without using it up. @throws identity.stepExpired */
async function readStep(kernel: Kernel, token: string, purposes: readonly StepPurpose[]): Promise<{ account: Account; step: Step }> {
  const step = await kernel.database
    .tables<Tables>()
    .selectFrom('identity.sign_in_step')
    .selectAll()
    .where('token_hash', '=', tokenHash(token))
    .where('purpose', 'in', [...purposes])
    .where('expires_at', '>', kernel.clock.now())
    .executeTakeFirst();
  if (step === undefined || step.person_id === null) throw identityErrors.stepExpired();
  const account = await findAccount(kernel.database.pool, step.person_id);
  if (account === undefined) throw identityErrors.stepExpired();
  return { account, step };
}

async function take(ctx: CommandContext, token: string, purposes: readonly StepPurpose[]): Promise<{ account: Account; factors: Factors }> {
  const step = await takeStep(ctx, token, purposes);
  const account = step.person_id === null ? undefined : await findAccount(ctx, step.person_id);
  if (account === undefined || account.disabledAt !== null) throw identityErrors.stepExpired();
  return { account, factors: step.factors ?? 'password' };
}
