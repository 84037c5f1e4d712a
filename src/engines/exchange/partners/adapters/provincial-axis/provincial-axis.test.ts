import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { answerMessage } from '../../../commands/answer-message.ts';
import { sendNotice } from '../../../commands/send-notice.ts';
import type { DocumentMessage } from '../../../edxml/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { aClerk, aMainFile, anAgency, aSentLetter } from '../../../testing.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aPacket, aStatus, openPacket } from './testing.ts';

type Reply = { status: string; ErrorCode: string; ErrorDesc: string; ErrorDescEn: string; DocId: string | null; items: { docId: string; messageType: string; documentId: string; from: string; to: string; status: string; status_desc: string }[]; agencies: { code: string; name: string; state: string }[]; cursor: string; isMore: boolean };
type Vendor = { partnerId: string; systemId: string; secret: string; keyId: string };

let place: Installation;
let vendor: Vendor;
let department: Id<'agency'>;
let departmentCode: string;
const office = { code: 'H56.70.01', name: 'Công ty cấp nước' };

async function aVendor(systemId: string, more: { agencies?: { code: string; name: string }[]; isSandbox?: boolean; quotas?: object } = {}): Promise<Vendor> {
  const made = await place.call<{ partnerId: string; systemId: string; key: { secret: string; keyId: string } }>('POST', '/api/v1/exchange/systems', { body: { name: `Phần mềm ${systemId}`, systemId, isSandbox: more.isSandbox ?? false, agencies: more.agencies ?? [], ...(more.quotas === undefined ? {} : { quotas: more.quotas }) } });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  return { partnerId: made.body.partnerId, systemId, ...made.body.key };
}

async function ask(path: string, body: object | Buffer = {}, more: { as?: Vendor; headers?: Record<string, string> } = {}): Promise<{ http: number; reply: Reply; bytes: Buffer; retryAfter: string | null }> {
  const { as = vendor, headers = {} } = more;
  const isPacket = Buffer.isBuffer(body);
  const answer = await fetch(`${place.address}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-systemid': as.systemId, 'x-secretkey': as.secret, 'content-type': isPacket ? 'application/octet-stream' : 'application/json', ...headers },
    body: isPacket ? new Uint8Array(body) : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  // safe because the reply was checked against the route's schema
  return { http: answer.status, reply: (isJson ? JSON.parse(bytes.toString('utf8')) : {}) as Reply, bytes, retryAfter: answer.headers.get('retry-after') };
}
const outcome = ({ http, reply }: { http: number; reply: Reply }): [number, string] => [http, reply.ErrorCode];
const first = <Value>(list: readonly Value[]): Value => {
  const [value] = list;
  assert.ok(value !== undefined);
  return value;
};
const documentOf = async (bytes: Buffer): Promise<DocumentMessage> => {
  const { message } = await openPacket(bytes);
  assert.ok(message.kind === 'document');
  return message;
};

before(async () => {
  place = await openInstallation();
  department = await anAgency(place.house.kernel, 'Sở Nội vụ');
  departmentCode = String((await place.house.sql('select code from identity.agency_code where agency_id = $1', [department]))[0]?.['code']);
  vendor = await aVendor('nuoc-sach', { agencies: [office] });
});
after(() => place.close());

test('a system reports its agency, reads the list of agencies, and later only what changed', async () => {
  assert.deepEqual(outcome(await ask('registerAgency', { code: office.code })), [200, '0']);
  assert.deepEqual(outcome(await ask('registerAgency', { code: 'H56.99.99' })), [422, '19']);
  const all = await ask('getAgenciesList');
  assert.deepEqual(all.reply.agencies.map((each) => each.code), [departmentCode]);
  assert.deepEqual((await ask('getSynchronizeUnit', { cursor: all.reply.cursor })).reply.agencies, []);
  await anAgency(place.house.kernel, 'Sở Y tế');
  const changed = await ask('getSynchronizeUnit', { cursor: all.reply.cursor });
  assert.deepEqual(changed.reply.agencies.map((each) => each.name), ['Sở Y tế']);
  assert.deepEqual(outcome(await ask('getSynchronizeUnit', {})), [422, '22']);
});

test('a packet of a system arrives at its agency, its statuses go back by the ids that it used, and sending it again changes nothing', async () => {
  const packet = await aPacket({ from: office, to: [departmentCode] });
  const sent = await ask('sendEdoc', packet);
  assert.deepEqual(outcome(sent), [200, '0']);
  const again = await ask('sendEdoc', packet);
  assert.equal(again.reply.DocId, sent.reply.DocId);
  await place.house.drain();
  // Written anew with another time of sending, it is still the same document.
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode], sentAt: new Date('2026-11-20T01:30:00Z') }))), [200, '0']);
  await place.house.drain();
  const messages = await place.house.sql<{ id: Id<'message'>; state: string }>('select id, state from exchange.message where agency_id = $1', [department]);
  assert.deepEqual(messages.map((each) => each.state), ['arrived']);
  await run(place.house.kernel, answerMessage, { agencyId: department, messageId: first(messages).id, status: '03' }, { actor: aClerk(department) });
  await place.house.drain();
  const waiting = await ask('getReceivedEdocList', { messageType: 'status' });
  assert.equal(waiting.reply.items.length, 2);
  const told = [];
  for (const { docId } of waiting.reply.items) {
    const { message } = await openPacket((await ask('getEdoc', { docId })).bytes);
    assert.ok(message.kind === 'status');
    told.push([message.statusCode, message.from.organId, message.responseFor.organId, message.responseFor.documentId]);
    assert.deepEqual(outcome(await ask('updateStatus', { docId, status: 'done' })), [200, '0']);
    assert.deepEqual(outcome(await ask('updateStatus', { docId, status: 'done' })), [200, '0'], 'twice the same is once');
    assert.deepEqual(outcome(await ask('updateStatus', { docId, status: 'fail' })), [409, '36']);
  }
  const documentId = `${office.code},2026/11/19,88/VP`;
  assert.deepEqual(told, [['01', departmentCode, office.code, documentId], ['03', departmentCode, office.code, documentId]]);
  assert.deepEqual((await ask('getReceivedEdocList')).reply.items, []);
  const listed = await ask('getSentEdocList');
  assert.deepEqual(listed.reply.items.map((each) => [each.documentId, each.to, each.status]), [[documentId, departmentCode, 'done'], [documentId, departmentCode, 'done']]);
});

test('a letter of an agency here waits for the system, and its statuses reach the sender', async () => {
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [office.code]);
  assert.ok(linked);
  const letter = await aSentLetter(place.house.kernel, { from: department, to: [linked.id], files: [await aMainFile(place.house.kernel, 'nội dung công văn')] });
  await place.house.drain();
  const item = first((await ask('getReceivedEdocList')).reply.items);
  assert.deepEqual([item.messageType, item.from, item.to, item.status], ['edoc', departmentCode, office.code, 'initial']);
  const { message, files } = await openPacket((await ask('getEdoc', { docId: item.docId })).bytes);
  assert.ok(message.kind === 'document');
  assert.deepEqual([message.documentId, message.subject, files.map(String)], [`${departmentCode},2026/11/20,1234/SNV-VP`, 'V/v triển khai gửi, nhận văn bản điện tử', ['nội dung công văn']]);
  await ask('updateStatus', { docId: item.docId, status: 'processing' });
  assert.equal(first((await ask('getReceivedEdocList')).reply.items).status, 'processing', 'it stays until done');
  await ask('updateStatus', { docId: item.docId, status: 'done' });
  for (const status of ['01', '03', '03', '06'] as const) {
    assert.deepEqual(outcome(await ask('sendEdoc', await aStatus(message, { by: office, status, at: new Date(Date.UTC(2026, 10, 20, 4, Math.floor(Math.random() * 60), Math.floor(Math.random() * 60))) }))), [200, '0']);
    await place.house.drain();
  }
  const line = async () => first(await deliveriesOf(place.house.kernel.database.pool, { agencyId: department, subject: letter.subject }));
  assert.deepEqual((await line()).answers.map((each) => [each.status, each.by]), [['01', 'Hệ thống Liên Thông'], ['03', 'Trần Thị Mai'], ['06', 'Trần Thị Mai']]);

  await run(place.house.kernel, sendNotice, { agencyId: department, subject: letter.subject, kind: 'recall', reason: 'Ban hành nhầm' }, { actor: aClerk(department) });
  await place.house.drain();
  const recall = first((await ask('getReceivedEdocList')).reply.items);
  const notice = await documentOf((await ask('getEdoc', { docId: recall.docId })).bytes);
  assert.deepEqual([notice.business.kind, notice.business.documentId, notice.business.reason], ['revoke', message.documentId, 'Ban hành nhầm']);
  await ask('updateStatus', { docId: recall.docId, status: 'done' });
  assert.deepEqual(outcome(await ask('sendEdoc', await aStatus(notice, { by: office, status: '15' }))), [200, '0']);
  await place.house.drain();
  assert.equal(first((await line()).notices).state, 'agreed');
});

test('a packet that the system says it could not use comes back to its sender with the reason', async () => {
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [office.code]);
  assert.ok(linked);
  const letter = await aSentLetter(place.house.kernel, { from: department, to: [linked.id], document: { number: '77' } });
  await place.house.drain();
  const item = first((await ask('getReceivedEdocList')).reply.items);
  await ask('updateStatus', { docId: item.docId, status: 'fail', description: 'Tệp hỏng' });
  const [line] = await deliveriesOf(place.house.kernel.database.pool, { agencyId: department, subject: letter.subject });
  assert.equal(line?.state, 'returned');
  assert.match(line.reason ?? '', /Tệp hỏng/);
});

test('a system recalls, takes back, updates and replaces what it sent', async () => {
  const send = async (packet: Promise<Buffer>) => {
    const reply = await ask('sendEdoc', await packet);
    assert.deepEqual(outcome(reply), [200, '0'], reply.reply.ErrorDescEn);
    await place.house.drain();
  };
  const id = (number: string) => `${office.code},2026/11/19,${number}/VP`;
  const about = (number: string, business: Parameters<typeof aPacket>[0]['business']) => aPacket({ from: office, to: [departmentCode], document: { number, summary: 'V/v đã sửa' }, file: null, ...(business === undefined ? {} : { business }) });
  const part = { reason: 'Sai sót', paper: 0, staff: null };
  const stateOf = async (number: string) =>
    (await place.house.sql(`select m.state from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id join exchange.inbound i on i.id = o.inbound_id
      join exchange.axis_packet p on p.partner_id = i.partner_id and p.partner_ref = i.partner_ref where p.document_id = $1 and m.kind in ('new', 'replace')`, [id(number)]))[0]?.['state'];
  for (const number of ['201', '202', '203', '204']) await send(aPacket({ from: office, to: [departmentCode], document: { number } }));
  await send(about('201', { kind: 'revoke', ...part, documentId: id('201') }));
  assert.equal(await stateOf('201'), 'recalled');
  await send(about('202', { kind: 'update', ...part, documentId: id('202'), isContentChanged: true, areReceiversChanged: false, receivers: [] }));
  const [update] = await place.house.sql(`select m.state, m.original::jsonb #>> '{business,changed,summary}' as summary from exchange.message m where m.kind = 'update'`);
  assert.deepEqual(update, { state: 'agreed', summary: 'V/v đã sửa' });
  await send(aPacket({ from: office, to: [departmentCode], document: { number: '205' }, business: { kind: 'replace', ...part, documentId: '', replacements: [{ documentId: id('203'), organIds: [departmentCode] }] } }));
  assert.deepEqual([await stateOf('203'), await stateOf('205')], ['replaced', 'arrived']);
  await send(aStatus(await documentOf(await aPacket({ from: office, to: [departmentCode], document: { number: '204' } })), { by: office, status: '13', description: 'Gửi nhầm' }));
  assert.equal(await stateOf('204'), 'recalled');
  // A recall of what has not come waits for it.
  const lost = await ask('sendEdoc', await about('999', { kind: 'revoke', ...part, documentId: id('999') }));
  assert.deepEqual(outcome(lost), [200, '0']);
  await place.house.drain();
  assert.equal(first((await ask('getSentEdocList')).reply.items).status, 'processing', 'it waits in quarantine for its document');
});

test('each refusal has its code: file, key, receiver, sender, standard, packet, status', async () => {
  const good = { from: office, to: [departmentCode] };
  assert.deepEqual(outcome(await ask('sendEdoc', Buffer.from('không phải gói tin'))), [422, '22']);
  assert.deepEqual(outcome(await ask('sendEdoc', Buffer.from('<html><body/></html>'))), [422, '10']);
  assert.deepEqual(outcome(await ask('sendEdoc', Buffer.alloc(0))), [422, '10']);
  assert.deepEqual(outcome(await ask('getEdoc', { docId: 'x' }, { as: { ...vendor, secret: 'lt_sai' } })), [401, '15']);
  assert.deepEqual(outcome(await ask('getEdoc', { docId: 'x' }, { as: { ...vendor, systemId: 'he-thong-khac' } })), [401, '15']);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ ...good, to: [departmentCode, 'H56.88.88'] }))), [422, '18']);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ ...good, from: { code: departmentCode, name: 'Giả danh' } }))), [422, '19']);
  assert.deepEqual(outcome(await ask('sendEdoc', Buffer.from((await aPacket(good)).toString('utf8').replace(/<edXML:Subject>.*?<\/edXML:Subject><edXML:Content>.*?<\/edXML:Content>/, '')))), [422, '22']);
  assert.deepEqual(outcome(await ask('getEdoc', { docId: 'không có' })), [404, '30']);
  assert.deepEqual(outcome(await ask('getEdoc', {})), [422, '22']);
  assert.deepEqual(outcome(await ask('updateStatus', { docId: 'x', status: 'xong' })), [422, '31']);
  assert.deepEqual(outcome(await ask('sendEdoc', await aStatus(await documentOf(await aPacket(good)), { by: office, status: '03', documentId: 'không có' }))), [404, '30']);
  const headers = { 'x-message-id': 'thong-diep-1' };
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ ...good, document: { number: '301' } }), { headers })), [200, '0']);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ ...good, document: { number: '302' } }), { headers })), [409, '32']);
  const refused = await ask('sendEdoc', Buffer.from('<edXML'));
  assert.ok(refused.reply.ErrorDesc.includes('quy chuẩn') && refused.reply.ErrorDescEn.includes('edXML'), 'in both languages');
});

test('what nobody can read is kept in quarantine, untouched', async () => {
  const reply = await ask('sendEdoc', Buffer.from('<edXML><hỏng'));
  await place.house.drain();
  const { body } = await place.call<{ arrivals: { id: string; state: string; problemCode: string; problem: string }[] }>('GET', `/api/v1/exchange/arrivals?partnerId=${vendor.partnerId}`);
  const kept = body.arrivals.find((each) => each.id === reply.reply.DocId);
  assert.equal(kept?.state, 'quarantined');
  assert.match(kept.problem, /XML/);
});

test('a form with the packet as a file is taken like the packet itself', async () => {
  const packet = await aPacket({ from: office, to: [departmentCode], document: { number: '401' } });
  const form = new FormData();
  form.set('messageType', 'edoc');
  form.set('file', new Blob([new Uint8Array(packet)]), 'goi-tin.edxml');
  const send = async (body: FormData) => {
    const answer = await fetch(`${place.address}/v1/sendEdoc`, { method: 'POST', headers: { 'x-systemid': vendor.systemId, 'x-secretkey': vendor.secret }, body });
    // safe because the reply was checked against the route's schema
    return { http: answer.status, reply: (await answer.json()) as Reply };
  };
  const sent = await send(form);
  assert.deepEqual(outcome(sent), [200, '0']);
  assert.equal((await ask('sendEdoc', packet)).reply.DocId, sent.reply.DocId, 'the same bytes are the same packet');
  const empty = new FormData();
  empty.set('messageType', 'edoc');
  assert.deepEqual(outcome(await send(empty)), [422, '10']);
});

test('a packet above the limit is refused while it comes, whatever it says of its length', async () => {
  const small = await aVendor('gioi-han', { agencies: [{ code: 'H56.70.02', name: 'Đơn vị nhỏ' }] });
  const piece = Buffer.alloc(1024 * 1024, 0x20);
  const stream = (megabytes: number) => {
    let left = megabytes;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        left -= 1;
        if (left < 0) controller.close();
        else controller.enqueue(new Uint8Array(piece));
      },
    });
  };
  const send = (megabytes: number) =>
    fetch(`${place.address}/v1/sendEdoc`, { method: 'POST', duplex: 'half', headers: { 'x-systemid': small.systemId, 'x-secretkey': small.secret }, body: stream(megabytes) } as RequestInit);
  await place.call('PATCH', `/api/v1/exchange/partners/${small.partnerId}`, { body: { config: { systemId: 'gioi-han', packetLimitMb: 3 } } });
  const reply = await send(8).then(
    async (answer) => [answer.status, ((await answer.json()) as Reply).ErrorCode],
    () => 'cut off',
  );
  assert.ok(reply === 'cut off' || (reply[0] === 413 && reply[1] === '35'), String(reply));
  const stated = await ask('sendEdoc', Buffer.alloc(5 * 1024 * 1024), { as: small }).then(outcome, () => 'cut off');
  assert.ok(stated === 'cut off' || stated[1] === '35', String(stated));
  assert.deepEqual(await place.house.sql('select 1 from exchange.inbound where partner_id = $1', [small.partnerId]), []);
  const wide = await place.call('PATCH', `/api/v1/exchange/partners/${small.partnerId}`, { body: { config: { systemId: 'gioi-han', packetLimitMb: 301 } } });
  assert.equal(wide.status, 422, 'nobody sets more than 300 MB');
});

test('a key that is replaced holds beside the new one until the day that was said, and can be ended before', async () => {
  const made = await place.call<{ partnerId: string; systemId: string; key: { keyId: string; secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm thay khóa', systemId: 'thay-khoa', isSandbox: false, agencies: [] } });
  const url = `/api/v1/exchange/systems/${made.body.partnerId}`;
  const calls = async (secret: string): Promise<number> =>
    (await fetch(`${place.address}/v1/getReceivedEdocList`, { method: 'POST', headers: { 'x-systemid': 'thay-khoa', 'x-secretkey': secret, 'content-type': 'application/json' }, body: '{}' })).status;
  const former = made.body.key;
  assert.equal(await calls(former.secret), 200);
  const replace = (body: object) => place.call<{ keyId: string; secret: string }>('POST', `${url}/keys`, { body });
  const today = vietnamDay(place.house.clock.now());
  const [tomorrow, later] = [addDays(today, 1), addDays(today, 30)];
  for (const formerEndsOn of [addDays(today, -1), addDays(later, 1), '2026-02-30']) assert.equal((await replace({ expiresOn: later, formerEndsOn })).status, 422);
  const { body: next } = await replace({ expiresOn: later, formerEndsOn: tomorrow });
  const shown = async () => (await place.call<{ keys: { id: string; expiresAt: string; isGood: boolean; isInUse: boolean }[] }>('GET', url)).body.keys.map(({ id, isGood, isInUse }) => [id, isGood, isInUse]);
  assert.deepEqual(await shown(), [[next.keyId, true, false], [former.keyId, true, true]], 'the vendor has not changed over yet');
  place.house.clock.advance(60_000);
  assert.deepEqual([await calls(next.secret), await calls(former.secret)], [200, 200]);
  place.house.clock.advance(2 * 60_000);
  await calls(next.secret);
  assert.deepEqual(await shown(), [[next.keyId, true, true], [former.keyId, true, false]]);
  const [entry] = await place.house.sql(`select data ->> 'hint' as hint, data ->> 'expiresAt' as at from audit.entry where type = 'exchange.axis-key-ends'`);
  assert.deepEqual([entry?.['hint'], entry?.['at']], [former.secret.slice(-4), new Date(`${tomorrow}T23:59:59+07:00`).toISOString()]);
  assert.equal((await place.call('DELETE', `${url}/keys/${former.keyId}`)).status, 204);
  assert.deepEqual([await calls(next.secret), await calls(former.secret)], [200, 401]);
});

test('keys end, are replaced without a pause, and are never kept', async () => {
  const owner = await aVendor('khoa-moi', { agencies: [{ code: 'H56.70.03', name: 'Đơn vị thay khóa' }] });
  const url = `/api/v1/exchange/systems/${owner.partnerId}`;
  const issued = await place.call<{ secret: string; keyId: string }>('POST', `${url}/keys`, { body: { expiresOn: '2026-11-25', note: 'Máy chủ dự phòng' } });
  assert.equal(issued.status, 200);
  const next = { ...owner, ...issued.body };
  for (const key of [owner, next]) assert.deepEqual(outcome(await ask('getReceivedEdocList', {}, { as: key })), [200, '0']);
  assert.equal((await place.call('DELETE', `${url}/keys/${owner.keyId}`)).status, 204);
  assert.equal((await place.call('DELETE', `${url}/keys/${owner.keyId}`)).status, 404);
  assert.deepEqual(outcome(await ask('getReceivedEdocList', {}, { as: owner })), [401, '15']);
  assert.deepEqual(outcome(await ask('getReceivedEdocList', {}, { as: next })), [200, '0']);
  assert.equal((await place.call('POST', `${url}/keys`, { body: { expiresOn: '2026-11-20' } })).status, 422);
  const shown = await place.call<{ keys: { hint: string; isGood: boolean; lastUsedAt: string | null }[] }>('GET', url);
  assert.deepEqual(shown.body.keys.map((key) => [key.hint, key.isGood]), [[next.secret.slice(-4), true], [owner.secret.slice(-4), false]]);
  assert.ok(!JSON.stringify(shown.body).includes(next.secret));
  const everything = JSON.stringify(await place.house.sql(`select (select json_agg(e) from audit.entry e) as audit, (select json_agg(k) from exchange.axis_key k) as keys, (select json_agg(i) from kernel.idempotency i) as replies`));
  assert.ok(!everything.includes(next.secret) && !everything.includes(owner.secret));
  place.house.clock.advance(6 * 86_400_000);
  const late = await ask('getReceivedEdocList', {}, { as: next });
  assert.deepEqual(outcome(late), [401, '15']);
  assert.match(late.reply.ErrorDesc, /hết hạn/);
  for (const actor of [aClerk(department)]) assert.equal((await place.call('POST', `${url}/keys`, { as: actor, body: { expiresOn: '2026-12-25' } })).status, 403);
});

test('a packet that is refused leaves nothing behind for long, one that is taken or cannot be read is kept for good', async () => {
  const isKept = async (packet: Buffer): Promise<unknown> => (await place.house.sql(`select kept from files.blob where sha256 = $1`, [createHash('sha256').update(packet).digest()]))[0]?.['kept'];
  const sender = { code: 'H56.70.85', name: 'Đơn vị gửi nhầm' };
  const wrong = await aVendor('gui-nham', { agencies: [sender], quotas: { messagesPerDay: 2, megabytesPerDay: 1, requestsPerMinute: 20 } });
  const send = async (body: Buffer) => outcome(await ask('sendEdoc', body, { as: wrong }));
  const [lost, taken, beyond] = [await aPacket({ from: sender, to: ['H99.99'], document: { number: '601' } }), await aPacket({ from: sender, to: [departmentCode], document: { number: '602' } }), await aPacket({ from: sender, to: [departmentCode], document: { number: '603' } })];
  const unreadable = Buffer.from('không phải gói tin nào');
  assert.equal((await send(lost))[1], '18');
  assert.deepEqual(await send(taken), [200, '0']);
  assert.notEqual((await send(unreadable))[1], '0');
  assert.deepEqual(await send(beyond), [429, '33']);
  assert.deepEqual(await Promise.all([lost, taken, unreadable, beyond].map(isKept)), [false, true, true, false]);
  assert.deepEqual(await send(taken), [200, '0'], 'sent again');
  assert.equal(await isKept(taken), true);
});

test('a system that used up its quota is told when it may come again, and a suspended one is let in no more', async () => {
  const busy = await aVendor('han-muc', { agencies: [{ code: 'H56.70.04', name: 'Đơn vị bận' }], quotas: { messagesPerDay: 2, megabytesPerDay: 1, requestsPerMinute: 6 } });
  const packet = (number: string, file?: Buffer) => aPacket({ from: { code: 'H56.70.04', name: 'Đơn vị bận' }, to: [departmentCode], document: { number }, ...(file === undefined ? {} : { file }) });
  const send = async (body: Buffer) => ask('sendEdoc', body, { as: busy });
  const one = await packet('501');
  assert.deepEqual(outcome(await send(one)), [200, '0']);
  assert.deepEqual(outcome(await send(await packet('502', Buffer.alloc(900_000, 'a')))), [429, '33'], 'Base64 makes it more than the megabyte');
  assert.deepEqual(outcome(await send(await packet('503'))), [200, '0']);
  const third = await send(await packet('504'));
  assert.deepEqual(outcome(third), [429, '33']);
  assert.ok(Number(third.retryAfter) > 60);
  assert.deepEqual(outcome(await send(one)), [200, '0'], 'what is here already costs nothing');
  assert.deepEqual(outcome(await send(one)), [200, '0']);
  const tired = await send(one);
  assert.deepEqual(outcome(tired), [429, '33']);
  assert.ok(Number(tired.retryAfter) <= 60);
  place.house.clock.advance(61_000);
  assert.deepEqual(outcome(await send(one)), [200, '0']);
  assert.equal((await place.call('POST', `/api/v1/exchange/partners/${busy.partnerId}/suspend`, { body: { reason: 'Kiểm tra an toàn' } })).status, 204);
  assert.deepEqual(outcome(await send(one)), [403, '34']);
});

test('a system sees its own packets only, and no agency is given to two', async () => {
  const other = await aVendor('he-thong-b', { agencies: [{ code: 'H56.70.05', name: 'Đơn vị B' }] });
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [office.code]);
  assert.ok(linked);
  await aSentLetter(place.house.kernel, { from: department, to: [linked.id], document: { number: '66' } });
  await place.house.drain();
  const item = first((await ask('getReceivedEdocList', { messageType: 'edoc' })).reply.items);
  assert.deepEqual((await ask('getReceivedEdocList', {}, { as: other })).reply.items, []);
  assert.deepEqual(outcome(await ask('getEdoc', { docId: item.docId }, { as: other })), [404, '30']);
  assert.deepEqual(outcome(await ask('updateStatus', { docId: item.docId, status: 'done' }, { as: other })), [404, '30']);
  assert.deepEqual(outcome(await ask('sendEdoc', await aPacket({ from: office, to: [departmentCode] }), { as: other })), [422, '19']);
  const message = await documentOf((await ask('getEdoc', { docId: item.docId })).bytes);
  assert.deepEqual(outcome(await ask('sendEdoc', await aStatus(message, { by: { code: 'H56.70.05', name: 'Đơn vị B' }, status: '03' }), { as: other })), [404, '30']);
  const add = (code: string) => place.call('POST', `/api/v1/exchange/systems/${other.partnerId}/agencies`, { body: { code, name: 'Đơn vị' } });
  assert.deepEqual([(await add(office.code)).status, (await add(departmentCode)).status, (await add('Z99.9')).status, (await add('H56.70.06')).status], [409, 409, 422, 204]);
  assert.equal((await place.call('POST', '/api/v1/exchange/systems', { body: { name: 'Trùng mã', systemId: 'he-thong-b', isSandbox: false, agencies: [] } })).status, 409);
});

test('a system speaks no more for an agency that was taken from it', async () => {
  const agency = { code: 'H56.70.21', name: 'Công ty cây xanh' };
  const other = await aVendor('cay-xanh', { agencies: [agency] });
  const send = async (number: string) => outcome(await ask('sendEdoc', await aPacket({ from: agency, to: [departmentCode], document: { number } }), { as: other }));
  assert.deepEqual(await send('501'), [200, '0']);
  await place.house.drain();
  place.house.clock.advance(2 * 86_400_000);
  const [linked] = await place.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [agency.code]);
  assert.equal((await place.call('DELETE', `/api/v1/exchange/partners/${other.partnerId}/agencies/${String(linked?.['id'])}`)).status, 204);
  assert.deepEqual(await send('502'), [422, '19']);
  assert.deepEqual(outcome(await ask('registerAgency', { code: agency.code }, { as: other })), [422, '19']);
});
