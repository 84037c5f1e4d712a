import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { after, before, beforeEach, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { setAgencyCode } from '#engines/identity/index.ts';
import { answerMessage } from '../../../commands/answer-message.ts';
import { sendNotice } from '../../../commands/send-notice.ts';
import type { EdxmlBusiness, EdxmlMessage, StatusMessage } from '../../../edxml/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { stuckDeliveries } from '../../../queries/troubled-deliveries.ts';
import { waitingQueues } from '../../../queries/waiting.ts';
import { aClerk, aDocument, aMainFile, anAgency, aSentLetter } from '../../../testing.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { aPacket, aStatus, openPacket } from './testing.ts';

// What the packets of another maker's system do here, as the agencies that receive them see it.

const OFFICE = { code: 'H56.71.01', name: 'Công ty Cấp nước' };
const PART = { reason: 'Sai sót', paper: 0, staff: null };
type Agency = { id: Id<'agency'>; code: string };

let place: Installation;
let headers: Record<string, string>;
let [interior, finance, health]: Agency[] = [];
let count = 0;
before(async () => {
  place = await openInstallation();
  [interior, finance, health] = await Promise.all(['Sở Nội vụ', 'Sở Tài chính', 'Sở Y tế'].map(agency));
  const { body } = await place.call<{ key: { secret: string } }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm', systemId: 'cap-nuoc', isSandbox: false, agencies: [OFFICE], quotas: { messagesPerDay: 5000, megabytesPerDay: 10_240, requestsPerMinute: 10_000 } } });
  headers = { 'x-systemid': 'cap-nuoc', 'x-secretkey': body.key.secret };
});
beforeEach(() => void (count += 1));
after(() => place.close());

async function agency(name: string): Promise<Agency> {
  const id = await anAgency(place.house.kernel, name);
  return { id, code: String((await place.house.sql('select code from identity.agency_code where agency_id = $1', [id]))[0]?.['code']) };
}

const some = <Value>(value: Value | undefined): Value => value ?? assert.fail('nothing there');
const number = (): string => String(300 + count);
const documentId = (of = number()): string => `${OFFICE.code},2026/11/19,${of}/VP`;

type Reply = { ErrorCode: string; ErrorDesc: string; items: { docId: string; status: string; status_desc: string }[] };

async function ask(call: string, body: object | Buffer): Promise<Reply> {
  const isPacket = Buffer.isBuffer(body);
  const reply = await fetch(`${place.address}/v1/${call}`, { method: 'POST', headers: { ...headers, 'content-type': isPacket ? 'application/octet-stream' : 'application/json' }, body: isPacket ? new Uint8Array(body) : JSON.stringify(body) });
  // safe because all calls of this file are answered in JSON
  return (await reply.json()) as Reply;
}

async function fetchPacket(docId: string): Promise<EdxmlMessage> {
  const fetched = await fetch(`${place.address}/v1/getEdoc`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ docId }) });
  return (await openPacket(Buffer.from(await fetched.arrayBuffer()))).message;
}

async function send(packet: Promise<Buffer>): Promise<void> {
  place.house.clock.advance(1000);
  const reply = await ask('sendEdoc', await packet);
  assert.equal(reply.ErrorCode, '0', reply.ErrorDesc);
  await place.house.drain();
}

const letter = (to: readonly (Agency | undefined)[], more: Partial<Parameters<typeof aPacket>[0]> = {}): Promise<Buffer> =>
  aPacket({ from: OFFICE, to: to.map((each) => some(each).code), ...more, document: { number: number(), ...more.document } });
const notice = (to: readonly (Agency | undefined)[], business: EdxmlBusiness, summary = 'V/v phối hợp'): Promise<Buffer> => letter(to, { business, file: null, document: { summary } });
const update = (changes: { isContentChanged: boolean; added?: Agency | undefined; removed?: Agency | undefined }): EdxmlBusiness => {
  const receivers = [
    ...(changes.added === undefined ? [] : [{ organId: changes.added.code, change: 'added' as const }]),
    ...(changes.removed === undefined ? [] : [{ organId: changes.removed.code, change: 'removed' as const }]),
  ];
  return { kind: 'update', ...PART, documentId: documentId(), isContentChanged: changes.isContentChanged, areReceiversChanged: receivers.length > 0, receivers };
};

/** The letter as an agency has it: its state, its summary as it was signed, and the one after the updates. */
async function had(by: Agency | undefined): Promise<{ state: string; sender: string; named: string; changed: string | null } | undefined> {
  const [row] = await place.house.sql(
    `select m.state, m.original::jsonb #>> '{sender,name}' as sender, m.original::jsonb #>> '{document,senderName}' as named,
            (select n.original::jsonb #>> '{business,changed,summary}' from exchange.message n where n.agency_id = m.agency_id and n.kind = 'update' and n.state = 'agreed' and n.original::jsonb #>> '{business,of,envelopeId}' = m.envelope_id::text
              order by n.id desc limit 1) as changed
       from exchange.message m where m.agency_id = $1 and m.kind in ('new', 'replace') and m.original::jsonb #>> '{document,number}' = $2`,
    [some(by).id, number()],
  );
  // safe because the statement selects exactly these columns
  return row as Awaited<ReturnType<typeof had>>;
}

test('a system speaks under the names of its agencies as the directory has them, whatever it writes', async () => {
  await send(letter([finance], { from: { ...OFFICE, name: 'Ủy ban nhân dân tỉnh' } }));
  assert.deepEqual(await had(finance), { state: 'arrived', sender: OFFICE.name, named: OFFICE.name, changed: null });
  await send(letter([finance], { from: { ...OFFICE, name: 'Cty Cấp nước' }, sentAt: new Date('2026-11-20T02:00:00Z') }));
  assert.deepEqual(await place.house.sql('select 1 from exchange.contradiction'), [], 'the name written otherwise makes it no other document');
});

test('an update adds a receiver, removes one and changes what the others have, all with one packet', async () => {
  await send(letter([interior, finance]));
  await send(notice([interior, health], update({ isContentChanged: true, added: health, removed: finance }), 'V/v đã sửa'));
  assert.deepEqual([(await had(interior))?.state, (await had(interior))?.changed], ['arrived', 'V/v đã sửa']);
  assert.equal((await had(finance))?.state, 'recalled');
  assert.deepEqual([(await had(health))?.state, (await had(health))?.changed], ['arrived', 'V/v đã sửa'], 'the letter as it was signed, and the change behind it');
  const hashes = await place.house.sql(`select distinct content_hash from exchange.message where kind = 'new' and original::jsonb #>> '{document,number}' = $1`, [number()]);
  assert.equal(hashes.length, 1, 'the added one has the same letter');
});

test('an update that only adds a receiver changes nothing for the others, also when the packet comes again', async () => {
  await send(letter([interior]));
  const packet = notice([interior, health], update({ isContentChanged: false, added: health }), 'V/v chỉ thêm nơi nhận');
  await send(packet);
  await send(packet);
  assert.deepEqual([await had(interior), await had(health)].map((each) => [each?.state, each?.changed]), [['arrived', null], ['arrived', null]]);
  const about = await place.house.sql(`select kind from exchange.message where original::jsonb #>> '{document,number}' = $1 order by kind`, [number()]);
  assert.deepEqual(about.map((each) => each['kind']), ['new', 'new']);
});

test('an update that brings another file is not swallowed: it waits in sight, its sender reads why, and the same file again is no other', async () => {
  await send(letter([interior]));
  await send(letter([interior], { business: update({ isContentChanged: true }), document: { summary: 'V/v đã sửa' } }));
  assert.equal((await had(interior))?.changed, 'V/v đã sửa', 'with the file that they have');
  await send(letter([interior], { business: update({ isContentChanged: true }), document: { summary: 'V/v sửa cả tệp' }, file: 'văn bản khác' }));
  assert.equal((await had(interior))?.changed, 'V/v đã sửa');
  const told = some((await ask('getSentEdocList', {})).items[0]);
  assert.equal(told.status, 'fail');
  assert.match(told.status_desc, /van-ban\.txt.*loại 3/);
});

test('an added receiver that nobody knows is refused at once', async () => {
  await send(letter([interior]));
  const reply = await ask('sendEdoc', await notice([interior], update({ isContentChanged: false, added: { id: some(health).id, code: 'H56.99.77' } })));
  assert.deepEqual([reply.ErrorCode, reply.ErrorDesc.includes('H56.99.77')], ['18', true]);
});

test('a recall, an update and a replacement that come before a late original take effect when it is there', async () => {
  await send(notice([finance], { kind: 'revoke', ...PART, documentId: documentId() }));
  assert.equal(await had(finance), undefined);
  const sentOne = async () => some((await ask('getSentEdocList', {})).items.find(({ docId }) => docId === early));
  const early = some((await ask('getSentEdocList', {})).items[0]).docId;
  assert.deepEqual([(await sentOne()).status, (await sentOne()).status_desc], ['processing', `Chờ văn bản mà gói tin nói đến: Chưa nhận được văn bản ${documentId()}`]);
  await send(letter([finance]));
  assert.equal((await sentOne()).status, 'done');
  assert.equal((await had(finance))?.state, 'recalled');
  const quarantined = await place.house.sql(`select 1 from exchange.inbound where problem_code = 'documentUnknown'`);
  assert.deepEqual(quarantined, [], 'nobody has to try it again');

  count += 100;
  await send(notice([finance], update({ isContentChanged: true }), 'V/v đã sửa'));
  await send(letter([finance]));
  assert.equal((await had(finance))?.changed, 'V/v đã sửa');

  count += 100;
  const old = number();
  await send(letter([finance], { document: { number: '777' }, business: { kind: 'replace', ...PART, documentId: '', replacements: [{ documentId: documentId(old), organIds: [some(finance).code] }] } }));
  await send(letter([finance]));
  assert.equal((await had(finance))?.state, 'replaced');
});

test('a taking back finds its document without its id, also where it names the receiver, or code and agency in each other’s place', async () => {
  const written = async (): Promise<string> => {
    const { message } = await openPacket(await letter([finance]));
    assert.ok(message.kind === 'document');
    return (await aStatus({ ...message, from: { ...message.from, organId: some(finance).code } }, { by: OFFICE, status: '13', description: 'Gửi nhầm', documentId: '' })).toString('utf8');
  };
  await send(letter([finance]));
  await send(written().then((text) => Buffer.from(text)));
  assert.equal((await had(finance))?.state, 'recalled');
  count += 100;
  await send(letter([finance]));
  await send(written().then((text) => Buffer.from(text.replace(/(ResponseFor><edXML:OrganId>)([^<]*)(<\/edXML:OrganId><edXML:Code>)([^<]*)/, '$1$4$3$2'))));
  assert.equal((await had(finance))?.state, 'recalled');
});

test('a replacement that goes to fewer agencies takes the old document from the others that it names', async () => {
  await send(letter([interior, finance, health]));
  const organIds = [interior, finance].map((each) => some(each).code);
  await send(letter([interior], { document: { number: String(600 + count) }, business: { kind: 'replace', ...PART, documentId: '', replacements: [{ documentId: documentId(), organIds }] } }));
  assert.deepEqual([(await had(interior))?.state, (await had(finance))?.state, (await had(health))?.state], ['replaced', 'recalled', 'arrived']);
});

/** A letter of an agency here to the system's one, with what was told of it. */
async function sentToOffice(): Promise<{ tell: (status: StatusMessage['statusCode'], description?: string) => Promise<void>; recall: () => Promise<void>; now: () => Promise<{ state: string; told: string[]; recall: string | undefined }>; reasons: () => Promise<(string | null)[]> }> {
  const from = some(interior).id;
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [OFFICE.code]);
  const { subject } = await aSentLetter(place.house.kernel, { from, to: [some(linked).id], document: aDocument({ number: number() }), files: [await aMainFile(place.house.kernel, `công văn ${number()}`)] });
  await place.house.drain();
  const { docId } = some((await ask('getReceivedEdocList', { messageType: 'edoc' })).items.at(-1));
  const message = await fetchPacket(docId);
  assert.ok(message.kind === 'document');
  await ask('updateStatus', { docId, status: 'done' });
  return {
    tell: async (status, description = '') => {
      place.house.clock.advance(60_000);
      await send(aStatus(message, { by: OFFICE, status, description, at: place.house.clock.now() }));
    },
    recall: async () => {
      place.house.clock.advance(60_000);
      await run(place.house.kernel, sendNotice, { agencyId: from, subject, kind: 'recall', reason: 'Ban hành nhầm' }, { actor: aClerk(from) });
      await place.house.drain();
      for (const item of (await ask('getReceivedEdocList', { messageType: 'edoc' })).items) await ask('updateStatus', { docId: item.docId, status: 'done' });
    },
    now: async () => {
      const line = some((await deliveriesOf(place.house.kernel.database.pool, { agencyId: from, subject }))[0]);
      return { state: line.state, told: line.answers.map(({ status }) => status), recall: line.notices[0]?.state };
    },
    reasons: async () => some((await deliveriesOf(place.house.kernel.database.pool, { agencyId: from, subject }))[0]).answers.map(({ reason }) => reason),
  };
}

test('a status that this system gives by itself says in words what happened; such words that come back are no reason', async () => {
  const told = async (): Promise<string[]> => {
    await place.house.drain();
    const words: string[] = [];
    for (const { docId } of (await ask('getReceivedEdocList', { messageType: 'status' })).items) {
      const message = await fetchPacket(docId);
      assert.ok(message.kind === 'status');
      words.push(`${message.statusCode} ${message.description}`);
      await ask('updateStatus', { docId, status: 'done' });
    }
    return words;
  };
  await told();
  await send(letter([health]));
  assert.deepEqual(await told(), ['01 Đã đến']);
  await send(notice([health], { kind: 'revoke', ...PART, documentId: documentId() }));
  assert.ok((await told()).includes('15 Đồng ý thu hồi'));
  count += 100;
  await send(letter([health]));
  const [row] = await place.house.sql<{ id: Id<'message'> }>(`select id from exchange.message where agency_id = $1 and original::jsonb #>> '{document,number}' = $2`, [some(health).id, number()]);
  for (const status of ['03', '04', '06'] as const) await run(place.house.kernel, answerMessage, { agencyId: some(health).id, messageId: some(row).id, status }, { actor: aClerk(some(health).id) });
  assert.deepEqual(await told(), ['01 Đã đến', '03 Đã tiếp nhận', '04 Phân công xử lý', '06 Hoàn thành']);
  count += 100;
  await send(letter([health]));
  const [other] = await place.house.sql<{ id: Id<'message'> }>(`select id from exchange.message where agency_id = $1 and original::jsonb #>> '{document,number}' = $2`, [some(health).id, number()]);
  await run(place.house.kernel, answerMessage, { agencyId: some(health).id, messageId: some(other).id, status: '02', reason: 'Không đúng thẩm quyền' }, { actor: aClerk(some(health).id) });
  assert.deepEqual(await told(), ['01 Đã đến', '02 Không đúng thẩm quyền'], 'what a person said has the place');

  const letterOut = await sentToOffice();
  await letterOut.tell('03', 'Đã tiếp nhận');
  await letterOut.tell('05', 'Đã giao phòng Kỹ thuật');
  assert.deepEqual(await letterOut.reasons(), [null, 'Đã giao phòng Kỹ thuật']);
});

test('a letter that the other system has taken and has not answered is in no queue; after four hours somebody should ask', async () => {
  await sentToOffice();
  const from = some(interior).id;
  const { pool } = place.house.kernel.database;
  const look = async (minutes: number) => {
    const now = new Date(place.house.clock.now().getTime() + minutes * 60_000);
    return [(await waitingQueues(pool, new Date(now.getTime() - 10 * 60_000))).length, (await stuckDeliveries(pool, { now, agencyId: from })).map(({ trouble }) => trouble)];
  };
  assert.deepEqual([await look(30), await look(300)], [[0, []], [0, ['late']]]);
});

test('a status that was overtaken takes nothing back, whenever it comes again; work that is assigned anew does', async () => {
  const letterOut = await sentToOffice();
  for (const status of ['01', '03', '05', '04', '03', '06', '03', '04', '01'] as const) await letterOut.tell(status, `lần ${status}`);
  assert.deepEqual(await letterOut.now(), { state: 'completed', told: ['01', '03', '05', '04', '06'], recall: undefined });
});

test('a system that answers a recall as it answers a document, 03 or 02, has agreed to it or declined it', async () => {
  const agreed = await sentToOffice();
  for (const status of ['01', '03'] as const) await agreed.tell(status);
  await agreed.recall();
  await agreed.tell('03', 'Đã hủy văn bản');
  assert.deepEqual(await agreed.now(), { state: 'recalled', told: ['01', '03'], recall: 'agreed' });
  count += 100;
  const declined = await sentToOffice();
  for (const status of ['01', '03', '05'] as const) await declined.tell(status);
  await declined.recall();
  await declined.tell('02', 'Đang xử lý, không hủy');
  assert.deepEqual(await declined.now(), { state: 'in_process', told: ['01', '03', '05'], recall: 'declined' });
});

test('what a system answers to a document that it has not registered is about the document, also while it is being recalled', async () => {
  const letterOut = await sentToOffice();
  await letterOut.tell('01');
  await letterOut.recall();
  await letterOut.tell('02', 'Không đúng thẩm quyền');
  assert.deepEqual(await letterOut.now(), { state: 'refused', told: ['01', '02'], recall: 'waiting' });
});

/** The newest packet of a kind that waits for the system, which then says that it has it. */
async function newest(messageType: 'edoc' | 'status'): Promise<EdxmlMessage> {
  const { docId } = some((await ask('getReceivedEdocList', { messageType })).items.at(-1));
  const message = await fetchPacket(docId);
  await ask('updateStatus', { docId, status: 'done' });
  return message;
}

test('a document that was sent under the agency’s former code is recalled, changed, replaced and taken back under the id that the system has', async () => {
  const { kernel } = place.house;
  const builder = await agency('Sở Xây dựng');
  const [linked] = await place.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [OFFICE.code]);
  const to = [some(linked).id];
  const sentLetter = async (named: string) => {
    const { subject } = await aSentLetter(kernel, { from: builder.id, to, document: aDocument({ number: named }), files: [await aMainFile(kernel, `công văn ${named}`)] });
    await place.house.drain();
    const message = await newest('edoc');
    assert.ok(message.kind === 'document' && message.documentId.startsWith(`${builder.code},`));
    return { subject, message };
  };
  const [recalled, changed, replaced, takenBack] = [await sentLetter('901'), await sentLetter('902'), await sentLetter('903'), await sentLetter('904')];
  await send(aStatus(recalled.message, { by: OFFICE, status: '01', at: place.house.clock.now() }));
  const code = 'H56.99.41';
  await run(kernel, setAgencyCode, { agencyId: builder.id, scheme: 'qd20', code, from: vietnamDay(place.house.clock.now()), note: null }, { actor: systemActor('test') });
  place.house.clock.advance(60_000);
  const actor = { actor: aClerk(builder.id) };
  const told = async (messageType: 'edoc' | 'status' = 'edoc') => {
    await place.house.drain();
    const message = await newest(messageType);
    assert.equal(message.from.organId, code, 'who speaks is the agency as it is today');
    return message;
  };

  await run(kernel, sendNotice, { agencyId: builder.id, subject: recalled.subject, kind: 'recall', reason: 'Ban hành nhầm' }, actor);
  const recall = await told();
  assert.ok(recall.kind === 'document' && recall.business.kind === 'revoke');
  assert.deepEqual([recall.documentId, recall.business.documentId], [recalled.message.documentId, recalled.message.documentId]);
  await send(aStatus(recalled.message, { by: OFFICE, status: '15', at: place.house.clock.now() }));
  assert.equal((await deliveriesOf(kernel.database.pool, { agencyId: builder.id, subject: recalled.subject }))[0]?.state, 'recalled', 'its answer finds the recall');

  await run(kernel, sendNotice, { agencyId: builder.id, subject: changed.subject, kind: 'update', changed: { summary: 'V/v đã sửa', urgency: 'normal', answerDue: null }, reason: 'Sai trích yếu' }, actor);
  const update = await told();
  assert.ok(update.kind === 'document' && update.business.kind === 'update');
  assert.deepEqual([update.documentId, update.business.documentId], [changed.message.documentId, changed.message.documentId]);

  await aSentLetter(kernel, { from: builder.id, to, document: aDocument({ number: '905' }), files: [await aMainFile(kernel, 'thay thế')], replaces: { subject: replaced.subject, reason: 'Sai số liệu' } });
  const replacement = await told();
  assert.ok(replacement.kind === 'document' && replacement.business.kind === 'replace');
  assert.deepEqual([replacement.documentId.split(',')[0], replacement.business.replacements.map((each) => each.documentId)], [code, [replaced.message.documentId]]);

  await run(kernel, sendNotice, { agencyId: builder.id, subject: takenBack.subject, kind: 'take_back', reason: 'Gửi nhầm nơi nhận' }, actor);
  const status = await told('status');
  assert.ok(status.kind === 'status');
  assert.deepEqual([status.statusCode, status.responseFor.documentId, status.responseFor.organId], ['13', takenBack.message.documentId, builder.code]);
});

test('a large packet goes through without ever standing in memory as a whole', async () => {
  const whole = (await letter([finance], { file: '@@@', fileName: 'ban-ve.zip' })).toString('utf8');
  const [before = '', after = ''] = whole.split(Buffer.from('@@@').toString('base64'));
  const part = Buffer.concat([Buffer.from('504b0304', 'hex'), randomBytes(3 * 2 ** 19 - 4)]).toString('base64');
  const pieces = function* () {
    yield before;
    for (let count = 0; count < 110; count += 1) yield part;
    yield after;
  };
  const status = await new Promise<number | undefined>((answered, failed) => {
    const asked = request(`${place.address}/v1/sendEdoc`, { method: 'POST', headers: { ...headers, 'content-type': 'application/octet-stream' } }, (reply) => {
      reply.resume();
      answered(reply.statusCode);
    });
    pipeline(pieces, asked).catch(failed);
  });
  assert.equal(status, 200);
  const atRest = process.memoryUsage().arrayBuffers;
  // Pieces that nobody holds any more count until they are collected.
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers - atRest)), 2);
  try {
    await place.house.drain();
  } finally {
    clearInterval(watching);
  }
  assert.equal((await had(finance))?.state, 'arrived');
  assert.ok(most < 128 * 2 ** 20, `${String(Math.round(most / 2 ** 20))} MB of a packet of 220`);
});
