import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay } from '#kernel/time.ts';
import { latestTreeHead, sealNow } from '#engines/audit/index.ts';
import { keepFile, storeBytes } from '#engines/files/index.ts';
import { appointPost, createAgency, createPerson, type Appointment } from '#engines/identity/index.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { verifyTimestampToken, parseTimestampToken } from './domain/cms/verify-timestamp.ts';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from './domain/pki/authority.ts';
import { writePkcs12 } from './domain/pki/pkcs12.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { demoSignaturePng } from './domain/pdf/demo-images/demo-images.ts';
import { timestampTreeHeads } from './schedules.ts';
import { somebody, testModules } from './testing.ts';

let house: TestHouse;
let server: FastifyInstance;
let caller: PersonActor;
const person = somebody({ name: 'Lê Văn Khải', roles: ['leader'] });

before(async () => {
  house = await openTestHouse({ modules: testModules });
  server = house.server(() => Promise.resolve(caller));
  await appoint(person);
});
after(() => house.close());

/** Gives the person of the tests an agency and a post in the directory. */
async function appoint(actor: PersonActor): Promise<void> {
  const options = { actor: systemActor('test') };
  const startsOn = parseCalendarDay('2025-07-01');
  assert.ok(startsOn !== undefined);
  const sampleAgency = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: startsOn } as const;
  const name = { name: 'Sở Nội vụ tỉnh Thanh Hóa', abbreviation: 'SNV', codes: [{ scheme: 'qd20' as const, code: 'H56.05' }] };
  const agencyId = await run(house.kernel, createAgency, { ...sampleAgency, ...name }, options);
  const personId = await run(house.kernel, createPerson, { agencyId, fullName: actor.name, isInvented: true }, options);
  const appointment: Appointment = { agencyId, personId, unitId: null, title: 'Giám đốc', roles: ['leader'], signingPowers: [], startsOn };
  const postId = await run(house.kernel, appointPost, appointment, options);
  Object.assign(actor, { agencyId, personId, postId });
}

const call = async (as: PersonActor, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) => {
  caller = as;
  return server.inject({ method, url: `/api/v1/signatures${url}`, ...(payload === undefined ? {} : { payload }) });
};
const png = demoSignaturePng('Lê Văn Khải', 240).toString('base64');

test('a person gets a certificate in the name that the directory knows, sets its picture, and sees it in the list', async () => {
  const issued = await call(person, 'POST', '/credentials', { kind: 'person', pin: '123456' });
  assert.equal(issued.statusCode, 200, issued.body);
  const { id } = issued.json<{ id: string }>();
  const image = await call(person, 'PUT', `/credentials/${id}/image`, { png, widthMm: 40, validFrom: '2026-01-01', validTo: null });
  assert.equal(image.statusCode, 204, image.body);
  const list = (await call(person, 'GET', '/credentials')).json<{ credentials: Record<string, unknown>[] }>();
  assert.equal(list.credentials.length, 1);
  assert.deepEqual(
    ['label', 'state', 'hasImage', 'isBuiltIn', 'imageWidthMm'].map((key) => list.credentials[0]?.[key]),
    ['Lê Văn Khải', 'active', true, true, 40],
  );
  assert.match(String(list.credentials[0]?.['subject']), /title=Giám đốc.*O=Sở Nội vụ tỉnh Thanh Hóa/);
  assert.doesNotMatch(JSON.stringify(list), /container|BEGIN/);
  const short = await call(person, 'POST', '/credentials', { kind: 'person', pin: '123' });
  assert.equal(short.statusCode, 422);
});

test('only the clerk gets a certificate for the agency, and colleagues neither see nor touch another’s', async () => {
  assert.equal((await call(person, 'POST', '/credentials', { kind: 'agency', pin: '123456' })).statusCode, 403);
  const clerk = { ...person, personId: newId<'person'>(), name: 'Trần Thị Văn Thư', roles: ['clerk'] };
  const seal = (await call(clerk, 'POST', '/credentials', { kind: 'agency', pin: '123456' })).json<{ id: string }>();
  const own = (await call(person, 'GET', '/credentials')).json<{ credentials: { id: string }[] }>();
  assert.ok(!own.credentials.some(({ id }) => id === seal.id));
  assert.equal((await call(person, 'POST', `/credentials/${seal.id}/revoke`, { reason: 'superseded' })).statusCode, 403);
  assert.equal((await call({ ...person, agencyId: newId<'agency'>(), roles: ['agency_admin'] }, 'POST', `/credentials/${seal.id}/unlock`)).statusCode, 404);
  assert.equal((await call(clerk, 'POST', `/credentials/${seal.id}/revoke`, { reason: 'superseded' })).statusCode, 204);
});

test('the picture of a signature is for its own person, that of the seal for the clerk; others cannot tell that there is one', async () => {
  const own = { ...person, personId: newId<'person'>(), name: 'Phạm Thu Ảnh' };
  const clerk = { ...person, personId: newId<'person'>(), name: 'Hoàng Văn Dấu', roles: ['clerk'] };
  const made = async (as: PersonActor, kind: 'person' | 'agency'): Promise<string> => (await call(as, 'POST', '/credentials', { kind, pin: '123456' })).json<{ id: string }>().id;
  const picture = { png, widthMm: 40, validFrom: '2026-01-01', validTo: null };
  const [signature, seal] = [await made(own, 'person'), await made(clerk, 'agency')];
  assert.equal((await call(own, 'GET', `/credentials/${signature}/image`)).statusCode, 404, 'none was set yet');
  assert.equal((await call(own, 'PUT', `/credentials/${signature}/image`, picture)).statusCode, 204);
  assert.equal((await call(clerk, 'PUT', `/credentials/${seal}/image`, picture)).statusCode, 204);
  const shown = await call(own, 'GET', `/credentials/${signature}/image`);
  assert.equal(shown.statusCode, 200, shown.body);
  assert.equal(shown.headers['content-type'], 'image/png');
  assert.match(String(shown.headers['cache-control']), /^private/);
  assert.ok(shown.rawPayload.equals(Buffer.from(png, 'base64')));
  assert.equal((await call(clerk, 'GET', `/credentials/${seal}/image`)).statusCode, 200);
  const others: [PersonActor, string][] = [
    [clerk, signature],
    [{ ...own, roles: ['agency_admin'], personId: newId<'person'>() }, signature],
    [own, seal],
    [{ ...own, agencyId: newId<'agency'>() }, signature],
  ];
  for (const [as, id] of others) assert.equal((await call(as, 'GET', `/credentials/${id}/image`)).statusCode, 404);
});

test('a key file of a foreign authority is taken only when its root is trusted, and only by the person it names', async () => {
  const now = house.clock.now();
  const foreign = await createRootAuthority({ organization: 'CA công cộng thử nghiệm', now });
  const keyFile = async (name: string): Promise<string> => {
    const { publicKey, privateKey } = await generateKey('rsa-2048');
    const certificate = issueCertificate(foreign, { kind: 'signer', subject: personSubject({ name, organization: 'VNPT' }), publicKey, now });
    return (await writePkcs12({ privateKey, certificate, password: '123456', iterations: 10_000 })).toString('base64');
  };
  const own = { kind: 'person', pin: '123456', container: await keyFile('LÊ VĂN KHẢI') };
  const untrusted = await call(person, 'POST', '/credentials/import', own);
  assert.equal(untrusted.json<{ code: string }>().code, 'signatures.certificateUntrusted');
  const anchor = { certificate: foreign.certificate.raw.toString('base64'), legalBasis: 'Quyết định thử nghiệm', validFrom: '2026-01-01', validTo: null };
  assert.equal((await call(person, 'POST', '/trust-anchors', anchor)).statusCode, 403);
  assert.equal((await call({ ...person, roles: ['province_admin'] }, 'POST', '/trust-anchors', anchor)).statusCode, 200);
  const taken = await call(person, 'POST', '/credentials/import', own);
  assert.equal(taken.statusCode, 200, taken.body);
  assert.equal((await call(person, 'POST', '/credentials/import', own)).json<{ code: string }>().code, 'signatures.certificateAlreadyThere');
  const others = await call(person, 'POST', '/credentials/import', { ...own, container: await keyFile('Trần Văn Bình') });
  assert.equal(others.json<{ code: string }>().code, 'signatures.notYourCredential');
  const wrongPin = await call(person, 'POST', '/credentials/import', { ...own, pin: '654321' });
  assert.equal(wrongPin.json<{ code: string }>().code, 'signatures.pkcs12.wrongPassword');
  const anchors = (await call(person, 'GET', '/trust-anchors')).json<{ anchors: { source: string }[] }>();
  assert.deepEqual(anchors.anchors.map(({ source }) => source), ['builtIn', 'table']);
});

test('the report and the places of a file are for its own agency only', async () => {
  const pdf = buildPdf();
  const { sha256, sizeBytes } = await storeBytes(house.kernel, pdf, { limitBytes: 1e6 });
  const keep = (ctx: CommandContext): Promise<Id<'file'>> => keepFile(ctx, { agencyId: person.agencyId, sha256, sizeBytes, name: 'a.pdf', mediaType: 'application/pdf' });
  const fileId = await run(house.kernel, keep, {}, { actor: person });
  const report = await call(person, 'GET', `/validations/${sha256}?fileId=${fileId}`);
  assert.equal(report.json<{ indication: string }>().indication, 'UNSIGNED');
  const places = await call(person, 'GET', `/placements?fileId=${fileId}&kind=person&signerName=Trang%201`);
  assert.equal(places.json<{ isFound: boolean }>().isFound, true);
  const stranger = { ...person, agencyId: newId<'agency'>() };
  assert.equal((await call(stranger, 'GET', `/validations/${sha256}?fileId=${fileId}`)).statusCode, 404);
  assert.equal((await call(stranger, 'GET', `/placements?fileId=${fileId}&kind=person`)).statusCode, 404);
  assert.equal((await call(person, 'GET', `/validations/${'0'.repeat(64)}?fileId=${fileId}`)).statusCode, 404);
});

test('the newest head of the audit tree gets a timestamp that holds', async () => {
  await sealNow(house.kernel);
  await timestampTreeHeads(house.kernel);
  const head = await latestTreeHead(house.kernel.database.pool);
  assert.ok(head?.timestampToken);
  const checkpoint = Buffer.from(head.checkpoint, 'utf8');
  const check = verifyTimestampToken(parseTimestampToken(head.timestampToken), (algorithm) => hash(algorithm, checkpoint, 'buffer'));
  assert.equal(check.verdict, 'ok');
  assert.ok(check.signer?.raw.equals((await builtInAuthority(house.kernel)).timestampCertificate.raw));
});
