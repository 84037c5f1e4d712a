import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addDays, vietnamDay } from '#kernel/time.ts';
import type { RegisterPage } from '#engines/registers/contract.ts';
import { issuedDocument, openOffice, type Clerk, type Office } from '../../../tests/office.ts';

let office: Office;
let sender: Clerk;
let director: Clerk;
let receiver: Clerk;
before(async () => {
  office = await openOffice();
  [sender, director, receiver] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv'), office.signIn('vanthu.stc')]);
});
after(() => office.close());

const base = '/api/v1/incoming-documents/register';
const read = async (client: Clerk, query = '') => (await client.get<RegisterPage>(`${base}${query}`)).body;

async function registered(): Promise<string> {
  await issuedDocument(sender, director, await office.agencies('Sở Tài chính'));
  await office.house.drain();
  const [row] = (await receiver.get<{ rows: { id: string }[] }>('/api/v1/incoming-documents')).body.rows;
  assert.equal((await receiver.post(`/api/v1/incoming-documents/${row?.id ?? ''}/register`)).status, 200);
  return row?.id ?? '';
}

test('what was registered stands in the register by its arrival number, in the columns of the form', async () => {
  const id = await registered();
  const today = vietnamDay(office.house.clock.now());
  const page = await read(receiver);
  const [row] = page.rows;
  assert.deepEqual([page.register?.name, page.count, row?.id, row?.number, row?.missing], ['Sổ đăng ký văn bản đến', 1, id, 1, null]);
  assert.equal(row?.cells.length, 10);
  assert.deepEqual([row.cells[0], row.cells[1], row.cells[4], row.cells[5], row.cells[8]], [today, '1', today, 'Công văn V/v kiểm tra công tác văn thư', '']);
  assert.match(row.cells[2] ?? '', /^Sở Nội vụ/);
  assert.match(row.cells[3] ?? '', /\/SNV-VP$/);
  assert.equal((await read(receiver, `?from=${addDays(today, -3)}&to=${addDays(today, -1)}`)).count, 0);
});

test('to whom it went, and a number that stands nowhere, are told; pages are turned by number', async () => {
  const second = await registered();
  await registered();
  await office.house.sql(`update incoming_documents.document set leader_post_id = id, leader_name = 'Trần Anh Quân', leader_title = 'Giám đốc', submitted_at = registered_at, state = 'submitted' where id = $1`, [second]);
  await office.house.sql('update incoming_documents.document set arrival_number = 7 where arrival_number = 3');
  const first = await read(receiver, '?limit=2');
  assert.deepEqual([first.rows.map(({ number }) => number), first.next], [[1, 2], '2']);
  assert.equal(first.rows[1]?.cells[6], 'Trần Anh Quân');
  assert.equal(first.rows[1].cells[7], vietnamDay(office.house.clock.now()));
  const last = await read(receiver, `?limit=2&after=${first.next ?? ''}`);
  assert.deepEqual([last.rows.map(({ number, missing }) => [number, missing]), last.next, last.count], [[[7, { from: 3, to: 6 }]], null, null]);
});

test('an agency reads its own register only, an officer none; an export is recorded', async () => {
  assert.deepEqual((await read(await office.signIn('vanthu.hacthanh'))).rows, []);
  const officer = await office.signIn('chuyenvien.snv');
  for (const address of [base, `${base}.xlsx`]) assert.equal(await officer.status(address), 403);
  assert.equal(await receiver.status(`${base}.xlsx`), 200);
  const recorded = await office.house.sql<{ data: { name: string; count: number } }>(`select data from audit.entry where type = 'registers.register-exported'`);
  assert.deepEqual(recorded.map(({ data }) => [data.name, data.count]), [['Sổ đăng ký văn bản đến', 3]]);
});
