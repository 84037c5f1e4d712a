import { createHash, createPublicKey, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Status } from './status.ts';

/** What a receipt says: who tells whom that which envelope has come how far. All names and codes are those of the day. */
export type Receipt = {
  version: 1;
  envelopeId: string;
  /** SHA-256 of the envelope's text, hex. */
  contentHash: string;
  documentCode: string;
  /** The document that an answer 15 or 16 is about; the envelope above is then the notice. */
  of?: { envelopeId: string; contentHash: string };
  sender: { agencyId: string; code: string; name: string };
  recipient: { agencyId: string; code: string | null; name: string };
  /** The agency that the sender wrote on it, with its code, when its successor answers. */
  addressed?: { agencyId: string; code: string | null; name: string };
  status: Status;
  at: string;
  by: { name: string; title: string | null };
  /** The system outside that gave the answer, when the installation that signs has passed the envelope on to it and says what it was told. */
  toldBy?: string;
  reason?: string;
};

const TYPE = 'lienthong-receipt';

/**
 * Signs receipts, as many as there are, with one signature: each carries its way up a hash tree (the tree of RFC 9162
 * §2.1) and the signature of the root, so that each can be verified alone. A signature costs seventy microseconds, a
 * place in the tree three.
 *
 * Form: `header.payload.path.signature`, each part base64url. The header is a JWS header (ES256, RFC 7518 §3.4); the leaf
 * is SHA-256(0x00 ‖ "header.payload"); the path is tree size and index (32 bits each) and the hashes from the leaf up;
 * the signature is over "header.root".
 * @returns the receipts as texts, in the order given.
 */
export function signReceipts(receipts: readonly Receipt[], key: { keyId: string; privateKey: KeyObject }): string[] {
  if (receipts.length === 0) return [];
  const header = encode({ alg: 'ES256', typ: TYPE, kid: key.keyId });
  const contents = receipts.map((receipt) => `${header}.${encode(receipt)}`);
  const levels = treeLevels(contents.map(leafOf));
  const signature = sign('sha256', signedText(header, rootOf(levels)), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return contents.map((content, index) => `${content}.${pathOf(levels, index).toString('base64url')}.${signature}`);
}

export type ReceiptVerdict = { ok: true; receipt: Receipt; keyId: string } | { ok: false; problem: 'malformed' | 'unknown-key' | 'wrong-algorithm' | 'bad-signature' };

/** Verifies a receipt by itself: it needs the published keys and nothing else. */
export function verifyReceipt(text: string, keys: readonly (JsonWebKey & { kid?: string })[]): ReceiptVerdict {
  const [header64, payload64, path64, signature64, ...rest] = text.split('.');
  if (header64 === undefined || payload64 === undefined || path64 === undefined || signature64 === undefined || rest.length > 0) return { ok: false, problem: 'malformed' };
  const header = decode(header64);
  const payload = decode(payload64);
  const root = rootFrom(leafOf(`${header64}.${payload64}`), Buffer.from(path64, 'base64url'));
  if (!isRecord(header) || !isRecord(payload) || root === undefined) return { ok: false, problem: 'malformed' };
  // What a header calls critical must be understood (RFC 7515 §4.1.11), and nothing of that kind is known.
  if (header['alg'] !== 'ES256' || header['typ'] !== TYPE || header['crit'] !== undefined) return { ok: false, problem: 'wrong-algorithm' };
  const jwk = keys.find((key) => key.kid !== undefined && key.kid === header['kid']);
  if (jwk?.kid === undefined) return { ok: false, problem: 'unknown-key' };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const holds = verify('sha256', signedText(header64, root), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature64, 'base64url'));
  // safe because the signer writes receipts of exactly this shape, and the signature holds
  return holds ? { ok: true, receipt: payload as Receipt, keyId: jwk.kid } : { ok: false, problem: 'bad-signature' };
}

/** What a receipt of this installation's own says, unverified; undefined for what is none. */
export function readReceipt(text: string): Receipt | undefined {
  const payload = decode(text.split('.')[1] ?? '');
  // safe because the installation kept what it had signed itself
  return isRecord(payload) && isRecord(payload['recipient']) ? (payload as Receipt) : undefined;
}

function signedText(header64: string, root: Buffer): Buffer {
  return Buffer.from(`${header64}.${root.toString('base64url')}`, 'ascii');
}

const HASH_BYTES = 32;
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

function leafOf(content: string): Buffer {
  return createHash('sha256').update(LEAF).update(content, 'ascii').digest();
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** From the leaves to the root; a node without a neighbour goes up as it is. */
function treeLevels(leaves: Buffer[]): Buffer[][] {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; ) {
    const above: Buffer[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [level[index], level[index + 1]];
      if (left !== undefined) above.push(right === undefined ? left : nodeOf(left, right));
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

function rootOf(levels: readonly Buffer[][]): Buffer {
  const root = levels.at(-1)?.[0];
  if (root === undefined) throw new Error('a tree of receipts has a root');
  return root;
}

function pathOf(levels: readonly Buffer[][], index: number): Buffer {
  const place = Buffer.alloc(8);
  place.writeUInt32BE(levels[0]?.length ?? 0, 0);
  place.writeUInt32BE(index, 4);
  const hashes = levels.flatMap((level, height) => level[(index >> height) ^ 1] ?? []);
  return Buffer.concat([place, ...hashes]);
}

/** The root that a leaf and its path lead to; undefined when the path does not fit its own size and index. */
function rootFrom(leaf: Buffer, path: Buffer): Buffer | undefined {
  if (path.length < 8 || (path.length - 8) % HASH_BYTES !== 0) return undefined;
  let size = path.readUInt32BE(0);
  let index = path.readUInt32BE(4);
  if (index >= size) return undefined;
  let node = leaf;
  let offset = 8;
  while (size > 1) {
    if ((index ^ 1) < size) {
      const neighbour = path.subarray(offset, offset + HASH_BYTES);
      if (neighbour.length < HASH_BYTES) return undefined;
      node = index % 2 === 0 ? nodeOf(node, neighbour) : nodeOf(neighbour, node);
      offset += HASH_BYTES;
    }
    index >>>= 1;
    size = Math.ceil(size / 2);
  }
  return offset === path.length ? node : undefined;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
