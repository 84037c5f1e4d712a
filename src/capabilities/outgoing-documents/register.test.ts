import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import type { PersonActor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import type { RegisterPage } from '#engines/registers/contract.ts';
import { issuedDocument, openOffice, signedDocument, type Clerk, type Office, type Refusal } from '../../../tests/office.ts';

let office: Office;
let clerk: Clerk;
let director: Clerk;
let agencyId: string;
before(async () => {
  office = await openOffice();
  [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  [agencyId = ''] = await office.agencies('Sở Nội vụ');
});
after(() => office.close());

const base = '/api/v1/outgoing-documents/register';
const read = async (client: Clerk, query = '') => (await client.get<RegisterPage>(`${base}${query}`)).body;
const today = (): string => vietnamDay(office.house.clock.now());

/** As somebody of the agency whose post carries one role. */
async function askAs(role: string, url: string) {
  const actor: PersonActor = {
    kind: 'person', name: 'Cao Thế Kiên', postTitle: 'Chuyên viên', sessionId: newId(), unitId: null, roles: [role],
    // safe because the directory gave it
    personId: newId<'person'>(), postId: newId<'post'>(), agencyId: agencyId as Id<'agency'>,
  };
  return office.house.server(() => Promise.resolve(actor)).inject({ method: 'GET', url });
}

/** Documents of an earlier year, spread over its days. */
async function writeYear(year: number, count: number): Promise<string> {
  const [register] = await office.house.sql<{ id: string }>(`select id from registers.register where agency_id = $1 and kind = 'outgoing'`, [agencyId]);
  const id = register?.id ?? '';
  await office.house.sql('insert into registers.counter (agency_id, register_id, year, last_number) values ($1, $2, $3, $4)', [agencyId, id, year, count]);
  await office.house.sql(
    `insert into outgoing_documents.document (agency_id, id, state, revision, type_code, type_name, summary, search_text, urgency, drafter_person_id, drafter_post_id, drafter_name, created_at, changed_at,
       signed_at, signer_name, register_id, year, number, notation, issued_on, numbered_at, numbered_by, issued_at)
     select $1, gen_random_uuid(), 'issued', 1, 'cong-van', 'Công văn', 'Văn bản ' || n, '', 'normal', $1, $1, 'X', $5::timestamptz, $5::timestamptz,
       $5::timestamptz, 'Nguyễn Văn Bình', $2, $3::int, n, 'SNV-VP', make_date($3::int, 1, 1) + (n * 364 / $4::int), $5::timestamptz, 'X', $5::timestamptz
       from generate_series(1, $4::int) n`,
    [agencyId, id, year, count, office.house.clock.now()],
  );
  await office.house.sql('analyze outgoing_documents.document');
  return id;
}

test('until a number is given there is no register, and the page says so', async () => {
  const page = await read(clerk);
  assert.deepEqual([page.registers, page.register, page.rows, page.count], [[], null, [], 0]);
  assert.equal(await clerk.status(`${base}.xlsx`), 404);
});

test('what got a number stands in the register of its year in the columns of the form, this month unless told', async () => {
  const recipients = await office.agencies('Sở Tài chính', 'Sở Xây dựng');
  await issuedDocument(clerk, director, recipients);
  const page = await read(clerk);
  const [row] = page.rows;
  assert.ok(row);
  assert.equal(page.register?.name, 'Sổ đăng ký văn bản đi');
  assert.deepEqual([page.from.slice(8), page.from.slice(0, 7), page.count, page.next], ['01', today().slice(0, 7), 1, null]);
  assert.equal(row.cells.length, 10);
  assert.deepEqual([row.cells[0], row.cells[1], row.cells[2], row.cells[3]], ['01/SNV-VP', today(), 'Công văn V/v kiểm tra công tác văn thư', 'Nguyễn Văn Bình']);
  assert.match(row.cells[4] ?? '', /Sở Tài chính.*; Sở Xây dựng/);
  assert.deepEqual([row.cells[6], row.cells[7], row.cells[8], row.cells[9]], ['2', today(), '', '']);
});

test('a number whose document was withdrawn is told with the reason; one that stands nowhere is told as missing', async () => {
  const ids = [await signedDocument(clerk, director), await signedDocument(clerk, director), await signedDocument(clerk, director)];
  for (const id of ids) assert.equal((await clerk.post(`/api/v1/outgoing-documents/${id}/number`)).status, 200);
  assert.equal((await clerk.post(`/api/v1/outgoing-documents/${ids[0] ?? ''}/withdraw`, { reason: 'Sai thể thức' })).status, 200);
  // Nothing of the product leaves a gap; a row that somebody removed would.
  await office.house.sql('delete from outgoing_documents.file where document_id = $1', [ids[1]]);
  await office.house.sql('delete from outgoing_documents.recipient where document_id = $1', [ids[1]]);
  await office.house.sql('delete from outgoing_documents.document where id = $1', [ids[1]]);
  const { rows } = await read(clerk);
  assert.deepEqual(rows.map(({ number, missing }) => [number, missing]), [[1, null], [2, null], [4, { from: 3, to: 3 }]]);
  assert.match(rows[1]?.cells[9] ?? '', /^Đã rút .*: Sai thể thức$/);
  assert.equal(rows[2]?.cells[9], 'Chưa phát hành');
});

test('numbers that were given after the last one that stands are told once, where the days reach so far, also where no row stands', async () => {
  const id = await signedDocument(clerk, director);
  assert.equal((await clerk.post(`/api/v1/outgoing-documents/${id}/number`)).status, 200);
  assert.equal((await read(clerk)).missingAtEnd, null);
  for (const table of ['file', 'recipient']) await office.house.sql(`delete from outgoing_documents.${table} where document_id = $1`, [id]);
  await office.house.sql('delete from outgoing_documents.document where id = $1', [id]);
  const page = await read(clerk);
  assert.deepEqual([page.rows.at(-1)?.number, page.missingAtEnd], [4, { from: 5, to: 5 }]);
  const first = await read(clerk, '?limit=1');
  assert.deepEqual([first.next, first.missingAtEnd], ['1', null], 'told on the last page only');
  const year = today().slice(0, 4);
  assert.equal((await read(clerk, `?from=${year}-01-01&to=${addDays(vietnamDay(office.house.clock.now()), -1)}`)).missingAtEnd, null);
  assert.deepEqual((await read(clerk, `?from=${addDays(vietnamDay(office.house.clock.now()), 1)}&to=${year}-12-31`)).missingAtEnd, { from: 5, to: 5 }, 'no row, and yet something to tell');
  const { rawPayload } = await askAs('clerk', `${base}.xlsx`);
  assert.match(strFromU8(unzipSync(rawPayload)['xl/worksheets/sheet1.xml'] ?? new Uint8Array()), /Không có số 05/);
});

test('the cover names the agency as it was called on the last day, below its superior; a people’s committee stands alone', async () => {
  const { letterhead } = await read(clerk);
  assert.deepEqual(letterhead, { name: 'Sở Nội vụ tỉnh Thanh Hóa', superior: 'Ủy ban nhân dân tỉnh Thanh Hóa' });
  await office.house.sql(`update identity.agency_name set name = 'Sở Nội vụ và Lao động' where agency_id = $1`, [agencyId]);
  assert.equal((await read(clerk)).letterhead.name, 'Sở Nội vụ và Lao động');
  await office.house.sql(`update identity.agency_name set name = 'Sở Nội vụ tỉnh Thanh Hóa' where agency_id = $1`, [agencyId]);
  const ward = await office.signIn('vanthu.hacthanh');
  assert.equal((await read(ward)).letterhead.superior, null);
});

test('an agency reads its own register only, and of its people only those whom the policy names', async () => {
  assert.equal((await read(director)).rows.length, 3);
  const officer = await office.signIn('chuyenvien.snv');
  for (const address of [base, `${base}.xlsx`]) assert.equal((await officer.get<Refusal>(address)).status, 403);
  const byAdministrator = (await askAs('agency_admin', base)).json<RegisterPage>();
  assert.deepEqual([byAdministrator.rows.length, byAdministrator.opens, (await read(clerk)).opens], [3, false, true], 'an administrator sees the register, not the documents');
  const stranger = await office.signIn('vanthu.stc');
  const { register } = await read(clerk);
  assert.deepEqual((await read(stranger)).rows, []);
  assert.equal((await stranger.get<Refusal>(`${base}?registerId=${register?.id ?? ''}`)).body.code, 'registers.unknownRegister');
  assert.equal((await clerk.get<Refusal>(`${base}?year=1`)).status, 422);
  assert.equal((await clerk.get<Refusal>(`${base}?from=2026-02-30`)).status, 422);
});

test('a register is turned by its numbers, each once, and its days are found in the index', async () => {
  const registerId = await writeYear(2024, 4000);
  const year = await read(clerk, '?year=2024');
  assert.deepEqual([year.from, year.to, year.count, year.registers.map((each) => each.year).includes(2024)], ['2024-01-01', '2024-12-31', 4000, true]);
  const seen: number[] = [];
  let next: string | null = '0';
  while (next !== null) {
    const page: RegisterPage = await read(clerk, `?year=2024&from=2024-06-01&to=2024-06-30&limit=100&after=${next}`);
    seen.push(...page.rows.map(({ number }) => number));
    next = page.next;
  }
  const [june] = await office.house.sql<{ n: number }>(`select count(*)::int as n from outgoing_documents.document where year = 2024 and issued_on between '2024-06-01' and '2024-06-30'`);
  assert.equal(seen.length, june?.n);
  assert.deepEqual(seen, [...new Set(seen)].sort((left, right) => left - right));
  const plan = await office.house.sql<{ 'QUERY PLAN': string }>(
    `explain select number from outgoing_documents.document d where d.agency_id = '${agencyId}' and d.register_id = '${registerId}' and d.year = 2024 and d.number is not null
       and d.issued_on between '2024-06-01' and '2024-06-30' and d.number > 100 order by d.number limit 100`,
  );
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  assert.match(text, /document_register/);
  assert.doesNotMatch(text, /Sort|Seq Scan|Filter/);
});

test('an export holds the days that were asked for, and who took it stands in the record; too many rows are refused', async () => {
  assert.equal(await clerk.status(`${base}.xlsx?year=2024&from=2024-06-01&to=2024-06-30`), 200);
  const recorded = await office.house.sql<{ data: { year: number; count: number; from: string }; actor: { name: string } }>(`select data, actor from audit.entry where type = 'registers.register-exported' and data ->> 'year' = '2024'`);
  assert.equal(recorded.length, 1);
  assert.deepEqual([recorded[0]?.data.year, recorded[0]?.data.from, recorded[0]?.data.count], [2024, '2024-06-01', (await read(clerk, '?year=2024&from=2024-06-01&to=2024-06-30')).count]);
  await writeYear(2023, 20_001);
  const refused = await clerk.get<Refusal>(`${base}.xlsx?year=2023`);
  assert.equal(refused.body.code, 'registers.tooManyRows');
  assert.match(refused.body.message, /20\.000/);
  assert.equal((await office.house.sql(`select 1 from audit.entry where type = 'registers.register-exported' and data ->> 'year' = '2023'`)).length, 0, 'a refused export is none');
});

test('who printed which days of the register stands in the record; who may not read it prints nothing', async () => {
  const printed = () => office.house.sql<{ data: { year: number; from: string; to: string; count: number } }>(`select data from audit.entry where type = 'registers.register-printed'`);
  assert.equal((await clerk.post(`${base}/prints`, { year: 2024, from: '2024-06-01', to: '2024-06-30' })).status, 204);
  const [entry] = await printed();
  assert.deepEqual([entry?.data.year, entry?.data.from, entry?.data.to, entry?.data.count], [2024, '2024-06-01', '2024-06-30', (await read(clerk, '?year=2024&from=2024-06-01&to=2024-06-30')).count]);
  assert.equal((await (await office.signIn('chuyenvien.snv')).post(`${base}/prints`, { year: 2024 })).status, 403);
  assert.equal((await printed()).length, 1);
});
