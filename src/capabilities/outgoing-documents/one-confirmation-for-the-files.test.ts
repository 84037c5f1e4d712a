/** The seal on a document with attachments in files of their own, by a key whose holder confirms on the phone, through the routes. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { validateStored } from '#engines/signatures/index.ts';
import { testSmartCa, type PhoneService } from '#engines/signatures/adapters/phone-services/testing.ts';
import type { Office } from '../../../tests/office.ts';
import { keyElsewhere, openSealingOffice, type SealingOffice } from '../../../tests/seal-elsewhere.ts';

let sealing: SealingOffice;
let office: Office;
let service: PhoneService;
let clerk: SealingOffice['clerk'];
let keyId: string;

before(async () => {
  const key = await keyElsewhere();
  service = await testSmartCa(key);
  sealing = await openSealingOffice(key, { name: 'smartca', kind: 'smartca', baseUrl: service.url, spId: 'sp', spPassword: 'sp-secret' });
  ({ office, clerk } = sealing);
  keyId = await sealing.connect({ driver: 'smartca', user: '0987654321' });
});
after(async () => {
  await sealing.close();
  await service.close();
});
beforeEach(() => {
  service.phone = 'waits';
  service.asked.length = 0;
});

/** How many hashes each request to the phone carried. */
const requests = (): number[] => service.asked.flatMap(({ body }) => (Array.isArray(body['sign_files']) ? [body['sign_files'].length] : []));
const openOn = async (id: string) => (await clerk.get<{ signing: { id: string; state: string } | null }>(`/api/v1/signatures/signings?subjectType=outgoing-document&subjectId=${id}`)).body.signing;
const seal = (id: string) => sealing.seal(id, { credentialId: keyId });
const filesSealed = async (id: string) => (await office.house.sql(`select 1 from audit.entry where type = 'outgoing-documents.file-sealed' and subject_id = $1`, [id])).length;

/** The service is asked again, and jobs of its answer are done. */
async function answers(phone: PhoneService['phone'] = 'confirms'): Promise<void> {
  service.phone = phone;
  office.house.clock.advance(30_000);
  await office.house.drain();
}

test('one confirmation on the phone is for the main file and its attachments; what the main file takes over its first signature is one more', async () => {
  const id = await sealing.numbered();
  const asked = await seal(id);
  assert.deepEqual([asked.status, asked.body.state], [200, 'pending'], JSON.stringify(asked.body));
  assert.deepEqual(requests(), [3], 'one request with the hash of each file');
  assert.ok((await sealing.read(id)).files.every(({ sealed }) => !sealed));
  await answers();
  assert.deepEqual([(await sealing.read(id)).files.map(({ sealed }) => sealed), requests()], [[false, true, true], [3, 1]]);
  await answers();
  const { state, files } = await sealing.read(id);
  assert.deepEqual([state, files.map(({ sealed }) => sealed), requests()], ['sealed', [true, true, true], [3, 1]]);
  const made = await Promise.all(files.map(async ({ sha256 }) => (await validateStored(office.house.kernel, sha256)).signatures.map(({ role, integrity }) => `${role} ${integrity}`)));
  assert.deepEqual(made, [['person intact', 'agency intact', 'agency intact'], ['agency intact'], ['agency intact']]);
  assert.equal(await filesSealed(id), 3);
});

test('stopped, none of the files waits any more, and all are sealed by another confirmation; the former one seals nothing twice', async () => {
  const id = await sealing.numbered();
  await seal(id);
  assert.equal((await clerk.post(`/api/v1/signatures/signings/${(await openOn(id))?.id ?? ''}/agent-abandon`)).status, 204);
  assert.notEqual((await openOn(id))?.state, 'pending');
  const again = await seal(id);
  assert.deepEqual([again.status, again.body.state], [200, 'pending'], JSON.stringify(again.body));
  assert.deepEqual(requests(), [3, 3]);
  await answers();
  await answers();
  assert.equal((await sealing.read(id)).state, 'sealed');
  assert.equal(await filesSealed(id), 3);
});

test('refused on the phone, no file is sealed, and the document can be sealed again at once', async () => {
  const id = await sealing.numbered();
  await seal(id);
  await answers('refuses');
  assert.deepEqual([(await sealing.read(id)).state, await openOn(id)], ['numbered', null]);
  service.phone = 'waits';
  assert.equal((await seal(id)).body.state, 'pending');
  await answers();
  await answers();
  assert.equal((await sealing.read(id)).state, 'sealed');
});
