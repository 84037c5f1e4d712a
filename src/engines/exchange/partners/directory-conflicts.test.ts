import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, renameAgency } from '#engines/identity/index.ts';
import { aClerk, anAgency } from '../testing.ts';
import type { ConflictView } from './contract.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

let a: Installation;
let b: Installation;
let pair: Connected;
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
});
after(async () => {
  await a.close();
  await b.close();
});

const url = (more = ''): string => `/api/v1/exchange/partners/${pair.atInviter}/conflicts${more}`;
const conflictOf = async (remoteId: string): Promise<ConflictView | undefined> => (await a.call<{ conflicts: ConflictView[] }>('GET', url())).body.conflicts.find((each) => each.remoteId === remoteId);
const readAgain = async (): Promise<void> => {
  for (const each of [a, b]) each.house.clock.advance(16 * 60_000);
  await settle(a, b);
};
const nameHere = async (id: Id<'agency'>): Promise<string | undefined> => (await agenciesOn(a.house.kernel.database.pool, [id], vietnamDay(a.house.clock.now()))).get(id)?.name;

/** Known at both, and renamed by its own installation. */
async function renamed(name: string, to: string): Promise<{ id: Id<'agency'>; here: Id<'agency'> }> {
  const { id, idAt } = await anAgencyAt(b, name, [{ at: a, partnerId: pair.atInviter }]);
  const [here] = idAt;
  assert.ok(here);
  const from = vietnamDay(b.house.clock.now());
  await run(b.house.kernel, renameAgency, { agencyId: id, name: to, abbreviation: 'MOI', from, legalBasis: 'Quyết định' }, { actor: systemActor('test') });
  await readAgain();
  return { id, here };
}

test('a difference tells what they say, what we say and since when', async () => {
  const { id, here } = await renamed('Trung tâm Lưu trữ', 'Trung tâm Lưu trữ lịch sử');
  const conflict = await conflictOf(id);
  assert.deepEqual(
    { ...conflict, foundAt: undefined, ours: { ...conflict?.ours, code: undefined } },
    { remoteId: id, problem: 'name_differs', code: conflict?.code, name: 'Trung tâm Lưu trữ lịch sử', agencyId: here, ours: { name: 'Trung tâm Lưu trữ', code: undefined, isLocal: false, via: 'Tỉnh bạn' }, foundAt: undefined, abilities: ['accept', 'keep'] },
  );
  assert.ok(Date.parse(conflict?.foundAt ?? '') <= a.house.clock.now().getTime());
});

test('accepting takes the partner’s name from today, once, and stands in the record', async () => {
  const { id, here } = await renamed('Trung tâm Tin học', 'Trung tâm Chuyển đổi số');
  assert.equal((await a.call('POST', url(`/${id}/accept`))).status, 204);
  assert.equal(await nameHere(here), 'Trung tâm Chuyển đổi số');
  assert.equal((await a.call('POST', url(`/${id}/accept`))).status, 404);
  await readAgain();
  assert.equal(await conflictOf(id), undefined);
  const [entry] = await a.house.sql(`select data ->> 'ours' as ours, data ->> 'name' as name, actor ->> 'name' as by from audit.entry where type = 'exchange.partner-conflict-accepted'`);
  assert.deepEqual(entry, { ours: 'Trung tâm Tin học', name: 'Trung tâm Chuyển đổi số', by: 'Trần Quốc Bảo' });
});

test('keeping ours changes nothing and is not asked again until the partner says something else', async () => {
  const { id, here } = await renamed('Trường Chính trị', 'Trường Chính trị tỉnh bạn');
  assert.equal((await a.call('POST', url(`/${id}/settle`))).status, 204);
  await readAgain();
  assert.equal(await conflictOf(id), undefined);
  assert.equal(await nameHere(here), 'Trường Chính trị');
  const from = addDays(vietnamDay(b.house.clock.now()), 1);
  for (const each of [a, b]) each.house.clock.advance(86_400_000);
  await run(b.house.kernel, renameAgency, { agencyId: id, name: 'Học viện', abbreviation: 'HV', from, legalBasis: 'Quyết định' }, { actor: systemActor('test') });
  await readAgain();
  assert.equal((await conflictOf(id))?.name, 'Học viện');
});

test('an agency that is reached another way changes its way only when that is accepted', async () => {
  const other = await a.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body: { protocol: 'provincial_axis', name: 'Hệ thống khác', address: null, config: { systemId: 'he-thong-khac' }, secrets: {} } });
  assert.equal(other.status, 200, JSON.stringify(other.body));
  const id = await anAgency(b.house.kernel, 'Ban Quản lý khu kinh tế');
  const [code] = await b.house.sql(`select code from identity.agency_code where agency_id = $1`, [id]);
  const here = await anAgency(a.house.kernel, 'Ban Quản lý khu kinh tế', { hosting: 'external' });
  await a.house.sql('update identity.agency_code set code = $2 where agency_id = $1', [here, code?.['code']]);
  assert.equal((await a.call('POST', `/api/v1/exchange/partners/${other.body.partnerId}/agencies`, { body: { agencyId: here, remoteId: 'X1' } })).status, 204);
  await readAgain();
  const conflict = await conflictOf(id);
  assert.deepEqual([conflict?.problem, conflict?.ours?.via], ['other_partner', 'Hệ thống khác']);
  assert.equal((await a.call('POST', url(`/${id}/accept`))).status, 204);
  const [way] = await a.house.sql('select partner_id from exchange.partner_agency where agency_id = $1 and valid_to is null', [here]);
  assert.equal(way?.['partner_id'], pair.atInviter);
});

test('an agency that lives here is kept, never given away', async () => {
  const own = await anAgency(a.house.kernel, 'Sở Công Thương');
  const [code] = await a.house.sql(`select code from identity.agency_code where agency_id = $1`, [own]);
  const twin = await anAgency(b.house.kernel, 'Sở Công Thương giả');
  await b.house.sql('update identity.agency_code set code = $2 where agency_id = $1', [twin, code?.['code']]);
  await readAgain();
  assert.deepEqual((await conflictOf(twin))?.abilities, ['keep']);
  assert.equal((await a.call('POST', url(`/${twin}/accept`))).status, 409);
  assert.equal((await conflictOf(twin))?.problem, 'hosted_here', 'what was refused is still there');
  assert.equal((await a.call('POST', url(`/${twin}/settle`))).status, 204);
});

test('an auditor sees the differences and decides none; a clerk does neither', async () => {
  const { id } = await renamed('Bệnh viện A', 'Bệnh viện Đa khoa A');
  const auditor = { ...a.admin, roles: ['auditor'] };
  const seen = await a.call<{ conflicts: ConflictView[] }>('GET', url(), { as: auditor });
  assert.deepEqual(seen.body.conflicts.find(({ remoteId }) => remoteId === id)?.abilities, []);
  for (const as of [auditor, aClerk(await anAgency(a.house.kernel, 'Sở Y tế'))]) for (const act of ['accept', 'settle']) assert.equal((await a.call('POST', url(`/${id}/${act}`), { as })).status, 403);
});

test('differences are found by their kind and their words without diacritics, and leave as a table and a workbook with the same filters', async () => {
  const { id } = await renamed('Trung tâm Khí tượng', 'Đài Khí tượng "Bắc Trung Bộ"');
  await renamed('Trung tâm Thủy sản', '=Chi cục Thủy sản');
  const found = async (query: string) => (await a.call<{ conflicts: ConflictView[]; total: number }>('GET', url(`?${query}`))).body;
  const { conflicts, total } = await found('text=dai%20khi%20tuong&problem=name_differs');
  assert.deepEqual(conflicts.map(({ remoteId }) => remoteId), [id]);
  assert.ok(total > 1, 'the whole number is told beside');
  assert.deepEqual((await found('text=khi%20tuong&problem=code_moved')).conflicts, []);
  assert.equal((await a.call('GET', url('?problem=khac'))).status, 422);
  const server = a.house.server(() => Promise.resolve(a.admin));
  const file = async (name: string) => server.inject({ method: 'GET', url: `/api/v1/exchange/partners/${pair.atInviter}/${name}` });
  const table = (await file('conflicts.csv?text=bac%20trung')).body;
  assert.equal(table.split('\r\n').length, 3, 'the heading, the one that fits, the end');
  assert.match(table, /^\ufeff"Khác biệt","Tên theo họ"/);
  assert.match(table, /"Tên khác nhau","Đài Khí tượng ""Bắc Trung Bộ""",.*"Trung tâm Khí tượng"/);
  assert.match((await file('conflicts.csv')).body, /"'=Chi cục Thủy sản"/, 'no name becomes a formula');
  const workbook = await file('conflicts.xlsx?text=dai');
  assert.deepEqual([workbook.statusCode, workbook.rawPayload.subarray(0, 2).toString()], [200, 'PK']);
  const clerk = aClerk(await anAgency(a.house.kernel, 'Sở Thử'));
  for (const name of ['', '.csv', '.xlsx']) assert.equal((await a.call('GET', url(name), { as: clerk })).status, 403);
});

test('more differences than a page hold are read on page by page', async () => {
  await a.house.sql(
    `insert into exchange.partner_conflict (partner_id, remote_id, problem, name, found_at) select $1, 'X' || n, 'code_malformed', 'Đơn vị ' || n, '2026-01-01' from generate_series(1, 150) n`,
    [pair.atInviter],
  );
  const read = async (after?: string) => (await a.call<{ conflicts: ConflictView[]; next: string | null }>('GET', url(`?problem=code_malformed${after === undefined ? '' : `&after=${after}`}`))).body;
  const first = await read();
  assert.deepEqual([first.conflicts.length, first.next], [100, first.conflicts.at(-1)?.remoteId]);
  const second = await read(first.next ?? '');
  assert.deepEqual([second.conflicts.length, second.next], [50, null]);
  assert.equal(new Set([...first.conflicts, ...second.conflicts].map(({ remoteId }) => remoteId)).size, 150);
});

test('the agencies of a partner are read on page by page, also where many of them have the same name', async () => {
  const agencyId = await anAgency(a.house.kernel, 'UBND xã Tân Lập', { hosting: 'external' });
  await a.house.sql(
    `insert into exchange.partner_agency (partner_id, agency_id, valid_from, valid_to, remote_id, name) select $1, $2, '2020-01-01'::date + n, '2020-01-01'::date + n, 'TL' || n, 'UBND xã Tân Lập' from generate_series(1, 450) n`,
    [pair.atInviter, agencyId],
  );
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const after: string = next === null ? '' : `?after=${encodeURIComponent(next)}`;
    const { body } = await a.call<{ agencies: { remoteId: string }[]; next: string | null }>('GET', `/api/v1/exchange/partners/${pair.atInviter}/agencies${after}`);
    seen.push(...body.agencies.map(({ remoteId }) => remoteId));
    next = body.next;
  } while (next !== null);
  assert.equal(seen.filter((each) => each.startsWith('TL')).length, 450);
  assert.equal(new Set(seen).size, seen.length, 'none stands on two pages');
  assert.equal((await a.call('GET', `/api/v1/exchange/partners/${pair.atInviter}/agencies?after=x`)).status, 422);
});
