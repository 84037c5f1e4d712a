import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign as signBytes, type KeyObject } from 'node:crypto';
import { after, before, test } from 'node:test';
import { readBytes } from '#engines/files/index.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { KeyHolderError, type KeyHolder, type SignOutcome } from './adapters/key-holder.ts';
import { performSigning } from './perform-signing.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { readPkcs12 } from './domain/pki/pkcs12.ts';
import { getCredential } from './queries/credentials.ts';
import { validateStored } from './queries/validate-stored.ts';
import { credentialOf, openPaper, sealOf, somebody, testModules, testPin } from './testing.ts';

/** A remote signing service: keeps what it is asked, and answers when the test says so. */
function remoteService() {
  const asked = new Map<string, Buffer>();
  let key: KeyObject | undefined;
  let mood: 'waiting' | 'confirmed' | 'refused' | 'lying' | 'silent' = 'waiting';
  const holder: KeyHolder = {
    name: 'test-remote',
    checksSecretHere: false,
    listCertificates: ({ certificate, chain }) => Promise.resolve([{ certificate, chain }]),
    sign: ({ items }) => {
      const reference = newId();
      asked.set(reference, items[0]?.attributes ?? Buffer.alloc(0));
      return Promise.resolve({ state: 'pending', reference, pollAfterMs: 5000 });
    },
    poll: (reference): Promise<SignOutcome> => {
      if (mood === 'silent') return Promise.reject(new KeyHolderError('unavailable'));
      if (mood === 'refused') return Promise.reject(new KeyHolderError('refused'));
      const attributes = asked.get(reference);
      if (mood === 'waiting' || attributes === undefined || key === undefined) return Promise.resolve({ state: 'pending', reference, pollAfterMs: 5000 });
      return Promise.resolve({ state: 'signed', signatures: [signBytes('sha256', mood === 'lying' ? Buffer.from('other') : attributes, key)] });
    },
  };
  return {
    holder,
    be: (next: typeof mood) => {
      mood = next;
    },
    hold: (next: KeyObject) => {
      key = next;
    },
  };
}

const remote = remoteService();
let house: TestHouse;
let tsa: Server | undefined;
before(async () => {
  house = await openTestHouse({ modules: [...testModules, { name: 'remote-keys', contributions: { 'signatures.key-holders': [remote.holder] } }] });
});
after(async () => {
  tsa?.closeAllConnections();
  tsa?.close();
  await house.close();
});

const pdf = buildPdf({ fillerBytes: 10_000 });
const coded = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error, String(error));
  assert.equal(error.code, wanted);
  return true;
};
const rowOf = async (signingId: string) => (await house.sql('select state, failure_code, result_sha256 from signatures.signing where id = $1', [signingId]))[0];

/** A credential whose key the remote service holds. */
async function remoteCredential(person: ReturnType<typeof somebody>, credentialId: string): Promise<void> {
  const { container } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  remote.hold((await readPkcs12(container ?? Buffer.alloc(0), testPin)).privateKey);
  await house.sql(`update signatures.credential set driver = 'test-remote', container = null where id = $1`, [credentialId]);
}

async function openRemote(): Promise<{ person: ReturnType<typeof somebody>; signingId: string; subjectId: string }> {
  const person = somebody();
  const credentialId = await credentialOf(house.kernel, person);
  await remoteCredential(person, credentialId);
  const subjectId = newId();
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf, subjectId });
  const outcome = await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person });
  assert.equal(outcome.state, 'pending');
  return { person, signingId, subjectId };
}

async function nextPoll(): Promise<void> {
  house.clock.advance(6000);
  await house.drain();
}

test('a slow holder’s answer completes the signing by itself, as the person who asked for it', async () => {
  remote.be('waiting');
  const { person, signingId, subjectId } = await openRemote();
  await nextPoll();
  assert.equal((await rowOf(signingId))?.['state'], 'pending', 'not confirmed yet');
  remote.be('silent');
  await nextPoll();
  assert.equal((await rowOf(signingId))?.['state'], 'pending', 'a silent service is asked again');
  remote.be('confirmed');
  await nextPoll();
  const row = await rowOf(signingId);
  assert.equal(row?.['state'], 'completed');
  assert.equal((await validateStored(house.kernel, String(row['result_sha256']))).indication, 'TOTAL-PASSED');
  const [event] = await house.sql(`select actor from audit.entry where subject_id = $1 and type = 'papers.paper-signed'`, [subjectId]);
  // safe because the recorder writes an object
  assert.equal((event?.['actor'] as { personId: string }).personId, person.personId);
});

test('a refusal on the device ends the signing with the reason, and asks no further', async () => {
  remote.be('refused');
  const { signingId } = await openRemote();
  await nextPoll();
  assert.deepEqual(await rowOf(signingId), { state: 'failed', failure_code: 'signatures.holderRefused', result_sha256: null });
  const [jobs] = await house.sql(`select count(*)::int as left from kernel.job where kind = 'signatures.poll-signing'`);
  assert.equal(jobs?.['left'], 0);
});

test('an answer that does not fit the certificate is never put into a file', async () => {
  remote.be('lying');
  const { signingId } = await openRemote();
  await nextPoll();
  assert.equal((await rowOf(signingId))?.['state'], 'pending');
  house.clock.advance(11 * 60_000);
  await house.drain();
  assert.equal((await rowOf(signingId))?.['state'], 'expired');
});

test('an act with several signatures goes on after each answer of a slow holder', async () => {
  const clerk = somebody({ roles: ['clerk'] });
  const credentialId = await sealOf(house.kernel, clerk.agencyId);
  await remoteCredential(clerk, credentialId);
  remote.be('confirmed');
  const texts = [{ page: 1, text: '07', x: 100, baseline: 100, width: 30, fontSize: 13, style: 'regular' as const }];
  const appearance = { kind: 'seal' as const, signaturePlace: { page: 1, x: 320, y: 600, width: 140, height: 50 }, texts };
  const signingId = await openPaper(house.kernel, clerk, { credentialId, pdf, appearance });
  assert.equal((await performSigning(house.kernel, { agencyId: clerk.agencyId, signingId, actor: clerk })).state, 'pending');
  await nextPoll();
  await nextPoll();
  const row = await rowOf(signingId);
  assert.equal(row?.['state'], 'completed');
  const report = await validateStored(house.kernel, String(row['result_sha256']));
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.equal(report.signatures.length, 2);
});

async function foreignTsa(answer: (request: Buffer) => Promise<{ status: number; body: Buffer }>): Promise<void> {
  tsa?.closeAllConnections();
  tsa?.close();
  const server = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      void answer(Buffer.concat(parts)).then(({ status, body }) => reply.writeHead(status, { 'content-type': 'application/timestamp-reply' }).end(body));
    });
  });
  tsa = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // safe because a TCP server has such an address
  house.kernel.config.timestampUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/tsa`;
}

test('a foreign time-stamping service is used when configured; without its answer, or with a wrong one, nothing is signed and the signing stays open', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  const signingId = await openPaper(kernel, person, { credentialId, pdf });
  const sign = () => performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  const { timestamp } = await builtInAuthority(kernel);
  let kept: Buffer | undefined;
  await foreignTsa(() => Promise.resolve({ status: 503, body: Buffer.alloc(0) }));
  await assert.rejects(sign(), coded('signatures.timestampUnavailable'));
  await foreignTsa(() => Promise.resolve({ status: 200, body: Buffer.from('<html>') }));
  await assert.rejects(sign(), coded('signatures.timestampWrong'));
  await foreignTsa((request) => {
    const body = timestamp.respond(request, house.clock.now());
    kept ??= body;
    return Promise.resolve({ status: 200, body });
  });
  const signed = await sign();
  assert.ok(signed.state === 'signed');
  assert.ok((await readBytes(kernel, signed.sha256)).length > pdf.length + 32_000, 'room for a foreign token is reserved');
  assert.equal((await validateStored(kernel, signed.sha256)).signatures[0]?.level, 'B-T');
  const replayed = kept;
  assert.ok(replayed !== undefined);
  await foreignTsa(() => Promise.resolve({ status: 200, body: replayed }));
  const next = await openPaper(kernel, person, { credentialId, pdf });
  await assert.rejects(performSigning(kernel, { agencyId: person.agencyId, signingId: next, actor: person, secret: testPin }), coded('signatures.timestampWrong'));
  house.kernel.config.timestampUrl = undefined;
});
