import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, systemActor, type Actor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay } from '#kernel/time.ts';
import { auditModule, sealNow } from '#engines/audit/index.ts';
import { chronicle, chronicleModule } from '#engines/audit/testing.ts';
import { createAgency, identityModule } from '#engines/identity/index.ts';
import type { Keeping, TrailPage, TrailRow } from './contract.ts';
import { exportTrail } from './queries/export-trail.ts';
import { auditTrailModule } from './index.ts';

let house: TestHouse;
let server: ReturnType<TestHouse['server']>;
let actor: Actor = anonymous;
let department: Id<'agency'>;
let commune: Id<'agency'>;
let keeper: PersonActor;
let auditor: PersonActor;
let province: PersonActor;

before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, chronicleModule, auditTrailModule] });
  server = house.server(() => Promise.resolve(actor));
  [department, commune] = [await anAgency('Sở Nội vụ'), await anAgency('UBND xã Hoằng Hóa')];
  keeper = somebody({ name: 'Cao Thế Kiên', agencyId: department, roles: ['agency_admin'] });
  auditor = somebody({ name: 'Đặng Thị Kim Oanh', agencyId: commune, roles: ['auditor'] });
  province = somebody({ name: 'Đinh Trọng Hiếu', agencyId: commune, roles: ['province_admin'] });
  await chronicle(house.kernel, { actor: somebody({ name: '=HYPERLINK("x")', agencyId: department }), agencyIds: [department], from: 1 });
  await chronicle(house.kernel, { actor: somebody({ name: 'Lê Thị Hoa', agencyId: commune }), agencyIds: [commune], from: 2 });
  await sealNow(house.kernel);
});
after(() => house.close());

let sequence = 0;
async function anAgency(name: string): Promise<Id<'agency'>> {
  sequence += 1;
  const establishedOn = parseCalendarDay('2025-07-01');
  assert.ok(establishedOn);
  const input = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn, name, abbreviation: `A${String(sequence)}` } as const;
  return run(house.kernel, createAgency, input, { actor: systemActor('test') });
}

async function call<Body>(as: Actor, path: string, payload?: object): Promise<{ status: number; body: Body; text: string }> {
  actor = as;
  const reply = await server.inject({ method: payload === undefined ? 'GET' : 'POST', url: `/api/v1/audit-trail${path}`, ...(payload === undefined ? {} : { payload }) });
  // safe because each test knows what the address answers
  return { status: reply.statusCode, body: (reply.headers['content-type']?.includes('json') === true && reply.body !== '' ? JSON.parse(reply.body) : undefined) as Body, text: reply.body };
}

const sentences = (page: TrailPage): string[] => page.rows.filter((row) => row.type.startsWith('chronicle.')).map((row) => row.text);

test('an agency’s administrator reads the own agency’s record, auditors and the province’s administrator that of all', async () => {
  assert.deepEqual(sentences((await call<TrailPage>(keeper, '/entries?module=chronicle')).body), ['=HYPERLINK("x") (Văn thư) đã làm việc số 1']);
  for (const overseer of [auditor, province]) {
    assert.equal(sentences((await call<TrailPage>(overseer, '/entries?module=chronicle')).body).length, 2);
    assert.deepEqual(sentences((await call<TrailPage>(overseer, `/entries?module=chronicle&agencyId=${department}`)).body).length, 1);
  }
  assert.equal(sentences((await call<TrailPage>(keeper, `/entries?module=chronicle&agencyId=${commune}`)).body).length, 1, 'another agency is asked for in vain');
});

test('nobody else reads it, and one entry of another agency does not exist', async () => {
  for (const role of ['clerk', 'leader', 'officer', 'unit_head']) assert.equal((await call(somebody({ agencyId: department, roles: [role] }), '/entries')).status, 403);
  assert.equal((await call(anonymous, '/entries')).status, 401);
  const { rows } = (await call<TrailPage>(auditor, `/entries?module=chronicle&agencyId=${commune}`)).body;
  const key = rows[0]?.id.replace('.', '/') ?? '';
  assert.equal((await call<TrailRow>(auditor, `/entries/${key}`)).body.actorName, 'Lê Thị Hoa');
  assert.equal((await call(keeper, `/entries/${key}`)).status, 404);
  assert.equal((await call(keeper, '/keeping')).status, 403);
});

test('words, subjects and days are asked for together, and a span of years is refused with a reason', async () => {
  assert.equal(sentences((await call<TrailPage>(auditor, `/entries?text=${encodeURIComponent('thị hoa')}&subjectType=thing&subjectId=a`)).body).length, 1);
  assert.equal(sentences((await call<TrailPage>(auditor, '/entries?module=chronicle&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z')).body).length, 0);
  const tooLong = await call<{ error: { code: string } }>(auditor, '/entries?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z');
  assert.equal(tooLong.status, 422);
  assert.match(tooLong.text, /audit-trail\.spanTooLong/);
});

test('an export is whole, harmless in a spreadsheet, provable, and recorded itself', async () => {
  const csv = await call(auditor, '/export?format=csv&module=chronicle');
  const lines = csv.text.trim().split('\r\n');
  assert.equal(lines.length, 3);
  assert.match(csv.text, /^\ufeff"Thời gian","Cơ quan"/);
  assert.match(csv.text, /"'=HYPERLINK\(""x""\)"/);
  const json = (await call<{ entries: TrailRow[]; treeHead: { size: number } }>(auditor, '/export?format=json&module=chronicle')).body;
  assert.equal(json.entries.length, 2);
  assert.ok(json.entries.every((row) => row.leafIndex !== null && row.leafIndex < json.treeHead.size));
  const recorded = await call<TrailPage>(auditor, '/entries?module=audit-trail');
  assert.equal(recorded.body.rows.filter((row) => row.type === 'audit-trail.audit-exported').length, 2);
  assert.equal((await call<{ entries: TrailRow[] }>(keeper, '/export?format=json&module=chronicle')).body.entries.length, 1, 'of the own agency only');
});

test('a key for safe repetition does not take exports out of the record', async () => {
  actor = auditor;
  const taken = async (): Promise<number> => (await house.sql(`select 1 from audit.entry where type = 'audit-trail.audit-exported'`)).length;
  const before = await taken();
  const url = '/api/v1/audit-trail/export?format=csv&module=chronicle&from=2026-11-01T00:00:00.000Z&to=2026-11-30T00:00:00.000Z';
  for (let time = 1; time <= 3; time += 1) assert.equal((await server.inject({ url, headers: { 'idempotency-key': 'một lần' } })).statusCode, 200);
  assert.equal((await taken()) - before, 3);
});

test('who runs the machines of the province sees who did what in another agency, and nothing of what its documents say; not by searching either', async () => {
  const own = await call<TrailPage>(province, `/entries?module=chronicle&agencyId=${commune}`);
  assert.deepEqual(own.body.rows.map(({ text, data, isContentHidden }) => [text, data, isContentHidden]), [['Lê Thị Hoa (Văn thư) đã làm việc số 2', { number: 2 }, false]]);
  const [foreign] = (await call<TrailPage>(province, `/entries?module=chronicle&agencyId=${department}`)).body.rows;
  assert.deepEqual([foreign?.text, foreign?.data, foreign?.isContentHidden], ['=HYPERLINK("x") (Văn thư) đã làm việc số …', {}, true]);
  const one = await call<TrailRow>(province, `/entries/${foreign?.id.replace('.', '/') ?? ''}`);
  assert.deepEqual([one.body.data, one.body.isContentHidden], [{}, true]);
  const words = encodeURIComponent('"number": 1');
  assert.equal((await call<TrailPage>(province, `/entries?module=chronicle&text=${words}`)).body.rows.length, 0);
  assert.equal((await call<TrailPage>(auditor, `/entries?module=chronicle&text=${words}`)).body.rows.length, 1);
  assert.equal((await call<TrailPage>(province, `/entries?module=chronicle&text=hyperlink`)).body.rows.length, 1, 'people are found');
  const exported = await call(province, '/export?format=json&module=chronicle');
  assert.doesNotMatch(exported.text, /"number":1/);
  assert.match(exported.text, /"number":2/);
  const administrative = (await call<TrailPage>(province, `/entries?module=identity&agencyId=${department}`)).body.rows;
  assert.ok(administrative.length > 0 && administrative.every(({ isContentHidden }) => !isContentHidden));
});

test('a file that ends before the record does says so, and what was asked is on record with it', async () => {
  const search = { from: new Date(house.clock.now().getTime() - 30 * 86_400_000), to: new Date(house.clock.now().getTime() + 1), typePrefix: 'chronicle.' };
  const written = async (format: 'csv' | 'json', most: number): Promise<string> => {
    let text = '';
    for await (const piece of exportTrail(house.kernel, { search, format, language: 'vi', actor: auditor, most })) text += piece.toString();
    return text;
  };
  assert.match(await written('csv', 1), /\r\n"CHƯA HẾT: tệp dừng ở 1 dòng\. [^"]*"\r\n$/);
  assert.doesNotMatch(await written('csv', 2), /CHƯA HẾT/);
  const whole = JSON.parse(await written('json', 2)) as { entries: TrailRow[]; isComplete: boolean };
  assert.deepEqual([whole.entries.length, whole.isComplete], [2, true]);
  assert.ok((whole.entries[0]?.at ?? '') >= (whole.entries[1]?.at ?? ''));
  assert.equal((JSON.parse(await written('json', 1)) as { isComplete: boolean }).isComplete, false);
  await call(auditor, `/export?format=csv&module=chronicle&agencyId=${department}&text=x`);
  const [taken] = (await call<TrailPage>(auditor, '/entries?module=audit-trail')).body.rows;
  assert.deepEqual(taken?.data['asked'], { module: 'chronicle', agencyId: department, text: 'x' });
});

test('holds are placed and lifted with a reason by overseers, rules are set by the province’s administrator', async () => {
  const hold = { subject: { type: 'thing', id: 'a' }, reason: 'Phục vụ thanh tra năm 2026' };
  assert.equal((await call(keeper, '/holds', hold)).status, 403);
  assert.equal((await call(auditor, '/holds', { reason: 'Không nói giữ gì' })).status, 422);
  assert.equal((await call(auditor, '/holds', { ...hold, reason: '' })).status, 422);
  assert.equal((await call(auditor, '/holds', { ...hold, from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).status, 422);
  const { id } = (await call<{ id: string }>(auditor, '/holds', hold)).body;
  assert.equal((await call(auditor, '/rules', { module: 'chronicle', keepYears: 10, legalBasis: 'Quy chế văn thư' })).status, 403);
  assert.ok((await call(province, '/rules', { module: 'chronicle', keepYears: 10, legalBasis: 'Quy chế văn thư' })).status < 300);
  const { body } = await call<Keeping>(province, '/keeping');
  assert.deepEqual(body.abilities, ['hold', 'rule']);
  assert.deepEqual(body.rules.map((rule) => [rule.typePrefix, rule.keepYears, rule.validTo]), [['chronicle.', 10, null]]);
  assert.equal(body.holds[0]?.placedBy.startsWith('Đặng Thị Kim Oanh'), true);
  assert.ok((await call(province, `/holds/${id}/lift`, { reason: 'Đã kết luận thanh tra' })).status < 300);
  assert.equal((await call(province, `/holds/${id}/lift`, { reason: 'Đã kết luận thanh tra' })).status, 404);
  assert.equal((await call<Keeping>(auditor, '/keeping')).body.holds[0]?.liftReason, 'Đã kết luận thanh tra');
});
