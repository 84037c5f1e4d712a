import assert from 'node:assert/strict';
import { sign as signBytes, type KeyObject } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { run, type CommandContext } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { SigningDriverError, type SigningDriver, type SignOutcome, type SignRequest } from './adapters/signing-driver.ts';
import { expireSignings } from './commands/signing-states.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { readPkcs12 } from './domain/pki/pkcs12.ts';
import { performSigningBatch, type BatchOutcome } from './perform-batch.ts';
import { getCredential } from './queries/credentials.ts';
import { validateStored } from './queries/validate-stored.ts';
import { credentialOf, openPaper, sealOf, somebody, testModules, testPin } from './testing.ts';

/** A telephone service: counts its confirmations, and answers when the test says so. */
function phone() {
  const asked = new Map<string, readonly Buffer[]>();
  const state = { most: 100, mood: 'waits' as 'waits' | 'confirms' | 'refuses' | 'lies about one', first: 'pending' as 'pending' | 'lost' | 'not sent' | 'at once', hsm: undefined as { asksUntilGone: number } | undefined, key: undefined as KeyObject | undefined };
  const answer = (transactionId: string): SignOutcome => {
    const { key } = state;
    if (key === undefined) throw new Error('the service has no key');
    return { state: 'signed', signatures: (asked.get(transactionId) ?? []).map((attributes, index) => signBytes('sha256', state.mood === 'lies about one' && index === 1 ? Buffer.from('other') : attributes, key)) };
  };
  const driver: SigningDriver = {
    name: 'test-phone',
    checksSecretHere: false,
    confirmsElsewhere: true,
    mostItems: () => Promise.resolve(state.most),
    listCertificates: () => Promise.resolve([]),
    sign({ items, transactionId }: SignRequest) {
      const { first, hsm } = state;
      state.first = 'pending';
      if (hsm?.asksUntilGone === 0) return Promise.reject(new SigningDriverError('deviceMissing'));
      if (hsm !== undefined) hsm.asksUntilGone -= 1;
      if (first === 'not sent') return Promise.reject(new SigningDriverError('unavailable'));
      asked.set(transactionId, items.map(({ attributes }) => attributes));
      if (first === 'lost') return Promise.reject(new SigningDriverError('unavailable', { isUncertain: true }));
      return Promise.resolve(first === 'at once' || hsm !== undefined ? answer(transactionId) : { state: 'pending', reference: transactionId, pollAfterMs: 5000 });
    },
    poll({ transactionId, reference }) {
      if (state.mood === 'refuses') return Promise.reject(new SigningDriverError('refused'));
      return Promise.resolve(state.mood === 'waits' ? { state: 'pending', reference, pollAfterMs: 5000 } : answer(transactionId));
    },
  };
  return { driver, state, asked };
}

const service = phone();
let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [...testModules, { name: 'remote-keys', contributions: { 'signatures.key-holders': [service.driver] } }] });
});
after(() => house.close());
beforeEach(() => {
  Object.assign(service.state, { most: 100, mood: 'waits', first: 'pending', hsm: undefined });
  service.asked.clear();
});

const pdf = buildPdf({ fillerBytes: 10_000 });
const person = somebody();

async function phoneCredential(): Promise<string> {
  const credentialId = await credentialOf(house.kernel, person);
  const { container } = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  service.state.key = (await readPkcs12(container ?? Buffer.alloc(0), testPin)).privateKey;
  await house.sql(`update signatures.credential set driver = 'test-phone', container = null where id = $1`, [credentialId]);
  return credentialId;
}

type Papers = { signingIds: string[]; subjects: string[] };

async function papers(credentialId: string, count: number, changes: { [index: number]: Partial<Parameters<typeof openPaper>[2]> } = {}): Promise<Papers> {
  const made: Papers = { signingIds: [], subjects: [] };
  for (let index = 0; index < count; index += 1) {
    const subjectId = newId();
    made.subjects.push(subjectId);
    made.signingIds.push(await openPaper(house.kernel, person, { credentialId, pdf, subjectId, ...changes[index] }));
  }
  return made;
}

const perform = (signingIds: string[], secret?: string): Promise<BatchOutcome> => performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds, actor: person, secret });
const outcomes = ({ signings }: BatchOutcome): string[] => signings.map(({ outcome }) => (outcome.state === 'refused' ? outcome.error.code : outcome.state));
const statesOf = async (signingIds: string[]): Promise<string[]> => {
  const rows = await house.sql<{ id: string; state: string }>('select id, state from signatures.signing where id = any($1)', [signingIds]);
  return signingIds.map((id) => rows.find((row) => row.id === id)?.state ?? 'none');
};
const signedTimes = async (subjects: string[]): Promise<number[]> => {
  const rows = await house.sql<{ subject_id: string }>(`select subject_id from audit.entry where type = 'papers.paper-signed' and subject_id::text = any($1)`, [subjects]);
  return subjects.map((subject) => rows.filter((row) => row.subject_id === subject).length);
};
const inTurn = async (minutes: number): Promise<void> => {
  for (let passed = 0; passed < minutes; passed += 1) {
    house.clock.advance(60_000);
    await house.drain();
  }
};
const all = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('fifty papers with a key in the house: one PIN check, and each paper is signed on its own', { timeout: 120_000 }, async () => {
  const { signingIds, subjects } = await papers(await credentialOf(house.kernel, person), 50);
  const outcome = await perform(signingIds, testPin);
  assert.deepEqual(outcomes(outcome), all(50, 'signed'));
  assert.equal(outcome.requests, 1);
  assert.deepEqual(await signedTimes(subjects), all(50, 1));
  const [row] = await house.sql('select result_sha256 from signatures.signing where id = $1', [signingIds[49]]);
  assert.equal((await validateStored(house.kernel, String(row?.['result_sha256']))).indication, 'TOTAL-PASSED');
  await inTurn(3);
  assert.deepEqual(await signedTimes(subjects), all(50, 1), 'the jobs that stood by have nothing left to do');
  assert.deepEqual(outcomes(await perform(signingIds, testPin)), all(50, 'signed'), 'asked again, nothing is signed again');
  assert.deepEqual(await signedTimes(subjects), all(50, 1));
});

test('a wrong PIN costs one attempt for the whole batch and leaves every paper to be signed again', async () => {
  const credentialId = await credentialOf(house.kernel, person);
  const { signingIds, subjects } = await papers(credentialId, 4);
  assert.deepEqual(outcomes(await perform(signingIds, 'sai mã PIN')), all(4, 'signatures.wrongPin'));
  const [row] = await house.sql('select failed_attempts from signatures.credential where id = $1', [credentialId]);
  assert.equal(row?.['failed_attempts'], 1);
  assert.deepEqual(await statesOf(signingIds), all(4, 'prepared'));
  assert.deepEqual(outcomes(await perform(signingIds, testPin)), all(4, 'signed'));
  assert.deepEqual(await signedTimes(subjects), all(4, 1));
});

test('one paper that fails, in its file or in what follows from the signature, does not stop the others', async () => {
  const broken = { pdf: Buffer.from('this is no PDF at all') };
  const { signingIds, subjects } = await papers(await credentialOf(house.kernel, person), 5, { 1: broken, 3: { data: { refuse: true } } });
  const outcome = outcomes(await perform(signingIds, testPin));
  assert.deepEqual([outcome[0], outcome[2], outcome[4]], all(3, 'signed'));
  assert.match(outcome[1] ?? '', /^signatures\.pdf/);
  assert.equal(outcome[3], 'kernel.internal');
  assert.deepEqual(await statesOf(signingIds), ['completed', 'failed', 'completed', 'failed', 'completed']);
  assert.deepEqual(await signedTimes(subjects), [1, 0, 1, 0, 1]);
});

test('a phone asks once for all; the confirmation signs each, also a late one', async () => {
  const { signingIds, subjects } = await papers(await phoneCredential(), 5);
  const outcome = await perform(signingIds);
  assert.deepEqual(outcomes(outcome), all(5, 'pending'));
  assert.deepEqual([outcome.requests, service.asked.size, [...service.asked.values()][0]?.length], [1, 1, 5]);
  await inTurn(12);
  await run(house.kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('test') });
  assert.deepEqual(await statesOf(signingIds), all(5, 'expired'), 'nobody confirmed in time');
  service.state.mood = 'confirms';
  await inTurn(5);
  assert.deepEqual(await statesOf(signingIds), all(5, 'completed'));
  assert.deepEqual(await signedTimes(subjects), all(5, 1));
  assert.equal(service.asked.size, 1);
});

test('a service that takes fewer at once is asked in several turns, and that is said', async () => {
  service.state.most = 3;
  const { signingIds, subjects } = await papers(await phoneCredential(), 7);
  const outcome = await perform(signingIds);
  assert.deepEqual(outcomes(outcome), all(7, 'pending'));
  assert.equal(outcome.requests, 3);
  assert.deepEqual([...service.asked.values()].map((items) => items.length), [3, 3, 1]);
  service.state.mood = 'confirms';
  await inTurn(2);
  assert.deepEqual(await signedTimes(subjects), all(7, 1));
});

test('a holder that takes one at a time gets ordinary signings', async () => {
  service.state.most = 1;
  const { signingIds, subjects } = await papers(await phoneCredential(), 2);
  assert.equal((await perform(signingIds)).requests, 2);
  assert.equal((await house.sql('select 1 from signatures.signing_batch_item where signing_id = any($1)', [signingIds])).length, 0);
  service.state.mood = 'confirms';
  await inTurn(2);
  assert.deepEqual(await signedTimes(subjects), [1, 1]);
});

test('an answer that is lost on its way is asked after under the same transaction', async () => {
  service.state.first = 'lost';
  const { signingIds, subjects } = await papers(await phoneCredential(), 3);
  assert.deepEqual(outcomes(await perform(signingIds)), all(3, 'pending'));
  service.state.mood = 'confirms';
  await inTurn(3);
  assert.deepEqual(await signedTimes(subjects), all(3, 1));
  assert.equal(service.asked.size, 1);
});

test('what never reached the service is said at once and may be tried again', async () => {
  service.state.first = 'not sent';
  const { signingIds, subjects } = await papers(await phoneCredential(), 3);
  assert.deepEqual(outcomes(await perform(signingIds)), all(3, 'signatures.holderUnavailable'));
  assert.deepEqual(await statesOf(signingIds), all(3, 'prepared'));
  service.state.first = 'at once';
  assert.deepEqual(outcomes(await perform(signingIds)), all(3, 'signed'));
  assert.deepEqual(await signedTimes(subjects), all(3, 1));
});

test('an HSM that goes away in the middle of a batch: what it signed stays signed, the rest says why, stays open, and is signed once it is back', async () => {
  Object.assign(service.state, { most: 2, hsm: { asksUntilGone: 1 } });
  const { signingIds, subjects } = await papers(await phoneCredential(), 6);
  const outcome = await perform(signingIds);
  assert.deepEqual(outcomes(outcome), ['signed', 'signed', ...all(4, 'signatures.deviceMissing')]);
  assert.equal(outcome.stopped?.code, 'signatures.deviceMissing');
  assert.deepEqual(await statesOf(signingIds), [...all(2, 'completed'), ...all(4, 'prepared')]);
  Object.assign(service.state, { hsm: { asksUntilGone: 9 } });
  assert.deepEqual(outcomes(await perform(signingIds.slice(2))), all(4, 'signed'));
  assert.deepEqual(await signedTimes(subjects), all(6, 1));
});

test('a refusal on the phone ends all that it was asked for', async () => {
  const { signingIds, subjects } = await papers(await phoneCredential(), 3);
  await perform(signingIds);
  service.state.mood = 'refuses';
  await inTurn(2);
  assert.deepEqual(await statesOf(signingIds), all(3, 'failed'));
  assert.deepEqual(await signedTimes(subjects), all(3, 0));
});

test('a holder that answers one wrong signature spoils that paper only', async () => {
  const { signingIds, subjects } = await papers(await phoneCredential(), 3);
  await perform(signingIds);
  service.state.mood = 'lies about one';
  await inTurn(3);
  assert.deepEqual((await signedTimes(subjects)).toSorted(), [0, 1, 1]);
});

test('a paper that was closed and signed again meanwhile is not signed a second time by the late confirmation', async () => {
  const credentialId = await phoneCredential();
  const { signingIds, subjects } = await papers(credentialId, 3);
  await perform(signingIds);
  await inTurn(11);
  await run(house.kernel, (ctx: CommandContext) => expireSignings(ctx), {}, { actor: systemActor('test') });
  const house2 = await credentialOf(house.kernel, person);
  const again = await openPaper(house.kernel, person, { credentialId: house2, pdf, subjectId: subjects[1] ?? '' });
  assert.deepEqual(outcomes(await perform([again], testPin)), ['signed']);
  service.state.mood = 'confirms';
  await inTurn(5);
  assert.deepEqual(await signedTimes(subjects), [1, 1, 1]);
});

test('two who sign the same papers at once sign each once', async () => {
  const { signingIds, subjects } = await papers(await credentialOf(house.kernel, person), 6);
  const [one, other] = await Promise.all([perform(signingIds, testPin), perform(signingIds.toReversed(), testPin)]);
  assert.equal([...outcomes(one), ...outcomes(other)].filter((state) => state === 'signed').length >= 6, true);
  await inTurn(2);
  assert.deepEqual(await signedTimes(subjects), all(6, 1));
});

test('nobody signs a batch with another person’s key, with two keys, or what is not there', async () => {
  const credentialId = await credentialOf(house.kernel, person);
  const { signingIds, subjects } = await papers(credentialId, 2);
  const stranger = somebody({ agencyId: person.agencyId });
  const theirs = await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds, actor: stranger, secret: testPin });
  assert.deepEqual(outcomes(theirs), all(2, 'signatures.notYourCredential'));
  const mixed = [signingIds[0] ?? '', ...(await papers(await credentialOf(house.kernel, person), 1)).signingIds];
  await assert.rejects(perform(mixed, testPin), { code: 'signatures.oneCredentialForAll' });
  await assert.rejects(perform([newId()], testPin), { code: 'signatures.signingNotFound' });
  await assert.rejects(performSigningBatch(house.kernel, { agencyId: newId(), signingIds, actor: person, secret: testPin }), { code: 'signatures.signingNotFound' });
  assert.deepEqual(await signedTimes(subjects), [0, 0]);
});

test('an act of several signatures is made on its own beside the batch', async () => {
  const clerk = somebody({ agencyId: person.agencyId, roles: ['clerk'] });
  const credentialId = await sealOf(house.kernel, clerk.agencyId);
  const place = { page: 1, x: 320, y: 600, width: 140, height: 50 };
  const texts = [{ page: 1, text: '12', x: 100, baseline: 100, width: 40, fontSize: 13, style: 'regular' as const }];
  const open = async (pages: boolean): Promise<string> =>
    openPaper(house.kernel, clerk, { credentialId, pdf, appearance: { kind: 'seal', signaturePlace: place, texts: pages ? texts : [] } });
  const signingIds = [await open(true), await open(false), await open(true)];
  const outcome = await performSigningBatch(house.kernel, { agencyId: clerk.agencyId, signingIds, actor: clerk, secret: testPin });
  assert.deepEqual(outcomes(outcome), all(3, 'signed'));
});

test('under the authorisation of a higher agency the delegate signs with the certificate of the own one, and nobody else does', async () => {
  const higher = newId<'agency'>();
  const credentialId = await credentialOf(house.kernel, person);
  const acting = { ...person, agencyId: higher, ownAgencyId: person.agencyId, onBehalfOf: { personId: newId<'person'>(), name: 'Nguyễn Văn Bình', postId: newId<'post'>(), postTitle: 'Giám đốc' } };
  const signingId = await openPaper(house.kernel, acting, { credentialId, pdf });
  assert.deepEqual(outcomes(await performSigningBatch(house.kernel, { agencyId: higher, signingIds: [signingId], actor: acting, secret: testPin })), ['signed']);
  const colleague = { ...person, agencyId: higher };
  await assert.rejects(openPaper(house.kernel, colleague, { credentialId, pdf }), { code: 'signatures.credentialNotFound' });
  await assert.rejects(openPaper(house.kernel, { ...acting, personId: newId<'person'>() }, { credentialId, pdf }), { code: 'signatures.notYourCredential' });
  const seal = await sealOf(house.kernel, person.agencyId);
  await assert.rejects(openPaper(house.kernel, { ...acting, roles: ['clerk'] }, { credentialId: seal, pdf }), { code: 'signatures.notYourCredential' });
  const wrong = await openPaper(house.kernel, acting, { credentialId, pdf });
  const outcome = await performSigningBatch(house.kernel, { agencyId: higher, signingIds: [wrong], actor: acting, secret: 'sai mã PIN' });
  assert.deepEqual(outcomes(outcome), ['signatures.wrongPin']);
  const [row] = await house.sql('select failed_attempts from signatures.credential where id = $1', [credentialId]);
  assert.equal(row?.['failed_attempts'], 1, 'wrong PINs are counted at the certificate, wherever it is used');
});
