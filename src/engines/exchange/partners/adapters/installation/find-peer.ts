import type { Queryable } from '#kernel/database.ts';
import type { PartnerId } from '../../adapter.ts';
import { findPartner, type PartnerRow } from '../../partner-rows.ts';

/** The installation that a key was pinned for. */
export async function findPeer(q: Queryable, keyId: string): Promise<PartnerRow | undefined> {
  const { rows } = await q.query(`select id from exchange.partner where protocol = 'installation' and pinned -> 'keys' @> jsonb_build_array(jsonb_build_object('kid', $1::text)) order by created_at limit 1`, [keyId]);
  return rows[0] === undefined ? undefined : findPartner(q, String(rows[0]['id']));
}

/** Uses a nonce up. Of two requests with the same one the second is a replay. */
export async function takeNonce(q: Queryable, nonce: { partnerId: PartnerId; nonce: string; expiresAt: Date }): Promise<boolean> {
  const { rowCount } = await q.query('insert into exchange.partner_nonce (partner_id, nonce, expires_at) values ($1, $2, $3) on conflict do nothing', [nonce.partnerId, nonce.nonce, nonce.expiresAt]);
  return rowCount === 1;
}
