import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, type Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { envelopeHash } from '../envelope.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { anAgency, aSentLetter } from '../testing.ts';
import { openFaultyNetwork, type FaultyNetwork } from '../testing/network-faults.ts';
import type { PartnerId } from './adapter.ts';
import { config } from './adapters/installation/settings.ts';
import { takeParcel } from './adapters/installation/take-parcel.ts';
import { writeWire } from './adapters/installation/wire.ts';
import { aPacket } from './adapters/provincial-axis/testing.ts';
import { parcelOf, type TransferRow } from './parcels.ts';
import { connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';
import { aVendor, type Vendor } from '../testing/vendor-system.ts';

// What is passed on between installations goes no further than it may, and through a bad network exactly once. A and B are neighbours with a
// bad line between them; C is a third installation.
let a: Installation;
let b: Installation;
let c: Installation;
let toB: FaultyNetwork;
let ab: Connected;
let bc: Connected;
let vendor: Vendor;
let commune: Id<'agency'>;
let communeCode: string;
const water = { code: 'H56.71.01', name: 'Công ty cấp nước' };

/** Time passes everywhere; then everything that is due is done. */
async function pass(ms: number, ...more: Installation[]): Promise<void> {
  for (const each of [a, b, c, ...more]) each.house.clock.advance(ms);
  await settle(a, b, c, ...more, a);
}
async function waysTo(at: Installation, code: string): Promise<Record<string, unknown>[]> {
  return at.house.sql('select agency_id as id, partner_id as "partnerId" from exchange.partner_agency where code = $1 and valid_to is null', [code]);
}
const messagesAt = (at: Installation, number: string) => at.house.sql(`select agency_id from exchange.message where original like $1`, [`%"number":"${number}"%`]);
const documentId = (number: string): string => `${water.code},2026/11/19,${number}/VP`;
const inboundAt = async (at: Installation) => (await at.house.sql('select state, problem_code as code from exchange.inbound order by id desc limit 1'))[0];

before(async () => {
  [a, b, c] = [await openInstallation(), await openInstallation(), await openInstallation()];
  toB = await openFaultyNetwork(b.address);
  ab = await connect(a, b, { names: ['Tỉnh B', 'Tỉnh A'], guestAddress: toB.address });
  bc = await connect(b, c, { names: ['Tỉnh C', 'Tỉnh B'] });
  vendor = await aVendor(a, 'nuoc-sach', water);
  commune = await anAgency(b.house.kernel, 'UBND xã Hoằng Hóa');
  communeCode = String((await b.house.sql('select code from identity.agency_code where agency_id = $1', [commune]))[0]?.['code']);
  await pass(16 * 60_000);
});
after(async () => {
  for (const each of [toB, a, b, c]) await each.close();
});

test('a third installation learns nothing of what its neighbour has from another one', async () => {
  assert.equal((await waysTo(b, water.code)).length, 1);
  assert.equal((await waysTo(c, communeCode)).length, 1, 'it knows the neighbour’s own agencies');
  assert.deepEqual(await waysTo(c, water.code), []);
});

test('a document never crosses two lines between installations, whatever operators linked by hand', async () => {
  const [there] = await waysTo(b, water.code);
  const office = await anAgency(c.house.kernel, 'Văn phòng tỉnh C');
  await pass(16 * 60_000);
  const linked = await anAgency(c.house.kernel, 'Cấp nước', { hosting: 'external' });
  assert.equal((await c.call('POST', `/api/v1/exchange/partners/${bc.atGuest}/agencies`, { body: { agencyId: linked, remoteId: String(there?.['id']), code: water.code } })).status, 204);
  await aSentLetter(c.house.kernel, { from: office, to: [linked] });
  await settle(c, b, a);
  assert.deepEqual(await inboundAt(b), { state: 'quarantined', code: 'recipientElsewhere' }, 'it waits there in sight');
  assert.deepEqual(await vendor.waiting('edoc'), []);
});

test('an agency that each believes to be at the next one makes no circle', async () => {
  const ca = await connect(c, a, { names: ['Tỉnh A', 'Tỉnh C'] });
  const code = 'H99.40';
  for (const [at, partnerId] of [[a, ab.atInviter], [b, bc.atInviter], [c, ca.atInviter]] as const) {
    const lost = await anAgency(at.house.kernel, 'Cơ quan ở đâu', { hosting: 'external' });
    await at.house.sql('update identity.agency_code set code = $2 where agency_id = $1', [lost, code]);
    assert.equal((await at.call('POST', `/api/v1/exchange/partners/${partnerId}/agencies`, { body: { agencyId: lost, remoteId: code, code } })).status, 204);
  }
  await vendor.send({ to: [code], document: { number: '301' } });
  await settle(a, b, c, a);
  assert.deepEqual(await inboundAt(b), { state: 'quarantined', code: 'recipientElsewhere' });
  assert.deepEqual([await messagesAt(b, '301'), await messagesAt(c, '301'), await messagesAt(a, '301')], [[], [], []]);
  assert.equal((await c.house.sql(`select 1 from exchange.envelope where original like '%"number":"301"%'`)).length, 0);
});

test('an installation that passes on for an agency which it never announced is refused, and its vendor learns why', async () => {
  const impostor = await aVendor(c, 'gia-danh', water);
  await pass(16 * 60_000);
  assert.equal((await waysTo(b, water.code))[0]?.['partnerId'], ab.atGuest, 'the way to it stays');
  const [conflict] = await b.house.sql('select problem from exchange.partner_conflict where partner_id = $1 and code = $2', [bc.atInviter, water.code]);
  assert.equal(conflict?.['problem'], 'other_partner', 'and an administrator sees the claim');
  await impostor.send({ to: [communeCode], document: { number: '302' } });
  await settle(c, b);
  await pass(31_000);
  await pass(31_000);
  assert.deepEqual(await messagesAt(b, '302'), []);
  const told = await impostor.sent(documentId('302'));
  assert.equal(told?.status, 'fail');
  assert.match(told.status_desc, /chưa báo trong danh bạ/);
  assert.equal((await b.house.sql(`select 1 from audit.entry where type = 'exchange.envelope-refused' and data ->> 'code' = 'senderNotAnnounced'`)).length, 1);
});

test('what is passed on under the code of an agency that is reached another way is refused as well', async () => {
  const other = await aVendor(c, 'don-vi-khac', { code: 'H57.71.09', name: 'Đơn vị khác' });
  await pass(16 * 60_000);
  assert.ok(other.partnerId);
  await other.send({ to: [communeCode], document: { number: '303' } });
  await settle(c, b);
  assert.equal((await messagesAt(b, '303')).length, 1, 'its own is taken');
  const [row] = await c.house.sql(
    `select t.agency_id as "agencyId", t.id, t.partner_id as "partnerId", t.kind, t.envelope_id as "envelopeId", t.message_id as "messageId", t.ordinal, t.position, t.state, t.attempts, t.checks
       from exchange.transfer t join exchange.envelope e on e.agency_id = t.agency_id and e.id = t.envelope_id where e.original like '%"number":"303"%'`,
  );
  // safe because the statement selects exactly these columns
  const parcel = await parcelOf({ now: c.house.clock.now(), query: (text, values) => c.house.kernel.database.pool.query(text, values) }, row as TransferRow);
  // safe because a parcel travels as an object
  const wire = JSON.parse(writeWire(parcel, { appSecret: c.house.kernel.config.appSecret, partnerId: (row as TransferRow).partnerId }).toString('utf8')) as Record<string, unknown>;
  assert.equal(wire['relayed'], true);
  const original = String(wire['original']).replace(String(row?.['envelopeId']), newId()).replace(/"sender":\{[^}]*\}/, (text) => text.replace('H57.71.09', water.code));
  // safe because the route told the partner's id
  const of = bc.atInviter as PartnerId;
  const forged = newId();
  const offer = () => takeParcel(b.house.kernel, { partnerId: of, config: config.parse({}), wire: Buffer.from(JSON.stringify({ ...wire, id: forged, original, contentHash: envelopeHash(original) })) });
  await offer();
  await b.house.drain();
  const reply = await offer();
  assert.deepEqual([reply.state, 'code' in reply && reply.code], ['refused', 'senderElsewhere']);
  assert.equal((await messagesAt(b, '303')).length, 1);
});

test('an agency that was connected a moment ago is asked after in its installation’s directory before its letter is refused', async () => {
  const late = { code: 'H56.71.02', name: 'Công ty mới nối' };
  assert.equal((await a.call('POST', `/api/v1/exchange/systems/${vendor.partnerId}/agencies`, { body: late })).status, 204);
  for (const each of [a, b, c]) each.house.clock.advance(180_000);
  assert.equal((await vendor.ask('sendEdoc', await aPacket({ from: late, to: [communeCode], document: { number: '304' } }))).reply.ErrorCode, '0');
  await settle(a, b);
  assert.deepEqual(await messagesAt(b, '304'), []);
  await pass(31_000);
  assert.deepEqual(await messagesAt(b, '304'), [{ agency_id: commune }]);
});

test('over a line that loses, cuts and doubles, a letter arrives once and each answer comes back once', async () => {
  await vendor.statuses();
  let request = 0;
  toB.decide(({ url }) => {
    if (!url.includes('/peer/')) return { kind: 'pass' };
    request += 1;
    switch (request) {
      case 1:
        return { kind: 'cut', afterBytes: 40 };
      case 2:
        return { kind: 'lose-reply' };
      case 3:
        return { kind: 'duplicate' };
      default:
        return { kind: 'pass' };
    }
  });
  await vendor.send({ to: [communeCode], document: { number: '305' }, file: 'đi đường xấu' });
  for (let round = 0; round < 8; round += 1) await pass(31_000);
  toB.decide(() => ({ kind: 'pass' }));
  await pass(31_000);
  assert.equal((await messagesAt(b, '305')).length, 1);
  assert.ok(request >= 3);
  assert.deepEqual(await vendor.statuses(), [['01', communeCode, documentId('305')]]);
  assert.equal((await vendor.sent(documentId('305')))?.status, 'done');
});

test('one that cannot be called fetches what was passed on for it, and its answers reach the vendor', async () => {
  const d = await openInstallation();
  try {
    d.house.clock.advance(a.house.clock.now().getTime() - d.house.clock.now().getTime());
    const ad = await connect(a, d, { names: ['Khối Đảng', 'Tỉnh A'], isFetching: true });
    const party = await anAgency(d.house.kernel, 'Đảng ủy phường');
    const there = await anAgency(a.house.kernel, 'Đảng ủy phường', { hosting: 'external' });
    await a.house.sql('update identity.agency_code set code = $2 where agency_id = $1', [there, 'H56.90.01']);
    assert.equal((await a.call('POST', `/api/v1/exchange/partners/${ad.atInviter}/agencies`, { body: { agencyId: there, remoteId: party, code: 'H56.90.01' } })).status, 204);
    await pass(16 * 60_000, d);
    await vendor.send({ to: ['H56.90.01'], document: { number: '306' } });
    await a.house.drain();
    assert.deepEqual(await messagesAt(d, '306'), []);
    await pass(31_000, d);
    await pass(31_000, d);
    assert.deepEqual(await messagesAt(d, '306'), [{ agency_id: party }]);
    assert.deepEqual(await vendor.statuses(), [['01', 'H56.90.01', documentId('306')]]);
    const [way] = await waysTo(d, water.code);
    const office = await anAgency(d.house.kernel, 'Văn phòng');
    const officeThere = await anAgency(a.house.kernel, 'Văn phòng', { hosting: 'external' });
    assert.equal((await a.call('POST', `/api/v1/exchange/partners/${ad.atInviter}/agencies`, { body: { agencyId: officeThere, remoteId: office } })).status, 204);
    // safe because the column holds agency ids
    const letter = await aSentLetter(d.house.kernel, { from: office, to: [way?.['id'] as Id<'agency'>] });
    await settle(d, a);
    const { message } = await vendor.fetchDocument();
    await vendor.answer(message, '03');
    await settle(a);
    await pass(31_000, d);
    assert.equal((await deliveriesOf(d.house.kernel.database.pool, { agencyId: office, subject: letter.subject }))[0]?.state, 'registered');
  } finally {
    await d.close();
  }
});

test('an agency that left its system is told as no longer reached, and letters to it wait in sight', async () => {
  const [linked] = await waysTo(a, 'H56.71.02');
  assert.equal((await a.call('DELETE', `/api/v1/exchange/partners/${vendor.partnerId}/agencies/${String(linked?.['id'])}`)).status, 204);
  const [known] = await waysTo(b, 'H56.71.02');
  await pass(16 * 60_000);
  assert.deepEqual(await waysTo(b, 'H56.71.02'), []);
  // safe because the column holds agency ids
  const letter = await aSentLetter(b.house.kernel, { from: commune, to: [known?.['id'] as Id<'agency'>] });
  await settle(b);
  assert.equal((await deliveriesOf(b.house.kernel.database.pool, { agencyId: commune, subject: letter.subject }))[0]?.state, 'no_route');
});

test('what is linked, unlinked and linked again on one day is told to the neighbours each time, in order and once', async () => {
  const agencyId = await anAgency(a.house.kernel, 'Công ty một ngày', { hosting: 'external' });
  const code = String((await a.house.sql('select code from identity.agency_code where agency_id = $1', [agencyId]))[0]?.['code']);
  const url = `/api/v1/exchange/partners/${vendor.partnerId}/agencies`;
  const day = vietnamDay(a.house.clock.now());
  const link = async () => assert.equal((await a.call('POST', url, { body: { agencyId, remoteId: code, code } })).status, 204);
  const unlink = async () => assert.equal((await a.call('DELETE', `${url}/${agencyId}`)).status, 204);
  const told = async () => (await b.house.sql(`select type from audit.entry where type like 'exchange.partner-agency-%' and data ->> 'agencyName' = 'Công ty một ngày' order by id`)).map((row) => String(row['type']).slice(24));
  await link();
  await pass(16 * 60_000);
  const [first] = await waysTo(b, code);
  assert.ok(first, 'the neighbour reaches it');
  await unlink();
  await pass(16 * 60_000);
  assert.deepEqual(await waysTo(b, code), [], 'the neighbour was told that it left');
  await pass(16 * 60_000);
  await link();
  await pass(16 * 60_000);
  assert.deepEqual((await waysTo(b, code)).map((row) => row['id']), [first['id']], 'it is the same agency there');
  await unlink();
  await link();
  await unlink();
  await pass(16 * 60_000);
  assert.deepEqual(await waysTo(b, code), []);
  assert.deepEqual(await told(), ['linked', 'unlinked', 'linked', 'unlinked']);
  assert.equal(vietnamDay(a.house.clock.now()), day, 'all of it on one day');
  const shown = await a.call<{ agencies: { agencyId: string }[] }>('GET', url);
  assert.ok(!shown.body.agencies.some((each) => each.agencyId === agencyId), 'a way that was in force on no day is shown to nobody');
});
