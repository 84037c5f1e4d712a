import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { SigningDriverError } from '../adapters/signing-driver.ts';
import { signatureErrors } from '../errors.ts';
import { PIN_ATTEMPTS } from '../policy.ts';
import { getCredential } from '../queries/credentials.ts';

type CredentialKey = { agencyId: Id<'agency'>; credentialId: string };
type Tried<Result> = { ok: true; result: Result } | { ok: false; remaining: number };

/**
 * Does something that the PIN opens, and counts wrong PINs. Attempts on one credential wait for each other, so that many at
 * once do not get more than five tries. A right PIN clears the count.
 * @throws signatures.pinMissing · signatures.wrongPin · signatures.credentialLocked
 */
export async function withPin<Result>(kernel: Kernel, key: CredentialKey, options: RunOptions & { work: () => Promise<Result> }): Promise<Result> {
  const { work, ...runOptions } = options;
  const tried = await run(kernel, (ctx: CommandContext, input: CredentialKey) => tryPin(ctx, input, work), key, runOptions);
  if (tried.ok) return tried.result;
  throw tried.remaining === 0 ? signatureErrors.credentialLocked() : signatureErrors.wrongPin({ values: { remaining: tried.remaining } });
}

async function tryPin<Result>(ctx: CommandContext, key: CredentialKey, work: () => Promise<Result>): Promise<Tried<Result>> {
  const credential = await getCredential(ctx, { agencyId: key.agencyId, id: key.credentialId }, true);
  if (credential.locked_at !== null) return { ok: false, remaining: 0 };
  try {
    const result = await work();
    if (credential.failed_attempts > 0) await setAttempts(ctx, key, 0);
    return { ok: true, result };
  } catch (error) {
    if (!(error instanceof SigningDriverError)) throw error;
    if (error.problem === 'secretMissing') throw signatureErrors.pinMissing({ cause: error });
    if (error.problem !== 'wrongSecret') throw error;
    const attempt = credential.failed_attempts + 1;
    await setAttempts(ctx, key, attempt);
    const about = { agencyId: key.agencyId, subject: { type: 'credential', id: credential.id } };
    ctx.record({ ...about, type: 'signatures.pin-tried', data: { subject: credential.label, attempt } });
    if (attempt >= PIN_ATTEMPTS) ctx.record({ ...about, type: 'signatures.credential-locked', data: { subject: credential.label } });
    return { ok: false, remaining: PIN_ATTEMPTS - attempt };
  }
}

async function setAttempts(ctx: CommandContext, key: CredentialKey, attempts: number): Promise<void> {
  await ctx.query('update signatures.credential set failed_attempts = $3, locked_at = $4 where agency_id = $1 and id = $2', [
    key.agencyId,
    key.credentialId,
    attempts,
    attempts >= PIN_ATTEMPTS ? ctx.now : null,
  ]);
}
