import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SigningDriverError, type SignRequest } from '../signing-driver.ts';
import { keyFileHolder } from './key-file-holder.ts';

const password = 'mật khẩu Đề án 06';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'key-files-'));
after(() => rmSync(folder, { recursive: true }));

/** What Windows, browsers, tokens' tools and OpenSSL of the last twenty years write. */
const encodings: readonly (readonly [string, readonly string[]])[] = [
  ['AES-256 and HMAC-SHA256 (OpenSSL 3, new Windows)', []],
  ['AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC']],
  ['AES-192 and a SHA-512 integrity value', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512']],
  ['PBES2 with 3DES', ['-keypbe', 'DES-EDE3-CBC', '-certpbe', 'DES-EDE3-CBC', '-macalg', 'sha1']],
  ['SHA1-3DES (older Windows)', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
  ['SHA1-2DES', ['-legacy', '-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES']],
  ['RC2-40 for the certificates (OpenSSL 1)', ['-legacy']],
  ['RC2-128', ['-legacy', '-keypbe', 'PBE-SHA1-RC2-128', '-certpbe', 'PBE-SHA1-RC2-128']],
  ['certificates in the clear', ['-certpbe', 'NONE']],
];

function made(kind: 'rsa' | 'ec', flags: readonly string[], secret: string): { container: Buffer; certificate: Buffer } | string {
  const at = (name: string): string => join(folder, `${kind}-${name}`);
  const algorithm = kind === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
  execFileSync('openssl', ['req', '-x509', '-utf8', ...algorithm, '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-subj', '/CN=Lê Văn Tám', '-days', '30'], { stdio: 'pipe' });
  const written = spawnSync('openssl', ['pkcs12', '-export', '-inkey', at('key.pem'), '-in', at('cert.pem'), '-out', at('file.p12'), '-passout', `pass:${secret}`, ...flags], { encoding: 'utf8' });
  if (written.status !== 0) return written.stderr.slice(0, 100);
  return { container: readFileSync(at('file.p12')), certificate: new X509Certificate(readFileSync(at('cert.pem'))).raw };
}

function request({ container, certificate }: { container: Buffer; certificate: Buffer }, secret: string | undefined, hash: SignRequest['hash'] = 'sha256'): SignRequest {
  const items = ['một', 'hai'].map((text) => ({ attributes: Buffer.from(text), digest: createHash(hash).update(text).digest() }));
  return { credential: { credentialId: 'c', certificate, chain: [], container }, secret, hash, items, description: '', transactionId: 't' };
}

const problemOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'signed',
    (error: unknown) => (error instanceof SigningDriverError ? error.problem : assert.fail(String(error))),
  );

for (const kind of ['rsa', 'ec'] as const) {
  for (const [name, flags] of encodings) {
    test(`a key file with ${kind} key and ${name} signs with the Vietnamese password in both normal forms`, async (t) => {
      const file = hasOpenssl ? made(kind, flags, password.normalize('NFC')) : 'openssl is not on PATH';
      if (typeof file === 'string') {
        t.skip(file);
        return;
      }
      const { publicKey } = new X509Certificate(file.certificate);
      for (const form of ['NFC', 'NFD'] as const) {
        const given = request(file, password.normalize(form), form === 'NFC' ? 'sha256' : 'sha384');
        const outcome = await keyFileHolder.sign(given);
        assert.ok(outcome.state === 'signed');
        assert.deepEqual(given.items.map(({ attributes }, index) => verify(given.hash, attributes, publicKey, outcome.signatures[index] ?? Buffer.alloc(0))), [true, true]);
      }
      assert.equal(await problemOf(keyFileHolder.sign(request(file, 'mat khau De an 06'))), 'wrongSecret');
      const [listed] = await keyFileHolder.listCertificates({ container: file.container, secret: password });
      assert.ok(listed?.certificate.equals(file.certificate));
    });
  }
}

test('a file whose password was set in the decomposed form opens with either', async (t) => {
  const file = hasOpenssl ? made('ec', [], password.normalize('NFD')) : 'openssl is not on PATH';
  if (typeof file === 'string') {
    t.skip(file);
    return;
  }
  for (const form of ['NFC', 'NFD'] as const) assert.equal(await problemOf(keyFileHolder.sign(request(file, password.normalize(form)))), 'signed');
});

test('without a PIN, without a file, or with another certificate’s file nothing is signed', async (t) => {
  const file = hasOpenssl ? made('ec', [], password) : 'openssl is not on PATH';
  const other = hasOpenssl ? made('ec', [], password) : '';
  if (typeof file === 'string' || typeof other === 'string') {
    t.skip('openssl is not on PATH');
    return;
  }
  const given = request(file, password);
  assert.equal(await problemOf(keyFileHolder.sign({ ...given, secret: undefined })), 'secretMissing');
  assert.equal(await problemOf(keyFileHolder.sign({ ...given, credential: { ...given.credential, container: null } })), 'unavailable');
  assert.equal(await problemOf(keyFileHolder.sign({ ...given, credential: { ...given.credential, container: other.container } })), 'keyMissing');
});
