/** The seal on a document with attachments in files of their own, by a key whose service wants a consent for every signature, through the routes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { validateStored } from '#engines/signatures/index.ts';
import type { FinishedConsentReply, WaitingRelease } from '#engines/signatures/contract.ts';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { credential, type Office } from '../../../tests/office.ts';
import { keyElsewhere, openSealingOffice, type SealingOffice } from '../../../tests/seal-elsewhere.ts';

const RETURN_ADDRESS = 'https://lienthong.test/app/chu-ky-cua-toi/dong-y';
let sealing: SealingOffice;
let office: Office;
let service: TestCscService;
let clerk: SealingOffice['clerk'];
let keyId: string;

before(async () => {
  const key = await keyElsewhere();
  service = await testCscService(key);
  service.redirects = [RETURN_ADDRESS];
  const release = { oauth2Url: service.oauth2UrlOf(2), clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri: RETURN_ADDRESS };
  const access = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  sealing = await openSealingOffice(key, { name: 'ky-so', kind: 'csc', version: 2, baseUrl: service.url(2), access, release });
  ({ office, clerk } = sealing);
  behave();
  keyId = await sealing.connect({ driver: 'ky-so' });
});
after(async () => {
  await sealing.close();
  await service.close();
});
beforeEach(behave);

function behave(): void {
  service.person = 'confirms';
  service.behave = { mode: 'oauth2code', code: 'none', multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', extendsTransactions: true, next: undefined, dropAnswerOf: undefined };
  service.asked.length = 0;
}

const timesAsked = (path: string): number => service.asked.filter((each) => each === path).length;
const waiting = async (): Promise<WaitingRelease[]> => (await clerk.get<{ releases: WaitingRelease[] }>('/api/v1/signatures/releases')).body.releases;
const openOn = async (id: string) => (await clerk.get<{ signing: { id: string; releaseId: string | null } | null }>(`/api/v1/signatures/signings?subjectType=outgoing-document&subjectId=${id}`)).body.signing;
const seal = (id: string, typed: object = { credentialId: keyId }) => sealing.seal(id, typed);

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
  const id = await sealing.numbered();
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
  const { state, files } = await sealing.read(id);
  assert.deepEqual([state, files.map(({ sealed }) => sealed)], ['sealed', [true, true, true]]);
  assert.deepEqual([timesAsked('token'), await waiting()], [1, []]);
  // Which signatures are in each file; the authority of this test answers nothing about its certificates.
  const made = await Promise.all(files.map(async ({ sha256 }) => (await validateStored(office.house.kernel, sha256)).signatures.map(({ role, integrity }) => `${role} ${integrity}`)));
  assert.deepEqual(made, [['person intact', 'agency intact', 'agency intact'], ['agency intact'], ['agency intact']]);
});

test('a service that grants fewer hashes than were asked for signs none of the files, and all are sealed by the next consent', async () => {
  const id = await sealing.numbered();
  await seal(id);
  service.behave.grantsFirstOnly = true;
  assert.equal((await consent(await pageOf((await waiting())[0])))?.problem?.code, 'signatures.releaseSpent');
  assert.ok((await sealing.read(id)).files.every(({ sealed }) => !sealed));
  service.behave.grantsFirstOnly = false;
  assert.equal((await seal(id)).body.state, 'pending');
  assert.equal((await consent(await pageOf((await waiting())[0])))?.problem, null);
  assert.equal((await sealing.read(id)).state, 'sealed');
});

test('where one consent covers fewer signatures, more are asked for, and nothing is left out or sealed twice', async () => {
  Object.assign(service.behave, { multisign: 2, extendsTransactions: false });
  const id = await sealing.numbered();
  assert.equal((await seal(id)).body.state, 'pending');
  for (let consents = 0; consents < 6; consents += 1) {
    const [release] = await waiting();
    if (release === undefined) break;
    await consent(await pageOf(release));
  }
  const { state, files } = await sealing.read(id);
  assert.deepEqual([state, files.map(({ sealed }) => sealed)], ['sealed', [true, true, true]]);
  const [{ count } = { count: 0 }] = await office.house.sql<{ count: number }>(`select count(*)::int as count from audit.entry where type = 'outgoing-documents.file-sealed' and subject_id = $1`, [id]);
  assert.equal(count, 3);
});

test('stopped, nothing of the document waits any more; it is sealed anew, also with another key, and the former consent opens nothing', async () => {
  const id = await sealing.numbered();
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
  assert.deepEqual([(await sealing.read(id)).state, await waiting()], ['sealed', []]);
});
