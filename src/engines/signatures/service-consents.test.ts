/** A person lets this system into a remote signing service, connects a key there and signs with it, through the routes. */
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
import { addTrustAnchor } from './commands/trust-anchors.ts';
import type { CredentialSummary, FinishedConsentReply, SigningServiceList } from './contract.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from './domain/pki/authority.ts';
import { performSigning } from './perform-signing.ts';
import { openPaper, somebody, testModules } from './testing.ts';

const RETURN_ADDRESS = 'https://lienthong.test/app/chu-ky-cua-toi/dong-y';
const now = new Date('2026-11-01T00:00:00Z');
const root = await createRootAuthority({ organization: 'CA công cộng thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'CA công cộng thử', now });
const pair = await generateKey('rsa-2048');
const person = somebody();
const certificate = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: person.name, organization: 'Sở' }), publicKey: pair.publicKey, now, validDays: 365 }).raw;
const folder = mkdtempSync(join(tmpdir(), 'service-consents-'));
let house: TestHouse;
let server: FastifyInstance;
let service: TestCscService;
let caller: PersonActor = person;
let credentialId: string;

before(async () => {
  service = await testCscService({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] });
  service.redirects = [RETURN_ADDRESS];
  const access = { kind: 'authorization-code', oauth2Url: service.oauth2Url, clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri: RETURN_ADDRESS };
  const own = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  const csc = { kind: 'csc', version: 2, baseUrl: service.url(2) };
  writeFileSync(join(folder, 'services.json'), JSON.stringify([{ ...csc, name: 'consents', access }, { ...csc, name: 'open', access: own }]));
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
});

type Refusal = { code: string };
async function post<Body>(url: string, payload: object, as: PersonActor = person): Promise<{ status: number; body: Body & Refusal }> {
  caller = as;
  const reply = await server.inject({ method: 'POST', url: `/api/v1/signatures${url}`, payload });
  return { status: reply.statusCode, body: reply.json<Body & Refusal>() };
}
const begin = async (body: object = { kind: 'person' }, as: PersonActor = person) => post<{ url: string }>('/services/consents/consents', body, as);

/** What the person's browser does: goes to the page of the service, and comes back with what that puts into the address. */
async function throughThePage(url: string): Promise<{ address: string; answer: { state: string; code?: string } }> {
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? assert.fail('the service sent the browser nowhere'));
  const code = back.searchParams.get('code');
  return { address: `${back.origin}${back.pathname}`, answer: { state: back.searchParams.get('state') ?? '', ...(code === null ? {} : { code }) } };
}
const consented = async (body?: object) => throughThePage((await begin(body)).body.url);
const finish = (answer: object, as: PersonActor = person) => post<FinishedConsentReply>('/consents/finish', answer, as);

async function signs(): Promise<string> {
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } });
  return (await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: cscAccount.pin })).state;
}

test('a service that wants consent is offered and says so, and shows nothing before it has one', async () => {
  caller = person;
  const { services } = (await server.inject({ method: 'GET', url: '/api/v1/signatures/services' })).json<SigningServiceList>();
  assert.deepEqual(services.map(({ name, account, consent }) => [name, account, consent]), [['consents', 'none', true], ['open', 'optional', false]]);
  const { status, body } = await post('/credentials/connectable', { driver: 'consents' });
  assert.deepEqual([status, body.code], [409, 'signatures.consentNeeded']);
  assert.equal((await post('/services/open/consents', { kind: 'person' })).status, 404, 'one that wants none asks for none');
  assert.equal((await post('/services/nowhere/consents', { kind: 'person' })).status, 404);
});

test('the browser goes to the service with a challenge and a state and comes back to the address of this system; a key is connected and signs', async () => {
  const { body } = await begin();
  const asked = new URL(body.url).searchParams;
  assert.deepEqual([asked.get('response_type'), asked.get('scope'), asked.get('code_challenge_method'), asked.get('redirect_uri')], ['code', 'service', 'S256', RETURN_ADDRESS]);
  const { address, answer } = await throughThePage(body.url);
  assert.equal(address, RETURN_ADDRESS);
  const finished = await finish(answer);
  assert.deepEqual([finished.status, finished.body.driver, finished.body.kind], [200, 'consents', 'person']);
  const place = { driver: 'consents', consentId: finished.body.consentId };
  const listed = await post<{ certificates: { fingerprint: string; holder: string }[] }>('/credentials/connectable', place);
  assert.deepEqual(listed.body.certificates.map(({ holder }) => holder), [person.name]);
  const connected = await post<{ id: string }>('/credentials/connect', { ...place, kind: 'person', fingerprint: listed.body.certificates[0]?.fingerprint });
  assert.equal(connected.status, 200, JSON.stringify(connected.body));
  credentialId = connected.body.id;
  assert.equal((await post('/credentials/connectable', place)).body.code, 'signatures.consentNeeded', 'a consent connects one key');
  assert.equal(await signs(), 'signed');
  caller = person;
  const { credentials } = (await server.inject({ method: 'GET', url: '/api/v1/signatures/credentials' })).json<{ credentials: CredentialSummary[] }>();
  assert.deepEqual(credentials.map(({ consents, needsPin }) => [consents, needsPin]), [[true, true]]);
});

test('a certificate whose every signature wants a consent of its own is not connected where nobody said where the page for it is', async () => {
  service.behave.mode = 'oauth2code';
  const place = { driver: 'open' };
  const listed = await post<{ certificates: { fingerprint: string }[] }>('/credentials/connectable', place);
  const { status, body: refused } = await post('/credentials/connect', { ...place, kind: 'person', fingerprint: listed.body.certificates[0]?.fingerprint });
  assert.deepEqual([status, refused.code], [409, 'signatures.releasedOnPage']);
  service.behave.mode = 'explicit';
});

test('the tokens lie encrypted, in the row of the key only, and are never in a list or in the record', async () => {
  const [kept] = await house.sql<{ access: Buffer; container: Buffer }>('select access, container from signatures.credential where id = $1', [credentialId]);
  assert.ok(kept !== undefined);
  assert.doesNotMatch(kept.access.toString('latin1'), /accessToken/);
  assert.deepEqual(JSON.parse(kept.container.toString('utf8')), { credentialID: cscAccount.credentialID });
  const consents = await house.sql<{ access: Buffer | null; verifier: Buffer | null }>('select access, verifier from signatures.service_consent');
  for (const { access, verifier } of consents) assert.doesNotMatch(`${access?.toString('latin1') ?? ''}${verifier?.toString('latin1') ?? ''}`, /accessToken|^[\w-]{43}$/);
});

test('what the browser brings back is good once, in the session that began, and for ten minutes', async () => {
  const { answer } = await consented();
  const strangers = [{ ...person, sessionId: newId() }, { ...somebody(), agencyId: person.agencyId, sessionId: person.sessionId }, somebody()];
  for (const stranger of strangers) assert.equal((await finish(answer, stranger)).body.code, 'signatures.consentUnknown');
  assert.equal((await finish({ ...answer, state: 'another' })).body.code, 'signatures.consentUnknown');
  const both = await Promise.all([finish(answer), finish(answer)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
  const late = await consented();
  house.clock.advance(11 * 60_000);
  assert.equal((await finish(late.answer)).body.code, 'signatures.consentUnknown');
  const first = await consented();
  await begin();
  assert.equal((await finish(first.answer)).body.code, 'signatures.consentUnknown', 'whoever begins anew has given the way before up');
});

test('a code that was not made for our verifier, and a no on the page, connect nothing', async () => {
  const foreign = await consented();
  const own = await consented();
  const mixed = await finish({ state: own.answer.state, code: foreign.answer.code });
  assert.equal(mixed.status, 502, JSON.stringify(mixed.body));
  service.person = 'refuses';
  const { answer } = await consented();
  assert.equal(answer.code, undefined);
  assert.equal((await finish(answer)).body.code, 'signatures.consentRefused');
  assert.equal((await finish(answer)).body.code, 'signatures.consentUnknown');
});

test('a token that has ended is renewed, once for all who sign at that moment', async () => {
  const tokens = async (): Promise<string> => String((await house.sql<{ access: Buffer }>('select access from signatures.credential where id = $1', [credentialId]))[0]?.access.toString('hex'));
  const before = await tokens();
  service.forgetTokens();
  service.asked.length = 0;
  assert.deepEqual(await Promise.all([signs(), signs()]), ['signed', 'signed']);
  assert.equal(service.asked.filter((path) => path === 'token').length, 1);
  assert.notEqual(await tokens(), before);
});

test('when the consent itself has ended the signature says so and stays open, and signs once the person has consented again', async () => {
  service.forgetTokens();
  await house.sql(`update signatures.credential set access = null where id = $1`, [credentialId]);
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } });
  const perform = () => performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: cscAccount.pin });
  await assert.rejects(perform(), (error: unknown) => error instanceof Error && 'code' in error && error.code === 'signatures.consentNeeded');
  for (const stranger of [{ ...somebody(), agencyId: person.agencyId }, somebody()]) assert.equal((await begin({ kind: 'person', credentialId }, stranger)).status, 404);
  const { answer } = await consented({ kind: 'person', credentialId });
  const finished = await finish(answer);
  assert.deepEqual([finished.status, finished.body.consentId], [200, null]);
  assert.equal((await perform()).state, 'signed');
});

test('what nobody connected a key with is forgotten with its tokens; what is under way stays', async () => {
  await finish((await consented()).answer);
  const count = async (): Promise<number> => (await house.sql(`select 1 from signatures.service_consent where access is not null`)).length;
  await forgetEndedConsents(house.kernel);
  assert.equal(await count(), 1);
  house.clock.advance(16 * 60_000);
  await forgetEndedConsents(house.kernel);
  assert.deepEqual(await house.sql('select 1 from signatures.service_consent'), []);
});
