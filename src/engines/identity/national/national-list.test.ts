import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PersonActor, SystemActor } from '#kernel/actor.ts';
import { run, type Command } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import {
  agencyHistory,
  beginNationalImport,
  closeAgency,
  createAgency,
  findAgencyByCode,
  getAgencyOn,
  identityModule,
  importNationalList,
  listDirectoryConflicts,
  listItemOf,
  ListUnreadable,
  nationalState,
  ownAgenciesAsListed,
  readList,
  renameAgency,
  reopenDirectoryConflict,
  reopenDirectoryConflicts,
  settleDirectoryConflict,
  settleDirectoryConflicts,
  type AgencyId,
  type ImportId,
  type ListItem,
} from '../index.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule] });
});
after(() => house.close());

const admin: PersonActor = somebody({ name: 'Trần Quốc Bảo', roles: ['province_admin'] });
const act = <In, Out>(command: Command<In, Out>, input: In, actor: PersonActor | SystemActor = admin): Promise<Out> => run(house.kernel, command, input, { actor });
const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const pool = () => house.kernel.database.pool;
const today = day('2026-11-20');

function day(text: string): CalendarDay {
  const parsed = parseCalendarDay(text);
  assert.ok(parsed);
  return parsed;
}

async function* from(items: readonly object[]): AsyncGenerator<ListItem> {
  for (const item of items) yield await Promise.resolve(listItemOf(item));
}

async function read(items: readonly object[]): Promise<ImportId> {
  const importId = await act(beginNationalImport, { source: 'axis', origin: 'Trục' });
  await importNationalList(house.kernel, { importId, items: from(items), actor: admin });
  return importId;
}

const unit = (id: string, more: object = {}): object => ({ id, pid: null, code: null, name: `Cơ quan ${id}`, deleted: false, ...more });
const conflicts = async (): Promise<string[]> => (await listDirectoryConflicts(pool(), { limit: 100 }, today)).map(({ ref, problem }) => `${ref} ${problem}`);
const named = async (code: string): Promise<string> => {
  const id = await findAgencyByCode(pool(), code);
  assert.ok(id, code);
  return (await getAgencyOn(pool(), id, today)).name;
};
const ours = (code: string, name: string): Promise<AgencyId> =>
  act(createAgency, { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2020-01-01'), name, abbreviation: 'CQ', codes: [{ scheme: 'qd20', code }] });

test('a list is taken over with its hierarchy, and the same list again changes nothing', async () => {
  const list = [unit('n2', { pid: 'n1', code: 'G01.01', name: 'Cục Một' }), unit('n1', { code: 'G01', code102: '000.00.00.G01', name: 'Bộ Một' })];
  await read(list);
  const id = await findAgencyByCode(pool(), '000.00.00.G01');
  assert.ok(id);
  assert.equal((await agencyHistory(pool(), (await findAgencyByCode(pool(), 'G01.01')) ?? id)).parent?.name, 'Bộ Một');
  const before = await house.sql('select * from identity.agency order by id');
  const again = await read(list);
  assert.deepEqual(await house.sql('select * from identity.agency order by id'), before);
  const [told] = await house.sql('select added, changed, unchanged, conflicts, position from identity.directory_import where id = $1', [again]);
  assert.deepEqual(told, { added: 0, changed: 0, unchanged: 2, conflicts: 0, position: 2 });
});

test('what came from the list follows the list, with the old name on record', async () => {
  await read([unit('r1', { code: 'G02', name: 'Bộ Hai' })]);
  await house.sql(`update identity.agency_name set valid_from = '2026-01-01' where name = 'Bộ Hai'`);
  await read([unit('r1', { code: 'G02', name: 'Bộ Hai và Ba' })]);
  assert.equal(await named('G02'), 'Bộ Hai và Ba');
  const id = await findAgencyByCode(pool(), 'G02');
  assert.ok(id);
  assert.deepEqual((await agencyHistory(pool(), id)).names.map(({ name }) => name), ['Bộ Hai và Ba', 'Bộ Hai']);
  await read([unit('r1', { code: 'G02', name: 'Bộ Hai và Ba', deleted: true })]);
  house.clock.advance(86_400_000);
  assert.equal((await getAgencyOn(pool(), id, day('2026-11-22'))).state, 'closed');
  assert.deepEqual(await conflicts(), []);
});

test('what an administrator set is never overwritten: each difference is told, and kept ours stays silent until the list says something new', async () => {
  await ours('H90.01', 'Sở Của Ta');
  const closed = await ours('H90.02', 'Sở Đã Hết');
  await act(closeAgency, { agencyId: closed, lastDay: day('2025-06-30'), legalBasis: 'NQ' });
  await ours('H90.03', 'Sở Còn Đây');
  const reused = await ours('H90.04', 'Sở Cũ Bốn');
  await act(closeAgency, { agencyId: reused, lastDay: day('2025-06-30'), legalBasis: 'NQ' });
  const list = [
    unit('k1', { code: 'H90.01', name: 'Sở Của Người' }),
    unit('k2', { code: 'H90.02', name: 'Sở Đã Hết' }),
    unit('k3', { code: 'H90.03', name: 'Sở Còn Đây', deleted: true }),
    unit('k4', { code: 'H90.04', name: 'Sở Khác Hẳn' }),
    unit('k5', { code: 'G05', name: 'Cục Mồ Côi', pid: 'nobody' }),
    unit('k6', { code: '00.22.W00', name: 'Mã Lạ' }),
    unit('k7', { code: 'G05', name: 'Trùng mã' }),
  ];
  await read(list);
  assert.deepEqual((await conflicts()).sort(), ['k1 name_differs', 'k2 closed_here', 'k3 closed_there', 'k4 code_reused', 'k5 parent_missing', 'k6 code_malformed', 'k7 code_reused']);
  assert.equal(await named('H90.01'), 'Sở Của Ta');
  assert.equal((await getAgencyOn(pool(), (await findAgencyByCode(pool(), 'H90.03')) ?? closed, today)).state, 'active');
  await act(settleDirectoryConflict, { ref: 'k1', problem: 'name_differs', resolution: 'keep_ours' });
  await read(list);
  assert.ok(!(await conflicts()).includes('k1 name_differs'));
  await read([unit('k1', { code: 'H90.01', name: 'Sở Của Người Khác' })]);
  assert.ok((await conflicts()).includes('k1 name_differs'));
  await read([unit('k1', { code: 'H90.01', name: 'Sở Của Ta' })]);
  assert.ok(!(await conflicts()).includes('k1 name_differs'));
});

test('following the list: the name, the end, a code that goes on with another agency', async () => {
  const own = await ours('H91.01', 'Tên Ta');
  await ours('H91.02', 'Sẽ Hết');
  const gone = await ours('H91.03', 'Hết Rồi');
  await act(closeAgency, { agencyId: gone, lastDay: day('2025-06-30'), legalBasis: 'NQ' });
  await read([unit('f1', { code: 'H91.01', name: 'Tên Người' }), unit('f2', { code: 'H91.02', name: 'Sẽ Hết', deleted: true }), unit('f3', { code: 'H91.03', name: 'Mới Tinh' })]);
  await act(settleDirectoryConflict, { ref: 'f1', problem: 'name_differs', resolution: 'take_theirs' });
  assert.deepEqual((await agencyHistory(pool(), own)).names.map(({ name }) => name), ['Tên Người', 'Tên Ta']);
  await act(settleDirectoryConflict, { ref: 'f2', problem: 'closed_there', resolution: 'take_theirs' });
  await act(settleDirectoryConflict, { ref: 'f3', problem: 'code_reused', resolution: 'take_theirs' });
  assert.equal(await named('H91.03'), 'Mới Tinh');
  assert.deepEqual((await conflicts()).filter((each) => each.startsWith('f')), []);
  await read([unit('f1', { code: 'H91.01', name: 'Tên Người' }), unit('f3', { code: 'H91.03', name: 'Mới Tinh' })]);
  assert.deepEqual((await conflicts()).filter((each) => each.startsWith('f')), []);
});

test('who kept ours may take the decision back; what followed the list stays decided', async () => {
  await ours('H93.01', 'Sở Ta Giữ');
  await ours('H93.02', 'Sở Ta Theo');
  await read([unit('o1', { code: 'H93.01', name: 'Sở Người Gọi' }), unit('o2', { code: 'H93.02', name: 'Sở Người Đặt' })]);
  await act(settleDirectoryConflict, { ref: 'o1', problem: 'name_differs', resolution: 'keep_ours' });
  assert.ok(!(await conflicts()).includes('o1 name_differs'));
  await assert.rejects(act(reopenDirectoryConflict, { ref: 'o1', problem: 'name_differs' }, somebody({ roles: ['officer'] })), refusedWith('kernel.forbidden'));
  await act(reopenDirectoryConflict, { ref: 'o1', problem: 'name_differs' });
  assert.ok((await conflicts()).includes('o1 name_differs'));
  const [told] = await house.sql(`select count(*)::int as count from audit.entry where type = 'identity.directory-conflict-reopened'`);
  assert.equal(told?.['count'], 1);
  await assert.rejects(act(reopenDirectoryConflict, { ref: 'o1', problem: 'name_differs' }), refusedWith('identity.conflictNotFound'));
  await act(settleDirectoryConflict, { ref: 'o2', problem: 'name_differs', resolution: 'take_theirs' });
  await assert.rejects(act(reopenDirectoryConflict, { ref: 'o2', problem: 'name_differs' }), refusedWith('identity.conflictNotFound'));
  await act(settleDirectoryConflict, { ref: 'o1', problem: 'name_differs', resolution: 'keep_ours' });
});

/** The differences of some entries as a screen shows them now. */
const shown = async (...refs: string[]) => (await listDirectoryConflicts(pool(), { limit: 100 }, today)).filter(({ ref }) => refs.includes(ref)).map(({ ref, problem, foundAt }) => ({ ref, problem, foundAt }));
const told = async (type: string): Promise<unknown> => (await house.sql(`select count(*)::int as count from audit.entry where type = 'identity.${type}'`))[0]?.['count'];

test('several differences are kept ours at once, each on record; those that meanwhile changed are told apart and wait, and one step takes it back', async () => {
  for (const place of ['1', '2', '3', '4']) await ours(`H96.0${place}`, `Sở Nhiều ${place}`);
  const list = (third: string): object[] => [unit('s1', { code: 'H96.01', name: 'Một Kia' }), unit('s2', { code: 'H96.02', name: 'Hai Kia' }), unit('s3', { code: 'H96.03', name: third }), unit('s4', { code: 'H96.04', name: 'Bốn Kia' })];
  await read(list('Ba Kia'));
  const chosen = await shown('s1', 's2', 's3', 's4');
  assert.equal(chosen.length, 4);
  house.clock.advance(1000);
  await read(list('Ba Kia Nữa'));
  await act(settleDirectoryConflict, { ref: 's2', problem: 'name_differs', resolution: 'keep_ours' });
  await assert.rejects(act(settleDirectoryConflicts, { conflicts: chosen, resolution: 'keep_ours' }, somebody({ roles: ['officer'] })), refusedWith('kernel.forbidden'));
  const before = Number(await told('directory-conflict-settled'));
  const nobody = { ref: 'nobody', problem: 'name_differs' as const, foundAt: chosen[0]?.foundAt ?? '' };
  const { settled, left } = await act(settleDirectoryConflicts, { conflicts: [...chosen, ...chosen.slice(0, 1), nobody], resolution: 'keep_ours' });
  assert.deepEqual(settled, [{ ref: 's1', problem: 'name_differs' }, { ref: 's4', problem: 'name_differs' }]);
  assert.deepEqual(left.map(({ ref, why }) => [ref, why.vi]), [['s2', 'đã có người xử lý'], ['s3', 'danh bạ quốc gia vừa nói khác'], ['nobody', 'không còn khác biệt này']]);
  assert.equal(await told('directory-conflict-settled'), before + 2);
  assert.deepEqual((await shown('s1', 's2', 's3', 's4')).map(({ ref }) => ref), ['s3'], 'what changed waits');
  await act(settleDirectoryConflicts, { conflicts: await shown('s3'), resolution: 'keep_ours' });

  await act(reopenDirectoryConflict, { ref: 's4', problem: 'name_differs' });
  await assert.rejects(act(reopenDirectoryConflicts, { conflicts: settled }, somebody({ roles: ['officer'] })), refusedWith('kernel.forbidden'));
  const reopened = Number(await told('directory-conflict-reopened'));
  const back = await act(reopenDirectoryConflicts, { conflicts: settled });
  assert.deepEqual([back.settled, back.left.map(({ ref }) => ref)], [[{ ref: 's1', problem: 'name_differs' }], ['s4']]);
  assert.equal(await told('directory-conflict-reopened'), reopened + 1);
  const both = await shown('s1', 's4');
  assert.deepEqual(both.map(({ ref }) => ref), ['s1', 's4']);
  const twice = await Promise.all([act(settleDirectoryConflicts, { conflicts: both, resolution: 'keep_ours' }), act(settleDirectoryConflicts, { conflicts: both.toReversed(), resolution: 'keep_ours' })]);
  assert.deepEqual(twice.flatMap(({ settled: done }) => done.map(({ ref }) => ref)).sort(), ['s1', 's4'], 'of two who decide at the same moment one does');
  assert.deepEqual(twice.flatMap(({ left: late }) => late.map(({ why }) => why.vi)), ['đã có người xử lý', 'đã có người xử lý']);
});

test('several names follow the list at once; what cannot is told with its reason and waits, and nothing but a name is followed unseen', async () => {
  const one = await ours('H97.01', 'Sở Theo 1');
  const two = await ours('H97.02', 'Sở Theo 2');
  await ours('H97.03', 'Sở Theo 3');
  await read([unit('t1', { code: 'H97.01', name: 'Một Mới' }), unit('t2', { code: 'H97.02', name: 'Hai Mới' }), unit('t3', { code: 'H97.03', name: 'Sở Theo 3', deleted: true })]);
  const open = await listDirectoryConflicts(pool(), { limit: 100 }, today);
  assert.deepEqual(open.filter(({ ref }) => ['t1', 't3'].includes(ref)).map(({ ref, together }) => [ref, together]), [['t1', ['keep_ours', 'take_theirs']], ['t3', ['keep_ours']]]);
  const chosen = await shown('t1', 't2', 't3');
  await act(renameAgency, { agencyId: two, from: vietnamDay(house.clock.now()), name: 'Vừa Đổi Hôm Nay', abbreviation: 'VD', legalBasis: 'QĐ' });
  const { settled, left } = await act(settleDirectoryConflicts, { conflicts: chosen, resolution: 'take_theirs' });
  assert.deepEqual(settled, [{ ref: 't1', problem: 'name_differs' }]);
  assert.deepEqual(left.map(({ ref }) => ref), ['t2', 't3']);
  assert.ok(left.every(({ why }) => why.vi !== '' && why.en !== ''));
  assert.deepEqual((await agencyHistory(pool(), one)).names.map(({ name }) => name), ['Một Mới', 'Sở Theo 1']);
  assert.deepEqual((await agencyHistory(pool(), two)).names.map(({ name }) => name), ['Vừa Đổi Hôm Nay', 'Sở Theo 2']);
  assert.deepEqual((await shown('t1', 't2', 't3')).map(({ ref }) => ref), ['t2', 't3']);
  await act(settleDirectoryConflicts, { conflicts: await shown('t2', 't3'), resolution: 'keep_ours' });
});

test('what the directory told of itself changes nothing when it is read again, also where the national list had linked its agencies', async () => {
  const parent = await ours('H94', 'Tỉnh Ta');
  const child = await ours('H94.01', 'Sở Ta Một');
  await ours('H94.02', 'Sở Ta Hai');
  const gone = await ours('H94.03', 'Sở Ta Ba');
  await house.sql('update identity.agency set parent_id = $2 where id = $1', [child, parent]);
  await act(closeAgency, { agencyId: gone, lastDay: day('2025-06-30'), legalBasis: 'NQ' });
  await read([unit('x1', { code: 'H94', name: 'Tỉnh Ta' }), unit('x2', { code: 'H94.01', name: 'Sở Ta Một (quốc gia)', pid: 'x1' })]);
  await act(settleDirectoryConflict, { ref: 'x2', problem: 'name_differs', resolution: 'keep_ours' });
  const told = [];
  for await (const agency of ownAgenciesAsListed(pool(), vietnamDay(house.clock.now()))) told.push(agency);
  const before = { open: await conflicts(), listed: await house.sql('select * from identity.national_agency order by ref'), agencies: await house.sql('select * from identity.agency order by id') };
  const importId = await read(told);
  assert.deepEqual({ open: await conflicts(), listed: await house.sql('select * from identity.national_agency order by ref'), agencies: await house.sql('select * from identity.agency order by id') }, before);
  const [counted] = await house.sql('select added, changed, unchanged, conflicts from identity.directory_import where id = $1', [importId]);
  assert.deepEqual(counted, { added: 0, changed: 0, unchanged: told.length, conflicts: 0 });
  await read([unit('x3', { code: 'H94.02', name: 'Sở Ta Hai', pid: 'x1' })]);
  assert.deepEqual(await conflicts(), before.open, 'the list still finds the agency by its code');
  await read(told.map((each) => (each.code === 'H94.02' ? { ...each, name: 'Sở Ta Hai, sửa trong tệp', pid: parent } : each)));
  assert.deepEqual((await conflicts()).filter((each) => !before.open.includes(each)).map((each) => each.split(' ')[1]), ['name_differs'], 'what was changed in the file is a difference of its name alone');
});

test('a difference shows the codes of one kind beside each other', async () => {
  const id = await act(createAgency, { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: day('2020-01-01'), name: 'Sở Hai Mã', abbreviation: 'SHM', codes: [{ scheme: 'qcvn102', code: '000.00.01.H95' }, { scheme: 'qd20', code: 'H95.01' }] });
  await read([unit('c1', { code: 'H95.01', name: 'Sở Hai Mã Khác' }), ]);
  const shown = (await listDirectoryConflicts(pool(), { limit: 100 }, today)).find(({ ref }) => ref === 'c1');
  assert.deepEqual([shown?.ours?.agencyId, shown?.ours?.code, shown?.theirs.code], [id, 'H95.01', 'H95.01']);
});

test('the report of a reading names the first entries that could not be read, with their places', async () => {
  await read([unit('u1', { name: 'Cơ quan đọc được' }), { id: 'u2' }, unit('u3', { name: 'Cũng đọc được' }), { name: 'Không có mã' }]);
  const [latest] = (await nationalState(pool())).imports;
  assert.equal(latest?.unreadable, 2);
  assert.deepEqual(latest.unreadableRows, [{ place: 2, text: '{"id":"u2"}' }, { place: 4, text: '{"name":"Không có mã"}' }]);
});

test('an agency from the list that an administrator renamed here is not renamed by the list again', async () => {
  await read([unit('e1', { code: 'G61', name: 'Cục Gốc' })]);
  const id = await findAgencyByCode(pool(), 'G61');
  assert.ok(id);
  await house.sql(`update identity.agency_name set valid_from = '2026-01-01' where agency_id = $1`, [id]);
  await act(renameAgency, { agencyId: id, from: today, name: 'Cục Ta Sửa', abbreviation: 'CTS', legalBasis: 'QĐ' });
  await read([unit('e1', { code: 'G61', name: 'Cục Gốc Mới' })]);
  assert.equal(await named('G61'), 'Cục Ta Sửa');
  assert.ok((await conflicts()).includes('e1 name_differs'));
});

test('a reading that broke off goes on where it was, and only one runs at a time', async () => {
  const items = Array.from({ length: 1200 }, (_, index) => unit(`m${String(index)}`, { code: `G70.${String(index).padStart(4, '0')}`, name: `Đơn vị thứ ${String(index)}` }));
  const importId = await act(beginNationalImport, { source: 'axis', origin: 'Trục' });
  await assert.rejects(act(beginNationalImport, { source: 'axis', origin: 'Trục' }), refusedWith('identity.importRunning'));
  async function* breaking(): AsyncGenerator<ListItem> {
    let count = 0;
    for await (const item of from(items)) {
      count += 1;
      if (count > 700) throw new Error('mất mạng');
      yield item;
    }
  }
  await assert.rejects(importNationalList(house.kernel, { importId, items: breaking(), actor: admin }), /mất mạng/);
  assert.equal((await house.sql('select position from identity.directory_import where id = $1', [importId]))[0]?.['position'], 500);
  await Promise.all([importNationalList(house.kernel, { importId, items: from(items), actor: admin }), importNationalList(house.kernel, { importId, items: from(items), actor: admin })]);
  const [told] = await house.sql('select state, position, added from identity.directory_import where id = $1', [importId]);
  assert.deepEqual(told, { state: 'finished', position: 1200, added: 1200 });
  assert.equal((await nationalState(pool())).imports[0]?.state, 'finished');
});

test('only who keeps the directory reads a list or settles a difference', async () => {
  const officer = somebody({ roles: ['officer'] });
  await assert.rejects(act(beginNationalImport, { source: 'axis', origin: 'Trục' }, officer), refusedWith('kernel.forbidden'));
  await assert.rejects(act(settleDirectoryConflict, { ref: 'k2', problem: 'closed_here', resolution: 'keep_ours' }, officer), refusedWith('kernel.forbidden'));
  await assert.rejects(act(settleDirectoryConflict, { ref: 'nobody', problem: 'closed_here', resolution: 'keep_ours' }), refusedWith('identity.conflictNotFound'));
  await assert.rejects(act(settleDirectoryConflict, { ref: 'k5', problem: 'parent_missing', resolution: 'take_theirs' }), refusedWith('identity.conflictNotTakeable'));
});

async function itemsOf(text: string, size = 7): Promise<ListItem[]> {
  async function* pieces(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  }
  const found: ListItem[] = [];
  for await (const item of readList(pieces())) found.push(item);
  return found;
}

test('JSON and CSV are read in pieces of any size, with quotes, brackets and marks inside', async () => {
  const entry = { ref: '1', parentRef: null, code: 'G01', oldCode: '000.00.00.G01', name: 'Bộ "Một", [hai] {ba} \\', isClosed: false };
  const json = JSON.stringify({ status: 'OK', ErrorCode: '0', data: [{ id: 1, code: 'G01', code102: '000.00.00.G01', name: entry.name, deleted: false }, { id: 2 }] });
  for (const size of [1, 3, 1000]) {
    const [first, second] = await itemsOf(json, size);
    assert.deepEqual(first, entry);
    assert.ok(second !== undefined && 'unreadable' in second);
  }
  const csv = '\ufeffid;pid;code;oldCode;name;deleted\r\n1;;G01;000.00.00.G01;"Bộ ""Một"", [hai] {ba} \\";0\r\n2;1;G01.1;;Cục\r\n';
  for (const size of [1, 5, 1000]) {
    const [first, second] = await itemsOf(csv, Math.max(size, csv.indexOf('\r') + 10));
    assert.deepEqual(first, entry);
    assert.deepEqual(second, { ref: '2', parentRef: '1', code: 'G01.1', oldCode: null, name: 'Cục', isClosed: false });
  }
  await assert.rejects(itemsOf('[{"id":1,"name":"Bộ"'), ListUnreadable);
  await assert.rejects(itemsOf('a,b\n1,2\n'), ListUnreadable);
  await assert.rejects(itemsOf(''), ListUnreadable);
});

test('a file of another encoding, or without a single entry, is refused with the reason', async () => {
  const refused = async (bytes: Buffer, why: RegExp): Promise<void> => {
    await assert.rejects(async () => {
      for await (const item of readList((async function* () { yield await Promise.resolve(bytes); })())) assert.ok(item);
    }, (error: unknown) => error instanceof ListUnreadable && why.test(error.message));
  };
  await refused(Buffer.from('id,name\n1,S\xf4 T\xe0i ch\xednh\n', 'latin1'), /UTF-8/);
  await refused(Buffer.from('\ufeffid\tname\n1\tSở Tài chính\n', 'utf16le'), /UTF-16/);
  await refused(Buffer.from('id,name\n1,Sở Tài ch\xc3', 'latin1'), /UTF-8/);
  await refused(Buffer.from('id,code,name\n'), /không có mục nào/);
  await refused(Buffer.from('{"data":[]}'), /không có mục nào/);
});

test('our own agencies are told in the form of the national list, and that form is read again', async () => {
  const listed = [];
  for await (const agency of ownAgenciesAsListed(pool(), today)) listed.push(agency);
  const own = listed.find(({ code }) => code === 'H90.01');
  assert.equal(own?.code102, '000.00.01.H90');
  assert.equal(own.deleted, false);
  assert.equal(listed.find(({ code }) => code === 'H90.02')?.deleted, true);
  const [first] = await itemsOf(JSON.stringify([own]), 100);
  assert.ok(first !== undefined && 'ref' in first && first.ref === own.id);
});
