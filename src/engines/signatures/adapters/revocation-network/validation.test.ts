import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestHouse, TEST_NOW } from '#kernel/testkit.ts';
import { storeBytes } from '#engines/files/index.ts';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { agencySubject, generateKey, issueCertificate } from '../../domain/pki/authority.ts';
import { createTestPki, days, hours, later, signTestPdf } from '../../domain/validation/testing.ts';
import { validateStored } from '../../queries/validate-stored.ts';
import { createTableCache } from './lookup-cache.ts';
import { testModules } from '../../testing.ts';

/** An authority elsewhere, of which this house trusts the root and knows nothing more. */
const today = new Date(TEST_NOW);
const pki = await createTestPki(later(today, -days(30)));
let reply: RequestListener = (_, response) => response.writeHead(503).end();
const server = createServer((request, response) => {
  reply(request, response);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// safe because the server listens on a port, not on a pipe
const { port } = server.address() as AddressInfo;
const base = `http://127.0.0.1:${String(port)}`;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-anchors-'));
writeFileSync(join(folder, 'root.crt'), pki.root.certificate.raw);
// The issuing authority's own status comes with the configuration, so that the questions are about the signer.
writeFileSync(join(folder, 'root.crl'), pki.crls(today)[0] ?? Buffer.alloc(0));
const house = await openTestHouse({ modules: testModules, config: { trustAnchorsDir: folder, revocationHosts: `internal:127.0.0.1:${String(port)}` } });
const { kernel } = house;
after(async () => {
  await house.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const pair = await generateKey('p-256');
const urls = { ocsp: `${base}/ocsp`, crl: `${base}/issuing.crl`, caIssuers: `${base}/issuing.crt` };
const subject = agencySubject({ name: 'Sở Tài chính', agencyCode: 'H56.06' });
const certificate = issueCertificate(pki.issuing, { kind: 'signer', subject, publicKey: pair.publicKey, now: later(today, -days(20)), urls });
const holder = { certificate, privateKey: pair.privateKey };
const signed = (content: string) => signTestPdf(buildPdf({ content: () => `BT (${content}) Tj ET` }), { pki, holder, at: later(today, -hours(1)) });
const stored = async (pdf: Buffer) => (await storeBytes(kernel, pdf, { limitBytes: 1_000_000 })).sha256;

test('a silent authority leaves a verdict that waits, and the next look an hour later decides it and keeps what it rests on', async () => {
  const sha256 = await stored(signed('cho'));
  const first = await validateStored(kernel, sha256);
  assert.deepEqual([first.indication, first.signatures[0]?.subIndication], ['INDETERMINATE', 'TRY_LATER']);
  reply = (request, response) => {
    if (request.url === '/ocsp') response.end(pki.ocsp(holder, { status: 'good' }, today));
    else response.writeHead(404).end();
  };
  assert.equal((await validateStored(kernel, sha256)).validatedAt, first.validatedAt, 'not asked again at once');
  house.clock.advance(hours(1));
  const second = await validateStored(kernel, sha256);
  assert.equal(second.indication, 'TOTAL-PASSED', JSON.stringify(second.signatures[0]?.problems));
  assert.deepEqual([second.signatures[0]?.revocation.source, second.signatures[0]?.revocation.origin], ['ocsp', 'given']);
  const kept = await house.sql(
    `select material.kind from signatures.validation_evidence evidence join signatures.validation_material material on material.sha256 = evidence.material_sha256
      where evidence.sha256 = $1 and evidence.validated_at = $2 order by 1`,
    [sha256, second.validatedAt],
  );
  assert.deepEqual(kept.map((row) => row['kind']), ['crl', 'ocsp']);
});

test('a missing issuer is fetched, then asked about; an answer that was kept is not asked for again', async () => {
  const asked: string[] = [];
  reply = (request, response) => {
    asked.push(request.url ?? '');
    const bodies: Record<string, Buffer> = { '/issuing.crt': pki.issuing.certificate.raw, '/ocsp': pki.ocsp(holder, { status: 'good' }, later(today, hours(1))) };
    const body = bodies[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  };
  const alone = signTestPdf(buildPdf(), { pki: { ...pki, issuing: { ...pki.issuing, certificate } }, holder, at: later(today, -hours(1)) });
  const report = await validateStored(kernel, await stored(alone));
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures[0]?.problems));
  assert.ok(asked.includes('/issuing.crt'));
  const before = asked.length;
  assert.equal((await validateStored(kernel, await stored(signed('lan nua')))).indication, 'TOTAL-PASSED');
  assert.equal(asked.length, before);
});

test('a revocation that the network knows is believed, a forged answer is not', async () => {
  house.clock.advance(hours(30));
  const now = kernel.clock.now();
  const stranger = await createTestPki(later(today, -days(30)));
  reply = (_, response) => void response.end(pki.ocsp(holder, { status: 'good' }, now, stranger.responder));
  const forged = await validateStored(kernel, await stored(signed('gia')));
  assert.equal(forged.indication, 'INDETERMINATE');
  house.clock.advance(hours(2));
  reply = (_, response) => void response.end(pki.ocsp(holder, { status: 'revoked', revokedAt: later(today, -days(1)), reason: 'keyCompromise' }, kernel.clock.now()));
  const revoked = await validateStored(kernel, await stored(signed('thu hoi')));
  assert.deepEqual([revoked.indication, revoked.signatures[0]?.subIndication], ['TOTAL-FAILED', 'REVOKED']);
});

test('of what was asked about one certificate nothing stays in the table; lists and authorities do, for other processes', async () => {
  const cache = createTableCache(kernel.database.pool);
  const now = kernel.clock.now();
  const [, list = Buffer.alloc(0)] = pki.crls(now);
  const step = { kind: 'crl', url: `${base}/issuing.crl` } as const;
  assert.equal(await cache.find(step, now), undefined);
  await cache.keep(step, { bytes: list, goodUntil: later(now, hours(1)) }, now);
  assert.deepEqual(await cache.find(step, now), list);
  assert.equal(await cache.find(step, later(now, hours(2))), undefined, 'not beyond its time');
  const [, newer = Buffer.alloc(0)] = pki.crls(later(now, hours(1)));
  await cache.keep(step, { bytes: newer, goodUntil: later(now, hours(3)) }, later(now, hours(1)));
  assert.deepEqual(await cache.find(step, later(now, hours(2))), newer);
  assert.deepEqual(await house.sql(`select distinct kind from signatures.revocation_lookup order by kind`), [{ kind: 'crl' }, { kind: 'issuer' }]);
});
