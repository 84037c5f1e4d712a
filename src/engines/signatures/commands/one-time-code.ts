import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { driverErrors, toAppError } from '../adapters/driver-errors.ts';
import { SigningDriverError, type AskedFor, type CodeSending } from '../adapters/signing-driver.ts';
import { signatureErrors } from '../errors.ts';
import { heldWithAccess } from '../personal-access.ts';
import { assertInForce, isHolder, type CredentialRow } from '../policy.ts';
import { keyHolderOf } from '../purposes.ts';
import { getCredential, getCredentialFor } from '../queries/credentials.ts';
import { keyOf } from '../signing-work.ts';

type CredentialKey = { agencyId: Id<'agency'>; credentialId: string };

/** Each code costs the service a message: three are sent a minute apart, further ones only now and then. */
const PAUSE_SECONDS = 60;
const IN_A_ROW = 3;
const LONG_PAUSE_SECONDS = 600;
/** After this long without asking they are counted anew. */
const ROW_ENDS_AFTER_MS = 3_600_000;

export type SentCode = { /** When the next one may be asked for. */ againAfterSeconds: number; /** A question of the service that the code answers. */ challenge: string | null };

/**
 * Has the service that holds a key send its person a one-time code. Only the holder asks; as often as we let, and as the service does.
 * @throws signatures.credentialNotFound for everybody else · oneTimeCodeTooSoon · oneTimeCodeNotSent where the service sends none · the codes
 *   of `assertInForce` · what the driver says
 */
export async function sendOneTimeCode(kernel: Kernel, input: CredentialKey, options: RunOptions): Promise<SentCode> {
  const found = await getCredentialFor(kernel.database.pool, options.actor, { agencyId: input.agencyId, id: input.credentialId });
  // Whose it is not learns nothing, not even that there is one.
  if (!isHolder(options.actor, found)) throw signatureErrors.credentialNotFound();
  const { sendCode } = keyHolderOf(kernel, found.driver);
  if (sendCode === undefined) throw driverErrors.oneTimeCodeNotSent();
  const key = keyOf(found);
  const againAfterSeconds = await run(kernel, claimSending, key, options);
  let sending: CodeSending;
  try {
    sending = await sendCode(heldWithAccess(kernel, found));
  } catch (error) {
    const seconds = error instanceof SigningDriverError ? (error.retryAfterSeconds ?? 0) : 0;
    await run(kernel, giveSendingBack, { ...key, seconds }, options);
    if (!(error instanceof SigningDriverError)) throw error;
    throw seconds > 0 ? driverErrors.oneTimeCodeTooSoon({ cause: error, values: { seconds } }) : toAppError(error);
  }
  await keepAsked(kernel, found, { asked: sending.asked, options });
  if (!sending.isSent) {
    await run(kernel, giveSendingBack, { ...key, seconds: 0 }, options);
    throw driverErrors.oneTimeCodeNotSent();
  }
  return { againAfterSeconds, challenge: sending.challenge ?? null };
}

/** Of two that ask at once, one waits: the pause is taken before the service is asked. */
async function claimSending(ctx: CommandContext, key: CredentialKey): Promise<number> {
  const credential = await getCredential(ctx, { agencyId: key.agencyId, id: key.credentialId }, true);
  assertInForce(credential, ctx.now);
  const { code_again_at: againAt, codes_in_a_row: before } = credential;
  if (againAt !== null && againAt > ctx.now) {
    throw driverErrors.oneTimeCodeTooSoon({ values: { seconds: Math.ceil((againAt.getTime() - ctx.now.getTime()) / 1000) } });
  }
  const isNewRow = againAt === null || ctx.now.getTime() - againAt.getTime() > ROW_ENDS_AFTER_MS;
  const inARow = isNewRow ? 1 : Math.min(before + 1, IN_A_ROW);
  const seconds = !isNewRow && before + 1 >= IN_A_ROW ? LONG_PAUSE_SECONDS : PAUSE_SECONDS;
  await setSending(ctx, key, { againAt: new Date(ctx.now.getTime() + seconds * 1000), inARow });
  ctx.record({ type: 'signatures.one-time-code-asked', agencyId: key.agencyId, subject: { type: 'credential', id: credential.id }, data: { subject: credential.label } });
  return seconds;
}

/** The service sent none: the person may ask again at once, or when the service says. */
async function giveSendingBack(ctx: CommandContext, { seconds, ...key }: CredentialKey & { seconds: number }): Promise<void> {
  const credential = await getCredential(ctx, { agencyId: key.agencyId, id: key.credentialId }, true);
  await setSending(ctx, key, { againAt: new Date(ctx.now.getTime() + seconds * 1000), inARow: Math.max(0, credential.codes_in_a_row - 1) });
  ctx.record({ type: 'signatures.one-time-code-failed', agencyId: key.agencyId, subject: { type: 'credential', id: credential.id }, data: { subject: credential.label } });
}

async function setSending(ctx: CommandContext, key: CredentialKey, { againAt, inARow }: { againAt: Date; inARow: number }): Promise<void> {
  await ctx.query('update signatures.credential set code_again_at = $3, codes_in_a_row = $4 where agency_id = $1 and id = $2', [key.agencyId, key.credentialId, againAt, inARow]);
}

/**
 * Asks the service what it wants typed for a key and keeps it for the screens: after a signature failed because the service wants a
 * code that nobody was asked for, or another one. Says nothing when the service is away: the person has just been told why nothing was signed.
 */
export async function learnAsked(kernel: Kernel, key: CredentialKey, options: RunOptions): Promise<void> {
  const credential = await getCredentialFor(kernel.database.pool, options.actor, { agencyId: key.agencyId, id: key.credentialId });
  try {
    const asked = await keyHolderOf(kernel, credential.driver).asksFor?.(heldWithAccess(kernel, credential));
    if (asked !== undefined) await keepAsked(kernel, credential, { asked, options });
  } catch (error) {
    if (!(error instanceof SigningDriverError)) throw error;
    kernel.log.warn({ err: error, credentialId: credential.id }, 'a service did not say what it wants typed');
  }
}

async function keepAsked(kernel: Kernel, row: CredentialRow, { asked, options }: { asked: AskedFor; options: RunOptions }): Promise<void> {
  if (row.asks_pin === (asked.pin ?? null) && row.asks_code === asked.code && row.asks_release === (asked.isReleasedOnPage ?? false)) return;
  await run(kernel, recordAsked, { ...keyOf(row), asked }, options);
}

async function recordAsked(ctx: CommandContext, { asked, ...key }: CredentialKey & { asked: AskedFor }): Promise<void> {
  const credential = await getCredential(ctx, { agencyId: key.agencyId, id: key.credentialId }, true);
  await ctx.query('update signatures.credential set asks_pin = $3, asks_code = $4, asks_release = $5 where agency_id = $1 and id = $2', [key.agencyId, key.credentialId, asked.pin ?? null, asked.code, asked.isReleasedOnPage ?? false]);
  ctx.record({ type: 'signatures.credential-changed', agencyId: key.agencyId, subject: { type: 'credential', id: credential.id }, data: { subject: credential.label, code: asked.code } });
}
