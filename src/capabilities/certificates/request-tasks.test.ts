import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
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
import { issueCredential, signaturesModule } from '#engines/signatures/index.ts';
import type { RequestInput, RequestRow } from './contract.ts';
import { certificatesModule } from './index.ts';
import { certificateSchedules } from './schedules.ts';

const day = (text: string): CalendarDay => {
  const parsed = parseCalendarDay(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const system = { actor: systemActor('test') };

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let clerk: PersonActor & { personId: PersonId; postId: PostId };
let administrator: PersonActor;
let province: PersonActor & { postId: PostId };
let stranger: PersonActor;

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, certificatesModule] });
  server = house.server(() => Promise.resolve(actor));
  const department = await anAgency('Sở Nội vụ');
  clerk = await somebodyIn(department, 'Trần Thị Thu Hà', ['clerk']);
  administrator = await somebodyIn(department, 'Cao Thế Kiên', ['agency_admin']);
  province = await somebodyIn(await anAgency('UBND tỉnh'), 'Đinh Trọng Hiếu', ['province_admin']);
  stranger = await somebodyIn(await anAgency('UBND xã Hoằng Hóa'), 'Ngô Thị Trang', ['clerk']);
});
after(() => house.close());

let sequence = 0;
async function anAgency(name: string): Promise<Id<'agency'>> {
  sequence += 1;
  return run(house.kernel, createAgency, { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2025-07-01'), name, abbreviation: `A${String(sequence)}` }, system);
}

async function somebodyIn(agencyId: Id<'agency'>, name: string, roles: Role[]): Promise<PersonActor & { personId: PersonId; postId: PostId }> {
  const personId = await run(house.kernel, createPerson, { fullName: name, agencyId }, system);
  const postId = await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Văn thư', roles, signingPowers: [], startsOn: day('2025-07-01') }, system);
  return { kind: 'person', personId, name, agencyId, unitId: null, postId, postTitle: 'Văn thư', roles, sessionId: newId() };
}

async function call<Body>(as: Actor, method: 'GET' | 'POST', path: string, payload?: object): Promise<{ status: number; body: Body }> {
  actor = as;
  const reply = await server.inject({ method, url: `/api/v1/certificates${path}`, ...(payload === undefined ? {} : { payload }) });
  // safe because the server checked the reply against its contract
  return { status: reply.statusCode, body: (reply.body === '' ? undefined : reply.json()) as Body };
}

const whom = { name: 'Trần Thị Thu Hà', identityNumber: '038085004321', identityIssuedOn: '2022-06-01', identityIssuedBy: 'Cục Cảnh sát', post: 'Văn thư', phone: '0912000222', email: 'ha@thanhhoa.gov.vn', address: 'Số 1 Hạc Thành' };
const details = { birthDate: '1990-02-03', identityNumber: '038085004321', identityIssuedOn: '2022-06-01', identityIssuedBy: 'Cục Cảnh sát', post: 'Văn thư', email: 'ha@thanhhoa.gov.vn', phone: '0912000222', keyDevice: 'token', tokenSerial: null, change: null, province: 'Thanh Hóa', contact: whom } as const;

/** The clerk asks for a certificate of her own. */
async function ask(changes: Partial<RequestInput> = {}): Promise<{ id: string; path: string }> {
  const input: RequestInput = { kind: 'issue', holderKind: 'person', holderName: clerk.name, personId: clerk.personId, certificateId: null, details, reason: 'Nhận nhiệm vụ văn thư', ...changes };
  const sent = await call<{ id: string }>(clerk, 'POST', '/requests', input);
  assert.equal(sent.status, 200);
  return { id: sent.body.id, path: `/requests/${clerk.agencyId}/${sent.body.id}` };
}

/** What waits about a request, and for whom. */
const waiting = async (id: string): Promise<string[]> =>
  (await house.sql<{ line: string }>(`select kind || ' ' || assignee as line from cases.task where subject_id = $1 and state = 'open' order by 1`, [id])).map((row) => row.line);
const decide = 'certificates.decide-request role:province_admin';

test('a request waits for the province’s administrator; after a yes it waits for who asked and for the keeper until it is carried out', async () => {
  const { id, path } = await ask();
  assert.deepEqual(await waiting(id), [decide]);
  const [task] = await house.sql<{ agency_id: string; title: string; href: string }>('select agency_id, title, href from cases.task where subject_id = $1', [id]);
  assert.deepEqual(task, { agency_id: province.agencyId, title: 'Trần Thị Thu Hà: Đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho cá nhân', href: `/app/de-nghi-chung-thu/${clerk.agencyId}.${id}` });
  assert.equal((await call(province, 'POST', `${path}/approve`, {})).status, 204);
  assert.deepEqual(await waiting(id), [`certificates.carry-out-request post:${clerk.postId}`, 'certificates.carry-out-request role:agency_admin']);
  house.clock.advance(60_000);
  await issueCredential(
    house.kernel,
    { kind: 'person', agencyId: clerk.agencyId, personId: clerk.personId, name: clerk.name, organization: 'Sở Nội vụ', pin: '202612', rounds: 10_000, keyKind: 'p-256' },
    system,
  );
  await house.drain();
  assert.equal((await call(administrator, 'POST', `${path}/complete`)).status, 204);
  assert.deepEqual(await waiting(id), []);
});

test('after a no who asked has the reason to read, once; nobody else may say so', async () => {
  const { id, path } = await ask();
  assert.equal((await call(province, 'POST', `${path}/refuse`, { reason: 'Đã có chứng thư còn hạn' })).status, 204);
  assert.deepEqual(await waiting(id), [`certificates.read-refusal post:${clerk.postId}`]);
  assert.deepEqual((await call<RequestRow>(clerk, 'GET', path)).body.abilities, ['read-refusal']);
  assert.deepEqual((await call<RequestRow>(province, 'GET', path)).body.abilities, []);
  assert.equal((await call(anonymous, 'POST', `${path}/read-refusal`)).status, 401);
  assert.equal((await call(province, 'POST', `${path}/read-refusal`)).status, 403);
  assert.equal((await call(stranger, 'POST', `${path}/read-refusal`)).status, 404);
  assert.equal((await call(clerk, 'POST', `${path}/read-refusal`)).status, 204);
  assert.deepEqual(await waiting(id), []);
  assert.deepEqual((await call<RequestRow>(clerk, 'GET', path)).body.abilities, []);
  assert.equal((await call(clerk, 'POST', `${path}/read-refusal`)).status, 409);
  const said = await house.sql<{ type: string }>(`select type from audit.entry where subject_id = $1 and type = 'certificates.refusal-read'`, [id]);
  assert.equal(said.length, 1);
});

test('two who decide at once: one decision counts, and one set of tasks follows', async () => {
  const { id, path } = await ask();
  const statuses = await Promise.all([call(province, 'POST', `${path}/approve`, {}), call(province, 'POST', `${path}/refuse`, { reason: 'muộn' })]);
  assert.deepEqual(statuses.map((reply) => reply.status).toSorted(), [204, 409]);
  assert.equal(new Set((await waiting(id)).map((line) => line.split(' ')[0])).size, 1);
});

test('a request that is taken back waits for nobody, before the decision and after it', async () => {
  const [early, late] = [await ask(), await ask()];
  assert.equal((await call(clerk, 'POST', `${early.path}/withdraw`)).status, 204);
  assert.equal((await call(province, 'POST', `${late.path}/approve`, {})).status, 204);
  assert.equal((await call(clerk, 'POST', `${late.path}/withdraw`)).status, 204);
  assert.deepEqual([await waiting(early.id), await waiting(late.id)], [[], []]);
});

test('all that a form lacks is said at once, the reason and the holder with the rest', async () => {
  type Refusal = { code: string; fields: { path: string }[] };
  const input = { kind: 'issue', holderKind: 'person', holderName: ' ', personId: null, certificateId: null, details: { ...details, phone: null }, reason: '' };
  const { status, body } = await call<Refusal>(clerk, 'POST', '/requests', input);
  assert.deepEqual([status, body.code, body.fields.map((field) => field.path).toSorted()], [422, 'kernel.invalidInput', ['details.phone', 'holderName', 'reason']]);
});

test('the inventory goes out as a workbook with the counts, and holds no more than the caller may see', async () => {
  const book = async (as: Actor, query = ''): Promise<{ status: number; sheets: string[] }> => {
    actor = as;
    const reply = await server.inject({ method: 'GET', url: `/api/v1/certificates/inventory.xlsx${query}` });
    if (reply.statusCode !== 200) return { status: reply.statusCode, sheets: [] };
    const parts = unzipSync(reply.rawPayload);
    return { status: 200, sheets: [1, 2].map((number) => strFromU8(parts[`xl/worksheets/sheet${String(number)}.xml`] ?? new Uint8Array())) };
  };
  const own = await book(clerk);
  assert.match(own.sheets[0] ?? '', /Danh sách chứng thư số.*Trần Thị Thu Hà.*Còn hiệu lực/s);
  assert.match(own.sheets[1] ?? '', /Thống kê chứng thư số theo cơ quan.*Sở Nội vụ/s);
  assert.doesNotMatch((await book(clerk, '?state=revoked')).sheets[0] ?? '', /Trần Thị Thu Hà/);
  assert.match((await book(province, `?agency=${clerk.agencyId}`)).sheets[0] ?? '', /Trần Thị Thu Hà/);
  assert.doesNotMatch((await book(stranger, `?agency=${clerk.agencyId}`)).sheets.join(), /Trần Thị Thu Hà|Sở Nội vụ/);
  assert.equal((await book(anonymous)).status, 401);
});

const lastDayIn = (days: number): CalendarDay => day(new Date(house.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10));
const decidersOf = async (id: string): Promise<string[]> =>
  (await house.sql<{ agency: string }>(`select agency_id as agency from cases.task where subject_id = $1 and kind = 'certificates.decide-request' and state = 'open' order by 1`, [id])).map(({ agency }) => agency);

test('the decision follows the deciding post to another agency at once, and to nobody’s desk while there is none', async () => {
  const { id, path } = await ask();
  const withdrawn = await ask();
  assert.deepEqual(await decidersOf(id), [province.agencyId]);
  const science = await somebodyIn(await anAgency('Sở Khoa học và Công nghệ'), 'Vũ Thị Lan', ['province_admin']);
  await house.drain();
  assert.deepEqual(await decidersOf(id), [province.agencyId, science.agencyId].sort(), 'two decide for the province');
  assert.equal((await call(clerk, 'POST', `${withdrawn.path}/withdraw`)).status, 204);
  house.clock.advance(2 * 86_400_000);
  await run(house.kernel, endPost, { agencyId: province.agencyId, postId: province.postId, lastDay: lastDayIn(-1), reason: 'chuyển nhiệm vụ' }, system);
  await house.drain();
  assert.deepEqual(await decidersOf(id), [science.agencyId]);
  await run(house.kernel, endPost, { agencyId: science.agencyId, postId: science.postId, lastDay: lastDayIn(0), reason: 'nghỉ hưu' }, system);
  await house.drain();
  house.clock.advance(86_400_000);
  const daily = certificateSchedules.find(({ name }) => name === 'certificates.follow-deciding-posts') ?? assert.fail();
  await daily.run(house.kernel);
  assert.deepEqual(await decidersOf(id), [science.agencyId], 'while nobody decides, it waits where it was');
  const later = await ask();
  assert.deepEqual(await decidersOf(later.id), []);
  province = await somebodyIn(province.agencyId, 'Lê Thị Mơ', ['province_admin']);
  await house.drain();
  for (const request of [id, later.id]) assert.deepEqual(await decidersOf(request), [province.agencyId]);
  assert.equal((await call(province, 'POST', `${path}/approve`, {})).status, 204);
  for (const request of [id, withdrawn.id]) assert.deepEqual(await decidersOf(request), [], 'what is decided or taken back waits nowhere');
});

test('a post that ends or begins on a day to come moves the decision on that day', async () => {
  const { id, path } = await ask();
  const { personId, agencyId } = await somebodyIn(await anAgency('Sở Tư pháp'), 'Phạm Văn Đức', ['clerk']);
  await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Quản trị', roles: ['province_admin'], signingPowers: [], startsOn: lastDayIn(3) }, system);
  await run(house.kernel, endPost, { agencyId: province.agencyId, postId: province.postId, lastDay: lastDayIn(2), reason: 'điều động' }, system);
  await house.drain();
  assert.deepEqual(await decidersOf(id), [province.agencyId]);
  house.clock.advance(3 * 86_400_000);
  for (const schedule of certificateSchedules) if (schedule.name === 'certificates.follow-deciding-posts') await schedule.run(house.kernel);
  assert.deepEqual(await decidersOf(id), [agencyId]);
  assert.equal((await call(clerk, 'POST', `${path}/withdraw`)).status, 204);
  assert.deepEqual(await waiting(id), []);
  province = await somebodyIn(province.agencyId, 'Đinh Trọng Hiếu', ['province_admin']);
  await house.drain();
});

test('who asked and has left gets no task; the keeper of the agency’s certificates still does', async () => {
  const { id, path } = await ask();
  house.clock.advance(86_400_000 * 2);
  await run(house.kernel, endPost, { agencyId: clerk.agencyId, postId: clerk.postId, lastDay: day(new Date(house.clock.now().getTime() - 86_400_000).toISOString().slice(0, 10)), reason: 'nghỉ hưu' }, system);
  assert.equal((await call(province, 'POST', `${path}/approve`, {})).status, 204);
  assert.deepEqual(await waiting(id), ['certificates.carry-out-request role:agency_admin']);
});
