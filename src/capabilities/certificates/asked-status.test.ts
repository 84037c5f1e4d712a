import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { openTestHouse, TEST_NOW, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { casesModule } from '#engines/cases/index.ts';
import { appointPost, createAgency, createPerson, type PersonId, type Role } from '#engines/identity/index.ts';
import { importCredential } from '#engines/signatures/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { agencySubject, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import type { CertificateStatus } from '#engines/signatures/domain/pki/ocsp.ts';
import { writePkcs12 } from '#engines/signatures/domain/pki/pkcs12.ts';
import { createTestPki, days, later } from '#engines/signatures/domain/validation/testing.ts';
import { openPaper, testModules } from '#engines/signatures/testing.ts';
import { askDue } from './commands/ask-status.ts';
import type { AskProgress, CertificateDetail, CertificateRow } from './contract.ts';
import { certificatesModule } from './index.ts';

const day = (text: string): CalendarDay => parseCalendarDay(text) ?? assert.fail(text);
const system = { actor: systemActor('test') };
const today = new Date(TEST_NOW);
const hour = 3_600_000;

/** An authority elsewhere, at an address of this machine, that answers what a test wants it to. */
const pki = await createTestPki(later(today, -days(30)));
let says: CertificateStatus | 'nothing' = { status: 'good' };
let asked = 0;
const holders = new Map<string, { certificate: ReturnType<typeof issueCertificate>; privateKey: Awaited<ReturnType<typeof generateKey>>['privateKey'] }>();
const answer: RequestListener = (request, response) => {
  if (request.url === '/issuing.crt') return void response.end(pki.issuing.certificate.raw);
  const holder = holders.get((request.url ?? '').slice(1));
  if (holder === undefined || says === 'nothing') return void response.writeHead(503).end();
  asked += 1;
  return void response.end(pki.ocsp(holder, says, house.kernel.clock.now()));
};
const authority = createServer(answer);
await new Promise<void>((resolve) => authority.listen(0, '127.0.0.1', resolve));
// safe because the server listens on a port, not on a pipe
const { port } = authority.address() as AddressInfo;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-anchors-'));
writeFileSync(join(folder, 'root.crt'), pki.root.certificate.raw);
writeFileSync(join(folder, 'root.crl'), pki.crls(today)[0] ?? Buffer.alloc(0));

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let department: Id<'agency'>;
let director: PersonActor;
let administrator: PersonActor;
let stranger: PersonActor;

before(async () => {
  house = await openTestHouse({
    modules: [...testModules, casesModule, certificatesModule],
    config: { trustAnchorsDir: folder, revocationHosts: `internal:127.0.0.1:${String(port)}` },
  });
  server = house.server(() => Promise.resolve(actor));
  department = await anAgency('Sở Tài chính');
  director = await somebodyIn(department, 'Nguyễn Văn Bình', ['leader']);
  administrator = await somebodyIn(department, 'Cao Thế Kiên', ['agency_admin']);
  stranger = await somebodyIn(await anAgency('UBND xã Hoằng Hóa'), 'Ngô Thị Trang', ['agency_admin']);
});
after(async () => {
  await house.close();
  authority.closeAllConnections();
  authority.close();
  rmSync(folder, { recursive: true, force: true });
});

let sequence = 0;
async function anAgency(name: string): Promise<Id<'agency'>> {
  sequence += 1;
  const input = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2025-07-01'), name, abbreviation: `A${String(sequence)}` } as const;
  return run(house.kernel, createAgency, input, system);
}

async function somebodyIn(agencyId: Id<'agency'>, name: string, roles: Role[]): Promise<PersonActor & { personId: PersonId }> {
  const personId = await run(house.kernel, createPerson, { fullName: name, agencyId }, system);
  const postId = await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Chức vụ', roles, signingPowers: [], startsOn: day('2025-07-01') }, system);
  return { kind: 'person', personId, name, agencyId, unitId: null, postId, postTitle: 'Chức vụ', roles, sessionId: newId() };
}

async function call<Body>(as: Actor, method: 'GET' | 'POST', path: string, payload?: object): Promise<{ status: number; body: Body }> {
  actor = as;
  const reply = await server.inject({ method, url: `/api/v1/certificates${path}`, ...(payload === undefined ? {} : { payload }) });
  const isJson = String(reply.headers['content-type']).includes('json');
  // safe because the server checked the reply against its contract
  return { status: reply.statusCode, body: (isJson && reply.body !== '' ? reply.json() : undefined) as Body };
}

/** A certificate of the authority elsewhere, under a name that its OCSP address carries. */
async function issueElsewhere(name: string, kind: 'device' | 'person' = 'device') {
  const pair = await generateKey(kind === 'person' ? 'rsa-2048' : 'p-256');
  const base = `http://127.0.0.1:${String(port)}`;
  const subject = kind === 'person' ? personSubject({ name, organization: 'Sở Tài chính' }) : agencySubject({ name, agencyCode: 'H56.06' });
  const key = String(holders.size);
  const urls = { ocsp: `${base}/${key}`, crl: `${base}/none.crl`, caIssuers: `${base}/issuing.crt` };
  const certificate = issueCertificate(pki.issuing, { kind: 'signer', subject, publicKey: pair.publicKey, now: later(today, -days(20)), urls });
  const holder = { certificate, privateKey: pair.privateKey };
  holders.set(key, holder);
  return holder;
}

type Imported = { added: { id: string }[]; known: string[]; askedAt: string | null };
async function importFiles(as: Actor, files: Buffer[], more: object = {}): Promise<Imported> {
  const body = { files: files.map((file, i) => ({ name: `${String(i)}.cer`, content: file.toString('base64') })), holderKind: 'device', ...more };
  const reply = await call<Imported>(as, 'POST', '/import', body);
  assert.equal(reply.status, 200);
  return reply.body;
}

const detailOf = async (id: string): Promise<CertificateDetail> => (await call<CertificateDetail>(administrator, 'GET', `/${department}/${id}`)).body;
const progress = async (as: Actor, since: string): Promise<AskProgress> => (await call<AskProgress>(as, 'GET', `/ask-status?since=${encodeURIComponent(since)}`)).body;
const tasks = async (kind: string): Promise<string[]> =>
  (await house.sql<{ assignee: string }>(`select assignee from cases.task where kind = $1 and state = 'open' order by assignee`, [kind])).map((row) => row.assignee);
const events = async (type: string): Promise<number> => (await house.sql(`select from audit.entry where type = $1`, [type])).length;
const askOnce = async (id: string): Promise<CertificateDetail> => {
  house.clock.advance(hour);
  assert.equal((await call(administrator, 'POST', '/ask-status', { certificates: [{ agencyId: department, id }] })).status, 200);
  await house.drain();
  return detailOf(id);
};

let device = '';

test('certificates from a file are looked up with their authority one by one, and whoever imported them sees how far that is', async () => {
  const made = [await issueElsewhere('Máy chủ 1'), await issueElsewhere('Máy chủ 2'), await issueElsewhere('Máy chủ 3')];
  const { added, askedAt } = await importFiles(administrator, made.map(({ certificate }) => certificate.raw));
  assert.equal(added.length, 3);
  assert.ok(askedAt);
  assert.deepEqual(await progress(administrator, askedAt), { asked: 3, waiting: 3, withdrawn: 0, unanswered: 0 });
  device = added[0]?.id ?? '';
  assert.equal((await detailOf(device)).isAsking, true);
  await house.drain();
  assert.deepEqual(await progress(administrator, askedAt), { asked: 3, waiting: 0, withdrawn: 0, unanswered: 0 });
  assert.deepEqual(await progress(stranger, askedAt), { asked: 0, waiting: 0, withdrawn: 0, unanswered: 0 }, 'others’ questions are their own');
  const detail = await detailOf(device);
  assert.deepEqual([detail.state, detail.statusSource, detail.isAsking, detail.askProblem], ['active', 'ocsp', false, null]);
  assert.ok(detail.statusAsOf !== null && detail.statusCheckedAt !== null);
});

test('a file can also be taken in without asking, and asking is left to the schedule', async () => {
  const { certificate } = await issueElsewhere('Máy chủ 4');
  const { added, askedAt } = await importFiles(administrator, [certificate.raw], { asksStatus: false });
  assert.equal(askedAt, null);
  const id = added[0]?.id ?? '';
  assert.equal((await detailOf(id)).statusSource, 'none');
  assert.equal(await askDue(house.kernel), 1);
  await house.drain();
  assert.equal((await detailOf(id)).statusSource, 'ocsp');
});

test('the schedule asks about each once a day, not more', async () => {
  assert.equal(await askDue(house.kernel), 0);
  house.clock.advance(21 * hour);
  const before = asked;
  assert.equal(await askDue(house.kernel), 4);
  await house.drain();
  assert.equal(asked - before, 4);
  assert.equal(await askDue(house.kernel), 0);
});

test('the very answer is kept and can be fetched by whoever sees the certificate, by nobody else', async () => {
  actor = administrator;
  const url = `/api/v1/certificates/${department}/${device}/answer`;
  const reply = await server.inject({ method: 'GET', url });
  assert.equal(reply.statusCode, 200);
  assert.equal(reply.headers['content-type'], 'application/ocsp-response');
  const { statusAnswer } = await detailOf(device);
  const [kept] = await house.sql<{ content: Buffer }>('select content from signatures.validation_material where sha256 = $1', [statusAnswer]);
  assert.deepEqual(reply.rawPayload, kept?.content);
  assert.equal((await call(stranger, 'GET', `/${department}/${device}/answer`)).status, 404);
  assert.equal((await call(anonymous, 'GET', `/${department}/${device}/answer`)).status, 401);
});

test('who may ask: the agency’s administrator and the holder; for others the certificate does not exist', async () => {
  const body = { certificates: [{ agencyId: department, id: device }] };
  assert.equal((await call(anonymous, 'POST', '/ask-status', body)).status, 401);
  assert.equal((await call(stranger, 'POST', '/ask-status', body)).status, 404);
  assert.equal((await call(director, 'POST', '/ask-status', body)).status, 404);
  const auditor = await somebodyIn(department, 'Lê Thị Kiểm', ['auditor']);
  assert.equal((await call(auditor, 'POST', '/ask-status', body)).status, 403);
  assert.equal((await call(administrator, 'POST', '/ask-status', { certificates: [] })).status, 422);
});

test('a suspension is shown and told, and lifted again when the authority says so', async () => {
  says = { status: 'revoked', revokedAt: later(today, -days(1)), reason: 'certificateHold' };
  const held = await askOnce(device);
  assert.deepEqual([held.state, held.revokedReason], ['suspended', 'certificateHold']);
  assert.deepEqual(await tasks('certificates.withdrawn'), ['role:agency_admin']);
  says = { status: 'good' };
  assert.equal((await askOnce(device)).state, 'active');
  assert.deepEqual(await tasks('certificates.withdrawn'), []);
  assert.deepEqual([await events('certificates.suspension-found'), await events('certificates.suspension-lifted')], [1, 1]);
});

test('silence is shown from when on, is a task after three days, and ends with the next answer', async () => {
  says = 'nothing';
  const silent = await askOnce(device);
  assert.deepEqual([silent.state, silent.askProblem, silent.isAsking], ['active', 'silent', false]);
  assert.ok(silent.unansweredSince !== null);
  assert.deepEqual(await tasks('certificates.unanswered'), []);
  house.clock.advance(days(3));
  // Lists of the authority above are made anew while this one is silent.
  writeFileSync(join(folder, 'root.crl'), pki.crls(house.kernel.clock.now())[0] ?? Buffer.alloc(0));
  const still = await askOnce(device);
  assert.equal(still.unansweredSince, silent.unansweredSince);
  assert.deepEqual(await tasks('certificates.unanswered'), ['role:agency_admin']);
  assert.equal((await house.sql(`select from audit.entry where type = 'certificates.status-unanswered' and subject_id = $1`, [device])).length, 1);
  says = { status: 'good' };
  assert.equal((await askOnce(device)).unansweredSince, null);
  assert.deepEqual(await tasks('certificates.unanswered'), []);
});

test('a revocation stays, ends the questions, and stands in the list of the revoked', async () => {
  says = { status: 'revoked', revokedAt: later(today, -days(1)), reason: 'keyCompromise' };
  const revoked = await askOnce(device);
  assert.deepEqual([revoked.state, revoked.revokedReason, revoked.abilities.includes('ask-status')], ['revoked', 'keyCompromise', false]);
  assert.equal((await call(administrator, 'POST', '/ask-status', { certificates: [{ agencyId: department, id: device }] })).status, 409);
  const { rows } = (await call<{ rows: CertificateRow[] }>(administrator, 'GET', '?state=revoked')).body;
  assert.deepEqual(rows.map((row) => row.id), [device]);
  assert.equal(await events('certificates.revocation-found'), 1);
});

async function importKey(): Promise<{ credentialId: string; certificateId: string }> {
  const { certificate, privateKey } = await issueElsewhere(director.name, 'person');
  const file = await writePkcs12({ certificate, privateKey, chain: [pki.issuing.certificate, pki.root.certificate], password: 'mật khẩu 1', friendlyName: director.name });
  const credentialId = await importCredential(house.kernel, { agencyId: department, kind: 'person', file, pin: 'mật khẩu 1' }, { actor: director });
  await house.drain();
  const [row] = await house.sql<{ id: string }>('select id from certificates.certificate where credential_id = $1', [credentialId]);
  return { credentialId, certificateId: row?.id ?? '' };
}

const signWith = (credentialId: string) => openPaper(house.kernel, director, { credentialId, pdf: buildPdf(), appearance: { kind: 'invisible' } });

test('a key from elsewhere is looked up when it comes; suspended or revoked, nobody signs with it, and its holder is told', async () => {
  says = { status: 'good' };
  const { credentialId, certificateId } = await importKey();
  assert.equal((await detailOf(certificateId)).statusSource, 'ocsp');
  await signWith(credentialId);
  says = { status: 'revoked', revokedAt: later(today, -days(1)), reason: 'certificateHold' };
  await askOnce(certificateId);
  await assert.rejects(signWith(credentialId), { code: 'signatures.certificateRevoked' });
  assert.equal((await tasks('certificates.withdrawn')).length, 3, 'of the revoked device one, of this one two');
  says = { status: 'good' };
  await askOnce(certificateId);
  await signWith(credentialId);
  says = { status: 'revoked', revokedAt: later(today, -days(1)), reason: 'superseded' };
  await askOnce(certificateId);
  await assert.rejects(signWith(credentialId), { code: 'signatures.certificateRevoked' });
});

test('a revocation that a person records stops the key as well', async () => {
  says = { status: 'good' };
  const { credentialId, certificateId } = await importKey();
  assert.equal((await call(administrator, 'POST', `/${department}/${certificateId}/mark-revoked`, { revokedOn: '2026-11-01', reason: 'Nơi cấp báo bằng văn bản' })).status, 204);
  await assert.rejects(signWith(credentialId), { code: 'signatures.certificateRevoked' });
});

test('two who ask about the same at once open one question', async () => {
  const { certificate } = await issueElsewhere('Máy chủ 5');
  const { added } = await importFiles(administrator, [certificate.raw], { asksStatus: false });
  const id = added[0]?.id ?? '';
  const ask = () => call(administrator, 'POST', '/ask-status', { certificates: [{ agencyId: department, id }] });
  assert.deepEqual((await Promise.all([ask(), ask()])).map((reply) => reply.status), [200, 200]);
  const before = asked;
  await house.drain();
  assert.equal(asked - before, 1);
});
