import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign as signBytes, type KeyObject } from 'node:crypto';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { readBytes } from '#engines/files/index.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { SigningDriverError, type SigningDriver, type SignOutcome } from './adapters/signing-driver.ts';
import { performSigning, resumeSigning } from './perform-signing.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { readPkcs12 } from './domain/pki/pkcs12.ts';
import { getCredential } from './queries/credentials.ts';
import { validateStored } from './queries/validate-stored.ts';
import { credentialOf, openPaper, sealOf, somebody, testModules, testPin } from './testing.ts';

/** A remote signing service: keeps what it is asked, and answers when the test says so. */
function remoteService() {
  const asked = new Map<string, Buffer>();
  const counts = { sign: 0, poll: 0 };
  let key: KeyObject | undefined;
  let mood: 'waiting' | 'confirmed' | 'refused' | 'too late' | 'lying' | 'silent' = 'waiting';
  let first: 'pending' | 'at once' | 'lost answer' | 'not sent' | 'wrong PIN' | 'expired PIN' | 'pulled out' = 'pending';
  const holder: SigningDriver = {
    name: 'test-remote',
    checksSecretHere: false,
    confirmsElsewhere: true,
    listCertificates: () => Promise.resolve([]),
    sign: ({ items, transactionId: reference }): Promise<SignOutcome> => {
      counts.sign += 1;
      const answer = first;
      first = 'pending';
      if (answer === 'not sent') return Promise.reject(new SigningDriverError('unavailable'));
      if (answer === 'expired PIN') return Promise.reject(new SigningDriverError('secretExpired'));
      if (answer === 'pulled out') return Promise.reject(new SigningDriverError('deviceRemoved'));
      if (answer === 'wrong PIN') return Promise.reject(new SigningDriverError('wrongSecret', { isLastTry: true }));
      const attributes = items[0]?.attributes ?? Buffer.alloc(0);
      asked.set(reference, attributes);
      if (answer === 'lost answer') return Promise.reject(new SigningDriverError('unavailable', { isUncertain: true }));
      if (answer === 'at once' && key !== undefined) return Promise.resolve({ state: 'signed', signatures: [signBytes('sha256', mood === 'lying' ? Buffer.from('other') : attributes, key)] });
      return Promise.resolve({ state: 'pending', reference, pollAfterMs: 5000 });
    },
    poll: ({ reference }): Promise<SignOutcome> => {
      counts.poll += 1;
      if (mood === 'too late') return Promise.reject(new SigningDriverError('timedOut'));
      if (mood === 'silent') return Promise.reject(new SigningDriverError('unavailable'));
      if (mood === 'refused') return Promise.reject(new SigningDriverError('refused'));
      const attributes = asked.get(reference);
      if (mood === 'waiting' || attributes === undefined || key === undefined) return Promise.resolve({ state: 'pending', reference, pollAfterMs: 5000 });
      return Promise.resolve({ state: 'signed', signatures: [signBytes('sha256', mood === 'lying' ? Buffer.from('other') : attributes, key)] });
    },
  };
  return {
    holder,
    counts,
    /** Different transactions that arrived. */
    arrived: () => asked.size,
    answerFirst: (next: typeof first) => {
      first = next;
    },
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
  const polls = remote.counts.poll;
  house.clock.advance(2 * 60_000);
  await house.drain();
  assert.equal(remote.counts.poll, polls);
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

/** How often the subject was signed, by the three records that must agree. */
async function signedTimes(subjectId: string): Promise<number> {
  const [row] = await house.sql(
    `select count(*) filter (where state = 'completed')::int as completed,
            (select count(*)::int from audit.entry where type = 'papers.paper-signed' and subject_id = $1) as told
       from signatures.signing where subject_id = $1::uuid`,
    [subjectId],
  );
  assert.equal(row?.['completed'], row?.['told']);
  return Number(row?.['completed']);
}

async function minutes(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) {
    house.clock.advance(60_000);
    await house.drain();
  }
}

test('a confirmation that comes after the signing was closed still signs, as the person who asked for it', async () => {
  remote.be('waiting');
  const { signingId, subjectId } = await openRemote();
  await minutes(30);
  assert.equal((await rowOf(signingId))?.['state'], 'expired', 'the document is free for others meanwhile');
  remote.be('confirmed');
  await minutes(10);
  const row = await rowOf(signingId);
  assert.deepEqual([row?.['state'], row?.['failure_code']], ['completed', null]);
  assert.equal((await validateStored(house.kernel, String(row?.['result_sha256']))).indication, 'TOTAL-PASSED');
  assert.equal(await signedTimes(subjectId), 1);
});

test('a late confirmation signs nothing once the same document is being signed again or was signed', async () => {
  for (const ends of [false, true]) {
    remote.be('waiting');
    const { person, signingId, subjectId } = await openRemote();
    await minutes(11);
    const [credential] = await house.sql('select credential_id from signatures.signing where id = $1', [signingId]);
    const next = await openPaper(house.kernel, person, { credentialId: String(credential?.['credential_id']), pdf, subjectId });
    if (ends) {
      remote.answerFirst('at once');
      assert.equal((await performSigning(house.kernel, { agencyId: person.agencyId, signingId: next, actor: person })).state, 'signed');
    }
    remote.be('confirmed');
    await minutes(3);
    assert.equal((await rowOf(signingId))?.['state'], 'expired');
    assert.equal(await signedTimes(subjectId), ends ? 1 : 0);
    const [left] = await house.sql('select holder_reference, prepared from signatures.signing where id = $1', [signingId]);
    assert.deepEqual(left, { holder_reference: null, prepared: null }, 'there is nothing to ask after any more');
  }
});

test('after the holder says that the time is over, or after a day, nobody asks any more', async () => {
  remote.be('waiting');
  const first = await openRemote();
  remote.be('too late');
  await nextPoll();
  assert.deepEqual([(await rowOf(first.signingId))?.['state'], (await rowOf(first.signingId))?.['failure_code']], ['failed', 'signatures.confirmationTimedOut']);
  remote.be('silent');
  await openRemote();
  for (let hour = 0; hour < 26; hour += 1) {
    house.clock.advance(3_600_000);
    await house.drain();
  }
  const [jobs] = await house.sql(`select count(*)::int as left from kernel.job where kind = 'signatures.poll-signing'`);
  assert.equal(jobs?.['left'], 0);
});

test('an answer that two processes fetch at once goes into the file once', async () => {
  remote.be('confirmed');
  const { signingId, subjectId, person } = await openRemote();
  const ask = () => resumeSigning(house.kernel, { agencyId: person.agencyId, signingId }, systemActor('test'));
  const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') coded('signatures.alreadyBeingSigned')(outcome.reason);
  await nextPoll();
  assert.equal((await rowOf(signingId))?.['state'], 'completed');
  assert.equal(await signedTimes(subjectId), 1);
  await ask();
  assert.equal(await signedTimes(subjectId), 1, 'asking after it changes nothing');
});

test('when the answer to the request is lost, it is asked for under the same transaction and signs once', async () => {
  remote.be('confirmed');
  const before = remote.arrived();
  remote.answerFirst('lost answer');
  const { signingId, subjectId } = await openRemote();
  await nextPoll();
  assert.equal((await rowOf(signingId))?.['state'], 'pending', 'the first sender may still be waiting');
  await minutes(2);
  assert.equal((await rowOf(signingId))?.['state'], 'completed');
  assert.equal(await signedTimes(subjectId), 1);
  assert.equal(remote.arrived() - before, 1);
});

test('a service that is away, a wrong or expired PIN, or a device that is pulled out leaves the signing open for another try', async () => {
  remote.be('confirmed');
  const cases = [['not sent', 'signatures.holderUnavailable'], ['wrong PIN', 'signatures.devicePinLastTry'], ['expired PIN', 'signatures.devicePinExpired'], ['pulled out', 'signatures.deviceRemoved']] as const;
  for (const [answer, code] of cases) {
    const person = somebody();
    const credentialId = await credentialOf(house.kernel, person);
    await remoteCredential(person, credentialId);
    const signingId = await openPaper(house.kernel, person, { credentialId, pdf });
    const sign = () => performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: '1' });
    remote.answerFirst(answer);
    await assert.rejects(sign(), coded(code));
    assert.equal((await rowOf(signingId))?.['state'], 'prepared');
    remote.answerFirst('at once');
    assert.equal((await sign()).state, 'signed');
  }
});

test('a service that answers at once, but with another key’s signature, signs nothing and leaves the signing open', async () => {
  const person = somebody();
  const credentialId = await credentialOf(house.kernel, person);
  await remoteCredential(person, credentialId);
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf });
  remote.be('lying');
  remote.answerFirst('at once');
  await assert.rejects(performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person }), coded('signatures.holderUnavailable'));
  assert.equal((await rowOf(signingId))?.['state'], 'prepared');
});

test('a signature that was given while the time-stamping service was away is kept, and put in when it is back', async () => {
  remote.be('confirmed');
  const { signingId, subjectId } = await openRemote();
  await foreignTsa(() => Promise.resolve({ status: 503, body: Buffer.alloc(0) }));
  await nextPoll();
  assert.equal((await rowOf(signingId))?.['state'], 'pending');
  const polls = remote.counts.poll;
  house.kernel.config.timestampUrl = undefined;
  remote.be('silent');
  await minutes(1);
  assert.equal((await rowOf(signingId))?.['state'], 'completed');
  assert.equal(remote.counts.poll, polls, 'the holder is not asked for it again');
  assert.equal(await signedTimes(subjectId), 1);
});

test('a certificate that is revoked, or not yet valid by a clock that went back, while the holder makes up its mind signs nothing', async () => {
  const changes = [`state = 'revoked', revoked_at = now(), revoked_reason = 'keyCompromise'`, `valid_from = '2026-12-31T00:00:00Z'`, `valid_from = '2020-01-01T00:00:00Z', valid_to = '2026-11-19T00:00:00Z'`];
  const codes = ['signatures.certificateRevoked', 'signatures.certificateNotYetValid', 'signatures.certificateExpired'];
  for (const [index, change] of changes.entries()) {
    remote.be('confirmed');
    const { signingId, subjectId } = await openRemote();
    await house.sql(`update signatures.credential set ${change} where id = (select credential_id from signatures.signing where id = $1)`, [signingId]);
    await nextPoll();
    assert.deepEqual([(await rowOf(signingId))?.['state'], (await rowOf(signingId))?.['failure_code']], ['failed', codes[index]]);
    assert.equal(await signedTimes(subjectId), 0);
  }
});

test('with another person’s certificate, one not yet valid or one that ended the holder is not even asked', async () => {
  const { kernel } = house;
  const person = somebody();
  const credentialId = await credentialOf(kernel, person);
  await remoteCredential(person, credentialId);
  const signingId = await openPaper(kernel, person, { credentialId, pdf });
  const before = remote.counts.sign;
  const sign = () => performSigning(kernel, { agencyId: person.agencyId, signingId, actor: person });
  const other = somebody({ agencyId: person.agencyId, name: 'Trần Văn Bình' });
  await assert.rejects(performSigning(kernel, { agencyId: person.agencyId, signingId, actor: other }), coded('signatures.notYourCredential'));
  await house.sql(`update signatures.credential set valid_from = '2026-12-31T00:00:00Z' where id = $1`, [credentialId]);
  await assert.rejects(sign(), coded('signatures.certificateNotYetValid'));
  await house.sql(`update signatures.credential set valid_from = '2020-01-01T00:00:00Z', valid_to = '2026-11-01T00:00:00Z' where id = $1`, [credentialId]);
  await assert.rejects(sign(), coded('signatures.certificateExpired'));
  assert.equal(remote.counts.sign, before);
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
  await foreignTsa(async (request) => {
    const body = await timestamp.respond(request, house.clock.now());
    kept ??= body;
    return { status: 200, body };
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
