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
import { appointPost, createAgency, createPerson, identityModule } from '#engines/identity/index.ts';
import { issueCredential, signaturesModule } from '#engines/signatures/index.ts';
import { contactFields, type RequestForm, type RequestInput, type RequestKind, type RequestRow } from './contract.ts';
import { certificatesModule } from './index.ts';

const day = (text: string): CalendarDay => parseCalendarDay(text) ?? assert.fail(text);
const system = { actor: systemActor('test') };

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let department: Id<'agency'>;
let administrator: PersonActor;
let certificateId: string;
let serial: string;

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, signaturesModule, casesModule, certificatesModule] });
  server = house.server(() => Promise.resolve(actor));
  const agency = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2025-07-01'), name: 'Sở Nội vụ', abbreviation: 'SNV' } as const;
  department = await run(house.kernel, createAgency, agency, system);
  const personId = await run(house.kernel, createPerson, { fullName: 'Cao Thế Kiên', agencyId: department }, system);
  const postId = await run(house.kernel, appointPost, { agencyId: department, personId, unitId: null, title: 'Văn thư', roles: ['agency_admin'], signingPowers: [], startsOn: day('2025-07-01') }, system);
  administrator = { kind: 'person', personId, name: 'Cao Thế Kiên', agencyId: department, unitId: null, postId, postTitle: 'Văn thư', roles: ['agency_admin'], sessionId: newId() };
  const own = { kind: 'person', agencyId: department, personId, name: 'Cao Thế Kiên', organization: 'Sở Nội vụ', pin: '202612', rounds: 10_000, keyKind: 'p-256' } as const;
  await issueCredential(house.kernel, own, system);
  await house.drain();
  const [row] = await house.sql<{ id: string; serial: string }>('select id, serial from certificates.certificate where agency_id = $1', [department]);
  assert.ok(row);
  certificateId = row.id;
  serial = row.serial;
});
after(() => house.close());

type Refusal = { code: string; fields?: { path: string }[] };
async function call<Body>(method: 'GET' | 'POST', path: string, payload?: object): Promise<{ status: number; body: Body }> {
  actor = administrator;
  const reply = await server.inject({ method, url: `/api/v1/certificates${path}`, ...(payload === undefined ? {} : { payload }) });
  // safe because the server checked the reply against its contract
  return { status: reply.statusCode, body: (reply.body === '' ? undefined : reply.json()) as Body };
}

const identity = { identityNumber: '038075001234', identityIssuedOn: '2021-05-01', identityIssuedBy: 'Cục Cảnh sát QLHC về TTXH' };
const contact = { ...identity, name: 'Cao Thế Kiên', post: 'Văn thư', phone: '0912000222', email: 'kien@thanhhoa.gov.vn', address: 'Số 1 Hạc Thành' };
const full: RequestInput['details'] = {
  ...identity,
  birthDate: '1975-02-03',
  post: 'Giám đốc',
  email: 'binh@thanhhoa.gov.vn',
  phone: '0912000111',
  keyDevice: 'token',
  tokenSerial: null,
  change: 'Chức vụ: Phó Giám đốc',
  newInformation: 'Giám đốc',
  province: 'Thanh Hóa',
  address: 'Số 1 Hạc Thành',
  taxCode: '2800123456',
  budgetCode: '1081234',
  contact,
};
const bare: RequestInput['details'] = { birthDate: null, identityNumber: null, identityIssuedOn: null, identityIssuedBy: null, post: null, email: null, phone: null, keyDevice: 'token', tokenSerial: null, change: null };
const request = (kind: RequestKind, changes: Partial<RequestInput> = {}): RequestInput => ({
  kind,
  holderKind: 'person',
  holderName: 'Nguyễn Văn Bình',
  personId: null,
  certificateId: kind === 'issue' ? null : certificateId,
  details: full,
  reason: 'Được bổ nhiệm',
  ...changes,
});
const pathsOf = (body: Refusal): string[] => (body.fields ?? []).map((field) => field.path).sort();

test('the forms of the decree hold for every kind of request and of holder from 15/8/2024, those of the circular until the day before', async () => {
  const { forms } = (await call<{ forms: RequestForm[] }>('GET', '/forms')).body;
  const numbers = Object.fromEntries(forms.map((form) => [`${form.kind} ${form.holderKind}`, form.number]));
  assert.deepEqual(numbers, {
    'change agency': 'Mẫu số 04',
    'change device': 'Mẫu số 04',
    'change person': 'Mẫu số 04',
    'issue agency': 'Mẫu số 02',
    'issue device': 'Mẫu số 03',
    'issue person': 'Mẫu số 01',
    'renew agency': 'Mẫu số 04',
    'renew device': 'Mẫu số 04',
    'renew person': 'Mẫu số 04',
    'revoke agency': 'Mẫu số 05',
    'revoke device': 'Mẫu số 05',
    'revoke person': 'Mẫu số 05',
  });
  const counts = await house.sql<{ day: string; forms: number; basis: string }>(
    `select d::text as day, count(*)::int as forms, min(split_part(legal_basis, ',', 1)) as basis from unnest(array['2024-08-14', '2024-08-15']::date[]) d
       join certificates.form f on f.valid_from <= d and (f.valid_to is null or f.valid_to >= d) group by d order by d`,
  );
  assert.deepEqual(counts, [
    { day: '2024-08-14', forms: 12, basis: '185/2019/TT-BQP' },
    { day: '2024-08-15', forms: 12, basis: '68/2024/NĐ-CP' },
  ]);
});

test('a request lacks nothing that its form asks for, and says everything that is missing at once', async () => {
  const whom = contactFields.map((field) => `details.contact.${field}`);
  const gaps = async (input: RequestInput): Promise<string[]> => {
    const refused = await call<Refusal>('POST', '/requests', input);
    assert.deepEqual([refused.status, refused.body.code], [422, 'kernel.invalidInput']);
    return pathsOf(refused.body);
  };
  const identityGaps = ['details.identityIssuedBy', 'details.identityIssuedOn', 'details.identityNumber'];
  assert.deepEqual(await gaps(request('issue', { details: bare })), [...identityGaps, ...whom, 'details.birthDate', 'details.email', 'details.phone', 'details.post', 'details.province'].sort());
  assert.deepEqual(
    await gaps(request('issue', { holderKind: 'agency', details: bare })),
    [...whom, 'details.address', 'details.budgetCode', 'details.email', 'details.province', 'details.taxCode'].sort(),
  );
  assert.deepEqual(await gaps(request('renew', { details: bare })), [...whom, 'details.email'].sort());
  assert.deepEqual(await gaps(request('change', { details: bare })), [...whom, 'details.change', 'details.email', 'details.newInformation'].sort());
  assert.deepEqual(await gaps(request('revoke', { details: bare })), [...identityGaps, ...whom, 'details.email'].sort());
});

test('mail goes to addresses that a state agency gave, the holder’s and that of whoever receives the device', async () => {
  const refused = await call<Refusal>('POST', '/requests', request('issue', { details: { ...full, email: 'binh@gmail.com', contact: { ...contact, email: 'kien@yahoo.com.vn' } } }));
  assert.deepEqual([refused.status, pathsOf(refused.body)], [422, ['details.contact.email', 'details.email']]);
});

test('a request shows its form with the columns in their order, and the number of the certificate that it is about', async () => {
  const shown = async (input: RequestInput): Promise<RequestRow> => {
    const sent = await call<{ id: string }>('POST', '/requests', input);
    assert.equal(sent.status, 200);
    return (await call<RequestRow>('GET', `/requests/${department}/${sent.body.id}`)).body;
  };
  const issue = await shown(request('issue'));
  assert.deepEqual(issue.form.fields, ['holder', 'birthDate', 'identity', 'email', 'agency', 'province', 'post', 'phone', 'oldSerial', 'simOperator']);
  assert.deepEqual([issue.form.number, issue.form.contact, issue.serial, issue.details.contact], ['Mẫu số 01', 'receives', null, contact]);
  const renewal = await shown(request('renew'));
  assert.deepEqual([renewal.form.number, renewal.serial, renewal.details.newInformation], ['Mẫu số 04', serial, 'Giám đốc']);
  const revocation = await shown(request('revoke'));
  assert.deepEqual([revocation.form.number, revocation.form.contact, revocation.form.fields?.at(-1)], ['Mẫu số 05', 'hands-over', 'reason']);
});

test('a form whose text is not at hand takes what is common to all', async () => {
  assert.equal((await call('POST', '/requests', request('issue', { holderKind: 'device', holderName: 'Trục liên thông tỉnh', details: bare }))).status, 200);
});

test('what was asked before in the form of the circular keeps it', async () => {
  const id = newId();
  await house.sql(
    `insert into certificates.request (agency_id, id, kind, holder_kind, holder_name, state, form_code, form_from, form_name, legal_basis, details, reason, search, asked_by, asked_by_person, asked_at)
     values ($1, $2, 'issue', 'person', 'Lê Thị Cũ', 'submitted', 'de-nghi-cap', '2020-02-18', 'Đề nghị cấp chứng thư số cho cá nhân', '185/2019/TT-BQP, Mẫu số 01', $3, 'Bổ nhiệm', ''::tsvector, 'A', $4, now())`,
    [department, id, JSON.stringify(bare), newId()],
  );
  const old = (await call<RequestRow>('GET', `/requests/${department}/${id}`)).body;
  assert.deepEqual([old.formName, old.form.fields, old.details.contact], ['Đề nghị cấp chứng thư số cho cá nhân', null, null]);
});
