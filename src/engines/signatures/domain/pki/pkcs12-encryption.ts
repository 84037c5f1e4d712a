/** Password based encryption and integrity of PKCS#12 files (RFC 7292 appendix B, RFC 8018). */
import { createCipheriv, createDecipheriv, createHmac, hash, pbkdf2, randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { int, nul, oct, oid, seq } from '../asn1/der.ts';
import { fieldsOf, numberOf, octetsOf, oidOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import type { HashName } from './algorithms.ts';
import { PkiError } from './errors.ts';
import { OID } from './oids.ts';
import type { PasswordForm } from './pkcs12-passwords.ts';
import { decryptRc2Cbc } from './rc2.ts';

const deriveAsync = promisify(pbkdf2);

/** Above this a hostile file could hold the processor for minutes. Our own files use 100 000 to 600 000. */
const maxIterations = 1_000_000;

const blockSizes: Partial<Record<HashName, number>> = { md5: 64, sha1: 64, sha224: 64, sha256: 64, sha384: 128, sha512: 128 };

/** What the derived bytes are for (RFC 7292 appendix B.3). */
export type KdfPurpose = 1 | 2 | 3;

export interface KdfInput {
  readonly hash: HashName;
  readonly purpose: KdfPurpose;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly length: number;
}

/** The key derivation of RFC 7292 appendix B.2. Gives the event loop a turn every few thousand rounds. */
async function pkcs12Kdf(password: string, input: KdfInput): Promise<Buffer> {
  checkIterations(input.iterations);
  const v = blockSizes[input.hash];
  if (v === undefined) throw new PkiError('pkcs12.unsupported', input.hash);
  const seed = Buffer.concat([fill(input.salt, v), fill(bmpPassword(password), v)]);
  const diversifier = Buffer.alloc(v, input.purpose);
  const parts: Buffer[] = [];
  for (let have = 0; have < input.length; ) {
    let digest = hash(input.hash, Buffer.concat([diversifier, seed]), 'buffer');
    for (let round = 1; round < input.iterations; round += 1) {
      digest = hash(input.hash, digest, 'buffer');
      if (round % 8192 === 0) await setImmediate();
    }
    parts.push(digest);
    have += digest.length;
    if (have < input.length) advance(seed, fill(digest, v), v);
  }
  return Buffer.concat(parts).subarray(0, input.length);
}

/** UTF-16BE with a closing zero, as the PKCS#12 derivation wants it. */
function bmpPassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}

function fill(bytes: Buffer, blockSize: number): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.alloc(Math.ceil(bytes.length / blockSize) * blockSize, bytes);
}

/** Adds B + 1 to each block of the seed (RFC 7292 appendix B.2, step 6C). */
function advance(seed: Buffer, addend: Buffer, blockSize: number): void {
  for (let block = 0; block < seed.length; block += blockSize) {
    let carry = 1;
    for (let i = blockSize - 1; i >= 0; i -= 1) {
      carry += (seed[block + i] ?? 0) + (addend[i] ?? 0);
      seed[block + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}

function checkIterations(iterations: number): void {
  if (iterations < 1) throw new PkiError('pkcs12.malformed', 'iterations');
  if (iterations > maxIterations) throw new PkiError('pkcs12.tooCostly', String(iterations));
}

/**
 * Decrypts what the AlgorithmIdentifier describes. Undefined means that the padding is wrong: the password does not fit, or the
 * bytes are damaged. Throws PkiError for a cipher that is not known.
 */
export async function decryptWithPassword(algorithm: Asn1Node, ciphertext: Buffer, password: PasswordForm): Promise<Buffer | undefined> {
  const fields = fieldsOf(algorithm);
  const scheme = oidOf(fields.take());
  if (scheme === OID.pbes2) return decryptPbes2(fields.take(), ciphertext, password);
  const old = oldSchemes[scheme];
  if (old === undefined) throw new PkiError('pkcs12.unsupported', scheme);
  const parameters = fieldsOf(fields.take());
  const salt = octetsOf(parameters.take());
  const iterations = numberOf(parameters.take());
  const derive = (purpose: KdfPurpose, length: number) => pkcs12Kdf(password.text, { hash: 'sha1', purpose, salt, iterations, length });
  const key = await derive(1, old.keyBytes);
  const iv = await derive(2, 8);
  if (ciphertext.length === 0 || ciphertext.length % 8 !== 0) return undefined;
  if (old.cipher === 'rc2') return withoutPadding(decryptRc2Cbc(ciphertext, key, iv));
  return decipher('des-ede3-cbc', { key: old.keyBytes === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key, iv, ciphertext });
}

const oldSchemes: Readonly<Record<string, { readonly cipher: 'des3' | 'rc2'; readonly keyBytes: number }>> = {
  [OID.pbeSha3Des3]: { cipher: 'des3', keyBytes: 24 },
  [OID.pbeSha3Des2]: { cipher: 'des3', keyBytes: 16 },
  [OID.pbeShaRc2128]: { cipher: 'rc2', keyBytes: 16 },
  [OID.pbeShaRc240]: { cipher: 'rc2', keyBytes: 5 },
};

const hmacHashes: Readonly<Record<string, string>> = {
  [OID.hmacSha1]: 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  [OID.hmacSha256]: 'sha256',
  [OID.hmacSha384]: 'sha384',
  [OID.hmacSha512]: 'sha512',
};

const ciphers: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  [OID.aes128Cbc]: { name: 'aes-128-cbc', keyBytes: 16 },
  [OID.aes192Cbc]: { name: 'aes-192-cbc', keyBytes: 24 },
  [OID.aes256Cbc]: { name: 'aes-256-cbc', keyBytes: 32 },
  [OID.des3Cbc]: { name: 'des-ede3-cbc', keyBytes: 24 },
};

async function decryptPbes2(parameters: Asn1Node, ciphertext: Buffer, password: PasswordForm): Promise<Buffer | undefined> {
  const fields = fieldsOf(parameters);
  const derivation = fields.take();
  const encryption = fieldsOf(fields.take());
  const cipherOid = oidOf(encryption.take());
  const cipher = ciphers[cipherOid];
  if (cipher === undefined) throw new PkiError('pkcs12.unsupported', cipherOid);
  const derive = readPbkdf2(derivation);
  const iv = octetsOf(encryption.take(0x04));
  if (iv.length !== (cipher.name.startsWith('aes') ? 16 : 8)) throw new PkiError('pkcs12.malformed', 'iv');
  return decipher(cipher.name, { key: await derive(password, cipher.keyBytes), iv, ciphertext });
}

type Derive = ((password: PasswordForm, keyBytes: number) => Promise<Buffer>) & { readonly keyBytes: number | undefined };

/** PBKDF2 with the parameters of a file (RFC 8018 appendix A.2). */
function readPbkdf2(algorithm: Asn1Node): Derive {
  const derivation = fieldsOf(algorithm);
  const method = oidOf(derivation.take());
  if (method !== OID.pbkdf2) throw new PkiError('pkcs12.unsupported', method);
  const kdf = fieldsOf(derivation.take());
  const salt = octetsOf(kdf.take(0x04));
  const iterations = numberOf(kdf.take(0x02));
  checkIterations(iterations);
  const stated = kdf.optional(0x02);
  const hmac = readHmac(kdf.optional(0x30));
  const derive = (password: PasswordForm, keyBytes: number): Promise<Buffer> => deriveAsync(password.bytes, salt, iterations, keyBytes, hmac);
  return Object.assign(derive, { keyBytes: stated === undefined ? undefined : numberOf(stated) });
}

function readHmac(algorithm: Asn1Node | undefined): string {
  const name = algorithm === undefined ? OID.hmacSha1 : oidOf(fieldsOf(algorithm).take());
  const hmac = hmacHashes[name];
  if (hmac === undefined) throw new PkiError('pkcs12.unsupported', name);
  return hmac;
}

/** RFC 9579 section 5: a shorter key could be guessed instead of the password. */
const SHORTEST_MAC_KEY_BYTES = 20;
const LONGEST_MAC_KEY_BYTES = 1024;

/** The integrity value of RFC 9579: HMAC under a key that PBKDF2 derives, which the parameters of PBMAC1 describe. */
export function readPbmac1(parameters: Asn1Node): (password: PasswordForm, data: Buffer) => Promise<Buffer> {
  const fields = fieldsOf(parameters);
  const derive = readPbkdf2(fields.take());
  const hmac = readHmac(fields.take());
  const { keyBytes } = derive;
  if (keyBytes === undefined || keyBytes < SHORTEST_MAC_KEY_BYTES || keyBytes > LONGEST_MAC_KEY_BYTES) throw new PkiError('pkcs12.malformed', 'key length of PBMAC1');
  return async (password, data) => createHmac(hmac, await derive(password, keyBytes)).update(data).digest();
}

function decipher(name: string, input: { readonly key: Buffer; readonly iv: Buffer; readonly ciphertext: Buffer }): Buffer | undefined {
  try {
    const engine = createDecipheriv(name, input.key, input.iv);
    return Buffer.concat([engine.update(input.ciphertext), engine.final()]);
  } catch {
    // The only way to fail here is a wrong final block.
    return undefined;
  }
}

function withoutPadding(plain: Buffer): Buffer | undefined {
  const count = plain.at(-1) ?? 0;
  const isPadded = count >= 1 && count <= 8 && plain.subarray(-count).every((byte) => byte === count);
  return isPadded ? plain.subarray(0, plain.length - count) : undefined;
}

/** PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256: the AlgorithmIdentifier and the ciphertext. */
export async function encryptWithPassword(plain: Buffer, password: string, iterations: number): Promise<{ algorithm: Buffer; ciphertext: Buffer }> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = await deriveAsync(Buffer.from(password, 'utf8'), salt, iterations, 32, 'sha256');
  const engine = createCipheriv('aes-256-cbc', key, iv);
  const kdf = seq(oid(OID.pbkdf2), seq(oct(salt), int(iterations), seq(oid(OID.hmacSha256), nul())));
  return {
    algorithm: seq(oid(OID.pbes2), seq(kdf, seq(oid(OID.aes256Cbc), oct(iv)))),
    ciphertext: Buffer.concat([engine.update(plain), engine.final()]),
  };
}

export interface MacInput {
  readonly hash: HashName;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly data: Buffer;
}

/** The integrity value over the authenticated safe (RFC 7292 appendix B, purpose 3). */
export async function pkcs12Mac(password: string, input: MacInput): Promise<Buffer> {
  const length = hash(input.hash, Buffer.alloc(0), 'buffer').length;
  const key = await pkcs12Kdf(password, { hash: input.hash, purpose: 3, salt: input.salt, iterations: input.iterations, length });
  return createHmac(input.hash, key).update(input.data).digest();
}
