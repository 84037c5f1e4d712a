import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { answerMessage, sendEnvelope } from '#engines/exchange/index.ts';
import { storeBytes } from '#engines/files/index.ts';
import type { TracedEnvelope, TracedMessage } from './contract.ts';
import { openDesk, type Desk } from './testing.ts';

let desk: Desk;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let clerk: PersonActor;
let receiver: PersonActor;
let province: PersonActor;
let envelopeId: string;
before(async () => {
  desk = await openDesk();
  sender = await desk.agency('Sở Nội vụ');
  commune = await desk.agency('UBND xã Hoằng Hóa', { kind: 'commune' });
  const press = await desk.agency('Báo Thanh Hóa', { hosting: 'external' });
  clerk = await desk.person(sender, 'Trần Thị Thu Hà', ['clerk']);
  receiver = await desk.person(commune, 'Lê Văn Sơn', ['clerk']);
  province = await desk.person(await desk.agency('UBND tỉnh', { kind: 'province' }), 'Đinh Trọng Hiếu', ['province_admin']);
  const stored = await storeBytes(desk.house.kernel, Buffer.from('bí mật nội dung'), { limitBytes: 1000 });
  const document = {
    code: 'H56.12.2026.7', number: '7', notation: 'SNV-VP', issuedOn: '2026-11-20', documentType: 'cong-van', typeName: 'Công văn', summary: 'V/v kỷ luật ông Nguyễn Văn A', urgency: 'urgent' as const, answerDue: null,
    signerName: 'Nguyễn Minh Đức', signerTitle: 'Giám đốc', senderName: 'Sở Nội vụ', senderCode: 'H56.12', pageCount: 1,
  };
  const files = [{ ...stored, name: 'ky-luat-nguyen-van-a.txt', mediaType: 'text/plain', role: 'main' as const }];
  envelopeId = await run(desk.house.kernel, sendEnvelope, { agencyId: sender, subject: { type: 'outgoing-document', id: newId() }, recipients: [commune, press], document, files }, { actor: clerk });
  await desk.house.drain();
  const [row] = await desk.house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1', [commune]);
  assert.ok(row);
  await run(desk.house.kernel, answerMessage, { agencyId: commune, messageId: row.id, status: '03' }, { actor: receiver });
  await desk.house.drain();
});
after(() => desk.house.close());

const trace = async (as: PersonActor, recipient = ''): Promise<TracedEnvelope> => (await desk.call<TracedEnvelope>(as, 'GET', `/envelopes/${sender}/${envelopeId}${recipient === '' ? '' : `?recipient=${encodeURIComponent(recipient)}`}`)).body;

test('the sender sees the whole way: the look at the files, each recipient, the steps of arrival, the answers with their receipts', async () => {
  const found = await trace(clerk);
  assert.equal(found.summary, 'V/v kỷ luật ông Nguyễn Văn A');
  assert.deepEqual(found.files.map((file) => [file.name, file.inspection?.hashMatches]), [['ky-luat-nguyen-van-a.txt', true]]);
  assert.deepEqual(found.deliveries.map((delivery) => [delivery.recipientName, delivery.state]), [['Báo Thanh Hóa', 'no_route'], ['UBND xã Hoằng Hóa', 'registered']], 'what needs somebody comes first');
  const [, commune_] = found.deliveries;
  assert.deepEqual(commune_?.arrival?.steps.map((step) => step.step), ['original-kept', 'seen-before', 'well-formed', 'integrity', 'signatures', 'policy']);
  assert.deepEqual(commune_.answers.map((answer) => answer.status), ['01', '03']);
  assert.ok(commune_.answers.every((answer) => answer.receipt !== ''));
  assert.equal(found.evidence, `/api/v1/exchange/envelopes/${envelopeId}/evidence`);
});

test('a recipient is found by a part of its name', async () => assert.deepEqual((await trace(clerk, 'hoằng')).deliveries.map((delivery) => delivery.recipientName), ['UBND xã Hoằng Hóa']));

test('whoever oversees the province sees how it went, and nothing of what it says, its files, its people or its proofs', async () => {
  const found = await trace(province);
  assert.deepEqual([found.isOwn, found.number, found.summary, found.evidence], [false, '7', null, null]);
  assert.deepEqual(found.deliveries.map((delivery) => delivery.state), ['no_route', 'registered']);
  assert.doesNotMatch(JSON.stringify(found), /kỷ luật|ky-luat|Trần Thị|Lê Văn|ey[JA]/);
});

test('the receiver sees its own message and not the sender’s record; a stranger sees neither', async () => {
  assert.equal((await desk.call(receiver, 'GET', `/envelopes/${sender}/${envelopeId}`)).status, 404);
  const [row] = await desk.house.sql<{ id: string }>('select id from exchange.message where agency_id = $1', [commune]);
  const path = `/messages/${commune}/${row?.id ?? ''}`;
  const own = (await desk.call<TracedMessage>(receiver, 'GET', path)).body;
  assert.deepEqual([own.summary, own.answers.map((answer) => answer.by), own.partnerName], ['V/v kỷ luật ông Nguyễn Văn A', ['Hệ thống Liên Thông', 'Lê Văn Sơn'], null]);
  assert.equal((await desk.call<TracedMessage>(province, 'GET', path)).body.summary, null);
  assert.equal((await desk.call(clerk, 'GET', path)).status, 404);
  assert.equal((await desk.call(clerk, 'GET', `/envelopes/${sender}/${newId()}`)).status, 404);
});
