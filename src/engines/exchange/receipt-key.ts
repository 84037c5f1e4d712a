import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { createHash } from 'node:crypto';
import { sealBytes, unsealBytes } from './sealed.ts';

export type ReceiptKey = { keyId: string; privateKey: KeyObject };

const opened = service(Symbol('exchange.receipt-key'), () => ({ key: undefined as Promise<ReceiptKey> | undefined }));

/**
 * The key with which this installation signs receipts; made at the first need. When two processes make one at once, the
 * first row decides and both use it.
 */
export async function receiptKey(kernel: Kernel): Promise<ReceiptKey> {
  const memory = opened(kernel);
  memory.key ??= openKey(kernel);
  try {
    return await memory.key;
  } catch (error) {
    // A failure is not kept: the next caller tries again.
    memory.key = undefined;
    throw error;
  }
}

/** The public keys, also retired ones, as JWKs: what anyone needs to verify a receipt. */
export async function receiptKeys(q: Queryable): Promise<(JsonWebKey & { kid: string })[]> {
  const { rows } = await q.query('select public_key from exchange.receipt_key order by created_at');
  // safe because only this file writes the column
  return rows.map((row) => row['public_key'] as JsonWebKey & { kid: string });
}

/** The keys of other installations, by which the receipts that came from them are verified. */
export async function partnerReceiptKeys(q: Queryable): Promise<(JsonWebKey & { kid: string })[]> {
  const { rows } = await q.query(`select k.key from exchange.partner p cross join lateral jsonb_array_elements(p.pinned -> 'receiptKeys') with ordinality as k (key, place) order by p.created_at, k.place`);
  // safe because only keys that were read by their schema are pinned
  return rows.map((row) => row['key'] as JsonWebKey & { kid: string });
}

async function openKey(kernel: Kernel): Promise<ReceiptKey> {
  const { pool } = kernel.database;
  const read = async (): Promise<ReceiptKey | undefined> => {
    const { rows } = await pool.query<{ key_id: string; sealed_key: Buffer }>('select key_id, sealed_key from exchange.receipt_key where retired_at is null');
    const [row] = rows;
    return row === undefined ? undefined : { keyId: row.key_id, privateKey: unseal(row.sealed_key, kernel.config.appSecret) };
  };
  const present = await read();
  if (present !== undefined) return present;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  await pool.query('insert into exchange.receipt_key (key_id, public_key, sealed_key, created_at) values ($1, $2, $3, $4) on conflict do nothing', [
    kid,
    JSON.stringify({ ...jwk, kid, use: 'sig', alg: 'ES256' }),
    seal(privateKey, kernel.config.appSecret),
    kernel.clock.now(),
  ]);
  const kept = await read();
  if (kept === undefined) throw new Error('the receipt key could not be read back');
  return kept;
}

/** RFC 7638 §3: the hash of the required members in lexicographic order. */
export function thumbprint(jwk: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })).digest('base64url');
}

const PURPOSE = 'exchange receipt key';

function seal(key: KeyObject, secret: string): Buffer {
  return sealBytes(key.export({ format: 'der', type: 'pkcs8' }), secret, PURPOSE);
}

function unseal(sealed: Buffer, secret: string): KeyObject {
  return createPrivateKey({ key: unsealBytes(sealed, secret, PURPOSE), format: 'der', type: 'pkcs8' });
}
