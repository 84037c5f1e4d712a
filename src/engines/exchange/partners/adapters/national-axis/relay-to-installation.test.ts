import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { anAgency, aSentLetter } from '../../../testing.ts';
import { openFakeNationalAxis, type FakeNationalAxis } from '../../../testing/national-axis.ts';
import { connect, openInstallation, settle, type Connected, type Installation } from '../../testing.ts';
import { aPacket, aStatus } from '../provincial-axis/testing.ts';

// B has no line of its own to the national axis; A carries for it once its administrator has set that.
const ministry = { code: 'G09', name: 'Bộ Nội vụ' };
let a: Installation;
let b: Installation;
let axis: FakeNationalAxis;
let pair: Connected;
let commune: Id<'agency'>;
let communeCode: string;
let ministryAtB: Id<'agency'>;

before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  commune = await anAgency(b.house.kernel, 'UBND xã Hoằng Hóa');
  communeCode = String((await b.house.sql('select code from identity.agency_code where agency_id = $1', [commune]))[0]?.['code']);
  axis = await openFakeNationalAxis({ systemId: 'H56.LIENTHONG', secret: 'khóa chung', serves: (code) => code.startsWith('H56'), now: () => a.house.clock.now() });
  axis.units.push({ id: 'u1', pid: null, code: ministry.code, name: ministry.name, version: 1, deleted: false });
  for (const code of [ministry.code, communeCode]) axis.registered.add(code);
  const body = { protocol: 'national_axis', name: 'Trục liên thông văn bản quốc gia', address: axis.address, config: { systemId: 'H56.LIENTHONG', answerWithinSeconds: 1 }, secrets: { secret: 'khóa chung' } };
  assert.equal((await a.call('POST', '/api/v1/exchange/partners', { body })).status, 200);
  pair = await connect(a, b, { names: ['Khối Đảng', 'Tỉnh A'] });
  ministryAtB = await anAgency(b.house.kernel, ministry.name, { hosting: 'external' });
  await b.house.sql('update identity.agency_code set code = $2 where agency_id = $1', [ministryAtB, ministry.code]);
  assert.equal((await b.call('POST', `/api/v1/exchange/partners/${pair.atGuest}/agencies`, { body: { agencyId: ministryAtB, remoteId: ministry.code, code: ministry.code } })).status, 204);
  await poll('directory');
});
after(async () => {
  await axis.close();
  await a.close();
  await b.close();
});

/** One round of asking, as the worker does it every half minute. */
async function poll(kind: 'collect' | 'directory'): Promise<void> {
  const schedule = a.house.kernel.modules.flatMap((module) => module.schedules ?? []).find((each) => each.name === `exchange.${kind}`);
  assert.ok(schedule);
  await a.house.sql(`delete from kernel.job where kind in ('exchange.collect', 'exchange.read-directory')`);
  await schedule.run(a.house.kernel);
  await settle(a, b, a);
}
const newest = async () => (await a.house.sql('select state, problem_code as code from exchange.inbound order by id desc limit 1'))[0];

test('unless it is set, nothing goes between another installation and the national axis', async () => {
  await aSentLetter(b.house.kernel, { from: commune, to: [ministryAtB] });
  await settle(b, a);
  assert.deepEqual(await newest(), { state: 'quarantined', code: 'recipientElsewhere' });
  assert.equal(axis.packets.length, 0);
  await axis.bring(await aPacket({ from: ministry, to: [communeCode], document: { number: '11', notation: 'BNV' } }), { to: [communeCode] });
  await poll('collect');
  assert.deepEqual(await newest(), { state: 'quarantined', code: 'recipientElsewhere' });
});

test('once it is set, letters go both ways, and their answers come back', async () => {
  assert.equal((await a.call('PUT', `/api/v1/exchange/partners/${pair.atInviter}/passing`, { body: { passesOn: 'systems_and_axis' } })).status, 204);
  const letter = await aSentLetter(b.house.kernel, { from: commune, to: [ministryAtB] });
  await settle(b, a);
  const packet = axis.packets.at(-1);
  assert.ok(packet?.message?.kind === 'document');
  assert.deepEqual([packet.from, packet.to], [communeCode, ministry.code]);
  await axis.bring(await aStatus(packet.message, { by: ministry, status: '03' }), { to: [communeCode] });
  await poll('collect');
  const [line] = await deliveriesOf(b.house.kernel.database.pool, { agencyId: commune, subject: letter.subject });
  assert.equal(line?.state, 'registered');

  axis.packets.length = 0;
  await axis.bring(await aPacket({ from: ministry, to: [communeCode], document: { number: '12', notation: 'BNV' } }), { to: [communeCode] });
  await poll('collect');
  assert.equal((await b.house.sql(`select 1 from exchange.message where agency_id = $1 and original like '%"number":"12"%'`, [commune])).length, 1);
  const told = axis.packets.flatMap(({ message: sent, to }) => (sent?.kind === 'status' ? [[to, sent.statusCode, sent.from.organId, sent.responseFor.documentId]] : []));
  assert.deepEqual(told, [[ministry.code, '01', communeCode, 'G09,2026/11/19,12/BNV']]);
});
