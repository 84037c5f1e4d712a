import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StatisticsReply, UnsentReply } from '#capabilities/exchange-desk/contract.ts';
import { issuedDocument, openOffice, seal, signedDocument, type Clerk, type Office } from '../../../tests/office.ts';

const list = '/api/v1/exchange-desk/unsent';
const DAY_MS = 86_400_000;

let office: Office;
let clerk: Clerk;
let director: Clerk;
let recipient: string;
let document: string;
before(async () => {
  office = await openOffice();
  clerk = await office.signIn('vanthu.snv');
  director = await office.signIn('giamdoc.snv');
  recipient = (await office.agencies('Sở Tài chính'))[0] ?? '';
  document = await signedDocument(clerk, director, [recipient]);
});
after(() => office.close());

const unsent = async (as: Clerk): Promise<UnsentReply> => {
  const { status, body } = await as.get<UnsentReply>(list);
  assert.equal(status, 200);
  return body;
};

/** The clock of the tests stands on a Friday: its next working morning ends on Monday. */
const laterBy = (days: number): void => office.house.clock.advance(days * DAY_MS);

test('what was signed today is not overdue, and its next step is due by the law’s deadline of sending', async () => {
  assert.deepEqual((await unsent(clerk)).rows, []);
  const { body } = await clerk.get<{ items: { kind: string; dueAt: string | null }[] }>('/api/v1/my-work');
  assert.equal(new Date(body.items.find(({ kind }) => kind === 'outgoing-documents.number')?.dueAt ?? '').getTime(), Date.parse('2026-11-23T11:30:00+07:00'));
  const detail = await clerk.get<{ sendDueAt: string }>(`/api/v1/outgoing-documents/${document}`);
  assert.equal(detail.body.sendDueAt, '2026-11-23T04:30:00.000Z');
});

test('past the morning of the next working day it stands on the list of its agency with what it waits for, and in no other’s', async () => {
  laterBy(3.5);
  clerk = await office.signIn('vanthu.snv');
  const { rows, count } = await unsent(clerk);
  assert.equal(count, 1);
  assert.deepEqual(rows.map(({ subject, number, waitsFor, dueAt, isOwn }) => [subject.id, number, waitsFor, dueAt, isOwn]), [[document, null, 'number', '2026-11-23T04:30:00.000Z', true]]);
  assert.equal(rows[0]?.summary, 'V/v kiểm tra công tác văn thư');
  assert.deepEqual((await unsent(await office.signIn('vanthu.stc'))).rows, []);
  assert.equal((await (await office.signIn('chuyenvien.snv')).get(list)).status, 403);
});

test('the statistics of the month in which it was due count it', async () => {
  const { body } = await clerk.get<StatisticsReply>('/api/v1/exchange-desk/statistics?from=2026-11&to=2026-11');
  assert.deepEqual([body.unsent.total, body.unsent.agencies.map(({ name, count }) => [name, count])], [1, [['Sở Nội vụ tỉnh Thanh Hóa', 1]]]);
  const before = await clerk.get<StatisticsReply>('/api/v1/exchange-desk/statistics?from=2026-10&to=2026-10');
  assert.equal(before.body.unsent.total, 0);
});

test('a number and the seal do not end it, issuing does', async () => {
  assert.equal((await clerk.post(`/api/v1/outgoing-documents/${document}/number`)).status, 200);
  assert.deepEqual((await unsent(clerk)).rows.map(({ waitsFor, number }) => [waitsFor, number !== null]), [['seal', true]]);
  assert.equal((await seal(clerk, document)).status, 200);
  assert.deepEqual((await unsent(clerk)).rows.map(({ waitsFor }) => waitsFor), ['issue']);
  assert.equal((await clerk.post(`/api/v1/outgoing-documents/${document}/issue`)).status, 200);
  assert.equal((await unsent(clerk)).count, 0);
});

test('what was sent in time never stands there, and what was withdrawn leaves the list', async () => {
  director = await office.signIn('giamdoc.snv');
  await issuedDocument(clerk, director, [recipient]);
  const withdrawn = await signedDocument(clerk, director, [recipient]);
  laterBy(5);
  clerk = await office.signIn('vanthu.snv');
  assert.deepEqual((await unsent(clerk)).rows.map(({ subject }) => subject.id), [withdrawn]);
  assert.equal((await clerk.post(`/api/v1/outgoing-documents/${withdrawn}/withdraw`, { reason: 'Không phát hành nữa' })).status, 200);
  assert.equal((await unsent(clerk)).count, 0);
});
