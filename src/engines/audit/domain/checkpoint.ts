import { createHash, createPublicKey, verify } from 'node:crypto';

/** What a tree head says. */
export type CheckpointBody = { origin: string; size: number; root: Uint8Array; at: Date };

/** The signature type of Ed25519 in a signed note (C2SP signed-note). */
const ED25519 = Buffer.from([1]);
/** DER of SubjectPublicKeyInfo for Ed25519 up to the key itself (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The text that is signed (C2SP tlog-checkpoint): origin, size, root, and the instant as extension line. */
export function checkpointText(body: CheckpointBody): string {
  return `${body.origin}\n${String(body.size)}\n${Buffer.from(body.root).toString('base64')}\nat ${body.at.toISOString()}\n`;
}

/** Four bytes that name a key inside a signed note. */
function noteKeyHash(origin: string, publicKey: Uint8Array): Buffer {
  return createHash('sha256').update(`${origin}\n`).update(ED25519).update(publicKey).digest().subarray(0, 4);
}

/** The name of a key: origin and key hash, as in a verifier key of C2SP. */
export function keyIdOf(origin: string, publicKey: Uint8Array): string {
  return `${origin}+${noteKeyHash(origin, publicKey).toString('hex')}`;
}

/** The key as other tools take it (`origin+hash+key`). */
export function verifierKey(origin: string, publicKey: Uint8Array): string {
  return `${keyIdOf(origin, publicKey)}+${Buffer.concat([ED25519, publicKey]).toString('base64')}`;
}

/** The whole signed note: text, empty line, signature line. */
export function signedCheckpoint(body: CheckpointBody, publicKey: Uint8Array, signature: Uint8Array): string {
  const mark = Buffer.concat([noteKeyHash(body.origin, publicKey), signature]).toString('base64');
  return `${checkpointText(body)}\n— ${body.origin} ${mark}\n`;
}

/** Whether the holder of the key signed exactly this size, root and instant. */
export function verifyCheckpoint(body: CheckpointBody, publicKey: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(checkpointText(body)), key, signature);
}
