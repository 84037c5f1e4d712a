import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { anonymous, systemActor, type Actor } from '#kernel/actor.ts';
import { run, type Command } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay, type CalendarDay } from '#kernel/time.ts';
import { auditModule } from '#engines/audit/index.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import {
  agenciesOn,
  agencyGroups,
  agencyHistory,
  appointPost,
  closeAgency,
  createAgency,
  createPerson,
  findAgencyByCode,
  foldText,
  getAgencyOn,
  identityModule,
  mergeAgencies,
  postsByRole,
  renameAgency,
  searchAgencies,
  setAgencyCode,
  type AgencyId,
} from './index.ts';
import { signInForTest } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({
    modules: [kernelModule, auditModule, identityModule],
    seed: { name: 'thanh-hoa 2', run: (kernel) => seedThanhHoa(kernel).then(() => undefined) },
  });
});
after(() => house.close());

const system = systemActor('test');
const act = <In, Out>(command: Command<In, Out>, input: In, actor: Actor = system): Promise<Out> => run(house.kernel, command, input, { actor });
const refusedWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const pool = () => house.kernel.database.pool;

function day(text: string): CalendarDay {
  const parsed = parseCalendarDay(text);
  assert.ok(parsed);
  return parsed;
}

async function idOf(name: string): Promise<AgencyId> {
  const [row] = await house.sql<{ id: AgencyId }>('select agency_id as id from identity.agency_name where name = $1', [name]);
  assert.ok(row, name);
  return row.id;
}

const search = async (text: string, more: object = {}): Promise<string[]> =>
  (await searchAgencies(house.kernel, { text, day: day('2026-11-20'), limit: 20, ...more })).map((agency) => agency.name);

let counter = 0;
/** A department that nobody else uses. */
function newDepartment(options: { code?: string } = {}): Promise<AgencyId> {
  counter += 1;
  return act(createAgency, {
    kind: 'department',
    level: 'province',
    parentId: null,
    hosting: 'local',
    establishedOn: day('2020-01-01'),
    name: `Sở Thử nghiệm ${String(counter)}`,
    abbreviation: `STN${String(counter)}`,
    ...(options.code === undefined ? {} : { codes: [{ scheme: 'qd20', code: options.code }] }),
  });
}

test('an agency shows the name and the code of the day, and its old name is never overwritten', async () => {
  const id = await newDepartment({ code: 'H56.71' });
  await act(renameAgency, { agencyId: id, from: day('2025-03-01'), name: 'Sở Thử nghiệm và Đổi mới', abbreviation: 'STNĐM', legalBasis: 'Nghị quyết thử' });
  await act(setAgencyCode, { agencyId: id, scheme: 'qd20', code: 'H56.72', from: day('2025-07-01'), note: null });
  const on = async (text: string) => getAgencyOn(pool(), id, day(text));
  const seen = [await on('2019-06-01'), await on('2025-02-28'), await on('2025-03-01'), await on('2025-07-01')].map(({ name, abbreviation, code }) => [name.slice(0, 20), abbreviation.slice(0, 4), code]);
  assert.deepEqual(seen, [
    ['Sở Thử nghiệm 1', 'STN1', 'H56.71'],
    ['Sở Thử nghiệm 1', 'STN1', 'H56.71'],
    ['Sở Thử nghiệm và Đổi', 'STNĐ', 'H56.71'],
    ['Sở Thử nghiệm và Đổi', 'STNĐ', 'H56.72'],
  ]);
  const { names, codes } = await agencyHistory(pool(), id);
  assert.deepEqual(names.map((name) => [name.validFrom, name.validTo]), [['2025-03-01', null], ['2020-01-01', '2025-02-28']]);
  assert.equal(codes.length, 2);
  assert.equal(await findAgencyByCode(pool(), 'H56.71'), id, 'a sender may still use the old code');
});

test('a name cannot begin before or with the present one', async () => {
  const id = await newDepartment();
  const rename = (from: string) => act(renameAgency, { agencyId: id, from: day(from), name: 'Sở Khác', abbreviation: 'SK', legalBasis: 'Thử' });
  await assert.rejects(rename('2020-01-01'), refusedWith('identity.validityOrder'));
  await assert.rejects(rename('2019-12-31'), refusedWith('identity.validityOrder'));
  await rename('2020-01-02');
});

test('two renamings at the same moment follow one another', async () => {
  const id = await newDepartment();
  const rename = (name: string) => act(renameAgency, { agencyId: id, from: day('2026-02-01'), name, abbreviation: 'X', legalBasis: 'Thử' });
  const outcomes = await Promise.allSettled([rename('Sở Tên Một'), rename('Sở Tên Hai'), rename('Sở Tên Ba')]);
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
  assert.ok(outcomes.every((outcome) => outcome.status === 'fulfilled' || refusedWith('identity.validityOrder')(outcome.reason)));
});

test('a code belongs to one agency at a time, and has the form of its scheme', async () => {
  await newDepartment({ code: 'H56.81' });
  await assert.rejects(newDepartment({ code: 'H56.81' }), refusedWith('identity.codeTaken'));
  await assert.rejects(newDepartment({ code: '81.H56' }), refusedWith('identity.codeMalformed'));
});

test('two agencies that ask for the same code at the same moment do not both get it', async () => {
  const outcomes = await Promise.allSettled([newDepartment({ code: 'H56.82' }), newDepartment({ code: 'H56.82' }), newDepartment({ code: 'H56.82' })]);
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
});

test('a merger ends the predecessors with their last day, links the successors, frees the codes and ends the posts', async () => {
  const [first, second, heir] = [await newDepartment({ code: 'H56.91' }), await newDepartment({ code: 'H56.92' }), await newDepartment({ code: 'H56.93' })];
  const personId = await act(createPerson, { agencyId: first, fullName: 'Lê Văn Thử', isInvented: true });
  await act(appointPost, { agencyId: first, personId, unitId: null, title: 'Văn thư', roles: ['clerk'], signingPowers: [], startsOn: day('2025-01-01') });
  await act(mergeAgencies, { predecessorIds: [first, second], successorIds: [heir], kind: 'merged', lastDay: day('2026-06-30'), legalBasis: 'Nghị quyết thử' });
  const on = async (text: string) => [...(await agenciesOn(pool(), [first, second, heir], day(text))).values()].map((agency) => agency.state).sort();
  assert.deepEqual(await on('2026-06-30'), ['active', 'active', 'active']);
  assert.deepEqual(await on('2026-07-01'), ['active', 'closed', 'closed']);
  const closed = await getAgencyOn(pool(), first, day('2026-07-01'));
  assert.deepEqual([closed.closedOn, closed.code, closed.successors.map((successor) => [successor.id, successor.kind])], ['2026-06-30', 'H56.91', [[heir, 'merged']]]);
  assert.equal((await agencyHistory(pool(), heir)).predecessors.length, 2);
  assert.equal((await postsByRole(pool(), first, ['clerk'], day('2026-06-30'))).length, 1);
  assert.equal((await postsByRole(pool(), first, ['clerk'], day('2026-07-01'))).length, 0);
  await act(setAgencyCode, { agencyId: heir, scheme: 'qd20', code: 'H56.91', from: day('2026-07-01'), note: null });
  const recorded = await house.sql(`select agency_id from audit.entry where type in ('identity.agency-closed', 'identity.agency-succeeded') and agency_id = any($1)`, [[first, second, heir]]);
  assert.equal(recorded.length, 4);
});

test('a closed agency is not closed again, renamed, given a code or staffed', async () => {
  const id = await newDepartment();
  await act(closeAgency, { agencyId: id, lastDay: day('2026-01-31'), legalBasis: 'Thử' });
  const closed = refusedWith('identity.agencyClosed');
  await assert.rejects(act(closeAgency, { agencyId: id, lastDay: day('2026-02-28'), legalBasis: 'Thử' }), closed);
  await assert.rejects(act(renameAgency, { agencyId: id, from: day('2026-02-01'), name: 'Sở Sau', abbreviation: 'SS', legalBasis: 'Thử' }), closed);
  await assert.rejects(act(setAgencyCode, { agencyId: id, scheme: 'qd20', code: 'H56.99', from: day('2026-02-01'), note: null }), closed);
  const personId = await act(createPerson, { agencyId: await idOf('Sở Nội vụ tỉnh Thanh Hóa'), fullName: 'Lê Thị Thử', isInvented: true });
  const post = { agencyId: id, personId, unitId: null, title: 'Văn thư', roles: ['clerk' as const], signingPowers: [], startsOn: day('2026-02-01') };
  await assert.rejects(act(appointPost, post), closed);
  await assert.rejects(act(mergeAgencies, { predecessorIds: [await newDepartment()], successorIds: [id], kind: 'merged', lastDay: day('2026-06-30'), legalBasis: 'Thử' }), closed);
});

test('only the system and the province’s administrator change the directory', async () => {
  const id = await newDepartment();
  const rename = (actor: Actor) => act(renameAgency, { agencyId: id, from: day('2026-05-01'), name: 'Sở Đổi tên', abbreviation: 'SĐT', legalBasis: 'Thử' }, actor);
  for (const login of ['vanthu.snv', 'giamdoc.snv', 'quantri.snv', 'kiemtra.tinh']) {
    await assert.rejects(rename((await signInForTest(house.kernel, login)).actor), refusedWith('kernel.forbidden'), login);
  }
  await assert.rejects(rename(anonymous), refusedWith('kernel.forbidden'));
  await rename((await signInForTest(house.kernel, 'quantri.tinh')).actor);
});

test('the city of Thanh Hóa is found by its name and shows its seven wards', async () => {
  const [city] = await searchAgencies(house.kernel, { text: 'thanh pho thanh hoa', day: day('2026-11-20'), limit: 5 });
  assert.equal(city?.name, 'Ủy ban nhân dân thành phố Thanh Hóa');
  assert.equal(city.state, 'closed');
  assert.equal(city.closedOn, '2025-06-30');
  assert.equal(city.successors.length, 7);
  assert.ok(city.successors.every((successor) => successor.kind === 'split' && successor.name.startsWith('Ủy ban nhân dân phường ')));
  assert.equal((await getAgencyOn(pool(), city.id, day('2025-06-30'))).state, 'active');
});

test('agencies are found without diacritics, by beginnings of words in any order, by initials, abbreviation, code and an earlier name', async () => {
  assert.equal((await search('so noi vu'))[0], 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal((await search('Sở Nội vụ'))[0], 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal((await search('vu noi'))[0], 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal((await search('snv'))[0], 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal((await search('H56.02'))[0], 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal((await search('000.00.02.H56'))[0], 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal((await search('hac th'))[0], 'Ủy ban nhân dân phường Hạc Thành, tỉnh Thanh Hóa');
  assert.equal((await search('ban dan toc'))[0], 'Sở Dân tộc và Tôn giáo tỉnh Thanh Hóa');
  assert.deepEqual(await search('không có cơ quan này'), []);
});

test('active agencies come before closed ones, and closed ones can be left out', async () => {
  const found = await searchAgencies(house.kernel, { text: 'so', day: day('2026-11-20'), limit: 100 });
  const states = found.map((agency) => agency.state);
  assert.deepEqual(states, [...states].sort());
  assert.ok(states.includes('closed'));
  const active = await searchAgencies(house.kernel, { text: 'so', day: day('2026-11-20'), limit: 100, includeClosed: false });
  assert.ok(active.every((agency) => agency.state === 'active'));
});

test('signs of the pattern language in what was typed are only signs', async () => {
  for (const text of ['%', '_', '\\', "' or '1'='1", '100%']) assert.ok(Array.isArray(await search(text)));
});

test('every agency is found by the first letters of each word of its name, in whatever case and encoding', async () => {
  const [{ names } = { names: [] }] = await house.sql<{ names: string[] }>(
    `select array_agg(n.name) as names from identity.agency_name n join identity.agency a on a.id = n.agency_id where n.valid_to is null`,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.integer({ min: 3, max: 6 }), fc.boolean(), async (name, letters, decomposed) => {
      const typed = foldText(name).split(' ').slice(0, 8).map((word) => word.slice(0, letters)).join(' ');
      const form = decomposed ? name.normalize('NFD').toUpperCase() : typed;
      const found = await searchAgencies(house.kernel, { text: form, day: day('2026-11-20'), limit: 200 });
      assert.ok(found.some((agency) => agency.name === name), `${form} does not find ${name}`);
    }),
    { numRuns: 60 },
  );
});

test('the groups hold the active agencies of a day', async () => {
  const groups = new Map((await agencyGroups(pool(), day('2026-11-20'))).map((group) => [group.key, group]));
  assert.equal(groups.get('commune')?.agencyIds.length, 12);
  assert.equal(groups.has('district'), false);
  const before2025 = new Map((await agencyGroups(pool(), day('2024-06-01'))).map((group) => [group.key, group]));
  assert.equal(before2025.get('district')?.agencyIds.length, 2);
  assert.equal(before2025.has('commune'), false);
});

test('posts are found by role, leaders’ order first, and only those in force', async () => {
  const snv = await idOf('Sở Nội vụ tỉnh Thanh Hóa');
  assert.deepEqual((await postsByRole(pool(), snv, ['leader'], day('2026-11-20'))).map((post) => post.title), ['Giám đốc', 'Phó Giám đốc']);
  assert.deepEqual((await postsByRole(pool(), snv, ['clerk', 'chief_of_office'], day('2026-11-20'))).map((post) => post.title), ['Chánh Văn phòng', 'Văn thư', 'Văn thư']);
  assert.deepEqual(await postsByRole(pool(), snv, ['leader'], day('2025-06-30')), []);
});

test('the small province is seeded into an empty database only', async () => {
  await assert.rejects(seedThanhHoa(house.kernel), refusedWith('identity.notEmpty'));
});

test('every agency served here has a leader and a clerk', async () => {
  const missing = await house.sql(
    `select n.name from identity.agency a join identity.agency_name n on n.agency_id = a.id and n.valid_to is null
      where a.hosting = 'local' and a.closed_on is null and a.note like 'Dữ liệu mẫu%'
        and (not exists (select from identity.post p where p.agency_id = a.id and 'leader' = any(p.roles))
          or not exists (select from identity.post p where p.agency_id = a.id and 'clerk' = any(p.roles)))`,
  );
  assert.deepEqual(missing, []);
});
