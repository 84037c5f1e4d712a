import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { errors } from '../errors.ts';
import { REMEMBER_MS } from '../limits.ts';
import { owner, ownCredential } from '../ownership.ts';

export type RememberPin = { approvalId: string; /** As the device locked it, base64url; nobody opens it here. */ lockedPin: string };

/**
 * Keeps the PIN that was just typed, locked by the device whose passkey approved with it: once, within five minutes, by the same person.
 * Nothing else makes a device remember a PIN afterwards, so that a stolen session cannot exchange it.
 * @throws remote-signing.authorizationNotFound · ceremonyEnded · notYourCredential · notEnrolled
 */
export async function rememberPin(ctx: CommandContext, { approvalId, lockedPin }: RememberPin): Promise<void> {
  const person = owner(ctx.actor);
  const { rows } = await ctx.query(
    `select credential_id as "credentialId", typed_with as "typedWith", typed_at as "typedAt" from remote_signing.ceremony
      where agency_id = $1 and id = $2 and person_id = $3 and kind = 'approval' for no key update`,
    [person.agencyId, approvalId, person.personId],
  );
  // safe because the statement selects exactly these columns
  const approval = rows[0] as { credentialId: string; typedWith: string | null; typedAt: Date | null } | undefined;
  if (approval === undefined) throw errors.authorizationNotFound();
  const { credentialId, typedWith, typedAt } = approval;
  if (typedWith === null || typedAt === null || ctx.now.getTime() - typedAt.getTime() > REMEMBER_MS) throw errors.ceremonyEnded();
  const credential = await ownCredential(ctx, person, credentialId);
  await ctx.query('update remote_signing.ceremony set typed_with = null, typed_at = null where agency_id = $1 and id = $2', [person.agencyId, approvalId]);
  const kept = await ctx.query(
    `update remote_signing.passkey p set locked_pin = $4, pin_locked_at = $5, may_remember_pin = true
      where p.agency_id = $1 and p.credential_id = $2 and p.id = $3
        and exists (select 1 from remote_signing.enrolment e where e.agency_id = p.agency_id and e.credential_id = p.credential_id and e.ended_at is null)
      returning p.name`,
    [person.agencyId, credentialId, typedWith, Buffer.from(lockedPin, 'base64url'), ctx.now],
  );
  if (kept.rows[0] === undefined) throw errors.notEnrolled();
  const subject = { type: 'credential', id: credentialId };
  ctx.record({ type: 'remote-signing.pin-remembered', agencyId: person.agencyId, subject, data: { label: credential.label, passkey: String(kept.rows[0]['name']) } });
}

/**
 * The owner does not want a device to remember the PIN any more; it asks for it again from now on. Said twice it is done once.
 * @throws remote-signing.notYourCredential · passkeyNotFound
 */
export async function forgetPin(ctx: CommandContext, { credentialId, passkeyId }: { credentialId: string; passkeyId: string }): Promise<void> {
  const person = owner(ctx.actor);
  await ownCredential(ctx, person, credentialId);
  if ((await forgetPins(ctx, { agencyId: person.agencyId, credentialId, passkeyId, isWanted: true })) > 0) return;
  const { rowCount } = await ctx.query('select 1 from remote_signing.passkey where agency_id = $1 and credential_id = $2 and id = $3', [person.agencyId, credentialId, passkeyId]);
  if (rowCount === 0) throw errors.passkeyNotFound();
}

export type Forgetting = {
  agencyId: Id<'agency'>;
  credentialId: string;
  /** One passkey; without it all of the credential. */
  passkeyId?: string;
  /** The owner turned it off: it stays off until it is turned on again. */
  isWanted?: boolean;
  /** Those that were remembered later stay. */
  until?: Date;
};

/** Takes remembered PINs away: they are wrong, or of no use any more. @returns how many there were */
export async function forgetPins(ctx: CommandContext, { agencyId, credentialId, passkeyId, isWanted = false, until }: Forgetting): Promise<number> {
  const { rows } = await ctx.query(
    `update remote_signing.passkey set locked_pin = null, pin_locked_at = null, may_remember_pin = may_remember_pin and not $4
      where agency_id = $1 and credential_id = $2 and ($3::text is null or id = $3) and locked_pin is not null and ($5::timestamptz is null or pin_locked_at <= $5)
      returning name`,
    [agencyId, credentialId, passkeyId ?? null, isWanted, until ?? null],
  );
  const subject = { type: 'credential', id: credentialId };
  for (const { name } of rows) ctx.record({ type: 'remote-signing.pin-forgotten', agencyId, subject, data: { passkey: String(name) } });
  return rows.length;
}
