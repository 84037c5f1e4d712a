import { randomBytes } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { ownSecurity, provePassword, verifyRegistration, type RelyingParty, type StoredPasskey } from '#engines/identity/index.ts';
import { enrolmentOptions } from '../adapters/signing-passkeys.ts';
import { errors } from '../errors.ts';
import { signHashes } from '#engines/signatures/index.ts';
import { CEREMONY_MS } from '../limits.ts';
import { owner, ownCredential, passkeysOf } from '../ownership.ts';
import { takeCeremony } from './ceremonies.ts';
import { endWaiting } from './expire-authorizations.ts';

export type BeginEnrolment = { credentialId: string; password: string; party: RelyingParty };

/**
 * What the browser needs to make a passkey that releases the caller's credential. The caller proves the own password first: the PIN of some
 * devices is the installation's, and a session alone must not add a passkey to such a key either.
 * @throws remote-signing.notYourCredential · identity.wrongPresentPassword · identity.locked
 */
export async function beginEnrolment(kernel: Kernel, { credentialId, password, party }: BeginEnrolment, caller: { actor: PersonActor; ip: string; requestId: string }) {
  const person = owner(caller.actor);
  const { pool } = kernel.database;
  const credential = await ownCredential(pool, person, credentialId);
  await provePassword(kernel, { actor: person, password }, caller);
  const { login } = await ownSecurity(kernel, person);
  const nonce = randomBytes(32);
  const step = newId();
  await pool.query(
    `insert into remote_signing.ceremony (agency_id, id, person_id, credential_id, kind, nonce, authorization_ids, expires_at) values ($1, $2, $3, $4, 'enrolment', $5, '{}', $6)`,
    [person.agencyId, step, person.personId, credentialId, nonce, new Date(kernel.clock.now().getTime() + CEREMONY_MS)],
  );
  const passkeys = await passkeysOf(pool, { agencyId: person.agencyId, credentialId });
  return { step, options: await enrolmentOptions(party, { challenge: nonce, credentialId, userName: login, label: credential.label, passkeys }) };
}

export type FinishEnrolment = { credentialId: string; step: string; pin: string; name: string; response: unknown; party: RelyingParty };

/**
 * Opens the caller's credential to remote signing, with one more passkey. The PIN has to open the key here.
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
  await run(kernel, keepEnrolment, { credentialId: input.credentialId, userName: login, name: input.name, passkey }, options);
}

type NewEnrolment = { credentialId: string; userName: string; name: string; passkey: StoredPasskey };

async function keepEnrolment(ctx: CommandContext, { credentialId, userName, name, passkey }: NewEnrolment): Promise<void> {
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
  await ctx.query(
    'insert into remote_signing.passkey (agency_id, credential_id, id, public_key, counter, transports, name, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [person.agencyId, credentialId, passkey.id, passkey.publicKey, passkey.counter, passkey.transports, name, ctx.now],
  );
  const subject = { type: 'credential', id: credentialId };
  ctx.record({ type: 'remote-signing.credential-enrolled', agencyId: person.agencyId, subject, data: { label: credential.label, passkey: name } });
}

/** Closes the caller's credential to remote signing; what waited for it is over. @throws remote-signing.notEnrolled */
export async function withdrawCredential(ctx: CommandContext, input: { credentialId: string }): Promise<void> {
  const person = owner(ctx.actor);
  const credential = await ownCredential(ctx, person, input.credentialId);
  const ended = await ctx.query('update remote_signing.enrolment set ended_at = $3 where agency_id = $1 and credential_id = $2 and ended_at is null', [person.agencyId, input.credentialId, ctx.now]);
  if (ended.rowCount === 0) throw errors.notEnrolled();
  await endWaiting(ctx, { agencyId: person.agencyId, credentialId: input.credentialId, until: null });
  ctx.record({ type: 'remote-signing.credential-withdrawn', agencyId: person.agencyId, subject: { type: 'credential', id: input.credentialId }, data: { label: credential.label } });
}
