import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { anonymous, systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { revokeCredential } from './commands/revoke-credential.ts';
import { createAuthority } from './adapters/built-in-authority/create-authority.ts';
import { renewServiceKeys } from './adapters/built-in-authority/keys.ts';
import { publishDueRevocationLists } from './adapters/built-in-authority/revocations.ts';
import { getCredential } from './queries/credentials.ts';
import { credentialOf, somebody, testModules } from './testing.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'pki-routes-'));
const path = (name: string): string => join(folder, name);

let house: TestHouse;
let server: FastifyInstance;
let url: string;
before(async () => {
  // openssl judges by its own clock, so this house lives in the present.
  house = await openTestHouse({ modules: testModules, now: new Date().toISOString() });
  server = house.server(() => Promise.resolve(anonymous));
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

/** Runs openssl beside the server of this very process. */
function openssl(...args: string[]): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn('openssl', args);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('close', (status) => {
      resolve({ status, text });
    });
  });
}

const pem = (kind: string, der: Buffer): string => `-----BEGIN ${kind}-----\n${der.toString('base64').match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END ${kind}-----\n`;

async function fetchAll(): Promise<void> {
  for (const [name, kind, type] of [
    ['root.crt', 'CERTIFICATE', 'application/pkix-cert'],
    ['issuing.crt', 'CERTIFICATE', 'application/pkix-cert'],
    ['crl.crl', 'X509 CRL', 'application/pkix-crl'],
    ['root.crl', 'X509 CRL', 'application/pkix-crl'],
  ] as const) {
    const reply = await fetch(`${url}/pki/${name}`);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('content-type'), type);
    writeFileSync(path(`${name}.pem`), pem(kind, Buffer.from(await reply.arrayBuffer())));
  }
  writeFileSync(path('lists.pem'), readFileSync(path('crl.crl.pem'), 'utf8') + readFileSync(path('root.crl.pem'), 'utf8'));
}

const needOpenssl = (t: TestContext): boolean => {
  if (!hasOpenssl) t.skip('openssl is not on PATH');
  return hasOpenssl;
};

test('openssl verifies a signer’s certificate up to the root with both revocation lists, and refuses it once revoked', async (t) => {
  if (!needOpenssl(t)) return;
  const person = somebody();
  const credentialId = await credentialOf(house.kernel, person);
  const { certificate } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  writeFileSync(path('person.pem'), pem('CERTIFICATE', certificate));
  await fetchAll();
  const verify = () => openssl('verify', '-x509_strict', '-crl_check_all', '-CAfile', path('root.crt.pem'), '-untrusted', path('issuing.crt.pem'), '-CRLfile', path('lists.pem'), path('person.pem'));
  const ocsp = () =>
    openssl('ocsp', '-issuer', path('issuing.crt.pem'), '-cert', path('person.pem'), '-url', `${url}/pki/ocsp`, '-CAfile', path('root.crt.pem'), '-verify_other', path('issuing.crt.pem'));
  assert.match((await verify()).text, /person\.pem: OK/);
  const good = await ocsp();
  assert.match(good.text, /Response verify OK/);
  assert.match(good.text, /person\.pem: good/);

  await run(house.kernel, revokeCredential, { agencyId: person.agencyId, credentialId, reason: 'affiliationChanged' as const }, { actor: systemActor('test') });
  await fetchAll();
  assert.match((await verify()).text, /certificate revoked/);
  assert.match((await ocsp()).text, /person\.pem: revoked[\s\S]*affiliationChanged/);
});

test('OCSP answers a request in the address as it answers one in the body, and unknown for a certificate of nobody', async (t) => {
  if (!needOpenssl(t)) return;
  await fetchAll();
  await openssl('ocsp', '-issuer', path('issuing.crt.pem'), '-serial', '0x1234', '-no_nonce', '-reqout', path('request.der'));
  const request = readFileSync(path('request.der'));
  const reply = await fetch(`${url}/pki/ocsp/${encodeURIComponent(request.toString('base64'))}`);
  assert.equal(reply.headers.get('content-type'), 'application/ocsp-response');
  writeFileSync(path('reply.der'), Buffer.from(await reply.arrayBuffer()));
  const shown = await openssl('ocsp', '-respin', path('reply.der'), '-issuer', path('issuing.crt.pem'), '-serial', '0x1234', '-CAfile', path('root.crt.pem'), '-verify_other', path('issuing.crt.pem'));
  // openssl writes the verdict and the status to two streams, in either order.
  assert.match(shown.text, /Response verify OK/);
  assert.match(shown.text, /0x1234: unknown/);
  const nonsense = await fetch(`${url}/pki/ocsp`, { method: 'POST', body: 'nonsense' });
  assert.equal(nonsense.status, 200);
  assert.equal(Buffer.from(await nonsense.arrayBuffer()).toString('hex'), '30030a0101', 'malformedRequest');
});

test('openssl accepts the timestamp of the public address', async (t) => {
  if (!needOpenssl(t)) return;
  await fetchAll();
  writeFileSync(path('data.txt'), 'Văn bản cần dấu thời gian');
  await openssl('ts', '-query', '-data', path('data.txt'), '-sha256', '-cert', '-out', path('query.tsq'));
  const reply = await fetch(`${url}/pki/tsa`, { method: 'POST', headers: { 'content-type': 'application/timestamp-query' }, body: new Uint8Array(readFileSync(path('query.tsq'))) });
  assert.equal(reply.headers.get('content-type'), 'application/timestamp-reply');
  writeFileSync(path('reply.tsr'), Buffer.from(await reply.arrayBuffer()));
  const verified = await openssl('ts', '-verify', '-queryfile', path('query.tsq'), '-in', path('reply.tsr'), '-CAfile', path('root.crt.pem'), '-untrusted', path('issuing.crt.pem'));
  assert.match(verified.text, /Verification: OK/);
});

test('a request larger than the protocol needs is refused', async () => {
  const reply = await fetch(`${url}/pki/tsa`, { method: 'POST', body: new Uint8Array(100_000) });
  assert.equal(reply.status, 413);
});

test('two processes that start at once make one authority', async () => {
  const fresh = await openTestHouse({ modules: testModules });
  await Promise.all([1, 2, 3].map(() => run(fresh.kernel, createAuthority, {}, { actor: systemActor('test') })));
  const rows = await fresh.sql('select role, generation from signatures.authority_key order by role');
  assert.deepEqual(
    rows.map((row) => `${String(row['role'])} ${String(row['generation'])}`),
    ['issuing 1', 'ocsp 1', 'root 1', 'timestamp 1'],
  );
  await fresh.close();
});

test('lists are published on their day, service keys are renewed before they end, and the old lists stay', async () => {
  const fresh = await openTestHouse({ modules: testModules });
  const numbers = async () => (await fresh.sql('select issuer, number from signatures.revocation_list order by issuer, number')).map((row) => `${String(row['issuer'])} ${String(row['number'])}`);
  await publishDueRevocationLists(fresh.kernel);
  await publishDueRevocationLists(fresh.kernel);
  assert.deepEqual(await numbers(), ['issuing 1', 'root 1']);
  fresh.clock.advance(25 * 3_600_000);
  await publishDueRevocationLists(fresh.kernel);
  assert.deepEqual(await numbers(), ['issuing 1', 'issuing 2', 'root 1']);
  fresh.clock.advance(1050 * 86_400_000);
  assert.deepEqual(await run(fresh.kernel, renewServiceKeys, undefined, { actor: systemActor('test') }), ['ocsp', 'timestamp']);
  await fresh.close();
});

test('the file that verifies without the database is written and hashes to the root that is served', async () => {
  const { exportPublicMaterial } = await import('./trust.ts');
  await exportPublicMaterial(house.kernel);
  const served = Buffer.from(await (await fetch(`${url}/pki/root.crt`)).arrayBuffer());
  const written = readFileSync(join(house.kernel.config.dataDir, 'pki', 'root.crt'));
  assert.equal(createHash('sha256').update(written).digest('hex'), createHash('sha256').update(served).digest('hex'));
});
