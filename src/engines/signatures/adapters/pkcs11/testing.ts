import { execFileSync, spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKoffi } from './koffi.ts';

/** A software token of SoftHSM2 in a folder of its own, for tests. */
export type SoftToken = { folder: string; modulePath: string; tokens: string; pin: string };

const places = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so', '/opt/homebrew/lib/softhsm/libsofthsm2.so'];

/** Why the tests with a real module cannot run here, or undefined. */
export function missingForSoftToken(): string | undefined {
  if (findKoffi() === undefined) return 'the optional package koffi is not installed';
  if (!places.some(existsSync)) return 'SoftHSM2 is not installed';
  if (spawnSync('openssl', ['version']).status !== 0) return 'openssl is not on PATH';
  return undefined;
}

/** Makes an initialised token. Sets SOFTHSM2_CONF for this process, where the module reads it. */
export function softToken(label: string, pin = '739215'): SoftToken {
  const folder = mkdtempSync(join(tmpdir(), 'softhsm-'));
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens);
  writeFileSync(join(folder, 'softhsm2.conf'), `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n`);
  process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf');
  const modulePath = places.find(existsSync) ?? '';
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', label, '--so-pin', '12345678', '--pin', pin], { stdio: 'pipe' });
  return { folder, modulePath, tokens, pin };
}

export type SoftKey = { kind: 'rsa-2048' | 'rsa-3072' | 'p-256' | 'p-384'; id: string; subject?: string; days?: number; withCertificate?: boolean };

/** Makes a key and its certificate with openssl and puts them on the token; gives back the certificate as DER. */
export function addKey({ folder, modulePath, pin }: SoftToken, token: string, { kind, id, subject = '/CN=Lê Văn Tám', days = 30, withCertificate = true }: SoftKey): Buffer {
  const at = (name: string): string => join(folder, `${id}-${name}`);
  const algorithm = kind.startsWith('rsa') ? ['-newkey', `rsa:${kind.slice(4)}`] : ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:P-${kind.slice(2)}`];
  execFileSync('openssl', ['req', '-x509', '-utf8', ...algorithm, '-nodes', '-keyout', at('key.pem'), '-out', at('cert.der'), '-outform', 'DER', '-subj', subject, '-days', String(days)], { stdio: 'pipe' });
  execFileSync('softhsm2-util', ['--import', at('key.pem'), '--token', token, '--label', id, '--id', id, '--pin', pin], { stdio: 'pipe' });
  const certificate = readFileSync(at('cert.der'));
  if (withCertificate) putCertificates({ modulePath, pin }, token, { id, certificates: [certificate] });
  return certificate;
}

/** Puts a key that was made elsewhere onto the token, with its certificate. */
export function putKey(softToken: SoftToken, token: string, { privateKey, id, certificate }: { privateKey: KeyObject; id: string; certificate: Buffer }): void {
  const path = join(softToken.folder, `${id}-put.pem`);
  writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  execFileSync('softhsm2-util', ['--import', path, '--token', token, '--label', id, '--id', id, '--pin', softToken.pin], { stdio: 'pipe' });
  putCertificates(softToken, token, { id, certificates: [certificate] });
}

/** C_CreateObject of certificates (DER); the token's own tool cannot. Done in a process of its own, which sees the token afresh. */
export function putCertificates({ modulePath, pin }: Pick<SoftToken, 'modulePath' | 'pin'>, token: string, { id, certificates }: { id: string; certificates: readonly Buffer[] }): void {
  const order = { modulePath, token, pin, id, certificates: certificates.map((each) => each.toString('base64')) };
  execFileSync(process.execPath, [join(import.meta.dirname, 'testing/store-certificate.ts')], { env: { ...process.env, STORE_CERTIFICATE: JSON.stringify(order) }, stdio: 'pipe' });
}
