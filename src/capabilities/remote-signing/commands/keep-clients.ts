import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import { errors } from '../errors.ts';
import { endWaitingOfClient } from './expire-authorizations.ts';

export type NewClient = { name: string; redirectUris: readonly string[]; perMinute: number; scopes: readonly ('service' | 'credential')[]; /** SHA-256 in hexadecimal; the secret itself is told once and never kept. */ secretHash: string };

/** Registers an application that may ask for signatures. @throws remote-signing.redirectAddress · kernel.forbidden */
export async function registerClient(ctx: CommandContext, input: NewClient): Promise<string> {
  const actor = administrator(ctx);
  if (!input.redirectUris.every(isReturnAddress)) throw errors.redirectAddress();
  const id = newId();
  await ctx.query('insert into remote_signing.client (id, name, secret_hash, redirect_uris, per_minute, scopes, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)', [
    id,
    input.name,
    Buffer.from(input.secretHash, 'hex'),
    input.redirectUris,
    input.perMinute,
    [...new Set(input.scopes)],
    actor.name,
    ctx.now,
  ]);
  ctx.record({ type: 'remote-signing.client-registered', agencyId: actor.agencyId, subject: { type: 'remote-client', id }, data: { client: input.name } });
  return id;
}

/** Gives an application another secret; the former one and all its tokens end at once. @throws remote-signing.clientNotFound */
export async function renewSecret(ctx: CommandContext, input: { id: string; secretHash: string }): Promise<void> {
  const actor = administrator(ctx);
  const { rows } = await ctx.query('update remote_signing.client set secret_hash = $2 where id = $1 and disabled_at is null returning name', [input.id, Buffer.from(input.secretHash, 'hex')]);
  if (rows[0] === undefined) throw errors.clientNotFound();
  await ctx.query('delete from remote_signing.token where client_id = $1', [input.id]);
  ctx.record({ type: 'remote-signing.client-secret-renewed', agencyId: actor.agencyId, subject: { type: 'remote-client', id: input.id }, data: { client: String(rows[0]['name']) } });
}

/** Suspends an application: its tokens and what it asked owners for end at once, its secret stays for when it is resumed. @throws remote-signing.clientNotFound */
export async function disableClient(ctx: CommandContext, input: { id: string }): Promise<void> {
  const actor = administrator(ctx);
  const { rows } = await ctx.query('update remote_signing.client set disabled_at = $2 where id = $1 and disabled_at is null returning name', [input.id, ctx.now]);
  if (rows[0] === undefined) throw errors.clientNotFound();
  await ctx.query('delete from remote_signing.token where client_id = $1', [input.id]);
  await endWaitingOfClient(ctx, input.id);
  ctx.record({ type: 'remote-signing.client-disabled', agencyId: actor.agencyId, subject: { type: 'remote-client', id: input.id }, data: { client: String(rows[0]['name']) } });
}

/** Opens remote signing again to a suspended application, with the secret that it has. @throws remote-signing.clientNotFound */
export async function resumeClient(ctx: CommandContext, input: { id: string }): Promise<void> {
  const actor = administrator(ctx);
  const { rows } = await ctx.query('update remote_signing.client set disabled_at = null where id = $1 and disabled_at is not null returning name', [input.id]);
  if (rows[0] === undefined) throw errors.clientNotFound();
  ctx.record({ type: 'remote-signing.client-resumed', agencyId: actor.agencyId, subject: { type: 'remote-client', id: input.id }, data: { client: String(rows[0]['name']) } });
}

function administrator({ actor }: CommandContext): PersonActor {
  if (actor.kind !== 'person' || !actor.roles.includes('province_admin')) throw kernelErrors.forbidden();
  return actor;
}

/** Codes travel to it: encrypted, or within one machine (RFC 6749 section 3.1.2). */
function isReturnAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  return hash === '' && (protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)));
}
