import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { aClerk, aMainFile, anAgency, aSentLetter } from '../../../testing.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { aPacket, aStatus, openPacket } from './testing.ts';

type Item = { docId: string; messageType: string; documentId: string; from: string; to: string; status: string; status_desc: string };
type Reply = { ErrorCode: string; ErrorDesc: string; DocId: string | null; items: Item[]; agencies: { code: string; name: string; state: string }[]; cursor: string };
type Vendor = { partnerId: string; systemId: string; secret: string };

let place: Installation;
let here: Vendor;
let there: Vendor;
const water = { code: 'H56.71.01', name: 'Công ty cấp nước' };
const light = { code: 'H56.72.01', name: 'Công ty chiếu sáng' };
const documentId = (number: string) => `${water.code},2026/11/19,${number}/VP`;

async function aVendor(systemId: string, agencies: { code: string; name: string }[], isSandbox = false): Promise<Vendor> {
  const made = await place.call<{ partnerId: string; systemId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: `Phần mềm ${systemId}`, systemId, isSandbox, agencies } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  return { partnerId: made.body.partnerId, systemId, secret: made.body.key.secret };
}

async function ask(as: Vendor, path: string, body: object | Buffer = {}): Promise<{ reply: Reply; bytes: Buffer }> {
  const isPacket = Buffer.isBuffer(body);
  const answer = await fetch(`${place.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-systemid': as.systemId, 'x-secretkey': as.secret, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' },
    body: isPacket ? new Uint8Array(body) : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  // safe because the reply was checked against the route's schema
  return { bytes, reply: (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(bytes.toString('utf8')) : {}) as Reply };
}
const code = async (asked: Promise<{ reply: Reply }>): Promise<string> => (await asked).reply.ErrorCode;

async function send(as: Vendor, packet: Promise<Buffer>): Promise<void> {
  const { reply } = await ask(as, 'sendEdoc', await packet);
  assert.equal(reply.ErrorCode, '0', reply.ErrorDesc);
  await place.house.drain();
}

async function waitingFor(as: Vendor, messageType: 'edoc' | 'status'): Promise<Item[]> {
  return (await ask(as, 'getReceivedEdocList', { messageType })).reply.items;
}

/** The newest packet that waits for a system, fetched and confirmed. */
async function fetchNewest(as: Vendor, messageType: 'edoc' | 'status') {
  const item = (await waitingFor(as, messageType)).at(-1);
  assert.ok(item, `${as.systemId} has a packet`);
  const packet = await openPacket((await ask(as, 'getEdoc', { docId: item.docId })).bytes);
  assert.equal(await code(ask(as, 'updateStatus', { docId: item.docId, status: 'done' })), '0');
  await place.house.drain();
  return { item, ...packet };
}

async function fetchDocument(as: Vendor) {
  const { item, message, files } = await fetchNewest(as, 'edoc');
  assert.ok(message.kind === 'document');
  return { item, message, files };
}

async function statusesFor(as: Vendor): Promise<string[][]> {
  const told: string[][] = [];
  for (const { docId } of await waitingFor(as, 'status')) {
    const { message } = await openPacket((await ask(as, 'getEdoc', { docId })).bytes);
    assert.ok(message.kind === 'status');
    told.push([message.statusCode, message.from.organId, message.responseFor.documentId]);
    await ask(as, 'updateStatus', { docId, status: 'done' });
  }
  return told;
}

const sentBy = async (as: Vendor, id: string): Promise<Item | undefined> => (await ask(as, 'getSentEdocList')).reply.items.find((each) => each.documentId === id);

before(async () => {
  place = await openInstallation();
  here = await aVendor('nuoc-sach', [water]);
  there = await aVendor('chieu-sang', [light]);
});
after(() => place.close());

test('a system finds the agencies of another system in the list, and its own not', async () => {
  const seen = async (as: Vendor) => (await ask(as, 'getAgenciesList')).reply.agencies.map((each) => each.code);
  assert.deepEqual([await seen(here), await seen(there)], [[light.code], [water.code]]);
});

test('an agency that left its system is told as not connected, and no longer written to', async () => {
  const leaving = { code: 'H56.72.09', name: 'Đơn vị rời hệ thống' };
  await place.call('POST', `/api/v1/exchange/systems/${there.partnerId}/agencies`, { body: leaving });
  const { cursor } = (await ask(here, 'getAgenciesList')).reply;
  const [linked] = await place.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [leaving.code]);
  await place.house.sql('update exchange.partner_agency set valid_from = valid_from - 2, valid_to = valid_from - 1 where agency_id = $1', [linked?.['id']]);
  assert.deepEqual((await ask(here, 'getSynchronizeUnit', { cursor })).reply.agencies.map((each) => [each.code, each.state]), [[leaving.code, 'not_connected']]);
  assert.equal(await code(ask(here, 'sendEdoc', await aPacket({ from: water, to: [leaving.code] }))), '18');
});

test('a packet of one system reaches the agency of another under the id that its sender gave it, and every status goes back to the sender', async () => {
  await send(here, aPacket({ from: water, to: [light.code], file: 'nội dung' }));
  assert.equal((await sentBy(here, documentId('88')))?.status, 'processing', 'until it is fetched and taken');
  const { item, message, files } = await fetchDocument(there);
  assert.deepEqual([item.from, item.to, message.documentId, files.map(String)], [water.code, light.code, documentId('88'), ['nội dung']]);
  for (const [minute, status] of (['01', '03', '06'] as const).entries()) await send(there, aStatus(message, { by: light, status, at: new Date(Date.UTC(2026, 10, 20, 4, minute)) }));
  assert.deepEqual(await statusesFor(here), [['01', light.code, documentId('88')], ['03', light.code, documentId('88')], ['06', light.code, documentId('88')]]);
  assert.equal((await sentBy(here, documentId('88')))?.status, 'done');
  const { body } = await place.call<{ transfers: { kind: string; about: { senderName: string; number: string; status: string | null } }[] }>('GET', `/api/v1/exchange/transfers?partnerId=${here.partnerId}`);
  assert.deepEqual(body.transfers.map(({ kind, about }) => [kind, about.senderName, about.number, about.status]), ['06', '03', '01'].map((status) => ['answer', water.name, '88/VP', status]), 'operators see whose answer it is');
  assert.equal((await place.house.sql(`select 1 from audit.entry where type = 'exchange.envelope-relayed'`)).length, 1);
});

test('sending it again, or answering it again, has no second effect', async () => {
  const packet = await aPacket({ from: water, to: [light.code], document: { number: '90' } });
  await send(here, Promise.resolve(packet));
  await send(here, Promise.resolve(packet));
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '90' }, sentAt: new Date('2026-11-20T01:30:00Z') }));
  assert.equal((await waitingFor(there, 'edoc')).length, 1);
  const { message } = await fetchDocument(there);
  const status = await aStatus(message, { by: light, status: '01' });
  await send(there, Promise.resolve(status));
  await send(there, Promise.resolve(status));
  assert.equal((await statusesFor(here)).length, 1);
  await ask(here, 'sendEdoc', await aPacket({ from: water, to: [light.code], document: { number: '90', summary: 'Nội dung khác' } }));
  await place.house.drain();
  assert.match((await sentBy(here, documentId('90')))?.status_desc ?? '', /nội dung khác/i, 'another content under the same id goes nowhere');
  assert.deepEqual(await waitingFor(there, 'edoc'), []);
});

test('one packet reaches an agency here and one of another system, each once', async () => {
  const department = await anAgency(place.house.kernel, 'Sở Xây dựng');
  const [own] = await place.house.sql('select code from identity.agency_code where agency_id = $1', [department]);
  await send(here, aPacket({ from: water, to: [String(own?.['code']), light.code], document: { number: '91' } }));
  assert.equal((await place.house.sql('select 1 from exchange.message where agency_id = $1', [department])).length, 1);
  assert.equal((await fetchDocument(there)).message.documentId, documentId('91'));
});

test('a recall, a taking back and a replacement follow the document to the other system, and its agreement comes back', async () => {
  const part = { reason: 'Sai sót', paper: 0, staff: null };
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '92' } }));
  const { message } = await fetchDocument(there);
  await send(there, aStatus(message, { by: light, status: '01' }));
  await statusesFor(here);
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '92' }, file: null, business: { kind: 'revoke', ...part, documentId: documentId('92') } }));
  const recall = (await fetchDocument(there)).message;
  assert.deepEqual([recall.business.kind, recall.business.documentId, recall.business.reason], ['revoke', documentId('92'), 'Sai sót']);
  await send(there, aStatus(recall, { by: light, status: '15', documentId: documentId('92') }));
  assert.deepEqual(await statusesFor(here), [['15', light.code, documentId('92')]]);
  const [delivery] = await place.house.sql(`select d.state from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id where e.kind = 'new' and e.original like '%"number":"92"%'`);
  assert.equal(delivery?.['state'], 'recalled');

  await send(here, aPacket({ from: water, to: [light.code], document: { number: '93' } }));
  const old = (await fetchDocument(there)).message;
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '94' }, business: { kind: 'replace', ...part, documentId: '', replacements: [{ documentId: documentId('93'), organIds: [light.code] }] } }));
  const { business } = (await fetchDocument(there)).message;
  assert.ok(business.kind === 'replace');
  assert.deepEqual(business.replacements.map((each) => each.documentId), [old.documentId]);

  await send(here, aPacket({ from: water, to: [light.code], document: { number: '95' } }));
  await fetchDocument(there);
  await send(here, aStatus(await anUnsent('95'), { by: water, status: '13', description: 'Gửi nhầm' }));
  const taken = (await fetchNewest(there, 'status')).message;
  assert.ok(taken.kind === 'status');
  assert.deepEqual([taken.statusCode, taken.responseFor.documentId], ['13', documentId('95')]);
});

test('an update adds an agency of the other system, which gets the letter and the change behind it, and later removes it', async () => {
  const part = { reason: 'Đổi nơi nhận', paper: 0, staff: null, documentId: documentId('61') } as const;
  const department = await anAgency(place.house.kernel, 'Sở Y tế');
  const own = String((await place.house.sql('select code from identity.agency_code where agency_id = $1', [department]))[0]?.['code']);
  await send(here, aPacket({ from: water, to: [own], document: { number: '61' }, file: 'nội dung' }));
  await send(here, aPacket({ from: water, to: [own, light.code], document: { number: '61', summary: 'V/v đã sửa' }, file: null, business: { kind: 'update', ...part, isContentChanged: true, areReceiversChanged: true, receivers: [{ organId: light.code, change: 'added' }] } }));
  const items = await waitingFor(there, 'edoc');
  const packets = [];
  for (const { docId } of items) {
    packets.push(await openPacket((await ask(there, 'getEdoc', { docId })).bytes));
    await ask(there, 'updateStatus', { docId, status: 'done' });
  }
  await place.house.drain();
  const [letter, change] = packets;
  assert.ok(letter?.message.kind === 'document' && change?.message.kind === 'document' && packets.length === 2);
  assert.deepEqual([letter.message.documentId, letter.message.business.kind, letter.files.map(String)], [documentId('61'), 'new', ['nội dung']]);
  assert.deepEqual([change.message.business.kind, change.message.business.documentId, change.message.subject], ['update', documentId('61'), 'V/v đã sửa']);
  await send(here, aPacket({ from: water, to: [own], document: { number: '61' }, file: null, business: { kind: 'update', ...part, isContentChanged: false, areReceiversChanged: true, receivers: [{ organId: light.code, change: 'removed' }] } }));
  const { message: told } = await fetchDocument(there);
  assert.ok(told.business.kind === 'update');
  assert.deepEqual(told.business.receivers, [{ organId: light.code, change: 'removed' }]);
  await statusesFor(here);
  assert.deepEqual(await place.house.sql('select state from exchange.message where agency_id = $1 and kind = $2', [department, 'new']), [{ state: 'arrived' }]);
});

async function anUnsent(number: string) {
  const { message } = await openPacket(await aPacket({ from: water, to: [light.code], document: { number } }));
  assert.ok(message.kind === 'document');
  return message;
}

test('what the other system cannot use is told to the sender with the reason', async () => {
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '96' } }));
  const item = (await waitingFor(there, 'edoc')).at(-1);
  await ask(there, 'updateStatus', { docId: item?.docId ?? '', status: 'fail', description: 'Tệp hỏng' });
  const told = await sentBy(here, documentId('96'));
  assert.equal(told?.status, 'fail');
  assert.match(told.status_desc, /Tệp hỏng/);
});

test('a third system neither sees nor answers what goes between two others', async () => {
  const third = await aVendor('he-thong-ba', [{ code: 'H56.73.01', name: 'Đơn vị ba' }]);
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '97' } }));
  assert.deepEqual(await waitingFor(third, 'edoc'), []);
  const { message } = await fetchDocument(there);
  assert.equal(await code(ask(third, 'sendEdoc', await aStatus(message, { by: { code: 'H56.73.01', name: 'Đơn vị ba' }, status: '03' }))), '30');
});

test('nothing goes between the sandbox and real systems, whichever of them writes', async () => {
  const trial = await aVendor('thu-nghiem', [{ code: 'H56.74.01', name: 'Đơn vị thử' }], true);
  const [own] = await place.house.sql<{ code: string }>('select a.code from exchange.axis_sandbox s join exchange.partner_agency a on a.agency_id = s.agency_id where s.partner_id = $1', [trial.partnerId]);
  assert.equal(await code(ask(here, 'sendEdoc', await aPacket({ from: water, to: [own?.code ?? ''] }))), '18');
  assert.equal(await code(ask(trial, 'sendEdoc', await aPacket({ from: { code: own?.code ?? '', name: 'Thử' }, to: [light.code] }))), '18');
  assert.ok((await ask(trial, 'getAgenciesList')).reply.agencies.every((each) => each.code.startsWith('Z99')));
  assert.ok((await ask(here, 'getAgenciesList')).reply.agencies.every((each) => !each.code.startsWith('Z99')));
});

test('relayed documents do not disturb those of our own agencies to the same system', async () => {
  const department = await anAgency(place.house.kernel, 'Sở Công Thương');
  const [linked] = await place.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [light.code]);
  // safe because the column holds the id of an agency
  await aSentLetter(place.house.kernel, { from: department, to: [linked?.['id'] as typeof department], files: [await aMainFile(place.house.kernel, 'của sở')] });
  await place.house.drain();
  const { item, message } = await fetchDocument(there);
  assert.notEqual(item.from, water.code);
  await send(there, aStatus(message, { by: light, status: '01' }));
  assert.deepEqual(await statusesFor(here), []);
  assert.equal(aClerk(department).agencyId, department);
});

test('while a relayed document does not get on, its sender reads why, for each recipient; what nobody brings over waits for a person', async () => {
  const lamps = { code: 'H56.72.02', name: 'Đội chiếu sáng số 2' };
  await place.call('POST', `/api/v1/exchange/systems/${there.partnerId}/agencies`, { body: lamps });
  const sandbox = (isSandbox: boolean) => place.call('PUT', `/api/v1/exchange/systems/${there.partnerId}/sandbox`, { body: { isSandbox } });
  await send(here, aPacket({ from: water, to: [light.code, lamps.code], document: { number: '98' } }));
  assert.deepEqual([(await sentBy(here, documentId('98')))?.status, (await sentBy(here, documentId('98')))?.status_desc], ['processing', 'Chờ hệ thống của nơi nhận lấy về']);

  await sandbox(true);
  await send(here, aPacket({ from: water, to: [light.code], document: { number: '99' } }));
  const held = await sentBy(here, documentId('99'));
  assert.deepEqual([held?.status, held?.status_desc], ['processing', `Chờ hệ thống của nơi nhận lấy về: ${light.name}: Phần mềm chieu-sang đang ở chế độ thử nghiệm`]);

  await place.house.sql(`update exchange.transfer set attempts = 200, next_try_at = $2 where partner_id = $1 and state = 'waiting'`, [there.partnerId, place.house.clock.now()]);
  await place.pass(6000);
  const stuck = await sentBy(here, documentId('99'));
  assert.equal(stuck?.status, 'fail');
  assert.match(stuck.status_desc, /^Không chuyển được đến hệ thống của nơi nhận, chờ người xử lý: Công ty chiếu sáng: .*thử nghiệm$/);

  await sandbox(false);
  const { body } = await place.call<{ transfers: { id: string; agencyId: string }[] }>('GET', `/api/v1/exchange/transfers?partnerId=${there.partnerId}&state=failed`);
  const [parcel] = body.transfers;
  assert.equal((await place.call('POST', `/api/v1/exchange/agencies/${parcel?.agencyId ?? ''}/transfers/${parcel?.id ?? ''}/retry`)).status, 204);
  await place.house.drain();
  assert.equal((await sentBy(here, documentId('99')))?.status_desc, 'Chờ hệ thống của nơi nhận lấy về');
  const item = (await waitingFor(there, 'edoc')).find((each) => each.documentId === documentId('99'));
  await ask(there, 'updateStatus', { docId: item?.docId ?? '', status: 'fail', description: 'Sai mẫu' });
  const returned = await sentBy(here, documentId('99'));
  assert.deepEqual([returned?.status, returned?.status_desc], ['fail', `Hệ thống của nơi nhận không xử lý được: ${light.name}: Phần mềm chieu-sang: Sai mẫu`]);
});

test('two senders with one document id are told apart by whose document is answered', async () => {
  const department = await anAgency(place.house.kernel, 'Sở Tài chính');
  const [known] = await place.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [light.code]);
  assert.ok(known);
  // safe because the column holds agency ids
  const letter = await aSentLetter(place.house.kernel, { from: department, to: [known['id'] as typeof department], document: { number: '777' } });
  await place.house.drain();
  const { message: ours } = await fetchDocument(there);
  await send(here, aPacket({ from: water, to: [light.code], documentId: ours.documentId, document: { number: '778' } }));
  const { message: theirs } = await fetchDocument(there);
  assert.equal(theirs.documentId, ours.documentId, 'the other system gave its document the id of ours');
  await send(there, aStatus(ours, { by: light, status: '03' }));
  const [line] = await deliveriesOf(place.house.kernel.database.pool, { agencyId: department, subject: letter.subject });
  assert.equal(line?.state, 'registered');
  assert.deepEqual(await statusesFor(here), [], 'and who sent the other one hears nothing of it');
  await send(there, aStatus(theirs, { by: light, status: '02', description: 'Trùng mã', at: new Date('2026-11-20T05:00:00Z') }));
  assert.deepEqual((await statusesFor(here)).map(([status]) => status), ['02']);
});
