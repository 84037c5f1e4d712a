import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { SigningDriverError } from '../adapters/signing-driver.ts';
import { PkiError } from '../domain/pki/errors.ts';
import { readPkcs12, writePkcs12 } from '../domain/pki/pkcs12.ts';
import { translateDomainError } from '../errors.ts';
import { isHolder, mayManage } from '../policy.ts';
import { getCredential } from '../queries/credentials.ts';
import { keepImage, type CredentialImage } from './issue-credentials.ts';
import { withPin } from './use-pin.ts';

type CredentialKey = { agencyId: Id<'agency'>; credentialId: string };

/**
 * Gives a credential that five wrong PINs locked its five tries back.
 * @throws signatures.credentialNotFound · kernel.forbidden unless the agency's administrator asks
 */
export async function unlockCredential(ctx: CommandContext, input: CredentialKey): Promise<void> {
  const credential = await getCredential(ctx, { agencyId: input.agencyId, id: input.credentialId }, true);
  const isAdministrator = ctx.actor.kind === 'person' && ctx.actor.roles.includes('agency_admin');
  if (!isAdministrator || !mayManage(ctx.actor, credential)) throw kernelErrors.forbidden();
  await ctx.query('update signatures.credential set failed_attempts = 0, locked_at = null where agency_id = $1 and id = $2', [
    input.agencyId,
    input.credentialId,
  ]);
  const subject = { type: 'credential', id: credential.id };
  ctx.record({ type: 'signatures.credential-unlocked', agencyId: input.agencyId, subject, data: { subject: credential.label } });
}

/**
 * Encrypts the key anew under another PIN. The old PIN is counted like any other try.
 * @throws signatures.wrongPin · credentialLocked · credentialNotFound · kernel.forbidden unless the holder asks, and for keys that are elsewhere
 */
export async function changePin(kernel: Kernel, input: CredentialKey & { pin: string; newPin: string }, options: RunOptions): Promise<void> {
  const key = { agencyId: input.agencyId, credentialId: input.credentialId };
  const credential = await getCredential(kernel.database.pool, { agencyId: key.agencyId, id: key.credentialId });
  if (!isHolder(options.actor, credential) || credential.container === null || credential.driver !== 'pkcs12') throw kernelErrors.forbidden();
  const container = credential.container;
  const file = await withPin(kernel, key, { ...options, work: () => openWithPin(container, input.pin) });
  const renewed = await writePkcs12({ ...file, password: input.newPin, friendlyName: credential.label });
  await run(kernel, keepContainer, { ...key, before: container, after: renewed }, options);
}

async function openWithPin(container: Buffer, pin: string): Promise<Awaited<ReturnType<typeof readPkcs12>>> {
  try {
    return await readPkcs12(container, pin);
  } catch (error) {
    if (error instanceof PkiError && error.code === 'pkcs12.wrongPassword') throw new SigningDriverError('wrongSecret', { cause: error });
    throw translateDomainError(error);
  }
}

async function keepContainer(ctx: CommandContext, input: CredentialKey & { before: Buffer; after: Buffer }): Promise<void> {
  const credential = await getCredential(ctx, { agencyId: input.agencyId, id: input.credentialId }, true);
  // Two changes at once: the second has opened a container that is no longer there.
  if (credential.container?.equals(input.before) !== true) throw kernelErrors.conflict();
  await ctx.query('update signatures.credential set container = $3 where agency_id = $1 and id = $2', [input.agencyId, input.credentialId, input.after]);
  const subject = { type: 'credential', id: credential.id };
  ctx.record({ type: 'signatures.pin-changed', agencyId: input.agencyId, subject, data: { subject: credential.label } });
}

/**
 * Sets the picture that stands for the credential on paper: the blue signature or the red seal, in its real width.
 * @throws signatures.image.not-supported · credentialNotFound · kernel.forbidden unless the holder asks
 */
export async function setImage(kernel: Kernel, input: CredentialKey & { image: CredentialImage }, options: RunOptions): Promise<void> {
  const { image } = input;
  const sha256 = await keepImage(kernel, image);
  if (sha256 === null) return;
  const period = { validFrom: image.validFrom, validTo: image.validTo ?? null };
  await run(kernel, recordImage, { agencyId: input.agencyId, credentialId: input.credentialId, sha256, widthMm: image.widthMm, ...period }, options);
}

type NewImage = CredentialKey & { sha256: string; widthMm: number; validFrom: CalendarDay; validTo: CalendarDay | null };

async function recordImage(ctx: CommandContext, input: NewImage): Promise<void> {
  const credential = await getCredential(ctx, { agencyId: input.agencyId, id: input.credentialId }, true);
  if (!isHolder(ctx.actor, credential)) throw kernelErrors.forbidden();
  await ctx.query(
    `update signatures.credential set image_sha256 = $3, image_width_mm = $4, image_valid_from = $5, image_valid_to = $6
      where agency_id = $1 and id = $2`,
    [input.agencyId, input.credentialId, input.sha256, input.widthMm, input.validFrom, input.validTo],
  );
  ctx.record({
    type: 'signatures.image-set',
    agencyId: input.agencyId,
    subject: { type: 'credential', id: credential.id },
    data: { subject: credential.label, sha256: input.sha256, widthMm: input.widthMm },
  });
}
