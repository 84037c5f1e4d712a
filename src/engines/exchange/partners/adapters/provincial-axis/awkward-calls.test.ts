import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, formatDay, vietnamDay } from '#kernel/time.ts';
import { mergeAgencies } from '#engines/identity/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { anAgency, aSentLetter } from '../../../testing.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aPacket } from './testing.ts';

type Reply = { ErrorCode: string; ErrorDesc: string; DocId: string | null; items: { docId: string; status: string; status_desc: string }[]; cursor: string | null };
type System = { partnerId: string; systemId: string; secret: string };

const office = { code: 'H56.70.01', name: 'Công ty cấp nước' };
const part = { reason: 'Sai sót', paper: 0, staff: null };
const idOf = (number: string) => `${office.code},2026/11/19,${number}/VP`;

let place: Installation;
let department: Id<'agency'>;
let departmentCode: string;
let system: System;

async function aSystem(systemId: string, agency: { code: string; name: string }, quotas?: object): Promise<System> {
  const made = await place.call<{ partnerId: string; key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: `Phần mềm ${systemId}`, systemId, isSandbox: false, agencies: [agency], ...(quotas === undefined ? {} : { quotas }) } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  return { partnerId: made.body.partnerId, systemId, secret: made.body.key.secret };
}

async function ask(path: string, body: object | Buffer | ReadableStream<Uint8Array>, more: { as?: System; headers?: Record<string, string> } = {}): Promise<{ http: number; reply: Reply }> {
  const { as = system, headers = {} } = more;
  const isJson = !Buffer.isBuffer(body) && !(body instanceof ReadableStream);
  const answer = await fetch(`${place.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-systemid': as.systemId, 'x-secretkey': as.secret, 'content-type': isJson ? 'application/json' : 'application/octet-stream', ...headers },
    body: isJson ? JSON.stringify(body) : Buffer.isBuffer(body) ? new Uint8Array(body) : body,
    ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
  });
  // safe because these calls are answered in JSON
  return { http: answer.status, reply: (await answer.json()) as Reply };
}
const outcome = ({ http, reply }: { http: number; reply: Reply }): [number, string] => [http, reply.ErrorCode];
const arrival = async (docId: string | null) => (await place.house.sql('select state, problem_code as code, problem from exchange.inbound where id = $1', [docId]))[0];

before(async () => {
  place = await openInstallation();
  department = await anAgency(place.house.kernel, 'Sở Nội vụ');
  departmentCode = String((await place.house.sql('select code from identity.agency_code where agency_id = $1', [department]))[0]?.['code']);
  system = await aSystem('nuoc-sach', office);
});
after(() => place.close());

test('a packet that begins before midnight and ends after it counts for the new day', async () => {
  const agency = { code: 'H56.70.90', name: 'Đơn vị trực đêm' };
  const nightly = await aSystem('truc-dem', agency);
  const packet = await aPacket({ from: agency, to: [departmentCode] });
  const { clock } = place.house;
  const midnight = new Date('2026-11-20T17:00:00Z').getTime();
  clock.advance(midnight - 5000 - clock.now().getTime());
  let hasBegun = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (hasBegun) clock.advance(10_000);
      controller.enqueue(new Uint8Array(hasBegun ? packet.subarray(100) : packet.subarray(0, 100)));
      if (hasBegun) controller.close();
      hasBegun = true;
      // The first piece is on its way, and the call is open.
      return new Promise((resolve) => {
        setTimeout(resolve, 500);
      });
    },
  });
  assert.deepEqual(outcome(await ask('sendEdoc', body, { as: nightly })), [200, '0']);
  const [used] = await place.house.sql('select day::text as day, messages from exchange.axis_meter where partner_id = $1', [nightly.partnerId]);
  assert.deepEqual(used, { day: '2026-11-21', messages: 1 });
});

test('two contents under one message id at one moment: one is taken and can be read, the other is refused', async () => {
  for (let round = 0; round < 12; round += 1) {
    const packets = await Promise.all([1, 2, 3].map((minute) => aPacket({ from: office, to: [departmentCode], document: { number: String(100 + round) }, sentAt: new Date(Date.UTC(2026, 10, 20, 1, minute)) })));
    const told = await Promise.all(packets.map((packet) => ask('sendEdoc', packet, { headers: { 'x-message-id': `cung-mot-ma-${String(round)}` } })));
    assert.deepEqual(told.map(({ http }) => http).sort(), [200, 409, 409]);
  }
  await place.house.drain();
  const states = await place.house.sql(`select distinct state, problem_code as code from exchange.inbound where partner_ref like 'id:cung-mot-ma-%'`);
  assert.deepEqual(states, [{ state: 'applied', code: null }]);
});

test('a packet that was noted and not kept leaves nothing that stands in the way of the next try', async () => {
  await place.house.sql(`create function exchange.fail_once() returns trigger language plpgsql as $$ begin raise exception 'gone'; end $$`);
  await place.house.sql('create trigger fail_once before insert on exchange.inbound for each row execute function exchange.fail_once()');
  const headers = { 'x-message-id': 'gui-lai-sau-loi' };
  const written = (minute: number) => aPacket({ from: office, to: [departmentCode], document: { number: '150' }, sentAt: new Date(Date.UTC(2026, 10, 20, 1, minute)) });
  assert.deepEqual(outcome(await ask('sendEdoc', await written(1), { headers })), [500, '20']);
  await place.house.sql('drop trigger fail_once on exchange.inbound');
  await place.house.sql('drop function exchange.fail_once()');
  const again = await ask('sendEdoc', await written(2), { headers });
  assert.deepEqual(outcome(again), [200, '0']);
  await place.house.drain();
  assert.equal((await arrival(again.reply.DocId))?.['state'], 'applied');
});

test('a document of which a file is damaged, empty or missing is not accepted, whichever file it is', async () => {
  const good = (await aPacket({ from: office, to: [departmentCode], document: { number: '200' } })).toString('utf8');
  const [attachment = '', reference = ''] = [/<Attachment>.*<\/Attachment>/s, /<edXML:Reference>.*?<\/edXML:Reference>/s].map((each) => each.exec(good)?.[0]);
  const second = (text: string) => text.replace('cid:f1', 'cid:f2').replaceAll('van-ban.txt', 'phu-luc.txt');
  const content = /(ContentTransferEncoded[^>]*>)[^<]*/;
  const whole = (number: string, files: string) => Buffer.from(good.replaceAll('200/', `${number}/`).replace('CodeNumber>200<', `CodeNumber>${number}<`).replace(reference, reference + second(reference)).replace(attachment, files));
  const bent: readonly [string, string, string][] = [
    ['201', attachment.replace(content, '$1***') + second(attachment), 'van-ban.txt'],
    ['202', attachment + second(attachment).replace(content, '$1***'), 'phu-luc.txt'],
    ['203', attachment + second(attachment).replace(content, '$1'), 'phu-luc.txt'],
    ['204', attachment, 'phu-luc.txt'],
  ];
  for (const [number, files, name] of bent) {
    const told = await ask('sendEdoc', whole(number, files));
    assert.deepEqual(outcome(told), [422, '22'], number);
    assert.ok(told.reply.ErrorDesc.includes(name), told.reply.ErrorDesc);
    await place.house.drain();
    assert.deepEqual([(await arrival(told.reply.DocId))?.['state'], (await arrival(told.reply.DocId))?.['code']], ['quarantined', 'filesIncomplete']);
  }
  // The same file twice, under one name or ids that the list does not have, has come.
  for (const [number, files] of [['205', attachment + second(attachment)], ['206', attachment.replace('cid:f1', 'cid:f9') + attachment.replace('cid:f1', 'cid:f8')]] as const) {
    const told = await ask('sendEdoc', whole(number, files));
    await place.house.drain();
    assert.deepEqual([told.http, (await arrival(told.reply.DocId))?.['state']], [200, 'applied'], number);
  }
});

test('a recall takes effect however long its reason is; one with an id that nothing can have is refused', async () => {
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode], document: { number: '300' } }))), [200, '0']);
  await place.house.drain();
  const recall = (documentId: string, reason: string) => aPacket({ from: office, to: [departmentCode], document: { number: '300' }, file: null, business: { kind: 'revoke', ...part, reason, documentId } });
  assert.deepEqual(outcome(await ask('sendEdoc', await recall('x'.repeat(301), 'Sai sót'))), [422, '22']);
  assert.deepEqual(outcome(await ask('sendEdoc', await recall(idOf('300'), 'Nêu rất dài. '.repeat(200)))), [200, '0']);
  await place.house.drain();
  const [message] = await place.house.sql(`select state from exchange.message where agency_id = $1 and original like '%"number":"300"%' and kind = 'new'`, [department]);
  assert.equal(message?.['state'], 'recalled');
});

test('members that are null are as if they were not there, as the cursor of an empty page is told', async () => {
  const quiet = await aSystem('chua-gui', { code: 'H56.70.91', name: 'Đơn vị chưa gửi' });
  const empty = await ask('getSentEdocList', {}, { as: quiet });
  assert.deepEqual([empty.reply.items, empty.reply.cursor], [[], null]);
  for (const call of ['getSentEdocList', 'getReceivedEdocList', 'getAgenciesList']) {
    assert.deepEqual(outcome(await ask(call, { cursor: empty.reply.cursor, messageType: null, limit: null }, { as: quiet })), [200, '0'], call);
  }
  assert.deepEqual(outcome(await ask('updateStatus', { docId: 'x', status: 'done', description: null }, { as: quiet })), [404, '30']);
});

test('a system that says at great length why it cannot use a packet is understood', async () => {
  const vendor = { code: 'H56.70.92', name: 'Đơn vị báo lỗi' };
  const failing = await aSystem('bao-loi', vendor);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [vendor.code], document: { number: '400' } }))), [200, '0']);
  await place.house.drain();
  const [item] = (await ask('getReceivedEdocList', {}, { as: failing })).reply.items;
  assert.deepEqual(outcome(await ask('updateStatus', { docId: item?.docId, status: 'fail', description: 'at com.example.Doc.read '.repeat(100) }, { as: failing })), [200, '0']);
  await place.house.drain();
  const [sent] = (await ask('getSentEdocList', {})).reply.items;
  assert.deepEqual([sent?.status, sent?.status_desc.includes('com.example.Doc')], ['fail', true]);
});

test('whoever has used up the quota of the day is told before the packet is read, and what is here already still costs nothing', async () => {
  const agency = { code: 'H56.70.93', name: 'Đơn vị hết hạn mức' };
  const full = await aSystem('het-han-muc', agency, { messagesPerDay: 1, megabytesPerDay: 1, requestsPerMinute: 100 });
  const packet = await aPacket({ from: agency, to: [departmentCode] });
  /** Sends the beginning of a packet and waits for the answer. */
  const begin = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const call = request(`${place.address}/v1/sendEdoc`, { method: 'POST', headers: { 'x-systemid': full.systemId, 'x-secretkey': full.secret, 'content-type': 'application/octet-stream', ...headers } }, (answer) => {
        resolve(answer.statusCode);
        call.destroy();
      });
      call.on('error', reject);
      call.write('<edXML');
    });
  assert.equal(await begin({ 'content-length': '50000000' }), 429, 'more than the megabytes of a day');
  assert.deepEqual(outcome(await ask('sendEdoc', packet, { as: full })), [200, '0']);
  assert.equal(await begin({ 'content-length': '5000' }), 429);
  assert.equal(await begin({ 'x-message-id': 'mot-goi-khac' }), 429);
  assert.deepEqual(outcome(await ask('sendEdoc', packet, { as: full })), [200, '0']);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: agency, to: [departmentCode], document: { number: '89' } }), { as: full })), [429, '33']);
});

test('an agency that moves from one system to another is told to the one that it left', async () => {
  const mover = { code: 'H56.70.94', name: 'Đơn vị đổi phần mềm' };
  const [left, joined] = [await aSystem('phan-mem-cu', mover), await aSystem('phan-mem-moi', { code: 'H56.70.95', name: 'Đơn vị khác' })];
  const codes = async (call: string, cursor?: string): Promise<{ codes: string[]; cursor: string }> => {
    const { reply } = await ask(call, cursor === undefined ? {} : { cursor }, { as: left });
    // safe because this call is answered with a list of agencies
    const { agencies, cursor: next } = reply as unknown as { agencies: { code: string; state: string }[]; cursor: string };
    return { codes: agencies.map(({ code, state }) => `${code} ${state}`), cursor: next };
  };
  const { cursor } = await codes('getAgenciesList');
  const [linked] = await place.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [mover.code]);
  place.house.clock.advance(86_400_000);
  assert.equal((await place.call('DELETE', `/api/v1/exchange/partners/${left.partnerId}/agencies/${String(linked?.['id'])}`)).status, 204);
  assert.equal((await place.call('POST', `/api/v1/exchange/systems/${joined.partnerId}/agencies`, { body: mover })).status, 204);
  assert.deepEqual((await codes('getSynchronizeUnit', cursor)).codes, [`${mover.code} active`]);
});

test('a packet that its system could not use lies there again when an operator sends it again', async () => {
  const agency = { code: 'H56.70.96', name: 'Đơn vị nhận lại' };
  const taking = await aSystem('nhan-lai', agency);
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [agency.code]);
  const letter = await aSentLetter(place.house.kernel, { from: department, to: linked === undefined ? [] : [linked.id] });
  await place.house.drain();
  const waiting = async () => (await ask('getReceivedEdocList', { messageType: 'edoc' }, { as: taking })).reply.items;
  const state = async () => (await deliveriesOf(place.house.kernel.database.pool, { agencyId: department, subject: letter.subject }))[0]?.state;
  const [item] = await waiting();
  assert.deepEqual(outcome(await ask('updateStatus', { docId: item?.docId, status: 'fail', description: 'Ổ đĩa đầy' }, { as: taking })), [200, '0']);
  await place.house.drain();
  assert.deepEqual([await state(), (await waiting()).length], ['returned', 0]);
  assert.equal((await place.call('POST', `/api/v1/exchange/agencies/${department}/transfers/${String(item?.docId)}/retry`)).status, 204);
  await place.house.drain();
  assert.deepEqual([await state(), (await waiting()).map(({ docId, status }) => [docId, status])], ['waiting', [[item?.docId, 'initial']]]);
  assert.deepEqual(outcome(await ask('updateStatus', { docId: item?.docId, status: 'done' }, { as: taking })), [200, '0']);
  assert.deepEqual(await waiting(), []);
});

test('a recall whose document takes us minutes to read takes effect after it', async () => {
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode], document: { number: '500' } }))), [200, '0']);
  const { clock } = place.house;
  await place.house.sql(`update kernel.job set run_at = $1 where kind = 'exchange.take-inbound'`, [new Date(clock.now().getTime() + 5 * 60_000)]);
  const told = await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode], document: { number: '500' }, file: null, business: { kind: 'revoke', ...part, documentId: idOf('500') } }));
  assert.deepEqual(outcome(told), [200, '0']);
  for (let minute = 0; minute < 12; minute += 1) await place.pass(60_000);
  assert.equal((await arrival(told.reply.DocId))?.['state'], 'applied');
  const [message] = await place.house.sql(`select state from exchange.message where agency_id = $1 and original like '%"number":"500"%' and kind = 'new'`, [department]);
  assert.equal(message?.['state'], 'recalled');
});

test('while a system is suspended its agencies stay in the list: what is sent to them waits', async () => {
  const agency = { code: 'H56.70.97', name: 'Đơn vị tạm dừng' };
  const paused = await aSystem('tam-dung', agency);
  const { cursor } = (await ask('getAgenciesList', {})).reply;
  assert.equal((await place.call('POST', `/api/v1/exchange/partners/${paused.partnerId}/suspend`, { body: { reason: 'Kiểm tra an toàn' } })).status, 204);
  // safe because this call is answered with a list of agencies
  const { agencies } = (await ask('getSynchronizeUnit', { cursor })).reply as unknown as { agencies: { code: string }[] };
  assert.deepEqual(agencies, []);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [agency.code], document: { number: '600' } }))), [200, '0']);
});

test('an id of a document may have the 200 signs that the standard gives it', async () => {
  const documentId = `${office.code},2026/11/19,700/${'VP-'.repeat(60)}`.slice(0, 200);
  const told = await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode], document: { number: '700' }, documentId }));
  assert.deepEqual(outcome(told), [200, '0'], told.reply.ErrorDesc);
  await place.house.drain();
  assert.deepEqual([documentId.length, (await arrival(told.reply.DocId))?.['state']], [200, 'applied']);
});

test('a compressed body is refused before it is read, in words that say how to send it', async () => {
  const told = await ask('sendEdoc', gzipSync(await aPacket({ from: office, to: [departmentCode], document: { number: '710' } })), { headers: { 'content-encoding': 'gzip' } });
  assert.deepEqual([...outcome(told), told.reply.DocId], [415, '10', null]);
  assert.match(told.reply.ErrorDesc, /gzip/);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode], document: { number: '710' } }), { headers: { 'content-encoding': 'identity' } })), [200, '0']);
});

test('a closed agency sends nothing that it signed after its last day; what it signed before still arrives', async () => {
  const gone = { code: 'H56.70.98', name: 'Đơn vị giải thể' };
  const outlived = await aSystem('don-vi-giai-the', gone);
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [gone.code]);
  const letter = (issuedOn: string, number: string) => aPacket({ from: gone, to: [departmentCode], document: { number, issuedOn } });
  const lastDay = addDays(vietnamDay(place.house.clock.now()), 1);
  place.house.clock.advance(3 * 86_400_000);
  await run(place.house.kernel, mergeAgencies, { predecessorIds: [linked?.id ?? assert.fail()], successorIds: [department], kind: 'merged', lastDay, legalBasis: 'QĐ 1/QĐ-UBND' }, { actor: systemActor('exchange.test') });
  const refused = await ask('sendEdoc', await letter(addDays(lastDay, 1), '721'), { as: outlived });
  assert.deepEqual(outcome(refused), [422, '19']);
  assert.ok(refused.reply.ErrorDesc.includes(formatDay(lastDay)) && refused.reply.ErrorDesc.includes(departmentCode), refused.reply.ErrorDesc);
  const late = await ask('sendEdoc', await letter(lastDay, '722'), { as: outlived });
  assert.deepEqual(outcome(late), [200, '0'], late.reply.ErrorDesc);
  await place.house.drain();
  assert.equal((await arrival(late.reply.DocId))?.['state'], 'applied');
});
