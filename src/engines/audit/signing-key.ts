import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolderNow } from '#kernel/disk.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { service } from '#kernel/kernel.ts';
import { checkpointText, keyIdOf, type CheckpointBody } from './domain/checkpoint.ts';
import { auditErrors } from './errors.ts';

export type SigningKey = {
  origin: string;
  keyId: string;
  /** 32 bytes. */
  publicKey: Buffer;
  sign(body: CheckpointBody): Buffer;
};

/**
 * The installation's key for tree heads, kept in DATA_DIR/secrets and made at its first use.
 * @throws AppError `audit.keyDamaged` when the file is there and cannot be read as an Ed25519 key.
 */
export const signingKey: (kernel: Kernel) => SigningKey = service(Symbol('audit signing key'), (kernel) => {
  const privateKey = loadOrMake(join(kernel.config.dataDir, 'secrets'));
  const publicKey = rawPublicKey(privateKey);
  const origin = originOf(kernel);
  return {
    origin,
    keyId: keyIdOf(origin, publicKey),
    publicKey,
    sign: (body) => sign(null, Buffer.from(checkpointText(body)), privateKey),
  };
});

/** Whether this installation itself signed a tree head, with the key that it has now: nobody who owns its database can. */
export function isOwnHead(kernel: Kernel, head: { publicKey: Buffer }): boolean {
  return signingKey(kernel).publicKey.equals(head.publicKey);
}

/** The log's name in its checkpoints: the installation's public host where there is one. */
function originOf(kernel: Kernel): string {
  const { publicUrl } = kernel.config;
  return `${publicUrl === undefined ? 'lienthong' : new URL(publicUrl).host}/audit`;
}

function loadOrMake(folder: string): KeyObject {
  const file = join(folder, 'audit-ed25519.pem');
  const found = read(file);
  if (found !== undefined) return parse(found, file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = join(folder, `.audit-ed25519-${randomUUID()}`);
  try {
    writeDurably(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    // A link never replaces: of two processes that start at once, one makes the name and both read the same whole file.
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolderNow(folder);
  return parse(readFileSync(file, 'utf8'), file);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`the key is of type ${String(key.asymmetricKeyType)}`);
    return key;
  } catch (error) {
    throw auditErrors.keyDamaged({ cause: error, internal: file });
  }
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(file, 0o600);
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 key has an x coordinate');
  return Buffer.from(x, 'base64url');
}
