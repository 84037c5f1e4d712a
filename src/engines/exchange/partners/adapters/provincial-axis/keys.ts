import { createHash, randomBytes } from 'node:crypto';
import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId } from '#kernel/ids.ts';
import { assertKeepsPartners } from '../../../policy.ts';
import { lockPartner, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { axisErrors } from './errors.ts';

/** A key as it is shown once, and what is kept of it. */
export type NewKey = { secret: string; hash: Buffer; hint: string };

/** 256 random bits; `lt_` tells people and scanners for leaked secrets what it is. */
export function newKey(): NewKey {
  const secret = `lt_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashOf(secret), hint: secret.slice(-4) };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Keys that are good side by side: the present one and the next. */
const MOST_KEYS = 5;

type NewKeyOf = { partnerId: string; key: Pick<NewKey, 'hash' | 'hint'>; expiresAt: Date; note: string | null; /** When the keys before it end, if not later than they would. */ formerEndAt?: Date | undefined };

/** Writes down a new key of a vendor's system; those before it hold beside it until they end. @throws exchange.partnerNotFound, exchange.axisKeysEnough */
export async function issueKey(ctx: CommandContext, input: NewKeyOf): Promise<string> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'provincial_axis') throw axisErrors.axisSystemOnly();
  const open = await ctx.query('select 1 from exchange.axis_key where partner_id = $1 and revoked_at is null and expires_at > $2', [partner.id, ctx.now]);
  if ((open.rowCount ?? 0) >= MOST_KEYS) throw axisErrors.axisKeysEnough({ values: { most: MOST_KEYS } });
  if (input.formerEndAt !== undefined) await endFormer(ctx, partner, input.formerEndAt);
  const id = newId();
  await ctx.query('insert into exchange.axis_key (partner_id, id, key_hash, hint, note, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)', [
    partner.id,
    id,
    input.key.hash,
    input.key.hint,
    input.note,
    ctx.now,
    JSON.stringify(actorRecord(ctx.actor)),
    input.expiresAt,
  ]);
  recordPartnerEvent(ctx, 'axis-key-issued', { partner, data: { hint: input.key.hint, expiresAt: input.expiresAt.toISOString() } });
  return id;
}

async function endFormer(ctx: CommandContext, partner: PartnerRow, at: Date): Promise<void> {
  const { rows } = await ctx.query('update exchange.axis_key set expires_at = $3 where partner_id = $1 and revoked_at is null and expires_at > $2 and expires_at > $3 returning hint', [partner.id, ctx.now, at]);
  for (const row of rows) recordPartnerEvent(ctx, 'axis-key-ends', { partner, data: { hint: String(row['hint']), expiresAt: at.toISOString() } });
}

/** From now on nobody gets in with this key. @throws exchange.axisKeyNotFound */
export async function revokeKey(ctx: CommandContext, input: { partnerId: string; keyId: string }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const { rows } = await ctx.query('update exchange.axis_key set revoked_at = $3 where partner_id = $1 and id = $2 and revoked_at is null returning hint', [partner.id, input.keyId, ctx.now]);
  if (rows[0] === undefined) throw axisErrors.axisKeyNotFound();
  recordPartnerEvent(ctx, 'axis-key-revoked', { partner, data: { hint: String(rows[0]['hint']) } });
}

export type KeyCheck = { partnerId: string; verdict: 'good' | 'ended' } | { verdict: 'unknown' };

/** Whose key this is, and whether it is still good. Notes its use, at most once a minute. */
export async function checkKey(q: Queryable, given: { systemId: string; secret: string; now: Date }): Promise<KeyCheck> {
  const { rows } = await q.query(
    `select k.partner_id as "partnerId", k.id, k.revoked_at is null and k.expires_at > $3 as good, k.last_used_at is null or k.last_used_at < $4 as stale
       from exchange.axis_key k join exchange.partner p on p.id = k.partner_id
      where k.key_hash = $1 and p.protocol = 'provincial_axis' and p.config ->> 'systemId' = $2`,
    [hashOf(given.secret), given.systemId, given.now, new Date(given.now.getTime() - 60_000)],
  );
  // safe because the statement selects exactly these columns
  const key = rows[0] as { partnerId: string; id: string; good: boolean; stale: boolean } | undefined;
  if (key === undefined) return { verdict: 'unknown' };
  if (!key.good) return { verdict: 'ended', partnerId: key.partnerId };
  if (key.stale) await q.query('update exchange.axis_key set last_used_at = $3 where partner_id = $1 and id = $2', [key.partnerId, key.id, given.now]);
  return { verdict: 'good', partnerId: key.partnerId };
}
