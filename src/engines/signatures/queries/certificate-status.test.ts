import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestHouse, TEST_NOW } from '#kernel/testkit.ts';
import { agencySubject, generateKey, issueCertificate } from '../domain/pki/authority.ts';
import { createTestPki, days, hours, later } from '../domain/validation/testing.ts';
import { testModules } from '../testing.ts';
import { askCertificateStatus } from './certificate-status.ts';

/** An authority elsewhere whose root this house trusts; the issuing one is known from its address only. */
const today = new Date(TEST_NOW);
const pki = await createTestPki(later(today, -days(30)));
let reply: RequestListener = (_, response) => response.writeHead(503).end();
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  reply(request, response);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// safe because the server listens on a port, not on a pipe
const { port } = server.address() as AddressInfo;
const base = `http://127.0.0.1:${String(port)}`;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-anchors-'));
writeFileSync(join(folder, 'root.crt'), pki.root.certificate.raw);
writeFileSync(join(folder, 'root.crl'), pki.crls(today)[0] ?? Buffer.alloc(0));
const { kernel, ...house } = await openTestHouse({ modules: testModules, config: { trustAnchorsDir: folder, revocationHosts: `internal:127.0.0.1:${String(port)}` } });
after(async () => {
  await house.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const subject = agencySubject({ name: 'Sở Tài chính', agencyCode: 'H56.06' });
const pair = await generateKey('p-256');
const certificateWith = (urls: { ocsp: string; crl: string; caIssuers: string } | undefined, by = pki) =>
  issueCertificate(by.issuing, { kind: 'signer', subject, publicKey: pair.publicKey, now: later(today, -days(20)), ...(urls === undefined ? {} : { urls }) });
const urlsAt = (host: string) => ({ ocsp: `${host}/ocsp`, crl: `${host}/issuing.crl`, caIssuers: `${host}/issuing.crt` });
const certificate = certificateWith(urlsAt(base));
const holder = { certificate, privateKey: pair.privateKey };
const answers =
  (routes: Record<string, () => Buffer>): RequestListener =>
  (request, response) => {
    const body = routes[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end();
    else response.end(body());
  };
const issuer = { '/issuing.crt': () => pki.issuing.certificate.raw };
/** An address that stayed silent is left alone for a minute. */
const rest = () => house.clock.advance(hours(1));

test('the issuer is fetched and asked: good, with the very answer, and asking again asks the authority anew', async () => {
  reply = answers({ ...issuer, '/ocsp': () => pki.ocsp(holder, { status: 'good' }, kernel.clock.now()) });
  const first = await askCertificateStatus(kernel, certificate.raw);
  assert.ok(first.status === 'good' && first.source === 'ocsp' && first.answer.kind === 'ocsp' && first.answer.content.length > 100);
  assert.ok(!asked.includes('/issuing.crl'), 'the list is not asked where OCSP has answered');
  const before = asked.filter((url) => url === '/ocsp').length;
  await askCertificateStatus(kernel, certificate.raw);
  assert.equal(asked.filter((url) => url === '/ocsp').length, before + 1);
});

test('a revocation and a suspension are told apart, with day and reason', async () => {
  const revokedAt = later(today, -days(1));
  reply = answers({ ...issuer, '/ocsp': () => pki.ocsp(holder, { status: 'revoked', revokedAt, reason: 'keyCompromise' }, kernel.clock.now()) });
  const revoked = await askCertificateStatus(kernel, certificate.raw);
  assert.ok(revoked.status === 'revoked');
  assert.deepEqual([revoked.reason, revoked.revokedAt], ['keyCompromise', revokedAt]);
  reply = answers({ ...issuer, '/ocsp': () => pki.ocsp(holder, { status: 'revoked', revokedAt, reason: 'certificateHold' }, kernel.clock.now()) });
  assert.equal((await askCertificateStatus(kernel, certificate.raw)).status, 'suspended');
});

test('where OCSP is silent the list answers', async () => {
  rest();
  const row = { serial: certificate.serial, revokedAt: later(today, -days(2)), reason: 'superseded' } as const;
  reply = answers({ ...issuer, '/issuing.crl': () => pki.crls(kernel.clock.now(), [row])[1] ?? Buffer.alloc(0) });
  const answer = await askCertificateStatus(kernel, certificate.raw);
  assert.ok(answer.status === 'revoked' && answer.source === 'list' && answer.answer.kind === 'crl');
});

test('silence, a forged answer, an unlisted host, no address and a stranger’s authority leave the status unknown, each with its reason', async () => {
  rest();
  reply = answers(issuer);
  assert.deepEqual(await askCertificateStatus(kernel, certificate.raw), { status: 'unknown', problem: 'silent' });
  rest();
  const stranger = await createTestPki(later(today, -days(30)));
  reply = answers({ ...issuer, '/ocsp': () => pki.ocsp(holder, { status: 'good' }, kernel.clock.now(), stranger.responder) });
  assert.deepEqual(await askCertificateStatus(kernel, certificate.raw), { status: 'unknown', problem: 'silent' });
  const elsewhere = certificateWith(urlsAt('http://ocsp.example'));
  assert.deepEqual(await askCertificateStatus(kernel, elsewhere.raw), { status: 'unknown', problem: 'notAllowed' });
  const mute = certificateWith(undefined);
  assert.deepEqual(await askCertificateStatus(kernel, mute.raw), { status: 'unknown', problem: 'notTrusted' });
  rest();
  reply = answers({ '/issuing.crt': () => stranger.issuing.certificate.raw, '/ocsp': () => stranger.ocsp(holder, { status: 'good' }, kernel.clock.now()) });
  assert.deepEqual(await askCertificateStatus(kernel, certificateWith(urlsAt(base), stranger).raw), { status: 'unknown', problem: 'notTrusted' });
});
