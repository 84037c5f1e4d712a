import { randomBytes } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { ownSecurity, provePassword, verifyRegistration, type RelyingParty, type StoredPasskey } from '#engines/identity/index.ts';
import { pinForHashes, signatureErrors, signHashes } from '#engines/signatures/index.ts';
import { enrolmentOptions, pinMemory, saltOf } from '../adapters/signing-passkeys.ts';
import { errors } from '../errors.ts';
import { CEREMONY_MS } from '../limits.ts';
import { owner, ownCredential, passkeysOf } from '../ownership.ts';
import { takeCeremony } from './ceremonies.ts';
import { endWaiting } from './expire-authorizations.ts';
import { forgetPins } from './remember-pin.ts';

export type BeginEnrolment = { credentialId: string; password: string; mayRememberPin: boolean; party: RelyingParty };

/**
 * What the browser needs to make a passkey that releases the caller's credential. The caller proves the own password first: the PIN of some
 * devices is the installation's, and a session alone must not add a passkey to such a key either.
 * @throws remote-signing.notYourCredential · identity.wrongPresentPassword · identity.locked · signatures.holderUnavailable for a key that signs elsewhere
 */
export async function beginEnrolment(kernel: Kernel, { credentialId, password, mayRememberPin, party }: BeginEnrolment, caller: { actor: PersonActor; ip: string; requestId: string; cookies: Record<string, string | undefined> }) {
  const person = owner(caller.actor);
  const { pool } = kernel.database;
  const credential = await ownCredential(pool, person, credentialId);
  const pin = pinForHashes(kernel, credential);
  if (pin === 'notHere') throw signatureErrors.holderUnavailable();
  await provePassword(kernel, { actor: person, password }, caller);
  const { login } = await ownSecurity(kernel, person);
  const nonce = randomBytes(32);
  const step = newId();
  await pool.query(
    `insert into remote_signing.ceremony (agency_id, id, person_id, credential_id, kind, nonce, authorization_ids, expires_at) values ($1, $2, $3, $4, 'enrolment', $5, '{}', $6)`,
    [person.agencyId, step, person.personId, credentialId, nonce, new Date(kernel.clock.now().getTime() + CEREMONY_MS)],
  );
  const passkeys = await passkeysOf(pool, { agencyId: person.agencyId, credentialId });
  const remembers = mayRememberPin && pin === 'typed';
  const options = await enrolmentOptions(party, { nonce, credentialId, userName: login, label: credential.label, passkeys, mayRememberPin: remembers });
  return { step, options, memory: remembers ? pinMemory(credentialId, []) : null };
}

export type FinishEnrolment = {
  credentialId: string;
  step: string;
  /** Left out where the installation keeps the PIN of the device. */
  pin?: string | undefined;
  name: string;
  response: unknown;
  mayRememberPin: boolean;
  /** The PIN as the new passkey's device locked it, base64url. */
  lockedPin?: string | undefined;
  party: RelyingParty;
};

/**
 * Opens the caller's credential to remote signing, with one more passkey. The PIN, where there is one, has to open the key here.
 * @throws remote-signing.ceremonyEnded · passkeyRefused and the codes of the engine for a wrong PIN
 */
export async function finishEnrolment(kernel: Kernel, input: FinishEnrolment, options: RunOptions & { actor: PersonActor }): Promise<void> {
  const person = owner(options.actor);
  const { nonce } = await takeCeremony(kernel, { agencyId: person.agencyId, id: input.step, personId: person.personId, kind: 'enrolment', credentialId: input.credentialId });
  const passkey = await verifyRegistration(input.party, nonce.toString('base64url'), input.response);
  if (passkey === undefined) throw errors.passkeyRefused();
  const proof = { agencyId: person.agencyId, credentialId: input.credentialId, hash: 'sha256', digests: [], pin: input.pin, description: 'Bật ký số từ xa', transactionId: input.step } as const;
  await signHashes(kernel, proof, options);
  const { login } = await ownSecurity(kernel, person);
  const { credentialId, name, mayRememberPin } = input;
  const lockedPin = input.lockedPin === undefined ? null : Buffer.from(input.lockedPin, 'base64url');
  await run(kernel, keepEnrolment, { credentialId, userName: login, name, passkey, memory: { prfSalt: saltOf(nonce), mayRememberPin, lockedPin } }, options);
}

type NewMemory = { prfSalt: Buffer; mayRememberPin: boolean; lockedPin: Buffer | null };
type NewEnrolment = { credentialId: string; userName: string; name: string; passkey: StoredPasskey; memory: NewMemory };

async function keepEnrolment(ctx: CommandContext, { credentialId, userName, name, passkey, memory }: NewEnrolment): Promise<void> {
  const person = owner(ctx.actor);
  const credential = await ownCredential(ctx, person, credentialId);
  const before = await ctx.query('select ended_at from remote_signing.enrolment where agency_id = $1 and credential_id = $2 for update', [person.agencyId, credentialId]);
  // Passkeys of an enrolment that was ended do not come back with a new one.
  if (before.rows[0]?.['ended_at'] instanceof Date) await ctx.query('delete from remote_signing.passkey where agency_id = $1 and credential_id = $2', [person.agencyId, credentialId]);
  await ctx.query(
    `insert into remote_signing.enrolment (agency_id, credential_id, person_id, user_name, enrolled_at) values ($1, $2, $3, $4, $5)
     on conflict (agency_id, credential_id) do update set user_name = excluded.user_name, enrolled_at = excluded.enrolled_at, ended_at = null`,
    [person.agencyId, credentialId, person.personId, userName, ctx.now],
  );
  // There is nothing to remember where the installation keeps the PIN.
  const { prfSalt, mayRememberPin, lockedPin } = pinForHashes(ctx.kernel, credential) === 'typed' ? memory : { ...memory, mayRememberPin: false, lockedPin: null };
  await ctx.query(
    `insert into remote_signing.passkey (agency_id, credential_id, id, public_key, counter, transports, name, created_at, prf_salt, may_remember_pin, locked_pin, pin_locked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [person.agencyId, credentialId, passkey.id, passkey.publicKey, passkey.counter, passkey.transports, name, ctx.now, prfSalt, mayRememberPin, lockedPin, lockedPin === null ? null : ctx.now],
  );
  const about = { agencyId: person.agencyId, subject: { type: 'credential', id: credentialId }, data: { label: credential.label, passkey: name } };
  ctx.record({ type: 'remote-signing.credential-enrolled', ...about });
  if (lockedPin !== null) ctx.record({ type: 'remote-signing.pin-remembered', ...about });
}

/** Closes the caller's credential to remote signing; what waited for it is over, and its devices forget the PIN. @throws remote-signing.notEnrolled */
export async function withdrawCredential(ctx: CommandContext, input: { credentialId: string }): Promise<void> {
  const person = owner(ctx.actor);
  const credential = await ownCredential(ctx, person, input.credentialId);
  const ended = await ctx.query('update remote_signing.enrolment set ended_at = $3 where agency_id = $1 and credential_id = $2 and ended_at is null', [person.agencyId, input.credentialId, ctx.now]);
  if (ended.rowCount === 0) throw errors.notEnrolled();
  await endWaiting(ctx, { agencyId: person.agencyId, credentialId: input.credentialId, until: null });
  await forgetPins(ctx, { agencyId: person.agencyId, credentialId: input.credentialId });
  ctx.record({ type: 'remote-signing.credential-withdrawn', agencyId: person.agencyId, subject: { type: 'credential', id: input.credentialId }, data: { label: credential.label } });
}
