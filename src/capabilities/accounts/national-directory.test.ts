import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Actor, PersonActor } from '#kernel/actor.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule } from '#engines/files/index.ts';
import { identityModule } from '#engines/identity/index.ts';
import { signInForTest } from '#engines/identity/testing.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import { accountsModule } from './index.ts';
import type { ConflictList, ConflictsDecided, GroupList, NationalDirectory } from './contract.ts';

let house: TestHouse;
let server: FastifyInstance;
let actor: Actor;
let admin: PersonActor;
let clerk: PersonActor;
let officer: PersonActor;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, identityModule, filesModule, accountsModule], seed: { name: 'thanh-hoa 2', run: (kernel) => seedThanhHoa(kernel).then(() => undefined) } });
  admin = (await signInForTest(house.kernel, 'quantri.tinh')).actor;
  clerk = (await signInForTest(house.kernel, 'vanthu.snv')).actor;
  officer = (await signInForTest(house.kernel, 'vanthu.stc')).actor;
  actor = admin;
  server = house.server(() => Promise.resolve(actor));
});
after(() => house.close());

async function call<Body = unknown>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, more: { body?: object; as?: Actor } = {}): Promise<{ status: number; body: Body; text: string }> {
  actor = more.as ?? admin;
  const reply = await server.inject({ method, url, ...(more.body === undefined ? {} : { payload: more.body }) });
  // safe because the reply was checked against the route's schema
  return { status: reply.statusCode, text: reply.body, body: (String(reply.headers['content-type']).startsWith('application/json') ? reply.json() : {}) as Body };
}

async function upload(name: string, content: string): Promise<string> {
  actor = admin;
  const bytes = Buffer.from(content);
  const reply = await server.inject({
    method: 'POST',
    url: '/api/v1/uploads',
    headers: { 'tus-resumable': '1.0.0', 'upload-length': String(bytes.length), 'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`, 'content-type': 'application/offset+octet-stream', 'upload-checksum': `sha256 ${createHash('sha256').update(bytes).digest('base64')}` },
    payload: bytes,
  });
  assert.equal(reply.statusCode, 201, reply.body);
  return String(reply.headers['location']).split('/').at(-1) ?? '';
}

const base = '/api/v1/accounts/national-directory';

async function importFile(name: string, content: string): Promise<NationalDirectory> {
  const started = await call('POST', `${base}/imports`, { body: { uploadId: await upload(name, content) } });
  assert.equal(started.status, 200, started.text);
  await house.drain();
  return (await call<NationalDirectory>('GET', base)).body;
}

test('an administrator reads the national list from a file, settles a difference, and the report empties', async () => {
  const state = await importFile('danh-ba.json', JSON.stringify([{ id: '1', code: 'G09', name: 'Bộ Nội vụ (quốc gia)' }, { id: '2', pid: '1', code: 'G09.77', name: 'Cục Thử nghiệm quốc gia' }, { id: '3' }, { id: '8', pid: 'khong-co', code: 'G09.78', name: 'Cục Mồ côi' }]));
  assert.deepEqual([state.imports[0]?.state, state.imports[0]?.unreadable, state.imports[0]?.startedBy], ['finished', 1, admin.name]);
  const found = await call<{ agencies: { name: string; hosting: string }[] }>('GET', '/api/v1/accounts/agencies?text=cuc thu nghiem');
  assert.equal(found.body.agencies[0]?.name, 'Cục Thử nghiệm quốc gia');
  const csv = await importFile('danh-ba.csv', 'id;code;name;deleted\n4;H56.77;Đơn vị lạ;\n2;G09.77;Cục Thử nghiệm quốc gia;1\n');
  assert.equal(csv.imports[0]?.state, 'finished', csv.imports[0]?.problem ?? '');
  const { conflicts } = (await call<ConflictList>('GET', `${base}/conflicts`)).body;
  for (const { ref, problem } of conflicts) assert.equal((await call('POST', `${base}/conflicts/settle`, { body: { ref, problem, resolution: 'keep_ours' } })).status, 204);
  const [first] = conflicts;
  const body = { ref: first?.ref, problem: first?.problem };
  assert.equal((await call('POST', `${base}/conflicts/reopen`, { body })).status, 204);
  assert.equal((await call<NationalDirectory>('GET', base)).body.openConflicts, 1);
  assert.equal((await call('POST', `${base}/conflicts/reopen`, { body })).status, 404);
  assert.equal((await call('POST', `${base}/conflicts/settle`, { body: { ...body, resolution: 'keep_ours' } })).status, 204);
  assert.equal((await call<NationalDirectory>('GET', base)).body.openConflicts, 0);
});

test('an administrator keeps ours for several differences at once, takes it back at once, and hears which ones had changed', async () => {
  await importFile('nhieu.json', JSON.stringify([{ id: 'n1', code: '00.22.W01', name: 'Mã lạ một' }, { id: 'n2', code: '00.22.W02', name: 'Mã lạ hai' }]));
  const shown = async () => (await call<ConflictList>('GET', `${base}/conflicts?problem=code_malformed`)).body.conflicts.map(({ ref, problem, foundAt }) => ({ ref, problem, foundAt }));
  const chosen = await shown();
  assert.equal(chosen.length, 2);
  assert.equal((await call('POST', `${base}/conflicts/settle`, { body: { ref: 'n2', problem: 'code_malformed', resolution: 'keep_ours' } })).status, 204);
  const kept = await call<ConflictsDecided>('POST', `${base}/conflicts/settle-chosen`, { body: { conflicts: chosen, resolution: 'keep_ours' } });
  assert.equal(kept.status, 200, kept.text);
  assert.deepEqual(kept.body.settled, [{ ref: 'n1', problem: 'code_malformed' }]);
  assert.deepEqual(kept.body.left.map(({ ref }) => ref), ['n2']);
  const back = await call<ConflictsDecided>('POST', `${base}/conflicts/reopen-chosen`, { body: { conflicts: kept.body.settled } });
  assert.deepEqual([back.body.settled, back.body.left], [kept.body.settled, []]);
  assert.equal((await call('POST', `${base}/conflicts/settle-chosen`, { body: { conflicts: await shown(), resolution: 'keep_ours' } })).status, 200);
  assert.deepEqual(await shown(), []);
  assert.equal((await call('POST', `${base}/conflicts/settle-chosen`, { body: { conflicts: [], resolution: 'keep_ours' } })).status, 422);
});

test('a file that is no list fails with the reason, and the next one may begin', async () => {
  const state = await importFile('hong.csv', 'a,b\n1,2\n');
  assert.equal(state.imports[0]?.state, 'failed');
  assert.match(state.imports[0].problem ?? '', /các cột/);
  const nothing = await importFile('khong-dong.csv', 'id,code,name\n');
  assert.deepEqual([nothing.imports[0]?.state, nothing.imports[0]?.problem], ['failed', 'Tệp không có mục nào để nạp.']);
  assert.equal((await importFile('lai.csv', 'id,name\n9,Cơ quan chín\n')).imports[0]?.state, 'finished');
});

test('our agencies are exported as JSON and CSV that the import reads again', async () => {
  const json = await call<{ code: string; name: string }[]>('GET', `${base}/own.json`);
  assert.ok(json.body.length > 10);
  const csv = await call('GET', `${base}/own.csv`);
  assert.equal(csv.text.trim().split('\r\n').length, json.body.length + 1);
  const before = (await call<NationalDirectory>('GET', base)).body.openConflicts;
  const again = await importFile('cua-ta.csv', csv.text);
  assert.deepEqual([again.imports[0]?.state, again.imports[0]?.added], ['finished', 0]);
  assert.equal(again.openConflicts, before);
});

test('the national list is the province administrator’s alone', async () => {
  for (const url of [base, `${base}/conflicts`, `${base}/own.json`, `${base}/own.csv`]) assert.equal((await call('GET', url, { as: clerk })).status, 403, url);
  assert.equal((await call('POST', `${base}/conflicts/settle`, { as: clerk, body: { ref: '1', problem: 'name_differs', resolution: 'keep_ours' } })).status, 403);
  assert.equal((await call('POST', `${base}/conflicts/reopen`, { as: clerk, body: { ref: '1', problem: 'name_differs' } })).status, 403);
  assert.equal((await call('POST', `${base}/conflicts/settle-chosen`, { as: clerk, body: { conflicts: [{ ref: '1', problem: 'name_differs', foundAt: '2026-11-20T00:00:00Z' }], resolution: 'keep_ours' } })).status, 403);
  assert.equal((await call('POST', `${base}/conflicts/reopen-chosen`, { as: clerk, body: { conflicts: [{ ref: '1', problem: 'name_differs' }] } })).status, 403);
  assert.equal((await call('POST', `${base}/imports`, { as: clerk, body: { uploadId: '00000000-0000-7000-8000-000000000000' } })).status, 403);
});

test('an agency names groups of recipients for itself; another agency neither sees nor changes them', async () => {
  const groups = async (as: Actor) => (await call<GroupList>('GET', '/api/v1/accounts/agency-groups', { as })).body;
  const members = (await groups(clerk)).groups.find(({ key }) => key === 'commune')?.agencyIds.slice(0, 3) ?? [];
  const saved = await call<{ id: string }>('POST', '/api/v1/accounts/recipient-groups', { as: clerk, body: { name: 'Các xã ven biển', agencyIds: members } });
  assert.equal(saved.status, 200, saved.text);
  assert.deepEqual((await groups(clerk)).own.map(({ name, agencyIds }) => [name, agencyIds.length]), [['Các xã ven biển', 3]]);
  assert.deepEqual((await groups(officer)).own, []);
  assert.equal((await call('POST', '/api/v1/accounts/recipient-groups', { as: clerk, body: { name: 'các xã VEN biển', agencyIds: members } })).status, 409);
  const url = `/api/v1/accounts/recipient-groups/${saved.body.id}`;
  assert.equal((await call('PUT', url, { as: officer, body: { name: 'Của người', agencyIds: members } })).status, 404);
  assert.equal((await call('DELETE', url, { as: officer })).status, 404);
  assert.equal((await call('PUT', url, { as: clerk, body: { name: 'Ven biển', agencyIds: members.slice(0, 2) } })).status, 204);
  assert.deepEqual((await groups(clerk)).own.map(({ name, agencyIds }) => [name, agencyIds.length]), [['Ven biển', 2]]);
  assert.equal((await call('POST', '/api/v1/accounts/recipient-groups', { as: clerk, body: { name: 'Không ai', agencyIds: ['00000000-0000-7000-8000-000000000000'] } })).status, 404);
  assert.equal((await call('POST', '/api/v1/accounts/recipient-groups', { as: { ...clerk, roles: ['auditor'] }, body: { name: 'Kiểm toán', agencyIds: members } })).status, 403);
  assert.equal((await call('DELETE', url, { as: clerk })).status, 204);
  assert.deepEqual((await groups(clerk)).own, []);
});
