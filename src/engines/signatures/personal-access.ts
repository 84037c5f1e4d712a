import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { HeldCredential, PersonalAccess, PersonalTokens } from './adapters/signing-driver.ts';
import type { CredentialRow } from './policy.ts';
import { getCredential } from './queries/credentials.ts';
import { heldBy, keyOf } from './signing-work.ts';

const tokenShape = z.object({ accessToken: z.string(), refreshToken: z.string().nullable() });

const key = (kernel: Kernel): Buffer => Buffer.from(hkdfSync('sha256', kernel.config.appSecret, '', 'signatures service access', 32));

/** AES-256-GCM under the installation's secret, bound to the row that it belongs to: nonce, tag, text. */
export function sealFor(kernel: Kernel, rowId: string, text: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key(kernel), nonce).setAAD(Buffer.from(rowId));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

export function openFor(kernel: Kernel, rowId: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key(kernel), sealed.subarray(0, 12)).setAAD(Buffer.from(rowId)).setAuthTag(sealed.subarray(12, 28));
  return decipher.update(sealed.subarray(28), undefined, 'utf8') + decipher.final('utf8');
}

export function sealTokens(kernel: Kernel, rowId: string, tokens: PersonalTokens): Buffer {
  return sealFor(kernel, rowId, JSON.stringify(tokens));
}

export function openTokens(kernel: Kernel, rowId: string, sealed: Buffer): PersonalTokens {
  return tokenShape.parse(JSON.parse(openFor(kernel, rowId, sealed)));
}

/** A credential as its driver gets it, with the tokens by which its person lets us into the service. */
export function heldWithAccess(kernel: Kernel, row: CredentialRow): HeldCredential {
  const access = accessOf(kernel, row);
  return { ...heldBy(row), ...(access === undefined ? {} : { access }) };
}

function accessOf(kernel: Kernel, row: CredentialRow): PersonalAccess | undefined {
  if (row.access === null) return undefined;
  const tokens = openTokens(kernel, row.id, row.access);
  return { tokens, renew: (ask) => run(kernel, renewTokens, { ...keyOf(row), seen: tokens, ask }, { actor: systemActor('signatures') }) };
}

/** What a consent on the page of the service brought for a batch, as long as it is good. */
export async function releasedSecret(kernel: Kernel, { agencyId, batchId }: { agencyId: string; batchId: string }): Promise<string | undefined> {
  const { rows } = await kernel.database.pool.query(`select id, access from signatures.service_consent where agency_id = $1 and batch_id = $2 and state = 'given' and expires_at > $3`, [agencyId, batchId, kernel.clock.now()]);
  // safe because the statement selects exactly these columns, and a consent that was given has what it brought
  const found = rows[0] as { id: string; access: Buffer } | undefined;
  return found === undefined ? undefined : openFor(kernel, found.id, found.access);
}

type Renewal = { agencyId: Id<'agency'>; credentialId: string; seen: PersonalTokens; ask: (tokens: PersonalTokens) => Promise<PersonalTokens> };

/** Under the row's lock, since a service may take each refresh token once: whoever comes second works with what the first one got. */
async function renewTokens(ctx: CommandContext, { seen, ask, agencyId, credentialId }: Renewal): Promise<PersonalTokens> {
  const credential = await getCredential(ctx, { agencyId, id: credentialId }, true);
  const kept = credential.access === null ? seen : openTokens(ctx.kernel, credential.id, credential.access);
  if (kept.accessToken !== seen.accessToken) return kept;
  const renewed = await ask(kept);
  await ctx.query('update signatures.credential set access = $3 where agency_id = $1 and id = $2', [agencyId, credentialId, sealTokens(ctx.kernel, credential.id, renewed)]);
  ctx.record({ type: 'signatures.consent-renewed', agencyId, subject: { type: 'credential', id: credential.id }, data: { subject: credential.label } });
  return renewed;
}
