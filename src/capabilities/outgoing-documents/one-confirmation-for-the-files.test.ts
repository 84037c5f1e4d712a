/** The seal on a document with attachments in files of their own, by a key whose holder confirms on the phone, through the routes. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { addTrustAnchor, demoSealPng, validateStored } from '#engines/signatures/index.ts';
import { testSmartCa, type PhoneService } from '#engines/signatures/adapters/phone-services/testing.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate } from '#engines/signatures/domain/pki/authority.ts';
import { draft, letter, openOffice, sign, submit, type Clerk, type Document, type Office, type Refusal } from '../../../tests/office.ts';

const base = '/api/v1/outgoing-documents';
const now = new Date('2026-11-01T00:00:00Z');
const organization = 'CA công cộng thử';
const root = await createRootAuthority({ organization, now });
const issuing = await createIssuingAuthority(root, { organization, now });
const pair = await generateKey('rsa-2048');
const certificate = issueCertificate(issuing, { kind: 'signer', subject: agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' }), publicKey: pair.publicKey, now, validDays: 365 }).raw;
const folder = mkdtempSync(join(tmpdir(), 'one-confirmation-'));
let office: Office;
let service: PhoneService;
let clerk: Clerk;
let director: Clerk;
let keyId: string;

before(async () => {
  service = await testSmartCa({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] });
  writeFileSync(join(folder, 'services.json'), JSON.stringify([{ name: 'smartca', kind: 'smartca', baseUrl: service.url, spId: 'sp', spPassword: 'sp-secret' }]));
  office = await openOffice();
  Object.assign(office.house.kernel.config, { signingServicesFile: join(folder, 'services.json') });
  const anchor = { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null };
  await run(office.house.kernel, addTrustAnchor, anchor, { actor: systemActor('test') });
  [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  const place = { driver: 'smartca', user: '0987654321' };
  const { body: listed } = await clerk.post<{ certificates: { fingerprint: string }[] }>('/api/v1/signatures/credentials/connectable', place);
  const connected = await clerk.post<{ id: string }>('/api/v1/signatures/credentials/connect', { ...place, kind: 'agency', fingerprint: listed.certificates[0]?.fingerprint });
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
beforeEach(() => {
  service.phone = 'waits';
  service.asked.length = 0;
});

/** How many hashes each request to the phone carried. */
const requests = (): number[] => service.asked.flatMap(({ body }) => (Array.isArray(body['sign_files']) ? [body['sign_files'].length] : []));
const read = async (id: string): Promise<Document> => (await clerk.get<Document>(`${base}/${id}`)).body;
const openOn = async (id: string) => (await clerk.get<{ signing: { id: string; state: string } | null }>(`/api/v1/signatures/signings?subjectType=outgoing-document&subjectId=${id}`)).body.signing;
const texts = [
  { page: 1, text: '07', x: 120, baseline: 110, width: 30, fontSize: 13, style: 'regular' },
  { page: 1, text: '20', x: 400, baseline: 110, width: 20, fontSize: 13, style: 'italic' },
];
const seal = (id: string) => clerk.post<{ state: string } & Refusal>(`${base}/${id}/seal`, { texts, credentialId: keyId });
const filesSealed = async (id: string) => (await office.house.sql(`select 1 from audit.entry where type = 'outgoing-documents.file-sealed' and subject_id = $1`, [id])).length;

/** The service is asked again, and jobs of its answer are done. */
async function answers(phone: PhoneService['phone'] = 'confirms'): Promise<void> {
  service.phone = phone;
  office.house.clock.advance(30_000);
  await office.house.drain();
}

/** Signed and numbered, with two attachments in files of their own. */
async function numbered(): Promise<string> {
  const attachmentUploadIds = [await clerk.upload(letter, 'phu-luc-1.pdf'), await clerk.upload(letter, 'phu-luc-2.pdf')];
  const id = await draft(clerk, [], { attachmentUploadIds });
  await submit(clerk, id);
  assert.equal((await sign(director, id)).status, 200);
  assert.equal((await clerk.post(`${base}/${id}/number`)).status, 200);
  return id;
}

test('one confirmation on the phone is for the main file and its attachments; what the main file takes over its first signature is one more', async () => {
  const id = await numbered();
  const asked = await seal(id);
  assert.deepEqual([asked.status, asked.body.state], [200, 'pending'], JSON.stringify(asked.body));
  assert.deepEqual(requests(), [3], 'one request with the hash of each file');
  assert.ok((await read(id)).files.every(({ sealed }) => !sealed));
  await answers();
  assert.deepEqual([(await read(id)).files.map(({ sealed }) => sealed), requests()], [[false, true, true], [3, 1]]);
  await answers();
  const { state, files } = await read(id);
  assert.deepEqual([state, files.map(({ sealed }) => sealed), requests()], ['sealed', [true, true, true], [3, 1]]);
  const made = await Promise.all(files.map(async ({ sha256 }) => (await validateStored(office.house.kernel, sha256)).signatures.map(({ role, integrity }) => `${role} ${integrity}`)));
  assert.deepEqual(made, [['person intact', 'agency intact', 'agency intact'], ['agency intact'], ['agency intact']]);
  assert.equal(await filesSealed(id), 3);
});

test('stopped, none of the files waits any more, and all are sealed by another confirmation; the former one seals nothing twice', async () => {
  const id = await numbered();
  await seal(id);
  assert.equal((await clerk.post(`/api/v1/signatures/signings/${(await openOn(id))?.id ?? ''}/agent-abandon`)).status, 204);
  assert.notEqual((await openOn(id))?.state, 'pending');
  const again = await seal(id);
  assert.deepEqual([again.status, again.body.state], [200, 'pending'], JSON.stringify(again.body));
  assert.deepEqual(requests(), [3, 3]);
  await answers();
  await answers();
  assert.equal((await read(id)).state, 'sealed');
  assert.equal(await filesSealed(id), 3);
});

test('refused on the phone, no file is sealed, and the document can be sealed again at once', async () => {
  const id = await numbered();
  await seal(id);
  await answers('refuses');
  assert.deepEqual([(await read(id)).state, await openOn(id)], ['numbered', null]);
  service.phone = 'waits';
  assert.equal((await seal(id)).body.state, 'pending');
  await answers();
  await answers();
  assert.equal((await read(id)).state, 'sealed');
});
