import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { casesModule } from '#engines/cases/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { appointPost, createAgency, createPerson, endPost, identityModule, type PersonId, type PostId, type Role } from '#engines/identity/index.ts';
import { issueCredential, revokeCredential, signaturesModule } from '#engines/signatures/index.ts';
import type { CertificateDetail, CertificateRow, CertificateStatistics, RequestInput, RequestRow } from './contract.ts';
import { certificatesModule } from './index.ts';
import { warnOfEnd } from './schedules.ts';

const day = (text: string): CalendarDay => {
  const parsed = parseCalendarDay(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const system = { actor: systemActor('test') };

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let department: Id<'agency'>;
let commune: Id<'agency'>;
let director: PersonActor & { postId: PostId };
let administrator: PersonActor;
let province: PersonActor;
let stranger: PersonActor;

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, certificatesModule] });
  server = house.server(() => Promise.resolve(actor));
  [department, commune] = [await anAgency('Sở Nội vụ'), await anAgency('UBND xã Hoằng Hóa')];
  director = await somebodyIn(department, 'Nguyễn Văn Bình', 'Giám đốc', ['leader']);
  administrator = await somebodyIn(department, 'Cao Thế Kiên', 'Quản trị viên', ['agency_admin']);
  province = await somebodyIn(await anAgency('UBND tỉnh'), 'Đinh Trọng Hiếu', 'Quản trị hệ thống', ['province_admin']);
  stranger = await somebodyIn(commune, 'Ngô Thị Trang', 'Quản trị viên', ['agency_admin']);
});
after(() => house.close());

let sequence = 0;
async function anAgency(name: string): Promise<Id<'agency'>> {
  sequence += 1;
  const input = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2025-07-01'), name, abbreviation: `A${String(sequence)}` } as const;
  return run(house.kernel, createAgency, input, system);
}

async function somebodyIn(agencyId: Id<'agency'>, name: string, title: string, roles: Role[]): Promise<PersonActor & { personId: PersonId; postId: PostId }> {
  const personId = await run(house.kernel, createPerson, { fullName: name, agencyId }, system);
  const postId = await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title, roles, signingPowers: [], startsOn: day('2025-07-01') }, system);
  return { kind: 'person', personId, name, agencyId, unitId: null, postId, postTitle: title, roles, sessionId: newId() };
}

async function call<Body>(as: Actor, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object): Promise<{ status: number; body: Body }> {
  actor = as;
  const reply = await server.inject({ method, url: `/api/v1/certificates${path}`, ...(payload === undefined ? {} : { payload }) });
  // safe because the server checked the reply against its contract
  return { status: reply.statusCode, body: (reply.body === '' ? undefined : reply.json()) as Body };
}

type Rows<Row> = { rows: Row[]; next: string | null };
const listed = async (as: Actor, query = ''): Promise<CertificateRow[]> => (await call<Rows<CertificateRow>>(as, 'GET', query)).body.rows;

async function issueTo(person: PersonActor, validDays = 700): Promise<string> {
  const input = { kind: 'person', agencyId: person.agencyId, personId: person.personId, name: person.name, organization: 'Sở Nội vụ', pin: '202612', rounds: 10_000, keyKind: 'p-256', validDays } as const;
  const id = await issueCredential(house.kernel, input, system);
  await house.drain();
  return id;
}

const details = {
  birthDate: '1975-02-03',
  identityNumber: '038075001234',
  identityIssuedOn: '2021-05-01',
  identityIssuedBy: 'Cục Cảnh sát QLHC về TTXH',
  post: 'Giám đốc',
  email: 'binh@example.vn',
  phone: '0912000111',
  keyDevice: 'token',
  tokenSerial: null,
  change: null,
  province: 'Thanh Hóa',
  contact: {
    name: 'Cao Thế Kiên',
    identityNumber: '038085004321',
    identityIssuedOn: '2022-06-01',
    identityIssuedBy: 'Cục Cảnh sát QLHC về TTXH',
    post: 'Quản trị viên',
    phone: '0912000222',
    email: 'kien@example.vn',
    address: 'Số 1 Hạc Thành',
  },
} as const;
const request = (changes: Partial<RequestInput>): RequestInput => ({
  kind: 'issue',
  holderKind: 'person',
  holderName: director.name,
  personId: director.personId,
  certificateId: null,
  details,
  reason: 'Được bổ nhiệm',
  ...changes,
});

test('what is issued here stands in the inventory of its agency by itself, with the holder’s post, and shows its revocation', async () => {
  const credentialId = await issueTo(director);
  const [row] = await listed(administrator);
  assert.equal(row?.holderName, director.name);
  assert.equal(row.holderPost, 'Giám đốc');
  assert.equal(row.state, 'active');
  assert.equal(row.isBuiltIn, true);
  await run(house.kernel, revokeCredential, { agencyId: department, credentialId, reason: 'superseded' }, system);
  await house.drain();
  const [after] = await listed(administrator, '?state=revoked');
  assert.equal(after?.id, row.id);
});

test('people see their own certificates, the agency’s administrator the agency’s, the province’s all; others none', async () => {
  await issueTo(director);
  const [row] = await listed(director, '?state=active');
  assert.equal(row?.holderName, director.name);
  assert.deepEqual(await listed(stranger), []);
  assert.ok((await listed(province)).some((each) => each.id === row.id));
  assert.deepEqual(await listed(stranger, `?agency=${department}`), []);
  const path = `/${department}/${row.id}`;
  assert.equal((await call(director, 'GET', path)).status, 200);
  assert.equal((await call(stranger, 'GET', path)).status, 404);
  assert.equal((await call(anonymous, 'GET', path)).status, 401);
  assert.equal((await call(stranger, 'DELETE', path)).status, 404);
});

test('certificates come from files once, authorities in a chain are left aside, and what is no certificate is named', async () => {
  const pem = (await house.sql<{ pem: string }>(`select encode(certificate, 'base64') as pem from signatures.credential limit 1`))[0]?.pem ?? '';
  const root = (await house.sql<{ pem: string }>(`select encode(certificate, 'base64') as pem from signatures.authority_key where role = 'root'`))[0]?.pem ?? '';
  const armour = (text: string): string => Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`).toString('base64');
  const files = [
    { name: 'binh.pem', content: armour(pem) },
    { name: 'goc.cer', content: root.replaceAll('\n', '') },
    { name: 'anh.png', content: Buffer.from('no certificate').toString('base64') },
  ];
  type Imported = { added: { id: string; holderName: string }[]; known: string[]; problems: { name: string }[] };
  const first = await call<Imported>(stranger, 'POST', '/import', { files, holderKind: 'person' });
  assert.equal(first.status, 200);
  assert.deepEqual(first.body.added.map((each) => each.holderName), [director.name]);
  assert.deepEqual(first.body.problems.map((each) => each.name), ['goc.cer', 'anh.png']);
  const again = await call<Imported>(stranger, 'POST', '/import', { files, holderKind: 'person' });
  assert.equal(again.body.added.length, 0);
  assert.equal(again.body.known.length, 1);
  assert.equal((await call(stranger, 'POST', '/import', { files, holderKind: 'person', agencyId: department })).status, 404, 'not into another agency');
  assert.equal((await call(director, 'POST', '/import', { files, holderKind: 'person' })).status, 403);
});

test('the revocation by another authority is recorded by hand, once; a certificate of this installation is not', async () => {
  const [imported] = await listed(stranger);
  assert.ok(imported);
  const path = `/${commune}/${imported.id}/mark-revoked`;
  assert.equal((await call(stranger, 'POST', path, { revokedOn: '2026-11-01', reason: 'Mất thiết bị' })).status, 204);
  assert.equal((await call(stranger, 'POST', path, { revokedOn: '2026-11-01', reason: 'Mất thiết bị' })).status, 409);
  const detail = await call<CertificateDetail>(stranger, 'GET', `/${commune}/${imported.id}`);
  assert.equal(detail.body.state, 'revoked');
  assert.equal(detail.body.revokedReason, 'Mất thiết bị');
  const [own] = await listed(administrator, '?state=active');
  assert.equal((await call(administrator, 'POST', `/${department}/${String(own?.id)}/mark-revoked`, { revokedOn: '2026-11-01', reason: 'thử' })).status, 409);
});

test('a request takes the form in force, is decided by the province, and is complete when the inventory shows it', async () => {
  const sent = await call<{ id: string }>(administrator, 'POST', '/requests', request({}));
  assert.equal(sent.status, 200);
  const [row] = (await call<Rows<RequestRow>>(province, 'GET', '/requests')).body.rows;
  assert.equal(row?.formName, 'Đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho cá nhân');
  assert.equal(row.legalBasis, '68/2024/NĐ-CP, Phụ lục, Mẫu số 01');
  assert.deepEqual(row.abilities, ['approve', 'refuse']);
  const path = `/requests/${department}/${sent.body.id}`;
  assert.equal((await call(administrator, 'POST', `${path}/approve`, {})).status, 403);
  assert.equal((await call(province, 'POST', `${path}/approve`, {})).status, 204);
  assert.equal((await call(province, 'POST', `${path}/refuse`, { reason: 'muộn' })).status, 409);
  assert.equal((await call(administrator, 'POST', `${path}/complete`)).status, 409, 'nothing was issued yet');
  house.clock.advance(60_000);
  await issueTo(director);
  assert.equal((await call(administrator, 'POST', `${path}/complete`)).status, 204);
  assert.deepEqual((await call<Rows<RequestRow>>(stranger, 'GET', '/requests')).body.rows, []);
});

test('one request of a kind waits for a certificate, and a revoked one is not asked about', async () => {
  const [row] = await listed(administrator, '?state=active');
  assert.ok(row);
  const renewal = request({ kind: 'renew', certificateId: row.id });
  const first = await call<{ id: string }>(administrator, 'POST', '/requests', renewal);
  assert.equal(first.status, 200);
  assert.equal((await call(administrator, 'POST', '/requests', renewal)).status, 409);
  assert.equal((await call(administrator, 'POST', '/requests', request({ kind: 'renew' }))).status, 400);
  assert.equal((await call(administrator, 'POST', `/requests/${department}/${first.body.id}/withdraw`)).status, 204);
  assert.equal((await call(administrator, 'POST', '/requests', renewal)).status, 200);
  const [revoked] = await listed(administrator, '?state=revoked');
  assert.equal((await call(administrator, 'POST', '/requests', request({ kind: 'renew', certificateId: String(revoked?.id) }))).status, 409);
  assert.equal((await call(stranger, 'POST', '/requests', request({ kind: 'renew', certificateId: row.id }))).status, 404);
});

test('holder and administrator are told 60, 30 and 7 days before the end, each time once', async () => {
  await issueTo(stranger, 40);
  const told = async (): Promise<number> => run(house.kernel, warnOfEnd, undefined, system);
  const tasks = async (): Promise<string[]> =>
    (await house.sql<{ assignee: string }>(`select assignee from cases.task where agency_id = $1 and kind = 'certificates.renew'`, [commune])).map((row) => row.assignee);
  assert.equal(await told(), 1);
  assert.deepEqual((await tasks()).sort(), [`post:${stranger.postId}`, 'role:agency_admin']);
  assert.equal(await told(), 0);
  house.clock.advance(15 * 86_400_000);
  assert.equal(await told(), 1);
  house.clock.advance(20 * 86_400_000);
  assert.equal(await told(), 1);
  assert.equal(await told(), 0);
  const announced = await house.sql<{ days: number }>(`select (data ->> 'days')::int as days from audit.entry where type = 'certificates.end-announced' order by at`);
  assert.deepEqual(announced.map((row) => row.days), [60, 30, 7]);
});

test('when a person leaves the post, the administrator is asked about each certificate still in force', async () => {
  const leaving = await somebodyIn(department, 'Lê Văn Đi', 'Phó Giám đốc', ['leader']);
  await issueTo(leaving);
  await run(house.kernel, endPost, { agencyId: department, postId: leaving.postId, lastDay: day('2026-12-20'), reason: 'nghỉ hưu' }, system);
  await house.drain();
  const tasks = await house.sql<{ title: string; assignee: string }>(`select title, assignee from cases.task where kind = 'certificates.holder-left'`);
  assert.deepEqual(tasks, [{ title: 'Lê Văn Đi', assignee: 'role:agency_admin' }]);
});

test('a namesake’s newer certificate renews nothing: where both are known as people that decides, else the name does', async () => {
  const openTasks = async (): Promise<number> =>
    (await house.sql(`select 1 from cases.task where agency_id = $1 and title = $2 and kind = 'certificates.renew' and state = 'open'`, [department, 'Lò Văn Trùng'])).length;
  const [one, other] = [await somebodyIn(department, 'Lò Văn Trùng', 'Phó Giám đốc', ['leader']), await somebodyIn(department, 'Lò Văn Trùng', 'Chuyên viên', ['officer'])];
  await issueTo(one, 20);
  await run(house.kernel, warnOfEnd, undefined, system);
  const asked = await openTasks();
  assert.ok(asked > 0);
  await issueTo(other);
  assert.equal(await openTasks(), asked, 'the colleague of the same name has a certificate of their own');
  await issueTo(one);
  assert.equal(await openTasks(), 0);
});

test('what was to be done about a certificate is done when it is revoked, or when its holder has a newer one', async () => {
  const openTasks = async (): Promise<string[]> =>
    (await house.sql<{ kind: string }>(`select distinct kind from cases.task where agency_id = $1 and title = $2 and state = 'open' order by kind`, [department, 'Mai Văn Đổi'])).map((task) => task.kind);
  const person = await somebodyIn(department, 'Mai Văn Đổi', 'Phó Giám đốc', ['leader']);
  const first = await issueTo(person, 20);
  await run(house.kernel, warnOfEnd, undefined, system);
  assert.deepEqual(await openTasks(), ['certificates.renew']);
  await issueTo(person, 10);
  assert.deepEqual(await openTasks(), ['certificates.renew'], 'one that ends sooner renews nothing');
  const second = await issueTo(person);
  assert.deepEqual(await openTasks(), []);
  await run(house.kernel, endPost, { agencyId: department, postId: person.postId, lastDay: day('2030-01-01'), reason: 'luân chuyển' }, system);
  await house.drain();
  assert.deepEqual(await openTasks(), ['certificates.holder-left']);
  for (const credentialId of [first, second]) await run(house.kernel, revokeCredential, { agencyId: department, credentialId, reason: 'affiliationChanged' }, system);
  await house.drain();
  const left = await house.sql<{ serials: number }>(`select count(*)::int as serials from cases.task where agency_id = $1 and title = $2 and state = 'open'`, [department, 'Mai Văn Đổi']);
  assert.ok((left[0]?.serials ?? 9) <= 1, 'only about the one that is still in force');
});

test('the statistics count by agency; search finds without diacritics', async () => {
  const { agencies } = (await call<CertificateStatistics>(province, 'GET', '/statistics')).body;
  const own = agencies.find((each) => each.agencyId === department);
  assert.ok(own !== undefined && own.people > 0 && own.revoked > 0);
  assert.deepEqual((await call<CertificateStatistics>(stranger, 'GET', '/statistics')).body.agencies.map((each) => each.agencyId), [commune]);
  const found = await listed(province, '?text=le%20van%20di');
  assert.deepEqual(found.map((row) => row.holderName), ['Lê Văn Đi']);
});

test('pages follow each other without gap or twin, over all agencies', async () => {
  await house.sql(
    `insert into certificates.certificate (agency_id, id, holder_kind, holder_name, issuer_name, issuer, subject, serial, fingerprint, content, is_built_in, valid_from, valid_to,
       status, status_source, search, added_at, added_by)
     select case when n % 2 = 0 then $1::uuid else $2::uuid end, gen_random_uuid(), 'device', 'Máy chủ ' || n, 'CA', 'CN=CA', 'CN=' || n, n::text, lpad(to_hex(n), 64, '0'), '', false,
       '2026-01-01', '2030-01-01', 'active', 'none', ''::tsvector, now(), 'test' from generate_series(1, 120) n`,
    [department, commune],
  );
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 5; page += 1) {
    const { rows, next } = (await call<Rows<CertificateRow>>(province, 'GET', `?holder=device${after}`)).body;
    seen.push(...rows.map((row) => row.id));
    if (next === null) break;
    after = `&after=${encodeURIComponent(next)}`;
  }
  assert.equal(seen.length, 120);
  assert.equal(new Set(seen).size, 120);
});

test('the clerk of an agency revokes its certificate from the inventory, and the next signature is refused at once', async () => {
  const clerk = await somebodyIn(department, 'Trần Thị Thu Hà', 'Văn thư', ['clerk']);
  const input = { kind: 'agency', agencyId: department, name: 'Sở Nội vụ', agencyCode: 'H56.05', pin: '202612', rounds: 10_000, keyKind: 'p-256' } as const;
  const credentialId = await issueCredential(house.kernel, input, system);
  await house.drain();
  const [row] = await listed(clerk, '?holder=agency');
  const detail = await call<CertificateDetail>(clerk, 'GET', `/${department}/${String(row?.id)}`);
  assert.ok(detail.body.abilities.includes('revoke'));
  assert.equal(detail.body.credentialId, credentialId);
  const asDirector = await call<CertificateDetail>(director, 'GET', `/${department}/${String(row?.id)}`);
  assert.equal(asDirector.status, 404, 'a leader has no business with the seal');
  actor = clerk;
  const reply = await server.inject({ method: 'POST', url: `/api/v1/signatures/credentials/${credentialId}/revoke`, payload: { reason: 'keyCompromise' } });
  assert.equal(reply.statusCode, 204);
  await house.drain();
  assert.equal((await listed(clerk, '?holder=agency'))[0]?.state, 'revoked');
});
