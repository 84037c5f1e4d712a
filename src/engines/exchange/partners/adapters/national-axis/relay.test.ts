import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openFakeNationalAxis, type FakeNationalAxis } from '../../../testing/national-axis.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aPacket, aStatus, openPacket } from '../provincial-axis/testing.ts';

const SYSTEM = 'H56.LIENTHONG';
const water = { code: 'H56.71.01', name: 'Công ty cấp nước' };
const ministry = { code: 'G09', name: 'Bộ Nội vụ' };

let place: Installation;
let axis: FakeNationalAxis;
let vendor: { systemId: string; secret: string };

before(async () => {
  place = await openInstallation();
  axis = await openFakeNationalAxis({ systemId: SYSTEM, secret: 'khóa chung', serves: (code) => code.startsWith('H56'), now: () => place.house.clock.now() });
  axis.units.push({ id: 'u1', pid: null, code: ministry.code, name: ministry.name, version: 1, deleted: false });
  for (const code of [ministry.code, water.code]) axis.registered.add(code);
  const body = { protocol: 'national_axis', name: 'Trục liên thông văn bản quốc gia', address: axis.address, config: { systemId: SYSTEM, answerWithinSeconds: 1 }, secrets: { secret: 'khóa chung' } };
  assert.equal((await place.call('POST', '/api/v1/exchange/partners', { body })).status, 200);
  await poll('directory');
  const made = await place.call<{ systemId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm nước sạch', systemId: 'nuoc-sach', isSandbox: false, agencies: [water] } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  vendor = { systemId: made.body.systemId, secret: made.body.key.secret };
});
after(async () => {
  await axis.close();
  await place.close();
});

/** One round of asking the axis, as the worker does it every half minute. */
async function poll(kind: 'collect' | 'directory'): Promise<void> {
  const schedule = place.house.kernel.modules.flatMap((module) => module.schedules ?? []).find((each) => each.name === `exchange.${kind}`);
  assert.ok(schedule);
  await place.house.sql(`delete from kernel.job where kind in ('exchange.collect', 'exchange.read-directory')`);
  await schedule.run(place.house.kernel);
  await place.house.drain();
}

type Reply = { ErrorCode: string; ErrorDesc: string; items: { docId: string; messageType: string; from: string }[] };
async function ask(path: string, body: object | Buffer = {}): Promise<{ reply: Reply; bytes: Buffer }> {
  const isPacket = Buffer.isBuffer(body);
  const answer = await fetch(`${place.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-systemid': vendor.systemId, 'x-secretkey': vendor.secret, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' },
    body: isPacket ? new Uint8Array(body) : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  // safe because the reply was checked against the route's schema
  return { bytes, reply: (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(bytes.toString('utf8')) : {}) as Reply };
}

test('a packet from the national axis for an agency of a vendor’s system waits for that system, and its status goes back to the axis', async () => {
  await axis.bring(await aPacket({ from: ministry, to: [water.code], document: { number: '12', notation: 'BNV' } }), { to: [water.code] });
  await poll('collect');
  const [item] = (await ask('getReceivedEdocList', { messageType: 'edoc' })).reply.items;
  assert.equal(item?.from, ministry.code);
  const { message } = await openPacket((await ask('getEdoc', { docId: item.docId })).bytes);
  assert.ok(message.kind === 'document');
  assert.equal(message.documentId, 'G09,2026/11/19,12/BNV');
  await ask('updateStatus', { docId: item.docId, status: 'done' });
  axis.packets.length = 0;
  assert.equal((await ask('sendEdoc', await aStatus(message, { by: water, status: '03' }))).reply.ErrorCode, '0');
  await place.house.drain();
  const told = axis.packets.flatMap(({ message: sent, to }) => (sent?.kind === 'status' ? [[to, sent.statusCode, sent.from.organId, sent.responseFor.documentId]] : []));
  assert.deepEqual(told, [[ministry.code, '03', water.code, 'G09,2026/11/19,12/BNV']]);
});

test('a vendor’s system sends to an agency of the national axis, and what that answers reaches the system', async () => {
  axis.packets.length = 0;
  const sent = await ask('sendEdoc', await aPacket({ from: water, to: [ministry.code], document: { number: '55' } }));
  assert.equal(sent.reply.ErrorCode, '0', sent.reply.ErrorDesc);
  await place.house.drain();
  const [packet] = axis.packets;
  assert.ok(packet?.message?.kind === 'document');
  assert.deepEqual([packet.from, packet.to, packet.message.documentId], [water.code, ministry.code, `${water.code},2026/11/19,55/VP`]);
  const answer = await aStatus(packet.message, { by: ministry, status: '01' });
  await axis.bring(answer, { to: [water.code] });
  await poll('collect');
  const [item] = (await ask('getReceivedEdocList', { messageType: 'status' })).reply.items;
  assert.ok(item);
  const { message } = await openPacket((await ask('getEdoc', { docId: item.docId })).bytes);
  assert.ok(message.kind === 'status');
  assert.deepEqual([message.statusCode, message.from.organId, message.responseFor.documentId], ['01', ministry.code, `${water.code},2026/11/19,55/VP`]);
});
