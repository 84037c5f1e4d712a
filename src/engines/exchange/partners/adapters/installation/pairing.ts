import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { receiptKey, receiptKeys } from '../../../receipt-key.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import type { PartnerId } from '../../adapter.ts';
import { insertPartner } from '../../commands/add-partner.ts';
import { partnerErrors } from '../../errors.ts';
import { keepFeatures } from '../../features.ts';
import { lockPartner } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { fingerprintOf, isFingerprint, isNamedRight, newKey, pinned, publicKeySchema, type PeerKey, type Pinned } from './settings.ts';
import type { Hello } from './wire.ts';

/** An invitation is good for a week. */
const GOOD_MS = 7 * 86_400_000;

const invitationText = z.object({ v: z.literal(1), name: z.string().min(1).max(300), address: z.url({ protocol: /^https?$/ }).max(500), token: z.string().min(20).max(100), publicKey: publicKeySchema, expiresAt: z.iso.datetime() });
export type Invitation = z.output<typeof invitationText>;

const noPin = pinned.parse({});

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * Invites another installation: a key of ours for it, and a text that names our address and a word that is good once. The
 * fingerprint goes another way, so that whoever changes the text on its way is found out.
 */
export async function invite(ctx: CommandContext, input: { name: string; ownName: string; ownAddress: string }): Promise<{ partnerId: PartnerId; text: string; fingerprint: string; expiresAt: string }> {
  assertKeepsPartners(ctx.actor);
  const { secrets: own, publicKey } = newKey();
  const token = randomBytes(24).toString('base64url');
  const expiresAt = new Date(ctx.now.getTime() + GOOD_MS).toISOString();
  const pin: Pinned = { ...noPin, ownFingerprint: fingerprintOf(publicKey), ownSince: ctx.now.toISOString(), invitation: { tokenHash: hashOf(token), expiresAt } };
  const partnerId = await insertPartner(ctx, { protocol: 'installation', name: input.name, address: null, config: {}, secrets: own, state: 'invited', pinned: pin });
  const invitation: Invitation = { v: 1, name: input.ownName, address: input.ownAddress, token, publicKey, expiresAt };
  return { partnerId, text: Buffer.from(JSON.stringify(invitation), 'utf8').toString('base64url'), fingerprint: fingerprintOf(publicKey), expiresAt };
}

/** What an invitation says, for the administrator to compare. @throws exchange.invitationUnreadable, exchange.invitationExpired */
export function readInvitation(text: string, now: Date): Invitation & { fingerprint: string } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text.trim(), 'base64url').toString('utf8'));
  } catch {
    throw partnerErrors.invitationUnreadable();
  }
  const parsed = invitationText.safeParse(value);
  if (!parsed.success || !isNamedRight(parsed.data.publicKey)) throw partnerErrors.invitationUnreadable();
  if (new Date(parsed.data.expiresAt) <= now) throw partnerErrors.invitationExpired();
  return { ...parsed.data, fingerprint: fingerprintOf(parsed.data.publicKey) };
}

/**
 * Accepts an invitation whose fingerprint an administrator has compared: pins the other side's key and makes one of ours.
 * Accepted again before the other side answered, it goes on with the same key.
 * @throws exchange.invitationUnreadable, exchange.invitationExpired, exchange.fingerprintDiffers, exchange.partnerNameTaken
 */
export async function accept(ctx: CommandContext, input: { text: string; fingerprint: string; name?: string | undefined; isFetching: boolean }): Promise<{ partnerId: PartnerId; invitation: Invitation }> {
  assertKeepsPartners(ctx.actor);
  const invitation = readInvitation(input.text, ctx.now);
  if (!isFingerprint(input.fingerprint, invitation.fingerprint)) throw partnerErrors.fingerprintDiffers();
  const { rows } = await ctx.query(`select id from exchange.partner where protocol = 'installation' and state = 'pairing' and pinned -> 'keys' -> 0 ->> 'kid' = $1`, [invitation.publicKey.kid]);
  // safe because the statement selects a partner's id
  if (rows[0] !== undefined) return { partnerId: rows[0]['id'] as PartnerId, invitation };
  const own = newKey();
  const since = ctx.now.toISOString();
  const pin: Pinned = { ...noPin, keys: [{ ...invitation.publicKey, since }], fingerprint: invitation.fingerprint, ownFingerprint: fingerprintOf(own.publicKey), ownSince: since };
  const settings = { isFetching: input.isFetching };
  const partnerId = await insertPartner(ctx, { protocol: 'installation', name: input.name ?? invitation.name, address: invitation.address, config: settings, secrets: own.secrets, state: 'pairing', pinned: pin });
  return { partnerId, invitation };
}

/** The other side has answered the acceptance: from our side the exchange is open. */
export async function finishAcceptance(ctx: CommandContext, input: { partnerId: PartnerId; receiptKeys: Hello['receiptKeys']; features: readonly string[] }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  const pin = pinned.parse(partner.pinned);
  await ctx.query(`update exchange.partner set state = 'active', pinned = $2, changed_at = $3 where id = $1 and state = 'pairing'`, [partner.id, JSON.stringify({ ...pin, receiptKeys: input.receiptKeys }), ctx.now]);
  await keepFeatures(ctx, { partner, features: input.features });
  recordPartnerEvent(ctx, 'partner-confirmed', { partner, data: { fingerprint: pin.fingerprint ?? '' } });
}

export type Pairing = { partnerId: PartnerId; token: string; address: string | null; publicKey: PeerKey; receiptKeys: Hello['receiptKeys']; features: readonly string[] };

/** Which invitation a word belongs to; undefined for one that is none, used by another, or too old. */
export async function findInvited(ctx: CommandContext, of: { token: string; keyId: string }): Promise<PartnerId | undefined> {
  const { rows } = await ctx.query(`select id, pinned, state from exchange.partner where protocol = 'installation' and state in ('invited', 'pairing') and pinned -> 'invitation' ->> 'tokenHash' = $1`, [hashOf(of.token)]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const pin = pinned.parse(row['pinned']);
  const isInTime = pin.invitation !== undefined && new Date(pin.invitation.expiresAt) > ctx.now && timingSafeEqual(Buffer.from(pin.invitation.tokenHash), Buffer.from(hashOf(of.token)));
  const isSame = row['state'] === 'invited' || pin.keys.some((key) => key.kid === of.keyId);
  // safe because the statement selects a partner's id
  return isInTime && isSame ? (row['id'] as PartnerId) : undefined;
}

/** Notes who answered an invitation. Nothing is exchanged before an administrator here has compared the fingerprint. */
export async function notePairing(ctx: CommandContext, pairing: Pairing): Promise<void> {
  const partner = await lockPartner(ctx, pairing.partnerId);
  const pin = pinned.parse(partner.pinned);
  const next: Pinned = { ...pin, keys: [{ ...pairing.publicKey, since: ctx.now.toISOString() }], fingerprint: fingerprintOf(pairing.publicKey), receiptKeys: pairing.receiptKeys };
  await ctx.query(`update exchange.partner set state = 'pairing', address = $2, pinned = $3, changed_at = $4 where id = $1 and state in ('invited', 'pairing')`, [partner.id, pairing.address, JSON.stringify(next), ctx.now]);
  await keepFeatures(ctx, { partner, features: pairing.features });
  recordPartnerEvent(ctx, 'partner-changed', { partner, data: { changed: { vi: 'khóa', en: 'key' } } });
}

/** An administrator has compared the fingerprint of who answered the invitation: the exchange is open. @throws exchange.partnerStateWrong, exchange.fingerprintDiffers */
export async function confirm(ctx: CommandContext, input: { partnerId: string; fingerprint: string }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const { invitation, ...pin } = pinned.parse(partner.pinned);
  if (partner.protocol !== 'installation' || partner.state !== 'pairing' || invitation === undefined || pin.fingerprint === null) throw partnerErrors.partnerStateWrong();
  if (!isFingerprint(input.fingerprint, pin.fingerprint)) throw partnerErrors.fingerprintDiffers();
  await ctx.query(`update exchange.partner set state = 'active', pinned = $2, changed_at = $3 where id = $1`, [partner.id, JSON.stringify(pin), ctx.now]);
  recordPartnerEvent(ctx, 'partner-confirmed', { partner, data: { fingerprint: pin.fingerprint } });
}

/** What this installation says of itself. */
export async function ownReceiptKeys(ctx: Pick<CommandContext, 'kernel'>): Promise<Hello['receiptKeys']> {
  // Made at the first need, so that there is one to tell.
  await receiptKey(ctx.kernel);
  return receiptKeys(ctx.kernel.database.pool);
}
