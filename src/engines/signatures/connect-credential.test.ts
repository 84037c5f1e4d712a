import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { vietnamDay } from '#kernel/time.ts';
import { createAgency, createPerson, markCitizenNumber, recordCitizenNumber, removeCitizenNumber } from '#engines/identity/index.ts';
import { testSmartCa, type PhoneService } from './adapters/phone-services/testing.ts';
import { smartCaDriver } from './adapters/smartca/smartca-driver.ts';
import { connectCredential, listConnectable } from './commands/connect-credential.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from './domain/pki/authority.ts';
import { parseCertificate } from './domain/pki/certificate.ts';
import { performSigning } from './perform-signing.ts';
import { getCredential } from './queries/credentials.ts';
import { validateStored } from './queries/validate-stored.ts';
import { openPaper, somebody, testModules } from './testing.ts';
import { addTrustAnchor, endTrust } from './commands/trust-anchors.ts';

let house: TestHouse;
let service: PhoneService;
const now = new Date('2026-11-01T00:00:00Z');
let bringing = 0;
const root = await createRootAuthority({ organization: 'CA công cộng thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'CA công cộng thử', now });
const pair = await generateKey('rsa-2048');
const person = somebody();
const user = '0987654321';

function certificateFor(name: string, { validDays = 365, from = now, userId }: { validDays?: number; from?: Date; userId?: string } = {}): Buffer {
  return issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name, organization: 'Sở Nội vụ', ...(userId === undefined ? {} : { userId }) }), publicKey: pair.publicKey, now: from, validDays }).raw;
}

before(async () => {
  service = await testSmartCa({ key: generateKeyPairSync('ed25519').privateKey, certificate: Buffer.alloc(0), chain: [] });
  const driver = smartCaDriver({ name: 'smartca', baseUrl: service.url, spId: 'sp', spPassword: 'sp-secret', now: () => house.clock.now() });
  house = await openTestHouse({ modules: [...testModules, { name: 'remote-keys', contributions: { 'signatures.key-holders': [driver] } }] });
});
after(async () => {
  await house.close();
  await service.close();
});
beforeEach(() => {
  service.identity = { key: pair.privateKey, certificate: certificateFor(person.name), chain: [issuing.certificate.raw] };
});

const coded = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error, String(error));
  assert.equal(error.code, wanted);
  return true;
};
const connect = (changes: { user?: string; fingerprint?: string; kind?: 'person' | 'agency' } = {}, actor = person) => {
  const fingerprint = parseCertificate(service.identity.certificate).fingerprint;
  return connectCredential(house.kernel, { agencyId: person.agencyId, kind: 'person', driver: 'smartca', user, fingerprint, ...changes }, { actor });
};

test('a certificate of no trusted authority is not connected', async () => {
  await assert.rejects(connect(), coded('signatures.certificateUntrusted'));
});

test('a person connects the certificate that a remote service holds for them, and signs with it on the phone', async () => {
  await run(house.kernel, addTrustAnchor, { certificate: new X509Certificate(root.certificate.raw).toString(), legalBasis: 'Quyết định thử nghiệm', validFrom: vietnamDay(now), validTo: null }, { actor: systemActor('test') });
  const [listed] = await listConnectable(house.kernel, { driver: 'smartca', user });
  assert.deepEqual([listed?.holder, listed?.isUsable], [person.name, true]);
  const credentialId = await connect();
  const row = await getCredential(house.kernel.database.pool, { agencyId: person.agencyId, id: credentialId });
  assert.deepEqual([row.driver, row.person_id, row.is_built_in, row.chain.length], ['smartca', person.personId, false, 1]);
  await assert.rejects(connect(), coded('signatures.certificateAlreadyThere'));
  const [event] = await house.sql(`select type from audit.entry where subject_id = $1`, [credentialId]);
  assert.equal(event?.['type'], 'signatures.credential-imported');

  const signingId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } });
  service.phone = 'waits';
  assert.equal((await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person })).state, 'pending');
  service.phone = 'confirms';
  house.clock.advance(6000);
  await house.drain();
  const [signing] = await house.sql('select state, result_sha256 from signatures.signing where id = $1', [signingId]);
  assert.equal(signing?.['state'], 'completed');
  const report = await validateStored(house.kernel, String(signing['result_sha256']));
  assert.equal(report.signatures[0]?.signer, person.name);
  assert.notEqual(report.indication, 'TOTAL-FAILED');
});

test('a certificate in another person’s name is not connected, nor a seal by somebody who is no clerk', async () => {
  service.identity.certificate = certificateFor('Trần Văn Bình');
  await assert.rejects(connect(), coded('signatures.notYourCredential'));
  await assert.rejects(connect({ kind: 'agency' }), coded('signatures.sealNeedsClerk'));
  await assert.rejects(connect({}, somebody({ name: 'Trần Văn Bình' })), coded('signatures.notYourCredential'));
});

test('where both have a citizen’s number it decides: a namesake’s certificate is refused, and a name that is written otherwise is the person’s own', async () => {
  const namesake = somebody();
  const bring = async (name: string, userId?: string) => {
    service.identity.certificate = certificateFor(name, { from: new Date(now.getTime() + 1000 * (bringing += 1)), ...(userId === undefined ? {} : { userId }) });
    return connect({}, namesake);
  };
  const connect = (changes: object, actor: typeof namesake) =>
    connectCredential(house.kernel, { agencyId: actor.agencyId, kind: 'person', driver: 'smartca', user, fingerprint: parseCertificate(service.identity.certificate).fingerprint, ...changes }, { actor });
  await bring(namesake.name);
  const first = await bring(namesake.name, 'CCCD:038000000001');
  await bring('NGUYEN THI NGOC ANH', 'CCCD:038000000001');
  await assert.rejects(bring(namesake.name, 'CCCD:038000000002'), coded('signatures.notYourCredential'), 'the same name, another number');
  await assert.rejects(bring('Trần Văn Bình', 'CCCD:038000000002'), coded('signatures.notYourCredential'));
  await bring(namesake.name);
  await bring(namesake.name, 'MST:2800000001');
  await assert.rejects(bring('Trần Văn Bình'), coded('signatures.notYourCredential'), 'without a number the name decides as before');
  await assert.rejects(bring('Trần Văn Bình', 'MST:2800000001'), coded('signatures.notYourCredential'), 'an office’s number names no person');
  assert.ok(first);
});

test('where a citizen’s number is recorded for the person it decides about the first certificate already, whatever the name', async () => {
  const system = { actor: systemActor('test') };
  const agencyId = await run(house.kernel, createAgency, { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: vietnamDay(now), name: 'Sở Nội vụ', abbreviation: 'SNV', legalBasis: 'thử nghiệm' }, system);
  const personId = await run(house.kernel, createPerson, { agencyId, fullName: person.name, citizenNumber: markCitizenNumber(house.kernel, '038195000001') }, system);
  const recorded = { ...somebody(), agencyId, personId };
  const bring = (name: string, userId?: string) => {
    service.identity.certificate = certificateFor(name, { from: new Date(now.getTime() + 1000 * (bringing += 1)), ...(userId === undefined ? {} : { userId }) });
    const { fingerprint } = parseCertificate(service.identity.certificate);
    return connectCredential(house.kernel, { agencyId, kind: 'person', driver: 'smartca', user, fingerprint }, { actor: recorded });
  };
  await assert.rejects(bring(person.name, 'CCCD:038195000002'), coded('signatures.otherCitizenNumber'), 'a namesake’s');
  await assert.rejects(bring('Trần Văn Bình'), coded('signatures.notYourCredential'), 'without a number the name decides');
  await bring('NGUYEN THI NGOC ANH', 'CCCD:038195000001');
  await bring(person.name);
  await run(house.kernel, recordCitizenNumber, { personId, number: markCitizenNumber(house.kernel, '038195000003') }, system);
  await assert.rejects(bring(person.name, 'CCCD:038195000001'), coded('signatures.otherCitizenNumber'), 'what is recorded goes before what an earlier certificate says');
  await bring(person.name, 'CCCD:038195000003');
  await run(house.kernel, removeCitizenNumber, { personId }, system);
  await bring(person.name, 'CCCD:038195000001');
  await assert.rejects(bring(person.name, 'CCCD:038195000002'), coded('signatures.notYourCredential'));
});

test('one that is not there, that ended, or of an unknown account is refused with the reason; one that begins later may be connected and does not sign yet', async () => {
  await assert.rejects(connect({ fingerprint: 'ab'.repeat(32) }), coded('signatures.keyNotOnDevice'));
  await assert.rejects(connect({ user: 'nobody' }), coded('signatures.keyNotOnDevice'));
  service.identity.certificate = certificateFor(person.name, { validDays: 3 });
  await assert.rejects(connect(), coded('signatures.certificateExpired'));
  service.identity.certificate = certificateFor(person.name, { from: new Date(house.clock.now().getTime() + 5 * 86_400_000) });
  const credentialId = await connect();
  await assert.rejects(openPaper(house.kernel, person, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } }), coded('signatures.certificateNotYetValid'));
});

test('a certificate whose root is no longer trusted is not connected any more', async () => {
  const today = vietnamDay(house.clock.now());
  await run(house.kernel, endTrust, { fingerprint: root.certificate.fingerprint, endsOn: today, reason: 'thu hồi giấy phép' }, { actor: systemActor('test') });
  service.identity.certificate = certificateFor(person.name, { validDays: 364 });
  await assert.rejects(connect(), coded('signatures.certificateUntrusted'));
});
