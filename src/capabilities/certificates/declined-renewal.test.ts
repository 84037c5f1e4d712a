import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { taskPage } from '#engines/cases/contract.ts';
import { casesModule, myTasks } from '#engines/cases/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { appointPost, createAgency, createPerson, identityModule, type PersonId, type PostId, type Role } from '#engines/identity/index.ts';
import { issueCredential, signaturesModule } from '#engines/signatures/index.ts';
import type { CertificateDetail } from './contract.ts';
import { certificatesModule } from './index.ts';
import { warnOfEnd } from './schedules.ts';

const DAY_MS = 86_400_000;
const day = (text: string): CalendarDay => parseCalendarDay(text) ?? assert.fail(text);
const system = { actor: systemActor('test') };
type Somebody = PersonActor & { personId: PersonId; postId: PostId };

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let department: Id<'agency'>;
let administrator: Somebody;
let province: Somebody;
let stranger: Somebody;

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, certificatesModule] });
  server = house.server(() => Promise.resolve(actor));
  department = await anAgency('Sở Nội vụ');
  administrator = await somebodyIn(department, 'Cao Thế Kiên', ['agency_admin']);
  province = await somebodyIn(await anAgency('UBND tỉnh'), 'Đinh Trọng Hiếu', ['province_admin']);
  stranger = await somebodyIn(await anAgency('UBND xã Hoằng Hóa'), 'Ngô Thị Trang', ['agency_admin']);
});
after(() => house.close());

let sequence = 0;
async function anAgency(name: string): Promise<Id<'agency'>> {
  sequence += 1;
  const input = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2025-07-01'), name, abbreviation: `A${String(sequence)}` } as const;
  return run(house.kernel, createAgency, input, system);
}

async function somebodyIn(agencyId: Id<'agency'>, name: string, roles: Role[]): Promise<Somebody> {
  const personId = await run(house.kernel, createPerson, { fullName: name, agencyId }, system);
  const postId = await run(house.kernel, appointPost, { agencyId, personId, unitId: null, title: 'Chức vụ', roles, signingPowers: [], startsOn: day('2025-07-01') }, system);
  return { kind: 'person', personId, name, agencyId, unitId: null, postId, postTitle: 'Chức vụ', roles, sessionId: newId() };
}

async function call<Body>(as: Actor, method: 'GET' | 'POST', path: string, payload?: object): Promise<{ status: number; body: Body }> {
  actor = as;
  const reply = await server.inject({ method, url: `/api/v1/certificates${path}`, ...(payload === undefined ? {} : { payload }) });
  // safe because the server checked the reply against its contract
  return { status: reply.statusCode, body: (reply.body === '' ? undefined : reply.json()) as Body };
}

type Refusal = { code: string };
const REASON = { reason: 'postEnded', note: 'Nghỉ hưu từ 01/01/2027' };
const decline = (as: Actor, id: string, payload: object = REASON) => call<Refusal>(as, 'POST', `/${department}/${id}/decline-renewal`, payload);
const resume = (as: Actor, id: string) => call<Refusal>(as, 'POST', `/${department}/${id}/resume-renewal`);
const detailOf = async (as: Actor, id: string): Promise<CertificateDetail> => (await call<CertificateDetail>(as, 'GET', `/${department}/${id}`)).body;
const warn = () => run(house.kernel, warnOfEnd, undefined, system);

async function waiting(as: PersonActor, id: string): Promise<string[]> {
  const { items } = taskPage.parse(JSON.parse(await myTasks(house.kernel, as, { limit: 100 })));
  return items.filter((item) => item.subject.id === id).map((item) => item.kind);
}

const recorded = (id: string) =>
  house.sql<{ type: string; data: Record<string, string>; by: string }>(
    `select type, data, actor ->> 'name' as by from audit.entry where subject_id = $1 and type like 'certificates.renewal-%' order by at, type`,
    [id],
  );

/** A certificate that ends in some days, of which holder and administrator were told. */
async function ending(name: string, validDays: number): Promise<{ id: string; holder: Somebody }> {
  const holder = await somebodyIn(department, name, ['leader']);
  const input = { kind: 'person', agencyId: department, personId: holder.personId, name, organization: 'Sở Nội vụ', pin: '202612', rounds: 10_000, keyKind: 'p-256', validDays } as const;
  const credentialId = await issueCredential(house.kernel, input, system);
  await house.drain();
  await warn();
  const [row] = await house.sql<{ id: string }>('select id from certificates.certificate where credential_id = $1', [credentialId]);
  return { id: row?.id ?? assert.fail('no certificate'), holder };
}

test('whoever keeps the inventory says that a certificate is not to be renewed: the task ends for everybody, with the reason on record, and no reminder comes again', async () => {
  const { id, holder } = await ending('Lê Văn Hưu', 50);
  assert.deepEqual([await waiting(administrator, id), await waiting(holder, id)], [['certificates.renew'], ['certificates.renew']]);
  assert.ok((await detailOf(administrator, id)).abilities.includes('decline-renewal'));
  assert.equal((await decline(administrator, id)).status, 204);
  assert.deepEqual([await waiting(administrator, id), await waiting(holder, id)], [[], []]);
  const [entry, ...others] = await recorded(id);
  assert.deepEqual([entry?.type, entry?.data['reason'], entry?.data['note'], entry?.by, others], ['certificates.renewal-declined', 'postEnded', REASON.note, administrator.name, []]);
  const detail = await detailOf(holder, id);
  assert.deepEqual([detail.state, detail.renewalDeclined?.by, detail.renewalDeclined?.reason, detail.renewalDeclined?.note], ['endsSoon', administrator.name, 'postEnded', REASON.note]);
  for (const days of [25, 20]) {
    house.clock.advance(days * DAY_MS);
    await warn();
    assert.deepEqual([await waiting(administrator, id), await waiting(holder, id)], [[], []]);
  }
});

test('while the certificate lives the word is taken back: the task waits again at once, and the next reminder comes', async () => {
  const { id, holder } = await ending('Phạm Thị Lại', 40);
  await decline(administrator, id, { reason: 'notNeeded' });
  house.clock.advance(15 * DAY_MS);
  await warn();
  assert.deepEqual((await detailOf(administrator, id)).abilities.filter((ability) => ability.endsWith('renewal')), ['resume-renewal']);
  assert.equal((await resume(administrator, id)).status, 204);
  assert.deepEqual([await waiting(administrator, id), await waiting(holder, id)], [['certificates.renew'], ['certificates.renew']]);
  assert.equal((await detailOf(administrator, id)).renewalDeclined, null);
  await warn();
  const announced = await house.sql<{ days: number }>(`select (data ->> 'days')::int as days from audit.entry where type = 'certificates.end-announced' and subject_id = $1 order by at`, [id]);
  assert.deepEqual(announced.map((row) => row.days), [60, 30]);
  assert.deepEqual((await recorded(id)).map((entry) => entry.type), ['certificates.renewal-declined', 'certificates.renewal-resumed']);
  assert.equal((await resume(administrator, id)).body.code, 'certificates.renewalNotDeclined');
});

test('what ended before anybody decided may still be let go; what was let go and has ended is not taken back', async () => {
  const { id } = await ending('Trần Văn Hết', 10);
  house.clock.advance(11 * DAY_MS);
  assert.equal((await decline(province, id, { reason: 'replaced' })).status, 204);
  assert.deepEqual(await waiting(administrator, id), []);
  assert.deepEqual([(await resume(province, id)).status, (await resume(province, id)).body.code], [409, 'certificates.renewalNotDeclined']);
});

test('nobody else lets a renewal go: not who is not signed in, not another agency, not the clerk, not the holder', async () => {
  const { id, holder } = await ending('Hoàng Văn Giữ', 30);
  const clerk = await somebodyIn(department, 'Trần Thị Thu Hà', ['clerk']);
  assert.equal((await decline(anonymous, id)).status, 401);
  assert.equal((await decline(stranger, id)).status, 404);
  assert.equal((await decline(clerk, id)).status, 403);
  assert.equal((await decline(holder, id)).status, 403);
  assert.equal((await resume(stranger, id)).status, 404);
  assert.equal((await resume(clerk, id)).status, 403);
  for (const person of [clerk, holder]) assert.deepEqual((await detailOf(person, id)).abilities.filter((ability) => ability.endsWith('renewal')), []);
  assert.deepEqual([await waiting(administrator, id), await recorded(id)], [['certificates.renew'], []]);
});

test('a reason is needed, in words when it is another one; nothing is let go that nobody was told of, or twice', async () => {
  const { id } = await ending('Ngô Thị Lý', 30);
  for (const payload of [{}, { reason: 'whatever' }, { reason: 'other' }, { reason: 'other', note: '  ' }, { reason: 'postEnded', note: 'x'.repeat(301) }]) {
    assert.equal((await decline(administrator, id, payload)).status, 422);
  }
  assert.equal((await decline(administrator, id, { reason: 'other', note: 'Đơn vị giải thể' })).status, 204);
  assert.equal((await decline(administrator, id)).body.code, 'certificates.noRenewalWaits');
  const quiet = await ending('Tạ Quang Huy', 700);
  assert.equal((await decline(administrator, quiet.id)).body.code, 'certificates.noRenewalWaits');
  assert.deepEqual(await recorded(quiet.id), []);
});

test('of two who let it go at once one is recorded', async () => {
  const { id } = await ending('Mạc Đăng Khoa', 30);
  const colleague = await somebodyIn(department, 'Hà Thị Mai', ['agency_admin']);
  const servers = [administrator, colleague].map((person) => house.server(() => Promise.resolve(person)));
  const replies = await Promise.all(servers.map((each) => each.inject({ method: 'POST', url: `/api/v1/certificates/${department}/${id}/decline-renewal`, payload: REASON })));
  assert.deepEqual(replies.map((reply) => reply.statusCode).sort(), [204, 409]);
  assert.equal((await recorded(id)).length, 1);
});

test('letting go and asking for a renewal exclude each other until one of them is taken back', async () => {
  const { id, holder } = await ending('Đặng Thị Đôi', 30);
  const blank = { birthDate: null, identityNumber: null, identityIssuedOn: null, identityIssuedBy: null, post: null, email: null, phone: null, keyDevice: 'token', tokenSerial: null, change: null };
  const contact = { name: 'Cao Thế Kiên', identityNumber: '038085004321', identityIssuedOn: '2022-06-01', identityIssuedBy: 'Bộ Công an', post: 'Văn thư', phone: '0912000222', email: 'kien@example.vn', address: 'Số 1 Hạc Thành' };
  const renewal = { kind: 'renew', holderKind: 'person', holderName: holder.name, personId: holder.personId, certificateId: id, details: { ...blank, email: 'doi@example.vn', contact }, reason: 'Sắp hết hạn' };
  const asked = await call<{ id: string }>(administrator, 'POST', '/requests', renewal);
  assert.equal(asked.status, 200);
  assert.equal((await decline(administrator, id)).body.code, 'certificates.renewalAsked');
  assert.equal((await call(administrator, 'POST', `/requests/${department}/${asked.body.id}/withdraw`)).status, 204);
  assert.equal((await decline(administrator, id)).status, 204);
  assert.equal((await call<Refusal>(administrator, 'POST', '/requests', renewal)).body.code, 'certificates.renewalDeclined');
  assert.equal((await resume(administrator, id)).status, 204);
  assert.equal((await call(administrator, 'POST', '/requests', renewal)).status, 200);
});
