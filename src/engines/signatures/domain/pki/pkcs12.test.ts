import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { int, seq } from '../asn1/der.ts';
import { children, rawOf, readAsn1 } from '../asn1/reader.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from './authority.ts';
import { parseCertificate } from './certificate.ts';
import { PkiError } from './errors.ts';
import { readPkcs12, writePkcs12 } from './pkcs12.ts';

const password = 'mật khẩu 1';
const now = new Date('2026-03-02T01:00:00Z');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'pkcs12-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'Tỉnh thử', now });
const pair = await generateKey('rsa-2048');
const certificate = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: pair.publicKey, now });
const ownFile = await writePkcs12({ privateKey: pair.privateKey, certificate, chain: [issuing.certificate, root.certificate], password, friendlyName: 'Khóa của Tám', iterations: 10_000 });
const codeOf = async (run: Promise<unknown>) =>
  run.then(
    () => 'accepted',
    (error: unknown) => (error instanceof PkiError ? error.code : assert.fail(String(error))),
  );

test('a file written here is read back with key, certificate, chain and name', async () => {
  const read = await readPkcs12(ownFile, password);
  assert.ok(read.privateKey.equals(pair.privateKey));
  assert.equal(read.certificate.fingerprint, certificate.fingerprint);
  assert.deepEqual(read.chain.map((each) => each.fingerprint), [issuing.certificate.fingerprint, root.certificate.fingerprint]);
  assert.equal(read.friendlyName, 'Khóa của Tám');
});

test('a password typed in the other Unicode normal form opens the same file', async () => {
  assert.notEqual(password.normalize('NFD'), password);
  assert.ok((await readPkcs12(ownFile, password.normalize('NFD'))).privateKey.equals(pair.privateKey));
});

test('openssl opens what is written here', (t) => {
  if (!hasOpenssl) {
    t.skip('openssl is not on PATH');
    return;
  }
  const path = join(folder, 'own.p12');
  writeFileSync(path, ownFile);
  const text = execFileSync('openssl', ['pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes', '-info'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.match(text, /BEGIN PRIVATE KEY/);
  assert.equal(text.match(/BEGIN CERTIFICATE/g)?.length, 3);
});

const encodings: readonly (readonly [string, readonly string[]])[] = [
  ['AES-256', []],
  ['SHA1-3DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
  ['RC2-40, legacy', ['-legacy']],
];

for (const kind of ['rsa', 'ec'] as const) {
  for (const [name, flags] of encodings) {
    test(`a file of openssl with ${kind} key and ${name} opens with the Vietnamese password only`, async (t) => {
      if (!hasOpenssl) {
        t.skip('openssl is not on PATH');
        return;
      }
      const at = (file: string) => join(folder, `${kind}-${file}`);
      const algorithm = kind === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
      execFileSync('openssl', ['req', '-x509', ...algorithm, '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-subj', '/CN=Thu', '-days', '30'], { stdio: 'pipe' });
      const made = spawnSync('openssl', ['pkcs12', '-export', '-inkey', at('key.pem'), '-in', at('cert.pem'), '-out', at('file.p12'), '-passout', `pass:${password}`, ...flags], { encoding: 'utf8' });
      if (made.status !== 0) {
        t.skip(`this openssl cannot write ${name}: ${made.stderr.slice(0, 100)}`);
        return;
      }
      const file = readFileSync(at('file.p12'));
      const read = await readPkcs12(file, password);
      assert.equal(read.certificate.fingerprint, parseCertificate(readFileSync(at('cert.pem'))).fingerprint);
      assert.equal(read.privateKey.asymmetricKeyType, kind);
      assert.equal(await codeOf(readPkcs12(file, 'mat khau 1')), 'pkcs12.wrongPassword');
    });
  }
}

test('a wrong password and a damaged file are told apart', async () => {
  assert.equal(await codeOf(readPkcs12(ownFile, 'sai')), 'pkcs12.wrongPassword');
  assert.equal(await codeOf(readPkcs12(ownFile, '')), 'pkcs12.wrongPassword');
  assert.equal(await codeOf(readPkcs12(ownFile.subarray(0, 900), password)), 'pkcs12.malformed');
  assert.equal(await codeOf(readPkcs12(Buffer.from('không phải tệp khóa'), password)), 'pkcs12.malformed');
  assert.equal(await codeOf(readPkcs12(Buffer.alloc(0), password)), 'pkcs12.malformed');
  const bent = Buffer.from(ownFile);
  bent[bent.length - 30] = (bent.at(-30) ?? 0) ^ 1; // inside the integrity value or its salt
  assert.equal(await codeOf(readPkcs12(bent, password)), 'pkcs12.malformed');
});

test('a file that asks for a billion rounds is refused at once', async () => {
  const [version, safe, mac] = children(readAsn1(ownFile));
  assert.ok(version && safe && mac);
  const [digest, salt] = children(mac);
  assert.ok(digest && salt);
  const costly = seq(rawOf(version), rawOf(safe), seq(rawOf(digest), rawOf(salt), int(1_000_000_000)));
  assert.equal(await codeOf(readPkcs12(costly, password)), 'pkcs12.tooCostly');
});

test('no byte that is changed makes a file open with another key', async () => {
  for (let at = 0; at < ownFile.length; at += 251) {
    const bent = Buffer.from(ownFile);
    bent[at] = (bent[at] ?? 0) ^ 0x10;
    assert.match(await codeOf(readPkcs12(bent, password)), /^pkcs12\./);
  }
});
