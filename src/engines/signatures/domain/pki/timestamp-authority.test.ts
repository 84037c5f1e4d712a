import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { int, oct, oid, seq } from '../asn1/der.ts';
import { fieldsOf, numberOf, readAsn1 } from '../asn1/reader.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import { hashAlgorithm } from './algorithms.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, serviceSubject, type Authority, type KeyHolder } from './authority.ts';
import { createTimestampAuthority, readTimestampResponse, refuseForClock, timestampAccuracySeconds, writeTimestampRequest } from './timestamp-authority.ts';

const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 5000 + 120);
const digest = createHash('sha256').update('x').digest();
let root: Authority;
let issuing: Authority;
const holders: Record<'p-256' | 'p-384' | 'rsa-3072', KeyHolder | undefined> = { 'p-256': undefined, 'p-384': undefined, 'rsa-3072': undefined };

before(async () => {
  root = await createRootAuthority({ organization: 'UBND tỉnh Thử', now: new Date(now.getTime() - 60_000) });
  issuing = await createIssuingAuthority(root, { organization: 'UBND tỉnh Thử', now: new Date(now.getTime() - 60_000) });
  for (const kind of ['p-256', 'p-384', 'rsa-3072'] as const) {
    const { publicKey, privateKey } = await generateKey(kind);
    const certificate = issueCertificate(issuing, { kind: 'timestamp', subject: serviceSubject('UBND tỉnh Thử', kind), publicKey, now: new Date(now.getTime() - 60_000) });
    holders[kind] = { certificate, privateKey };
  }
});

function authority(kind: keyof typeof holders = 'p-256') {
  const holder = holders[kind];
  assert.ok(holder !== undefined);
  return createTimestampAuthority({ ...holder, chain: [issuing.certificate] });
}

test('no two tokens have one serial number, also when the authority begins anew', () => {
  const serials = new Set<string>();
  for (let start = 0; start < 4; start += 1) {
    const tsa = authority();
    for (let i = 0; i < 600; i += 1) {
      const { serial } = parseTimestampToken(tsa.token({ hash: 'sha256', digest, now }));
      assert.ok(serial.length === 16 && (serial[0] ?? 0) >= 0x40 && (serial[0] ?? 0) < 0x80, 'positive, and of one length');
      serials.add(serial.toString('hex'));
    }
  }
  assert.equal(serials.size, 2400);
});

test('a token tells the time to the millisecond, states its accuracy and its policy, and is one by one valid for every kind of key', () => {
  for (const kind of ['p-256', 'p-384', 'rsa-3072'] as const) {
    const tsa = authority(kind);
    for (let ms = 0; ms < 1000; ms += 37) {
      const at = new Date(now.getTime() - now.getUTCMilliseconds() + ms);
      const parsed = parseTimestampToken(tsa.token({ hash: 'sha256', digest, now: at }));
      assert.deepEqual(parsed.time, at);
      assert.equal(parsed.policy, '2.25.64938675288909426666104580038171542932.1');
      assert.equal(verifyTimestampToken(parsed, () => digest).verdict, 'ok');
    }
    const info = fieldsOf(readAsn1(parseTimestampToken(tsa.token({ hash: 'sha256', digest, now })).cms.content ?? Buffer.alloc(0)));
    for (const tag of [0x02, 0x06, 0x30, 0x02, 0x18]) info.take(tag);
    assert.equal(numberOf(fieldsOf(info.take(0x30)).take(0x02)), timestampAccuracySeconds);
  }
});

test('a policy that is not ours is refused as such, and our own may be asked for', () => {
  const ask = (policy: string): Buffer => seq(int(1), seq(hashAlgorithm('sha256'), oct(digest)), oid(policy));
  assert.ok(readTimestampResponse(authority().respond(ask('2.25.64938675288909426666104580038171542932.1'), now)).length > 300);
  const refused = authority().respond(ask('1.2.3.4'), now);
  assert.ok(refused.includes(Buffer.from('unacceptedPolicy')) && refused.length < 60);
});

test('openssl verifies tokens with fractions of a second for every kind of key, and reads the refusal of a wrong clock', (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) {
    t.skip('openssl is not on PATH');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'timestamp-authority-'));
  const put = (name: string, content: Buffer | string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const pem = (der: Buffer): string => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`;
  const openssl = (...args: string[]): string => {
    const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    return stdout + stderr;
  };
  try {
    const [data, rootFile, chain] = [put('data.txt', 'x'), put('root.pem', pem(root.certificate.raw)), put('chain.pem', pem(issuing.certificate.raw))];
    for (const kind of ['p-256', 'p-384', 'rsa-3072'] as const) {
      const query = join(folder, 'q.tsq');
      openssl('ts', '-query', '-data', data, '-sha256', '-cert', '-out', query);
      const reply = put('r.tsr', authority(kind).respond(readFileSync(query), now));
      assert.match(openssl('ts', '-verify', '-queryfile', query, '-in', reply, '-CAfile', rootFile, '-untrusted', chain), /Verification: OK/);
      const shown = openssl('ts', '-reply', '-in', reply, '-text');
      assert.match(shown, /Time stamp: .*\.12 /);
      assert.match(shown, /Accuracy: 0x01 seconds/);
    }
    const refusal = openssl('ts', '-reply', '-in', put('refused.tsr', refuseForClock()), '-text');
    assert.match(refusal, /Status: Rejected[^]*time source is not available/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a request is answered with the nonce that it carries, however long', () => {
  for (const nonce of [int(0), int(1), int(Buffer.alloc(20, 0xff))]) {
    const reply = readTimestampResponse(authority().respond(writeTimestampRequest({ hash: 'sha256', digest, nonce }), now));
    assert.ok(parseTimestampToken(reply).cms.content?.includes(nonce));
  }
});
