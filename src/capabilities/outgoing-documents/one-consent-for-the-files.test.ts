/** The seal on a document with attachments in files of their own, by a key whose service wants a consent for every signature, through the routes. */
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { addTrustAnchor, demoSealPng, validateStored } from '#engines/signatures/index.ts';
import type { FinishedConsentReply, WaitingRelease } from '#engines/signatures/contract.ts';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate } from '#engines/signatures/domain/pki/authority.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { credential, draft, letter, openOffice, sign, submit, type Clerk, type Document, type Office, type Refusal } from '../../../tests/office.ts';

const base = '/api/v1/outgoing-documents';
const RETURN_ADDRESS = 'https://lienthong.test/app/chu-ky-cua-toi/dong-y';
const now = new Date('2026-11-01T00:00:00Z');
const organization = 'CA công cộng thử';
const root = await createRootAuthority({ organization, now });
const issuing = await createIssuingAuthority(root, { organization, now });
const pair = await generateKey('rsa-2048');
const certificate = issueCertificate(issuing, { kind: 'signer', subject: agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' }), publicKey: pair.publicKey, now, validDays: 365 }).raw;
const folder = mkdtempSync(join(tmpdir(), 'one-consent-'));
let office: Office;
let service: TestCscService;
let clerk: Clerk;
let director: Clerk;
let keyId: string;

before(async () => {
  service = await testCscService({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] });
  service.redirects = [RETURN_ADDRESS];
  const release = { oauth2Url: service.oauth2UrlOf(2), clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri: RETURN_ADDRESS };
  const access = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  writeFileSync(join(folder, 'services.json'), JSON.stringify([{ name: 'ky-so', kind: 'csc', version: 2, baseUrl: service.url(2), access, release }]));
  office = await openOffice();
  Object.assign(office.house.kernel.config, { signingServicesFile: join(folder, 'services.json') });
  const anchor = { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null };
  await run(office.house.kernel, addTrustAnchor, anchor, { actor: systemActor('test') });
  [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  behave();
  const { body: listed } = await clerk.post<{ certificates: { fingerprint: string }[] }>('/api/v1/signatures/credentials/connectable', { driver: 'ky-so' });
  const connected = await clerk.post<{ id: string }>('/api/v1/signatures/credentials/connect', { driver: 'ky-so', kind: 'agency', fingerprint: listed.certificates[0]?.fingerprint });
  assert.equal(connected.status, 200, JSON.stringify(connected.body));
  keyId = connected.body.id;
  const image = { png: demoSealPng('Sở Nội vụ', 240).toString('base64'), widthMm: 36, validFrom: '2026-01-01', validTo: null };
  assert.equal((await clerk.put(`/api/v1/signatures/credentials/${keyId}/image`, image)).status, 204);
});
after(async () => {
  await office.close();
  await service.close();
  rmSync(folder, { recursive: true });
});
beforeEach(behave);

function behave(): void {
  service.person = 'confirms';
  service.behave = { mode: 'oauth2code', code: 'none', multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', extendsTransactions: true, next: undefined, dropAnswerOf: undefined };
  service.asked.length = 0;
}

const timesAsked = (path: string): number => service.asked.filter((each) => each === path).length;
const read = async (id: string): Promise<Document> => (await clerk.get<Document>(`${base}/${id}`)).body;
const waiting = async (): Promise<WaitingRelease[]> => (await clerk.get<{ releases: WaitingRelease[] }>('/api/v1/signatures/releases')).body.releases;
const openOn = async (id: string) => (await clerk.get<{ signing: { id: string; releaseId: string | null } | null }>(`/api/v1/signatures/signings?subjectType=outgoing-document&subjectId=${id}`)).body.signing;
const texts = [
  { page: 1, text: '07', x: 120, baseline: 110, width: 30, fontSize: 13, style: 'regular' },
  { page: 1, text: '20', x: 400, baseline: 110, width: 20, fontSize: 13, style: 'italic' },
];
const seal = (id: string, typed: object = { credentialId: keyId }) => clerk.post<{ state: string } & Refusal>(`${base}/${id}/seal`, { texts, ...typed });

/** Signed and numbered, with two attachments in files of their own. */
async function numbered(): Promise<string> {
  const attachmentUploadIds = [await clerk.upload(letter, 'phu-luc-1.pdf'), await clerk.upload(letter, 'phu-luc-2.pdf')];
  const id = await draft(clerk, [], { attachmentUploadIds });
  await submit(clerk, id);
  assert.equal((await sign(director, id)).status, 200);
  assert.equal((await clerk.post(`${base}/${id}/number`)).status, 200);
  return id;
}

/** The browser's way to the page of the service. */
async function pageOf(release: WaitingRelease | undefined): Promise<string> {
  const { body } = await clerk.post<{ url: string }>(`/api/v1/signatures/releases/${release?.id ?? ''}/consents`, { returnPath: '/van-ban-di/mot' });
  assert.ok(body.url, JSON.stringify(body));
  return body.url;
}
async function consent(url: string): Promise<FinishedConsentReply['release']> {
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? assert.fail('the service sent the browser nowhere')).searchParams;
  const { body } = await clerk.post<FinishedConsentReply>('/api/v1/signatures/consents/finish', { state: back.get('state'), code: back.get('code') });
  return body.release;
}

test('the main file and its separately sealed attachments are one consent, bound to the hash of each', async () => {
  const id = await numbered();
  const asked = await seal(id);
  assert.deepEqual([asked.status, asked.body.state], [200, 'pending'], JSON.stringify(asked.body));
  const releases = await waiting();
  assert.deepEqual(releases.map(({ count }) => count), [1], 'one document');
  assert.equal((await openOn(id))?.releaseId, releases[0]?.id);
  const url = await pageOf(releases[0]);
  const { searchParams } = new URL(url);
  const hashes = (searchParams.get('hashes') ?? '').split(',');
  const items = await office.house.sql<{ attributes: Buffer }>('select i.attributes from signatures.signing_batch_item i where i.batch_id = $1', [releases[0]?.id]);
  const prepared = items.map(({ attributes }) => createHash('sha256').update(attributes).digest('hex'));
  assert.deepEqual(hashes.map((hash) => Buffer.from(hash, 'base64url').toString('hex')).sort(), prepared.sort());
  assert.equal(new Set(hashes).size, 3);
  assert.equal(searchParams.get('numSignatures'), '4', 'of three files, of which the main one takes two signatures');
  assert.deepEqual(await consent(url), { returnPath: '/van-ban-di/mot', signed: 1, pending: 0, problem: null });
  const { state, files } = await read(id);
  assert.deepEqual([state, files.map(({ sealed }) => sealed)], ['sealed', [true, true, true]]);
  assert.deepEqual([timesAsked('token'), await waiting()], [1, []]);
  // Which signatures are in each file; the authority of this test answers nothing about its certificates.
  const made = await Promise.all(files.map(async ({ sha256 }) => (await validateStored(office.house.kernel, sha256)).signatures.map(({ role, integrity }) => `${role} ${integrity}`)));
  assert.deepEqual(made, [['person intact', 'agency intact', 'agency intact'], ['agency intact'], ['agency intact']]);
});

test('a service that grants fewer hashes than were asked for signs none of the files, and all are sealed by the next consent', async () => {
  const id = await numbered();
  await seal(id);
  service.behave.grantsFirstOnly = true;
  assert.equal((await consent(await pageOf((await waiting())[0])))?.problem?.code, 'signatures.releaseSpent');
  assert.ok((await read(id)).files.every(({ sealed }) => !sealed));
  service.behave.grantsFirstOnly = false;
  assert.equal((await seal(id)).body.state, 'pending');
  assert.equal((await consent(await pageOf((await waiting())[0])))?.problem, null);
  assert.equal((await read(id)).state, 'sealed');
});

test('where one consent covers fewer signatures, more are asked for, and nothing is left out or sealed twice', async () => {
  Object.assign(service.behave, { multisign: 2, extendsTransactions: false });
  const id = await numbered();
  assert.equal((await seal(id)).body.state, 'pending');
  for (let consents = 0; consents < 6; consents += 1) {
    const [release] = await waiting();
    if (release === undefined) break;
    await consent(await pageOf(release));
  }
  const { state, files } = await read(id);
  assert.deepEqual([state, files.map(({ sealed }) => sealed)], ['sealed', [true, true, true]]);
  const [{ count } = { count: 0 }] = await office.house.sql<{ count: number }>(`select count(*)::int as count from audit.entry where type = 'outgoing-documents.file-sealed' and subject_id = $1`, [id]);
  assert.equal(count, 3);
});

test('stopped, nothing of the document waits any more; it is sealed anew, also with another key, and the former consent opens nothing', async () => {
  const id = await numbered();
  await seal(id);
  const former = await pageOf((await waiting())[0]);
  assert.equal((await clerk.post(`/api/v1/signatures/signings/${(await openOn(id))?.id ?? ''}/agent-abandon`)).status, 204);
  assert.deepEqual(await waiting(), []);
  await seal(id);
  assert.equal((await consent(former))?.problem?.code, 'signatures.releaseEnded');
  assert.equal((await waiting()).length, 1);
  const { body } = await clerk.get<{ credentials: { id: string; kind: string; place: string }[] }>('/api/v1/signatures/credentials');
  const ofFile = body.credentials.find(({ kind, place }) => kind === 'agency' && place === 'file')?.id ?? (await credential(clerk, 'agency'));
  const sealed = await seal(id, { credentialId: ofFile, pin: DEMO_PIN });
  assert.deepEqual([sealed.status, sealed.body.state], [200, 'signed'], JSON.stringify(sealed.body));
  assert.deepEqual([(await read(id)).state, await waiting()], ['sealed', []]);
});
