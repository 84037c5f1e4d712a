import { createPublicKey } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import type { PartnerId } from '../../adapter.ts';
import { partnerErrors } from '../../errors.ts';
import { lockPartner, openLine, sealSecrets, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { fingerprintOf, newKey, pinned, publicKeySchema, signingKey, type PeerKey, type Pinned, type Secrets } from './settings.ts';

/** So many keys of a partner are good at once: the newest, and the ones before it, whose requests may still be under way. */
const MOST_KEYS = 2;
/** So long the key before the newest is still believed, unless somebody ends it. */
const OVERLAP_MS = 24 * 3_600_000;

/** The partner has a new key, told with the old one, which ends a day later. @returns when the old one ends; null when there is none. */
export async function takeNewKey(ctx: CommandContext, input: { partnerId: PartnerId; publicKey: PeerKey }): Promise<string | null> {
  const partner = await lockPartner(ctx, input.partnerId);
  const pin = pinned.parse(partner.pinned);
  if (pin.keys.some((key) => key.kid === input.publicKey.kid)) return pin.keys.find(({ endsAt }) => endsAt !== undefined)?.endsAt ?? null;
  const fingerprint = fingerprintOf(input.publicKey);
  const end = new Date(ctx.now.getTime() + OVERLAP_MS).toISOString();
  const former = pin.keys.map((key) => ({ ...key, endsAt: key.endsAt !== undefined && key.endsAt < end ? key.endsAt : end }));
  await keepPin(ctx, partner, { ...pin, keys: [{ ...input.publicKey, since: ctx.now.toISOString() }, ...former].slice(0, MOST_KEYS), fingerprint });
  recordPartnerEvent(ctx, 'partner-rotated', { partner, data: { fingerprint } });
  return former.length === 0 ? null : end;
}

/**
 * A former key of the partner is believed no more: an administrator here says so, or the partner itself with its newest key. The newest
 * one is never ended like this.
 * @throws exchange.partnerKeyNotFound
 */
export async function endTheirKey(ctx: CommandContext, input: { partnerId: string; keyId: string }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'installation') throw partnerErrors.partnerNotFound();
  const pin = pinned.parse(partner.pinned);
  const key = pin.keys.slice(1).find(({ kid }) => kid === input.keyId);
  if (key === undefined) throw partnerErrors.partnerKeyNotFound();
  await keepPin(ctx, partner, { ...pin, keys: pin.keys.filter((each) => each !== key) });
  recordPartnerEvent(ctx, 'partner-key-ended', { partner, data: { fingerprint: fingerprintOf(key) } });
}

/**
 * Makes the key that the partner is told of next, unless one is being told already; it is kept before anybody hears of it.
 * @throws exchange.partnerNotFound for one of another protocol, exchange.partnerNotRotatable
 */
export async function prepareKey(ctx: CommandContext, input: { partnerId: string }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'installation') throw partnerErrors.partnerNotFound();
  if (partner.state !== 'active' || partner.address === null) throw partnerErrors.partnerNotRotatable();
  const own = secretsOf(ctx, partner);
  if (own.next === undefined) await keepSecrets(ctx, partner, { ...own, next: newKey().secrets });
}

/** From now on we sign with the key that the partner has just taken; it believes the old one until then. */
export async function keepNewKey(ctx: CommandContext, input: { partnerId: string; formerEndsAt: string | null }): Promise<string> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const { next, ...own } = secretsOf(ctx, partner);
  const pin = pinned.parse(partner.pinned);
  // Somebody else has just finished it.
  if (next === undefined) return pin.ownFingerprint ?? '';
  const fingerprint = fingerprintOf(publicHalf(next));
  const ownFormer = input.formerEndsAt === null ? null : { keyId: own.keyId, fingerprint: fingerprintOf(publicHalf(own)), endsAt: input.formerEndsAt };
  await keepSecrets(ctx, partner, { ...own, ...next });
  await keepPin(ctx, partner, { ...pin, ownFingerprint: fingerprint, ownSince: ctx.now.toISOString(), ownFormer });
  recordPartnerEvent(ctx, 'partner-rotated', { partner, data: { fingerprint } });
  return fingerprint;
}

/** The partner was told that our former key is good no more. */
export async function noteOwnFormerEnded(ctx: CommandContext, input: { partnerId: string }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const pin = pinned.parse(partner.pinned);
  if (pin.ownFormer === null) return;
  await keepPin(ctx, partner, { ...pin, ownFormer: null });
  recordPartnerEvent(ctx, 'partner-key-ended', { partner, data: { fingerprint: pin.ownFormer.fingerprint } });
}

/** The public half of a key of ours: what the other side compares. */
export function publicHalf(own: { keyId: string; privateKey: string }): PeerKey {
  const key = signingKey(own);
  return publicKeySchema.parse({ ...createPublicKey(key.privateKey).export({ format: 'jwk' }), kid: key.keyId });
}

function secretsOf(ctx: CommandContext, partner: PartnerRow): Secrets {
  // safe because a partner of this protocol has secrets of its adapter
  return openLine(ctx.kernel, partner, AbortSignal.timeout(0)).secrets as Secrets;
}

async function keepSecrets(ctx: CommandContext, partner: PartnerRow, own: Secrets): Promise<void> {
  await ctx.query('update exchange.partner set sealed_secrets = $2, changed_at = $3 where id = $1', [partner.id, sealSecrets(ctx.kernel, own), ctx.now]);
}

async function keepPin(ctx: CommandContext, partner: PartnerRow, pin: Pinned): Promise<void> {
  await ctx.query('update exchange.partner set pinned = $2, changed_at = $3 where id = $1', [partner.id, JSON.stringify(pin), ctx.now]);
}
