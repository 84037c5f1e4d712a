import { anonymous } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import {
  authenticationOptions,
  claimedPasskeyId,
  registrationOptions,
  verifyAuthentication,
  verifyRegistration,
  type RelyingParty,
  type StoredPasskey,
} from '../adapters/passkeys.ts';
import { tokenHash } from '../authenticate.ts';
import { identityErrors } from '../errors.ts';
import { findAccount } from '../queries/accounts.ts';
import { limitsOf } from '../settings.ts';
import type { Tables } from '../tables.ts';
import { provePassword } from './change-password.ts';
import { assertAddressMayTry, countAddressFailure, openAttempt } from './guard-sign-in.ts';
import { NO_AGENCY } from './load.ts';
import { assertNotAdministrator, ownAccount, recordFactor, type Proving } from './second-factor.ts';
import { newToken, type Client } from './sessions.ts';
import { advanceSignIn, takeStep, type SignInState, type StepPurpose } from './sign-in-steps.ts';
import { assertUsable, refuse, type Caller } from './sign-in.ts';

const STEP_MS = 5 * 60_000;

/** A challenge that waits for the browser's answer. It is no event: nothing happened yet. */
async function keepChallenge(kernel: Kernel, step: { purpose: StepPurpose; personId: string | null; challenge: string }): Promise<string> {
  const token = newToken();
  await kernel.database
    .tables<Tables>()
    .insertInto('identity.sign_in_step')
    .values({
      token_hash: tokenHash(token),
      person_id: step.personId,
      purpose: step.purpose,
      challenge: step.challenge,
      factors: null,
      expires_at: new Date(kernel.clock.now().getTime() + STEP_MS),
    })
    .execute();
  return token;
}

async function passkeysOf(q: Queryable, personId: string): Promise<StoredPasskey[]> {
  const { rows } = await q.query('select id, public_key as "publicKey", counter, transports from identity.passkey where person_id = $1 order by created_at, id', [personId]);
  // safe because the statement builds exactly these columns
  return rows as unknown as StoredPasskey[];
}

/**
 * What the browser needs to make a passkey for the caller, who proves the own password first: a passkey signs in by itself, and would turn a
 * session that somebody left open into one for good.
 * @throws identity.wrongPresentPassword, identity.locked, kernel.tooManyRequests
 */
export async function beginPasskeyEnrolment(kernel: Kernel, { actor, password, party }: Proving & { party: RelyingParty }, caller: Caller) {
  const account = await provePassword(kernel, { actor, password }, caller);
  const options = await registrationOptions(party, {
    service: 'Liên Thông',
    user: { id: actor.personId, name: account.login, displayName: account.personName },
    passkeys: await passkeysOf(kernel.database.pool, actor.personId),
    isDiscoverable: true,
  });
  return { options, step: await keepChallenge(kernel, { purpose: 'passkey_enrolment', personId: actor.personId, challenge: options.challenge }) };
}

/** Keeps the caller's new passkey. @throws identity.stepExpired, identity.passkeyRefused, identity.passkeyKnown */
export async function addPasskey(ctx: CommandContext, input: { step: string; name: string; response: unknown; party: RelyingParty }): Promise<void> {
  const account = await ownAccount(ctx);
  const step = await takeStep(ctx, input.step, ['passkey_enrolment']);
  if (step.person_id !== account.personId || step.challenge === null) throw identityErrors.stepExpired();
  const passkey = await verifyRegistration(input.party, step.challenge, input.response);
  if (passkey === undefined) throw identityErrors.passkeyRefused();
  const kept = await ctx
    .tables<Tables>()
    .insertInto('identity.passkey')
    .values({
      id: passkey.id,
      person_id: account.personId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports,
      name: input.name,
      created_at: ctx.now,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (kept === undefined) throw identityErrors.passkeyKnown();
  await recordFactor(ctx, account, 'second-factor-added');
}

/**
 * Removes a passkey of the caller, who proves the own password.
 * @throws identity.passkeyNotFound, identity.lastSecondFactor, identity.wrongPresentPassword, identity.locked, kernel.tooManyRequests
 */
export async function removePasskey(kernel: Kernel, { passkeyId, ...proving }: Proving & { passkeyId: string }, caller: Caller): Promise<void> {
  await provePassword(kernel, proving, caller);
  await run(kernel, forgetPasskey, { passkeyId }, { actor: proving.actor, requestId: caller.requestId });
}

async function forgetPasskey(ctx: CommandContext, input: { passkeyId: string }): Promise<void> {
  const account = await ownAccount(ctx);
  const removed = await ctx
    .tables<Tables>()
    .deleteFrom('identity.passkey')
    .where('id', '=', input.passkeyId)
    .where('person_id', '=', account.personId)
    .returning('id')
    .executeTakeFirst();
  if (removed === undefined) throw identityErrors.passkeyNotFound();
  if (account.passkeyCount === 1 && account.totpSecret === null) await assertNotAdministrator(ctx, account.personId);
  await recordFactor(ctx, account, 'second-factor-removed');
}

/**
 * What the browser needs to prove a passkey: any that it has for this address, or, after the password, one of the person's.
 * @throws identity.stepExpired, kernel.tooManyRequests
 */
export async function beginPasskeySignIn(kernel: Kernel, input: { step?: string | undefined; party: RelyingParty }, caller: Caller) {
  await assertAddressMayTry(kernel, caller.ip);
  const personId = input.step === undefined ? null : await personOfStep(kernel, input.step);
  const options = await authenticationOptions(input.party, { passkeys: personId === null ? [] : await passkeysOf(kernel.database.pool, personId) });
  return { options, step: await keepChallenge(kernel, { purpose: 'passkey_sign_in', personId, challenge: options.challenge }) };
}

async function personOfStep(kernel: Kernel, token: string): Promise<string> {
  const step = await kernel.database
    .tables<Tables>()
    .selectFrom('identity.sign_in_step')
    .select('person_id')
    .where('token_hash', '=', tokenHash(token))
    .where('purpose', '=', 'second_factor')
    .where('expires_at', '>', kernel.clock.now())
    .executeTakeFirst();
  if (step === undefined || step.person_id === null) throw identityErrors.stepExpired();
  return step.person_id;
}

/**
 * Signs in with a passkey, which stands for two factors: the device, and the PIN or fingerprint that opened it.
 * @throws identity.stepExpired, identity.passkeyRefused, identity.locked, identity.accountDisabled, identity.noPost
 */
export async function signInWithPasskey(kernel: Kernel, input: { step: string; response: unknown; party: RelyingParty }, caller: Caller): Promise<SignInState> {
  await assertAddressMayTry(kernel, caller.ip);
  const options = { actor: anonymous, requestId: caller.requestId };
  const { challenge, personId } = await run(kernel, takeChallenge, { step: input.step }, options);
  const found = await findPasskey(kernel, claimedPasskeyId(input.response), personId);
  const account = found === undefined ? undefined : await findAccount(kernel.database.pool, found.personId);
  if (found === undefined || account === undefined) {
    await countAddressFailure(kernel, caller.ip);
    throw identityErrors.passkeyRefused();
  }
  const { failures, limits } = await openAttempt(kernel, account.login, caller);
  const counter = await verifyAuthentication(input.party, { challenge, response: input.response, passkey: found });
  if (counter === undefined) {
    await countAddressFailure(kernel, caller.ip);
    await refuse(kernel, { login: account.login, account, failures, limits, reason: 'wrong passkey' }, caller);
  }
  assertUsable(account, await limitsOf(kernel), kernel.clock.now());
  return run(kernel, passkeyWasRight, { passkeyId: found.id, personId: found.personId, counter: counter ?? 0, client: caller }, options);
}

async function takeChallenge(ctx: CommandContext, input: { step: string }): Promise<{ challenge: string; personId: string | null }> {
  const step = await takeStep(ctx, input.step, ['passkey_sign_in']);
  if (step.challenge === null) throw identityErrors.stepExpired();
  ctx.record({ type: 'identity.passkey-tried', agencyId: NO_AGENCY, subject: { type: 'sign-in', id: ctx.requestId }, data: {} });
  return { challenge: step.challenge, personId: step.person_id };
}

async function findPasskey(kernel: Kernel, id: string | undefined, personId: string | null): Promise<(StoredPasskey & { personId: string }) | undefined> {
  if (id === undefined) return undefined;
  const { rows } = await kernel.database.pool.query<StoredPasskey & { personId: string }>(
    `select id, public_key as "publicKey", counter, transports, person_id as "personId" from identity.passkey where id = $1 and ($2::uuid is null or person_id = $2)`,
    [id, personId],
  );
  return rows[0];
}

async function passkeyWasRight(ctx: CommandContext, input: { passkeyId: string; personId: string; counter: number; client: Client }): Promise<SignInState> {
  await ctx
    .tables<Tables>()
    .updateTable('identity.passkey')
    .set({ counter: input.counter, last_used_at: ctx.now })
    .where('id', '=', input.passkeyId)
    .execute();
  const account = await findAccount(ctx, input.personId);
  if (account === undefined) throw identityErrors.passkeyRefused();
  if (account.disabledAt !== null) throw identityErrors.accountDisabled();
  return advanceSignIn(ctx, { account, factors: 'passkey', client: input.client });
}
