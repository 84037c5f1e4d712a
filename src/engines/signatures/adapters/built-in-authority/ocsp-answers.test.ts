import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { createKernel, type Kernel } from '#kernel/kernel.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { revokeCredential } from '../../commands/revoke-credential.ts';
import { oct, seq } from '../../domain/asn1/der.ts';
import { parseCertificate, type Certificate } from '../../domain/pki/certificate.ts';
import { parseOcspResponse, type CertificateStatus } from '../../domain/pki/ocsp.ts';
import { certificateIdOf, writeOcspRequest } from '../../domain/pki/ocsp-responder.ts';
import { getCredential } from '../../queries/credentials.ts';
import { credentialOf, somebody, testModules } from '../../testing.ts';
import { builtInAuthority } from './keys.ts';
import { answerOcsp, signOcspAnswersAhead } from './ocsp-answers.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: testModules });
});
after(() => house.close());

type Holder = { person: PersonActor; credentialId: string; certificate: Certificate; issuer: Certificate };

async function holder(kernel: Kernel): Promise<Holder> {
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const { certificate } = await getCredential(kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  return { person, credentialId, certificate: parseCertificate(certificate), issuer: (await builtInAuthority(kernel)).issuing.certificate };
}

const question = ({ certificate, issuer }: Holder, nonce?: Buffer): Buffer => writeOcspRequest(certificateIdOf(certificate, issuer), nonce);
const statusOf = (body: Buffer): CertificateStatus['status'] | undefined => parseOcspResponse(body).answers[0]?.status.status;
const revoke = ({ person, credentialId }: Holder) => (ctx: CommandContext) => revokeCredential(ctx, { agencyId: person.agencyId, credentialId, reason: 'keyCompromise' });
/** The same installation in another process: nothing in common but the database. */
const otherProcess = (): Kernel => createKernel({ config: house.kernel.config, log: house.kernel.log, clock: house.clock, database: house.kernel.database, modules: testModules });

test('the same question gets the answer that was signed before, byte for byte, also in another process; a nonce is answered live', async () => {
  const one = await holder(house.kernel);
  const first = await answerOcsp(house.kernel, question(one));
  house.clock.advance(60_000);
  const second = await answerOcsp(otherProcess(), question(one));
  assert.ok(second.body.equals(first.body));
  assert.deepEqual(second.cacheable, first.cacheable);
  const nonce = randomBytes(16);
  const live = await answerOcsp(house.kernel, question(one, oct(nonce)));
  assert.equal(live.cacheable, undefined);
  assert.ok(parseOcspResponse(live.body).nonce?.includes(nonce));
  assert.ok(parseOcspResponse(live.body).producedAt > parseOcspResponse(first.body).producedAt);
});

test('a revocation is in effect with its commit in every process: what was signed before is not given out any more', async () => {
  const one = await holder(house.kernel);
  const other = otherProcess();
  for (const kernel of [house.kernel, other]) assert.equal(statusOf((await answerOcsp(kernel, question(one))).body), 'good');
  await assert.rejects(
    run(
      house.kernel,
      async (ctx: CommandContext) => {
        await revoke(one)(ctx);
        assert.equal(statusOf((await answerOcsp(other, question(one))).body), 'good', 'not before the commit');
        throw new Error('taken back');
      },
      {},
      { actor: systemActor('test') },
    ),
    /taken back/,
  );
  assert.equal(statusOf((await answerOcsp(other, question(one))).body), 'good');
  await run(house.kernel, revoke(one), {}, { actor: systemActor('test') });
  for (const kernel of [other, house.kernel]) assert.equal(statusOf((await answerOcsp(kernel, question(one))).body), 'revoked');
});

test('an answer that was being signed while the revocation was committed is never given out', async () => {
  const one = await holder(house.kernel);
  const { body } = await answerOcsp(house.kernel, question(one));
  await run(house.kernel, revoke(one), {}, { actor: systemActor('test') });
  const [row] = await house.sql<{ count: number }>('select count(*)::int as count from signatures.ocsp_answer where serial = $1', [one.certificate.serialHex]);
  assert.equal(row?.count, 0, 'dropped in the same commit');
  const id = certificateIdOf(one.certificate, one.issuer).raw;
  await house.sql(
    `insert into signatures.ocsp_answer (certificate_id, serial, state, content, this_update, next_update, is_asked)
     values ($1, $2, 'valid', $3, $4, $4::timestamptz + interval '1 hour', false)`,
    [id, one.certificate.serialHex, body, house.clock.now()],
  );
  assert.equal(statusOf((await answerOcsp(house.kernel, question(one))).body), 'revoked');
});

test('what was asked for is signed anew before it ends, what nobody asked for again is forgotten', async () => {
  const one = await holder(house.kernel);
  await house.sql('delete from signatures.ocsp_answer');
  const first = await answerOcsp(house.kernel, question(one));
  house.clock.advance(20 * 60_000);
  assert.equal(await signOcspAnswersAhead(house.kernel), 0, 'more than half is left');
  house.clock.advance(15 * 60_000);
  assert.equal(await signOcspAnswersAhead(house.kernel), 1);
  const ahead = await answerOcsp(house.kernel, question(one));
  const [before, now] = [first, ahead].map(({ body }) => parseOcspResponse(body).answers[0]);
  assert.ok(before !== undefined && now !== undefined && now.thisUpdate > before.thisUpdate);
  assert.deepEqual(now.thisUpdate, house.clock.now());
  house.clock.advance(40 * 60_000);
  assert.equal(await signOcspAnswersAhead(house.kernel), 1, 'asked for once more since');
  house.clock.advance(61 * 60_000);
  assert.equal(await signOcspAnswersAhead(house.kernel), 0);
  assert.deepEqual(await house.sql('select 1 from signatures.ocsp_answer'), []);
});

test('nothing is kept for certificates of nobody, for several at once, or for unusual spellings', async () => {
  const one = await holder(house.kernel);
  await house.sql('delete from signatures.ocsp_answer');
  const unknown = { ...one, certificate: { ...one.certificate, serial: Buffer.from('4123', 'hex') } };
  assert.equal(statusOf((await answerOcsp(house.kernel, question(unknown))).body), 'unknown');
  // The length of the id in two bytes: the same question, spelt in a way that DER does not know.
  const { raw } = certificateIdOf(one.certificate, one.issuer);
  const spelt = Buffer.concat([Buffer.from([0x30, 0x81, raw.length - 2]), raw.subarray(2)]);
  const wrapped = [0, 1, 2, 3].reduce((inner) => Buffer.concat([Buffer.from([0x30, 0x81, inner.length]), inner]), spelt);
  const reply = await answerOcsp(house.kernel, wrapped);
  assert.equal(statusOf(reply.body), 'good');
  assert.equal(reply.cacheable, undefined);
  const two = parseOcspResponse((await answerOcsp(house.kernel, seq(seq(seq(seq(raw), seq(certificateIdOf(unknown.certificate, one.issuer).raw)))))).body);
  assert.deepEqual(two.answers.map(({ status }) => status.status), ['good', 'unknown']);
  assert.deepEqual(await house.sql('select 1 from signatures.ocsp_answer'), []);
});

test('the address for caches says until when and under which tag, and a cache that has it already is told so', async () => {
  const one = await holder(house.kernel);
  const server = house.server(() => Promise.resolve(anonymous));
  const url = `/pki/ocsp/${encodeURIComponent(question(one).toString('base64'))}`;
  const reply = await server.inject({ method: 'GET', url });
  assert.equal(reply.statusCode, 200);
  assert.equal(reply.headers['content-type'], 'application/ocsp-response');
  assert.equal(statusOf(reply.rawPayload), 'good');
  assert.equal(reply.headers['cache-control'], 'max-age=300, public, no-transform, must-revalidate');
  assert.equal(reply.headers['last-modified'], parseOcspResponse(reply.rawPayload).answers[0]?.thisUpdate.toUTCString());
  const again = await server.inject({ method: 'GET', url, headers: { 'if-none-match': reply.headers.etag ?? '' } });
  assert.equal(again.statusCode, 304);
  assert.equal(again.body, '');
  house.clock.advance(58 * 60_000);
  assert.equal((await server.inject({ method: 'GET', url })).headers['cache-control'], 'max-age=119, public, no-transform, must-revalidate', 'never past the answer’s own end');
  await run(house.kernel, revoke(one), {}, { actor: systemActor('test') });
  const after = await server.inject({ method: 'GET', url, headers: { 'if-none-match': reply.headers.etag ?? '' } });
  assert.equal(after.statusCode, 200);
  assert.equal(statusOf(after.rawPayload), 'revoked');
  const withNonce = await server.inject({ method: 'GET', url: `/pki/ocsp/${encodeURIComponent(question(one, oct(randomBytes(8))).toString('base64'))}` });
  assert.equal(withNonce.headers['cache-control'], 'private, no-cache');
});

test('openssl accepts an answer that was signed in advance', async (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) {
    t.skip('openssl is not on PATH');
    return;
  }
  const present = await openTestHouse({ modules: testModules, now: new Date(Date.now() - 40 * 60_000).toISOString() });
  const folder = mkdtempSync(join(tmpdir(), 'ocsp-answers-'));
  const put = (name: string, kind: string, der: Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, `-----BEGIN ${kind}-----\n${der.toString('base64').match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END ${kind}-----\n`);
    return path;
  };
  try {
    const one = await holder(present.kernel);
    await answerOcsp(present.kernel, question(one));
    present.clock.advance(40 * 60_000);
    assert.equal(await signOcspAnswersAhead(present.kernel), 1);
    const { body } = await answerOcsp(present.kernel, question(one));
    const file = join(folder, 'answer.der');
    writeFileSync(file, body);
    const issuer = put('issuer.pem', 'CERTIFICATE', one.issuer.raw);
    const root = put('root.pem', 'CERTIFICATE', (await builtInAuthority(present.kernel)).root.certificate.raw);
    const child = spawn('openssl', ['ocsp', '-respin', file, '-issuer', issuer, '-cert', put('one.pem', 'CERTIFICATE', one.certificate.raw), '-CAfile', root, '-verify_other', issuer]);
    let shown = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    await new Promise((done) => child.on('close', done));
    assert.match(shown, /Response verify OK/);
    assert.match(shown, /one\.pem: good/);
  } finally {
    await present.close();
    rmSync(folder, { recursive: true });
  }
});
