/** A service that wants the person's consent on its own page for every signature, through the routes: asked, given, refused, late, twice, hostile. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { vietnamDay } from '#kernel/time.ts';
import { cscAccount, testCscService, type TestCscService } from './adapters/csc-client/testing.ts';
import { forgetEndedConsents } from './commands/service-consents.ts';
import { expireSignings } from './commands/signing-states.ts';
import { addTrustAnchor } from './commands/trust-anchors.ts';
import type { CredentialSummary, FinishedConsentReply, OwnSigning, WaitingRelease } from './contract.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from './domain/pki/authority.ts';
import { performSigningBatch } from './perform-batch.ts';
import { performSigning } from './perform-signing.ts';
import { demoSealPng } from './domain/pdf/demo-images/demo-images.ts';
import { openPaper, somebody, testModules } from './testing.ts';

const RETURN_ADDRESS = 'https://lienthong.test/app/chu-ky-cua-toi/dong-y';
const now = new Date('2026-11-01T00:00:00Z');
const root = await createRootAuthority({ organization: 'CA công cộng thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'CA công cộng thử', now });
const pair = await generateKey('rsa-2048');
const person = somebody({ roles: ['leader', 'clerk'] });
const certificate = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: person.name, organization: 'Sở' }), publicKey: pair.publicKey, now, validDays: 365 }).raw;
const folder = mkdtempSync(join(tmpdir(), 'signature-releases-'));
const BACK = '/van-ban-di/mot';
let house: TestHouse;
let server: FastifyInstance;
let service: TestCscService;
let caller: PersonActor = person;
/** One key by each version: of an installation that people let in, and of one with an account of its own. */
const keys: Record<1 | 2, string> = { 1: '', 2: '' };

before(async () => {
  service = await testCscService({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] });
  service.redirects = [RETURN_ADDRESS];
  const page = (version: 1 | 2) => ({ oauth2Url: service.oauth2UrlOf(version), clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri: RETURN_ADDRESS });
  const services = [
    { name: 'consents', kind: 'csc', version: 2, baseUrl: service.url(2), access: { kind: 'authorization-code', ...page(2) } },
    { name: 'released', label: 'Ký số tỉnh', kind: 'csc', version: 1, baseUrl: service.url(1), access: { kind: 'login', user: cscAccount.user, password: cscAccount.password }, release: page(1) },
  ];
  writeFileSync(join(folder, 'services.json'), JSON.stringify(services));
  house = await openTestHouse({ modules: testModules, config: { signingServicesFile: join(folder, 'services.json') } });
  server = house.server(() => Promise.resolve(caller));
  const anchor = { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null };
  await run(house.kernel, addTrustAnchor, anchor, { actor: systemActor('test') });
});
after(async () => {
  await house.close();
  await service.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  service.person = 'confirms';
  service.behave = { mode: 'oauth2code', code: 'none', multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', next: undefined, dropAnswerOf: undefined };
  service.asked.length = 0;
});

type Refusal = { code: string };
async function call<Body>(method: 'GET' | 'POST' | 'DELETE', url: string, { payload, as = person }: { payload?: object; as?: PersonActor } = {}): Promise<{ status: number; body: Body & Refusal }> {
  caller = as;
  const reply = await server.inject({ method, url: `/api/v1/signatures${url}`, ...(payload === undefined ? {} : { payload }) });
  // safe because nobody reads the body of an empty reply
  return { status: reply.statusCode, body: reply.body === '' ? ({} as Body & Refusal) : reply.json<Body & Refusal>() };
}
const post = <Body>(url: string, payload: object, as: PersonActor = person) => call<Body>('POST', url, { payload, as });
const waiting = async (as: PersonActor = person): Promise<WaitingRelease[]> => (await call<{ releases: WaitingRelease[] }>('GET', '/releases', { as })).body.releases;
const begin = (id: string, as: PersonActor = person, returnPath = BACK) => post<{ url: string }>(`/releases/${id}/consents`, { returnPath }, as);
const finish = (answer: object, as: PersonActor = person) => post<FinishedConsentReply>('/consents/finish', answer, as);
const timesAsked = (path: string): number => service.asked.filter((each) => each === path).length;

type Answer = { state: string; code?: string; error?: string };
/** What the person's browser does: goes to the page of the service, and comes back with what that puts into the address. */
async function throughThePage(url: string): Promise<Answer> {
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? assert.fail('the service sent the browser nowhere'));
  assert.equal(`${back.origin}${back.pathname}`, RETURN_ADDRESS);
  const { code, error } = Object.fromEntries(back.searchParams);
  return { state: back.searchParams.get('state') ?? '', ...(code === undefined ? {} : { code }), ...(error === undefined ? {} : { error }) };
}
async function only(): Promise<WaitingRelease> {
  const [release, ...more] = await waiting();
  assert.equal(more.length, 0);
  return release ?? assert.fail('nothing waits');
}
const answered = async (): Promise<Answer> => throughThePage((await begin((await only()).id)).body.url);

async function open(version: 1 | 2 = 2): Promise<string> {
  return openPaper(house.kernel, person, { credentialId: keys[version], pdf: buildPdf(), appearance: { kind: 'invisible' } });
}
const perform = async (signingId: string): Promise<string> => (await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person })).state;
async function signs(version: 1 | 2 = 2): Promise<string> {
  const signingId = await open(version);
  assert.equal(await perform(signingId), 'pending');
  return signingId;
}
const stateOf = async (signingId: string): Promise<string> => String((await house.sql<{ state: string }>('select state from signatures.signing where id = $1', [signingId]))[0]?.state);
const signaturesIn = async (signingIds: readonly string[]): Promise<number> =>
  (await house.sql(`select 1 from audit.entry where type = 'signatures.signing-completed' and data ->> 'signingId' = any($1)`, [signingIds])).length;

/** Everything that waits is given up, so that each test begins with nothing. */
async function clear(): Promise<void> {
  for (const { id } of await waiting()) assert.equal((await call('DELETE', `/releases/${id}`)).status, 204);
}

test('keys whose every signature wants a consent are connected, from a service that people let us into and from one with an account of ours', async () => {
  const entry = await throughThePage((await post<{ url: string }>('/services/consents/consents', { kind: 'person' })).body.url);
  const { body } = await finish(entry);
  assert.equal(body.release, null);
  const listed = await post<{ certificates: { fingerprint: string }[] }>('/credentials/connectable', { driver: 'consents', consentId: body.consentId });
  const fingerprint = listed.body.certificates[0]?.fingerprint;
  keys[2] = (await post<{ id: string }>('/credentials/connect', { driver: 'consents', consentId: body.consentId, kind: 'person', fingerprint })).body.id;
  const { credentials } = (await call<{ credentials: CredentialSummary[] }>('GET', '/credentials')).body;
  assert.deepEqual(credentials.map(({ isReleasedOnPage, needsPin, mayTypePin, needsOtp }) => [isReleasedOnPage, needsPin, mayTypePin, needsOtp]), [[true, false, false, 'no']]);
  // The same certificate is connected once; the second service's key is told apart by its row alone.
  keys[1] = newId();
  await house.sql(
    `insert into signatures.credential select (jsonb_populate_record(c, jsonb_build_object('id', $2::text, 'driver', 'released', 'serial', 'ab12', 'access', null))).* from signatures.credential c where id = $1`,
    [keys[2], keys[1]],
  );
});

for (const version of [1, 2] as const) {
  test(`version ${String(version)}: a signing waits, the browser goes to the page bound to this hash, and what it brings back signs once`, async () => {
    const signingId = await signs(version);
    assert.equal(timesAsked('signatures/signHash') + timesAsked('token'), 0, 'nothing is asked of the service before the person has gone there');
    const own = (await call<OwnSigning>('GET', `/signings/${signingId}`)).body;
    const release = await only();
    assert.deepEqual([own.state, own.releaseId, release.count, release.service.label], ['pending', release.id, 1, version === 1 ? 'Ký số tỉnh' : null]);
    const url = new URL((await begin(release.id)).body.url);
    const asked = Object.fromEntries(url.searchParams);
    assert.deepEqual([asked['response_type'], asked['scope'], asked['credentialID'], asked['numSignatures'], asked['code_challenge_method'], asked['redirect_uri']], ['code', 'credential', cscAccount.credentialID, '1', 'S256', RETURN_ADDRESS]);
    const [kept] = await house.sql<{ hash: string }>(`select translate(rtrim(encode(sha256(attributes), 'base64'), '='), '+/', '-_') as hash from signatures.signing_batch_item where batch_id = $1`, [release.id]);
    assert.equal(asked[version === 1 ? 'hash' : 'hashes'], kept?.hash);
    assert.equal(asked['hashAlgorithmOID'], version === 1 ? undefined : '2.16.840.1.101.3.4.2.1');
    const { status, body } = await finish(await throughThePage(url.toString()));
    assert.deepEqual([status, body.release], [200, { returnPath: BACK, signed: 1, pending: 0, problem: null }]);
    assert.deepEqual([await stateOf(signingId), await signaturesIn([signingId])], ['completed', 1]);
    assert.deepEqual([timesAsked('token'), timesAsked('signatures/signHash')], [1, 1]);
    assert.deepEqual(await waiting(), []);
  });

  test(`version ${String(version)}: several documents are one consent, and what the service covers by one decides how many`, async () => {
    const many = async (count: number): Promise<string[]> => Promise.all(Array.from({ length: count }, () => open(version)));
    const three = await many(3);
    const first = await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: three, actor: person });
    assert.deepEqual([first.requests, first.signings.map(({ outcome }) => outcome.state)], [1, ['pending', 'pending', 'pending']]);
    const url = (await begin((await only()).id)).body.url;
    assert.equal(new URL(url).searchParams.get('numSignatures'), '3');
    assert.deepEqual((await finish(await throughThePage(url))).body.release, { returnPath: BACK, signed: 3, pending: 0, problem: null });
    assert.equal(await signaturesIn(three), 3);
    service.behave.multisign = 2;
    const more = await many(3);
    const second = await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: more, actor: person });
    assert.equal(second.requests, 2);
    assert.deepEqual((await waiting()).map(({ count }) => count).sort(), [1, 2]);
    for (const { id } of await waiting()) await finish(await throughThePage((await begin(id)).body.url));
    assert.equal(await signaturesIn(more), 3);
  });
}

test('neither the code nor what it is worth is in the record or in a list, and afterwards it is nowhere', async () => {
  const signingId = await signs();
  const answer = await answered();
  await finish(answer);
  const token = service.released.at(-1) ?? assert.fail('nothing was released');
  assert.deepEqual(await house.sql(`select 1 from audit.entry where data::text like $1 or data::text like $2`, [`%${token}%`, `%${answer.code ?? ''}%`]), []);
  assert.deepEqual(await house.sql('select 1 from signatures.service_consent where access is not null and batch_id is not null'), []);
  assert.equal(await stateOf(signingId), 'completed');
});

test('what the browser brings back is good once, in the session that asked, for ten minutes, and for what was asked', async () => {
  const signingId = await signs();
  const { id } = await only();
  const strangers = [{ ...somebody(), agencyId: person.agencyId, sessionId: person.sessionId }, somebody()];
  for (const stranger of strangers) {
    assert.equal((await begin(id, stranger)).body.code, 'signatures.releaseEnded', 'somebody else’s is none');
    assert.equal((await call('DELETE', `/releases/${id}`, { as: stranger })).status, 409);
    assert.deepEqual(await waiting(stranger), []);
  }
  const answer = await answered();
  for (const stranger of [...strangers, { ...person, sessionId: newId() }]) assert.equal((await finish(answer, stranger)).body.code, 'signatures.consentUnknown');
  assert.equal((await finish({ ...answer, state: 'another' })).body.code, 'signatures.consentUnknown');
  assert.equal(timesAsked('token'), 0);
  const both = await Promise.all([finish(answer), finish(answer)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  assert.deepEqual([await stateOf(signingId), timesAsked('signatures/signHash')], ['completed', 1]);

  const other = await signs();
  const late = await answered();
  house.clock.advance(11 * 60_000);
  assert.equal((await finish(late)).body.code, 'signatures.consentUnknown');
  assert.equal(await stateOf(other), 'pending');
  await clear();
});

test('a code that the page gave for another signing opens nothing, and what waits goes on waiting', async () => {
  const signingId = await signs();
  const foreign = await answered();
  const own = await answered();
  const { body } = await finish({ state: own.state, code: foreign.code });
  assert.deepEqual([body.release?.signed, body.release?.problem?.code], [0, 'signatures.releaseSpent']);
  assert.deepEqual([await stateOf(signingId), timesAsked('signatures/signHash')], ['pending', 0]);
  assert.equal((await finish(await answered())).body.release?.signed, 1, 'and can be consented to again');
});

test('a no on the page ends the signing and leaves the document free; a page that fails leaves it waiting', async () => {
  const signingId = await signs();
  service.person = 'refuses';
  const refused = await finish(await answered());
  assert.deepEqual([refused.body.release?.returnPath, refused.body.release?.problem?.code], [BACK, 'signatures.releaseRefused']);
  assert.equal((await call<OwnSigning>('GET', `/signings/${signingId}`)).body.problem?.code, 'signatures.releaseRefused');
  service.person = 'confirms';
  const again = await signs();
  const { state } = await answered();
  assert.equal((await finish({ state, error: 'server_error' })).body.release?.problem?.code, 'signatures.releaseFailed');
  assert.equal(await stateOf(again), 'pending');
  assert.equal((await finish(await answered())).body.release?.signed, 1);
});

test('what waits can be given up, also while the browser is on its way, and nothing is signed afterwards', async () => {
  const signingId = await signs();
  const answer = await answered();
  await clear();
  assert.equal(await stateOf(signingId), 'prepared');
  const { body } = await finish(answer);
  assert.equal(body.release?.problem?.code, 'signatures.releaseEnded');
  assert.equal(timesAsked('token'), 0);
  assert.equal(await perform(signingId), 'pending', 'the same is signed anew');
  assert.equal((await finish(await answered())).body.release?.signed, 1);
});

test('one document of several that is given up is not signed with the others, and a consent that was under way for all is worth nothing', async () => {
  const [stays, goes] = [await open(), await open()] as const;
  await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: [stays, goes], actor: person });
  const forBoth = await answered();
  assert.equal((await call('POST', `/signings/${goes}/agent-abandon`)).status, 204);
  assert.equal((await finish(forBoth)).body.release?.problem?.code, 'signatures.releaseEnded');
  const release = await only();
  assert.equal(release.count, 1);
  assert.equal(new URL((await begin(release.id)).body.url).searchParams.get('numSignatures'), '1');
  assert.equal((await finish(await answered())).body.release?.signed, 1);
  assert.deepEqual([await stateOf(stays), await stateOf(goes)], ['completed', 'prepared']);
});

test('a document that waits for the consent can simply be signed anew: the former request is worth nothing, the others of its batch wait on', async () => {
  const subjectId = newId();
  const paper = () => openPaper(house.kernel, person, { credentialId: keys[2], pdf: buildPdf(), appearance: { kind: 'invisible' }, subjectId });
  const [first, beside] = [await paper(), await open()] as const;
  await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: [first, beside], actor: person });
  const former = await answered();
  const again = await paper();
  assert.deepEqual([await stateOf(first), await stateOf(beside)], ['expired', 'pending']);
  assert.equal((await finish(former)).body.release?.problem?.code, 'signatures.releaseEnded');
  assert.equal(await perform(again), 'pending');
  assert.deepEqual((await waiting()).map(({ count }) => count), [1, 1]);
  for (const { id } of await waiting()) assert.equal((await finish(await throughThePage((await begin(id)).body.url))).body.release?.signed, 1);
  assert.equal(await signaturesIn([first, again, beside]), 2);
  assert.equal(timesAsked('token'), 2);
});

test('a token of another type, none at all, and an address elsewhere are no activation data', async () => {
  const signingId = await signs();
  const bad = [
    { status: 200, body: { access_token: 'x', token_type: 'Bearer', expires_in: 300 } },
    { status: 200, body: { token_type: 'SAD' } },
    { status: 302, body: {}, headers: { location: 'https://ke-gian.example/token' } },
    { status: 500, body: {} },
  ];
  for (const each of bad) {
    const answer = await answered();
    service.behave.next = { path: 'token', ...each };
    assert.equal((await finish(answer)).body.release?.problem?.code, 'signatures.holderUnavailable', JSON.stringify(each));
    assert.equal(await stateOf(signingId), 'pending');
  }
  assert.equal(timesAsked('signatures/signHash'), 0);
  assert.equal((await finish(await answered())).body.release?.signed, 1);
});

test('activation data for fewer hashes than were asked for sign nothing, and every document can be signed again', async () => {
  const two = [await open(), await open()];
  await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: two, actor: person });
  service.behave.grantsFirstOnly = true;
  const { body } = await finish(await answered());
  assert.deepEqual([body.release?.signed, body.release?.problem?.code], [0, 'signatures.releaseSpent']);
  assert.deepEqual(await Promise.all(two.map(stateOf)), ['prepared', 'prepared']);
  delete service.behave.grantsFirstOnly;
  await performSigningBatch(house.kernel, { agencyId: person.agencyId, signingIds: two, actor: person });
  assert.equal((await finish(await answered())).body.release?.signed, 2);
});

test('a service that goes away after the consent is asked again by the job, with what the consent brought', async () => {
  const signingId = await signs();
  const answer = await answered();
  service.behave.next = { path: 'signatures/signHash', status: 500, body: {} };
  const { body } = await finish(answer);
  assert.deepEqual([body.release?.signed, body.release?.pending, body.release?.problem], [0, 1, null]);
  assert.deepEqual(await waiting(), [], 'the person has nothing more to do');
  house.clock.advance(61_000);
  await house.drain();
  assert.deepEqual([await stateOf(signingId), await signaturesIn([signingId])], ['completed', 1]);
  assert.deepEqual(await house.sql('select 1 from signatures.service_consent where access is not null and batch_id is not null'), []);
});

test('where the answer to the signature was lost, the consent is spent: the document is there to be signed again, and is signed once', async () => {
  const signingId = await signs();
  const answer = await answered();
  service.behave.dropAnswerOf = 'signatures/signHash';
  assert.equal((await finish(answer)).body.release?.pending, 1);
  house.clock.advance(61_000);
  await house.drain();
  assert.equal(await stateOf(signingId), 'prepared');
  assert.equal(await perform(signingId), 'pending');
  assert.equal((await finish(await answered())).body.release?.signed, 1);
  assert.equal(await signaturesIn([signingId]), 1);
});

test('a service that asks for the consent no longer says so at once, and one that begins to is learnt from', async () => {
  const signingId = await signs();
  Object.assign(service.behave, { mode: 'explicit' });
  assert.equal((await begin((await only()).id)).body.code, 'signatures.releaseUnwanted');
  const explicit = (await call<{ credentials: CredentialSummary[] }>('GET', '/credentials')).body.credentials.find(({ id }) => id === keys[2]);
  assert.deepEqual([explicit?.isReleasedOnPage, explicit?.needsPin], [false, true]);
  service.behave.mode = 'oauth2code';
  await assert.rejects(perform(signingId), (error: unknown) => error instanceof Error && 'code' in error && error.code === 'signatures.releaseNeeded');
  assert.equal(await perform(signingId), 'pending', 'the next try waits for the consent');
  assert.equal((await finish(await answered())).body.release?.signed, 1);
});

test('when the person’s way into the service has ended, the page is not reached and the signing waits', async () => {
  const signingId = await signs();
  const [kept] = await house.sql<{ access: Buffer }>('select access from signatures.credential where id = $1', [keys[2]]);
  await house.sql('update signatures.credential set access = null where id = $1', [keys[2]]);
  assert.equal((await begin((await only()).id)).body.code, 'signatures.consentNeeded');
  await house.sql('update signatures.credential set access = $2 where id = $1', [keys[2], kept?.access]);
  assert.equal((await finish(await answered())).body.release?.signed, 1);
  assert.equal(await stateOf(signingId), 'completed');
});

test('what nobody consents to is closed by its time and forgotten; who is on the page keeps the document locked meanwhile', async () => {
  const [forgotten, under] = [await signs(), await signs()] as const;
  house.clock.advance(6 * 60_000);
  const held = (await call<OwnSigning>('GET', `/signings/${under}`)).body.releaseId ?? assert.fail('it does not wait');
  const url = (await begin(held)).body.url;
  house.clock.advance(5 * 60_000);
  await run(house.kernel, (ctx) => expireSignings(ctx), {}, { actor: systemActor('test') });
  assert.deepEqual([await stateOf(forgotten), await stateOf(under)], ['expired', 'pending']);
  assert.equal((await finish(await throughThePage(url))).body.release?.signed, 1);
  house.clock.advance(11 * 60_000);
  await forgetEndedConsents(house.kernel);
  assert.deepEqual(await house.sql(`select 1 from signatures.signing_batch where state = 'asked'`), []);
  assert.deepEqual(await house.sql('select 1 from signatures.service_consent where batch_id is not null'), []);
});

test('an agency’s seal of several signatures wants one consent where the service extends it, and otherwise one for each', async () => {
  const image = { png: demoSealPng('Sở', 240).toString('base64'), widthMm: 36, validFrom: '2026-01-01', validTo: null };
  caller = person;
  assert.equal((await server.inject({ method: 'PUT', url: `/api/v1/signatures/credentials/${keys[2]}/image`, payload: image })).statusCode, 204);
  const appearance = {
    kind: 'seal' as const,
    signaturePlace: { page: 1, x: 320, y: 600, width: 140, height: 50 },
    texts: [{ page: 1, text: '12', x: 100, baseline: 120, width: 30, fontSize: 12, style: 'regular' as const }],
  };
  const seal = async (): Promise<string> => {
    const signingId = await openPaper(house.kernel, person, { credentialId: keys[2], pdf: buildPdf(), appearance });
    assert.equal(await perform(signingId), 'pending');
    return signingId;
  };
  service.behave.extendsTransactions = true;
  const once = await seal();
  const url = (await begin((await only()).id)).body.url;
  assert.equal(new URL(url).searchParams.get('numSignatures'), '2');
  assert.equal((await finish(await throughThePage(url))).body.release?.signed, 1);
  assert.deepEqual([await stateOf(once), timesAsked('credentials/extendTransaction'), timesAsked('token')], ['completed', 1, 1]);
  service.behave.extendsTransactions = false;
  const each = await seal();
  assert.deepEqual((await finish(await answered())).body.release, { returnPath: BACK, signed: 0, pending: 1, problem: null });
  assert.equal((await finish(await answered())).body.release?.signed, 1);
  assert.deepEqual([await stateOf(each), await signaturesIn([each])], ['completed', 1]);
});
