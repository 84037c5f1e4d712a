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
import { appointPost, createAgency, createPerson, endPost, identityModule, type PersonId, type PostId, type Role } from '#engines/identity/index.ts';
import { issueCredential, signaturesModule } from '#engines/signatures/index.ts';
import { noteStatus } from './commands/note-status.ts';
import type { CertificateDetail } from './contract.ts';
import { certificatesModule } from './index.ts';

const day = (text: string): CalendarDay => parseCalendarDay(text) ?? assert.fail(text);
const system = { actor: systemActor('test') };
type Somebody = PersonActor & { personId: PersonId; postId: PostId };

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let department: Id<'agency'>;
let administrator: Somebody;
let colleague: Somebody;
let stranger: Somebody;

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, certificatesModule] });
  server = house.server(() => Promise.resolve(actor));
  department = await anAgency('Sở Nội vụ');
  administrator = await somebodyIn(department, 'Cao Thế Kiên', ['agency_admin']);
  colleague = await somebodyIn(department, 'Hà Thị Mai', ['agency_admin']);
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

type Call = { method: 'GET' | 'POST'; path: string; payload?: object; headers?: Record<string, string> };
async function call<Body>(as: Actor, { method, path, payload, headers = {} }: Call): Promise<{ status: number; body: Body }> {
  actor = as;
  const reply = await server.inject({ method, url: `/api/v1/certificates/${path}`, headers, ...(payload === undefined ? {} : { payload }) });
  // safe because the server checked the reply against its contract
  return { status: reply.statusCode, body: (reply.body === '' ? undefined : reply.json()) as Body };
}

const detailOf = async (as: Actor, id: string): Promise<CertificateDetail> => (await call<CertificateDetail>(as, { method: 'GET', path: `${department}/${id}` })).body;
const review = (as: Actor, id: string, payload: object = { reason: REASON }, headers: Record<string, string> = {}) =>
  call<{ code: string }>(as, { method: 'POST', path: `${department}/${id}/review`, payload, headers });
const REASON = 'Chuyển sang Văn phòng, vẫn dùng chứng thư này';

/** The kinds of what waits for somebody about a certificate, as their list of work shows it. */
async function waiting(as: PersonActor, id: string): Promise<string[]> {
  const { items } = taskPage.parse(JSON.parse(await myTasks(house.kernel, as, { limit: 100 })));
  return items.filter((item) => item.subject.id === id).map((item) => item.kind);
}

const reviews = (id: string) => house.sql<{ data: { reason: string; tasks: string[] }; by: string }>(`select data, actor ->> 'name' as by from audit.entry where type = 'certificates.certificate-reviewed' and subject_id = $1`, [id]);

async function certificateOf(person: Somebody): Promise<string> {
  const input = { kind: 'person', agencyId: department, personId: person.personId, name: person.name, organization: 'Sở Nội vụ', pin: '202612', rounds: 10_000, keyKind: 'p-256', validDays: 700 } as const;
  const credentialId = await issueCredential(house.kernel, input, system);
  await house.drain();
  const [row] = await house.sql<{ id: string }>('select id from certificates.certificate where credential_id = $1', [credentialId]);
  return row?.id ?? assert.fail('no certificate');
}

/** A certificate whose holder has left the post. */
async function holderLeft(name: string): Promise<{ id: string; holder: Somebody }> {
  const holder = await somebodyIn(department, name, ['leader']);
  const id = await certificateOf(holder);
  await run(house.kernel, endPost, { agencyId: department, postId: holder.postId, lastDay: day('2026-12-20'), reason: 'luân chuyển' }, system);
  await house.drain();
  return { id, holder };
}

const says = (id: string, status: 'suspended' | 'revoked' | 'good') => {
  const asOf = house.clock.now();
  const answer = { status, source: 'list', asOf, revokedAt: status === 'good' ? null : asOf, reason: status === 'good' ? null : 'certificateHold', answer: { kind: 'crl', content: Buffer.from(`${id} ${status}`) } } as const;
  return run(house.kernel, noteStatus, { agencyId: department, id, answer }, system);
};

/** A certificate from elsewhere that its authority suspended; its holder still works here. */
async function suspended(name: string): Promise<{ id: string; holder: Somebody }> {
  const holder = await somebodyIn(department, name, ['officer']);
  const id = await certificateOf(holder);
  await house.sql('update certificates.certificate set is_built_in = false, credential_id = null where id = $1', [id]);
  await says(id, 'suspended');
  return { id, holder };
}

test('the administrator has considered the certificate of who left: the task ends with the reason in the record, the certificate stays as it is', async () => {
  const { id } = await holderLeft('Lê Văn Đi');
  assert.deepEqual(await waiting(administrator, id), ['certificates.holder-left']);
  assert.deepEqual((await detailOf(administrator, id)).toReview, ['holder-left']);
  assert.equal((await review(administrator, id)).status, 204);
  assert.deepEqual(await waiting(administrator, id), []);
  const [task] = await house.sql(`select state, closed_by_name from cases.task where subject_id = $1`, [id]);
  assert.deepEqual(task, { state: 'done', closed_by_name: administrator.name });
  const [entry, ...others] = await reviews(id);
  assert.deepEqual([entry?.data.reason, entry?.data.tasks, entry?.by, others], [REASON, ['certificates.holder-left'], administrator.name, []]);
  const detail = await detailOf(administrator, id);
  assert.deepEqual([detail.state, detail.toReview], ['active', []]);
});

test('of a withdrawn certificate the administrator ends what waits for everybody, the holder only what waits for the holder', async () => {
  const { id, holder } = await suspended('Đỗ Thị Hạnh');
  assert.deepEqual(await waiting(holder, id), ['certificates.withdrawn']);
  assert.deepEqual((await detailOf(holder, id)).toReview, ['withdrawn']);
  assert.equal((await review(holder, id, { reason: 'Không cần chứng thư khác' })).status, 204);
  assert.deepEqual(await waiting(holder, id), []);
  assert.deepEqual(await waiting(administrator, id), ['certificates.withdrawn']);
  assert.equal((await review(administrator, id)).status, 204);
  assert.deepEqual(await waiting(administrator, id), []);
  const second = await suspended('Vũ Minh Châu');
  assert.equal((await review(administrator, second.id)).status, 204);
  assert.deepEqual(await waiting(second.holder, second.id), []);
});

test('what is to be renewed, and an authority that does not answer, are not ended by a review', async () => {
  const { id } = await suspended('Phan Văn Khải');
  await house.sql(
    `insert into cases.task (agency_id, id, subject_type, subject_id, kind, assignee, title, urgency, href, state, opened_at)
     select $1, gen_random_uuid(), 'certificate', $2, kind, 'role:agency_admin', 'thử', 'normal', '/app', 'open', now() from unnest(array['certificates.renew', 'certificates.unanswered']) kind`,
    [department, id],
  );
  assert.equal((await review(administrator, id)).status, 204);
  assert.deepEqual((await waiting(administrator, id)).sort(), ['certificates.renew', 'certificates.unanswered']);
});

test('news after a review is a task again', async () => {
  const { id } = await suspended('Bùi Thị Lan');
  assert.equal((await review(administrator, id)).status, 204);
  house.clock.advance(60_000);
  await says(id, 'good');
  house.clock.advance(60_000);
  await says(id, 'revoked');
  assert.deepEqual(await waiting(administrator, id), ['certificates.withdrawn']);
});

test('nobody else reviews: not who is not signed in, not another agency, not a colleague without the role, not the holder for the administrator', async () => {
  const { id, holder } = await holderLeft('Trịnh Công Minh');
  const clerk = await somebodyIn(department, 'Trần Thị Thu Hà', ['clerk']);
  const officer = await somebodyIn(department, 'Lý Văn Sơn', ['officer']);
  assert.equal((await review(anonymous, id)).status, 401);
  assert.equal((await review(stranger, id)).status, 404);
  assert.equal((await review(officer, id)).status, 404);
  assert.equal((await review(clerk, id)).status, 403);
  assert.deepEqual((await detailOf(clerk, id)).toReview, []);
  assert.deepEqual((await detailOf(holder, id)).toReview, []);
  assert.equal((await review(holder, id)).body.code, 'certificates.nothingToReview');
  assert.deepEqual(await waiting(administrator, id), ['certificates.holder-left']);
  assert.deepEqual(await reviews(id), []);
});

test('who acts for the holder sees the certificate that the holder’s work is about, and decides nothing; a mere colleague does not see it', async () => {
  const { id, holder } = await suspended('Đoàn Thị Yến');
  const officer = await somebodyIn(department, 'Phạm Minh Tuấn', ['officer']);
  const acting: Somebody = { ...officer, onBehalfOf: { personId: holder.personId, name: holder.name, postId: holder.postId, postTitle: holder.postTitle } };
  assert.equal((await call(officer, { method: 'GET', path: `${department}/${id}` })).status, 404);
  const seen = await call<CertificateDetail>(acting, { method: 'GET', path: `${department}/${id}` });
  assert.deepEqual([seen.status, seen.body.abilities, seen.body.toReview], [200, [], []]);
  assert.equal((await review(acting, id)).status, 403);
});

test('a review needs a reason, and something that waits', async () => {
  const { id } = await holderLeft('Ngô Gia Bảo');
  for (const reason of ['', '   ', 'x'.repeat(301)]) assert.equal((await review(administrator, id, { reason })).status, 422);
  assert.equal((await review(administrator, id, {})).status, 422);
  const quiet = await certificateOf(await somebodyIn(department, 'Tạ Quang Huy', ['leader']));
  const refused = await review(administrator, quiet);
  assert.deepEqual([refused.status, refused.body.code], [409, 'certificates.nothingToReview']);
  assert.deepEqual([await reviews(id), await reviews(quiet)], [[], []]);
});

test('a review that is sent again has no second effect; of two at once one is recorded', async () => {
  const { id } = await holderLeft('Hồ Sỹ Nam');
  const key = { 'idempotency-key': `review-${id}` };
  assert.equal((await review(administrator, id, { reason: REASON }, key)).status, 204);
  assert.ok((await review(administrator, id, { reason: REASON }, key)).status < 300);
  assert.equal((await review(administrator, id)).status, 409);
  assert.equal((await reviews(id)).length, 1);
  const other = await holderLeft('Mạc Đăng Khoa');
  const servers = [administrator, colleague].map((person) => house.server(() => Promise.resolve(person)));
  const replies = await Promise.all(servers.map((each) => each.inject({ method: 'POST', url: `/api/v1/certificates/${department}/${other.id}/review`, payload: { reason: REASON } })));
  assert.deepEqual(replies.map((reply) => reply.statusCode).sort(), [204, 409]);
  assert.equal((await reviews(other.id)).length, 1);
});
