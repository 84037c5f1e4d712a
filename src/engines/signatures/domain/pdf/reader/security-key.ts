import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { rc4 } from './rc4.ts';

/** What the encryption dictionary says about the key (ISO 32000-2, table 21), values as they stand. */
export type KeyTerms = {
  readonly revision: number;
  readonly keyBytes: number;
  readonly ownerEntry: Buffer;
  readonly userEntry: Buffer;
  /** /UE: the file key under the user's password; only revisions 5 and 6 have it. */
  readonly userKeyEntry: Buffer;
  readonly permissions: number;
  readonly encryptsMetadata: boolean;
  /** The first part of the file's /ID. */
  readonly fileId: Buffer;
};

const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

/** The key of a file whose user password is empty; undefined if another password is needed. */
export function fileKeyWithoutPassword(terms: KeyTerms): Buffer | undefined {
  return terms.revision >= 5 ? keyOfRevision6(terms) : keyOfRevision4(terms);
}

/** Algorithms 2 and 6 of ISO 32000-2, 7.6.4 with an empty password. */
function keyOfRevision4(terms: KeyTerms): Buffer | undefined {
  const { revision, keyBytes, ownerEntry, userEntry, permissions, fileId } = terms;
  const rights = Buffer.alloc(4);
  rights.writeInt32LE(permissions | 0);
  const seed = [padding, ownerEntry.subarray(0, 32), rights, fileId];
  if (revision >= 4 && !terms.encryptsMetadata) seed.push(Buffer.alloc(4, 255));
  let key = md5(...seed).subarray(0, keyBytes);
  if (revision >= 3) for (let i = 0; i < 50; i += 1) key = md5(key).subarray(0, keyBytes);
  if (revision === 2) return rc4(key, padding).equals(userEntry.subarray(0, 32)) ? key : undefined;
  let check = rc4(key, md5(padding, fileId));
  for (let i = 1; i < 20; i += 1) check = rc4(key.map((byte) => byte ^ i), check);
  return check.equals(userEntry.subarray(0, 16)) ? key : undefined;
}

/** Algorithm 2.A: /U is a hash and two salts, one to check the password, one to open /UE. Revision 5 is an older draft of 6. */
function keyOfRevision6({ revision, userEntry, userKeyEntry }: KeyTerms): Buffer | undefined {
  if (userEntry.length < 48 || userKeyEntry.length < 32) return undefined;
  const hash = revision === 5 ? (salt: Buffer) => sha(256, salt) : hardenedHash;
  if (!hash(userEntry.subarray(32, 40)).equals(userEntry.subarray(0, 32))) return undefined;
  const opener = createDecipheriv('aes-256-cbc', hash(userEntry.subarray(40, 48)), Buffer.alloc(16)).setAutoPadding(false);
  return opener.update(userKeyEntry.subarray(0, 32));
}

/** Algorithm 2.B for an empty password. */
function hardenedHash(salt: Buffer): Buffer {
  let key = sha(256, salt);
  for (let round = 0; ; round += 1) {
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32)).setAutoPadding(false);
    const mixed = cipher.update(Buffer.concat(Array.from({ length: 64 }, () => key)));
    const choice = mixed.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = sha(choice === 0 ? 256 : choice === 1 ? 384 : 512, mixed);
    if (round >= 63 && (mixed.at(-1) ?? 0) <= round - 31) return key.subarray(0, 32);
  }
}

export function md5(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function sha(bits: 256 | 384 | 512, data: Uint8Array): Buffer {
  return createHash(`sha${bits}`).update(data).digest();
}
