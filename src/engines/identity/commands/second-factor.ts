import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { matchingStep, newTotpSecret, openSecret, sealSecret, totpUri } from '../adapters/totp.ts';
import { identityErrors } from '../errors.ts';
import { findAccount, isAdministratorAt, type Account } from '../queries/accounts.ts';
import type { PersonId } from '../queries/posts.ts';
import type { Tables } from '../tables.ts';
import { provePassword } from './change-password.ts';
import { agencyOfRecord } from './load.ts';
import { personOf } from './sessions.ts';
import { endSteps } from './sign-in-steps.ts';
import type { Caller } from './sign-in.ts';

/** Who asks, with the own password: a session that somebody left open must neither add nor take away a proof of who signs in. */
export type Proving = { actor: PersonActor; password: string };

/**
 * Makes the secret of codes for the caller, who proves the own password; it counts when a first code has proved it.
 * @throws identity.totpEnrolled, identity.wrongPresentPassword, identity.locked, kernel.tooManyRequests
 */
export async function beginTotp(kernel: Kernel, proving: Proving, caller: Caller): Promise<{ secret: string; uri: string }> {
  await provePassword(kernel, proving, caller);
  // Without the idempotency key of the request: a kept reply would hold the secret.
  return run(kernel, keepNewSecret, {}, { actor: proving.actor, requestId: caller.requestId });
}

async function keepNewSecret(ctx: CommandContext): Promise<{ secret: string; uri: string }> {
  const account = await ownAccount(ctx);
  if (account.totpSecret !== null) throw identityErrors.totpEnrolled();
  const secret = newTotpSecret();
  await ctx
    .tables<Tables>()
    .updateTable('identity.account')
    .set({ totp_pending: sealSecret(ctx.kernel, account.personId, secret) })
    .where('person_id', '=', account.personId)
    .execute();
  ctx.record({ type: 'identity.second-factor-begun', agencyId: await agencyOfRecord(ctx, account.personId), subject: { type: 'person', id: account.personId }, data: {} });
  return { secret, uri: totpUri(secret, account.login) };
}

/** The first code of the application: from now on signing in asks for one. @throws identity.totpMissing, identity.wrongCode */
export async function finishTotp(ctx: CommandContext, input: { code: string }): Promise<void> {
  const account = await ownAccount(ctx);
  if (account.totpSecret !== null) throw identityErrors.totpEnrolled();
  await confirmTotp(ctx, account, input.code);
}

/** Makes the pending secret the one that counts. @throws identity.totpMissing, identity.wrongCode, identity.totpEnrolled */
export async function confirmTotp(ctx: CommandContext, account: Account, code: string): Promise<void> {
  if (account.totpPending === null) throw identityErrors.totpMissing();
  const secret = openSecret(ctx.kernel, account.personId, account.totpPending);
  const step = await matchingStep(secret, code, { now: ctx.now, afterStep: 0 });
  if (step === undefined) throw identityErrors.wrongCode();
  const { numUpdatedRows } = await ctx
    .tables<Tables>()
    .updateTable('identity.account')
    .set({ totp_secret: account.totpPending, totp_pending: null, totp_confirmed_at: ctx.now, totp_last_step: step })
    .where('person_id', '=', account.personId)
    // of two who set them up at once the first one's count
    .where('totp_secret', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw identityErrors.totpEnrolled();
  await recordFactor(ctx, account, 'second-factor-added');
}

/**
 * Removes the codes of the caller, who proves the own password.
 * @throws identity.totpMissing, identity.lastSecondFactor (an administrator without a passkey), identity.wrongPresentPassword, identity.locked, kernel.tooManyRequests
 */
export async function removeTotp(kernel: Kernel, proving: Proving, caller: Caller): Promise<void> {
  await provePassword(kernel, proving, caller);
  await run(kernel, forgetSecret, {}, { actor: proving.actor, requestId: caller.requestId });
}

async function forgetSecret(ctx: CommandContext): Promise<void> {
  const account = await ownAccount(ctx);
  if (account.totpSecret === null) throw identityErrors.totpMissing();
  if (account.passkeyCount === 0) await assertNotAdministrator(ctx, account.personId);
  await ctx
    .tables<Tables>()
    .updateTable('identity.account')
    .set({ totp_secret: null, totp_pending: null, totp_confirmed_at: null })
    .where('person_id', '=', account.personId)
    .execute();
  await recordFactor(ctx, account, 'second-factor-removed');
}

/** @throws identity.lastSecondFactor */
export async function assertNotAdministrator(ctx: CommandContext, personId: PersonId): Promise<void> {
  if (await isAdministratorAt(ctx, personId, ctx.now)) throw identityErrors.lastSecondFactor();
}

export async function ownAccount(ctx: CommandContext): Promise<Account> {
  const actor = personOf(ctx);
  await ctx.query('select 1 from identity.account where person_id = $1 for update', [actor.personId]);
  const account = await findAccount(ctx, actor.personId);
  if (account === undefined) throw identityErrors.accountNotFound();
  return account;
}

export async function recordFactor(ctx: CommandContext, account: Account, event: 'second-factor-added' | 'second-factor-removed'): Promise<void> {
  await endSteps(ctx, account.personId);
  ctx.record({
    type: `identity.${event}`,
    agencyId: await agencyOfRecord(ctx, account.personId),
    subject: { type: 'person', id: account.personId },
    data: { personId: account.personId, personName: account.personName },
  });
}
