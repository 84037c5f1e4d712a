import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { sendEnvelope } from '../commands/send-envelope.ts';
import { sendNotice } from '../commands/send-notice.ts';
import { verifyReceipt } from '../domain/receipt.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aClerk, aDocument, aMainFile, anAgency, aSentLetter } from '../testing.ts';
import { aPacket, openPacket } from './adapters/provincial-axis/testing.ts';
import { connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';
import { aVendor, type Vendor } from '../testing/vendor-system.ts';

// Province A has a vendor's system, province B another one; each is an installation, and their administrators have connected them.
let a: Installation;
let b: Installation;
let pair: Connected;
let atA: Vendor;
let atB: Vendor;
let commune: Id<'agency'>;
let communeCode: string;
const water = { code: 'H56.71.01', name: 'Công ty cấp nước' };
const light = { code: 'H38.72.01', name: 'Công ty chiếu sáng' };
const documentId = (number: string, code = water.code): string => `${code},2026/11/19,${number}/VP`;

/** An answer, or a notice, that is read before an earlier one waits for that, and is tried again soon. */
async function patience(at: Installation): Promise<void> {
  for (const pause of [2000, 4000, 8000]) await at.pass(pause);
}
/** A quarter of an hour passes, in which directories are read; then everything that is due is done. */
async function readDirectories(...places: Installation[]): Promise<void> {
  for (const each of places) each.house.clock.advance(16 * 60_000);
  await settle(...places);
}
async function known(at: Installation, code: string): Promise<Id<'agency'>> {
  const [row] = await at.house.sql('select agency_id as id from exchange.partner_agency where code = $1 and valid_to is null', [code]);
  assert.ok(row, `${code} is known`);
  // safe because the column holds agency ids
  return row['id'] as Id<'agency'>;
}
async function messageOf(at: Installation, number: string) {
  const [row] = await at.house.sql('select id, agency_id, envelope_id, state, original from exchange.message where original like $1 order by id desc limit 1', [`%"number":"${number}"%`]);
  assert.ok(row, `${number} has arrived`);
  // safe because the columns hold what their names say
  return row as { id: Id<'message'>; agency_id: Id<'agency'>; envelope_id: string; state: string; original: string };
}
const answer = (at: Installation, message: { id: Id<'message'>; agency_id: Id<'agency'> }, status: '02' | '03' | '04' | '05' | '06', reason?: string) =>
  run(at.house.kernel, answerMessage, { agencyId: message.agency_id, messageId: message.id, status, ...(reason === undefined ? {} : { reason }) }, { actor: aClerk(message.agency_id) });

before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b, { names: ['Tỉnh B', 'Tỉnh A'] });
  atA = await aVendor(a, 'nuoc-sach', water);
  atB = await aVendor(b, 'chieu-sang', light);
  commune = await anAgency(b.house.kernel, 'UBND xã Hoằng Hóa');
  communeCode = String((await b.house.sql('select code from identity.agency_code where agency_id = $1', [commune]))[0]?.['code']);
  await readDirectories(a, b);
});
after(async () => {
  await a.close();
  await b.close();
});

test('installations announce the agencies of their own systems to each other, and vendors find those of the other province', async () => {
  assert.ok(await known(a, light.code));
  assert.ok(await known(b, water.code));
  const codes = (await atA.ask('getAgenciesList')).reply.agencies.map((each) => each.code);
  assert.ok(codes.includes(light.code) && codes.includes(communeCode));
  assert.ok(!codes.includes(water.code), 'its own not');
});

test('a letter of a vendor’s system reaches an agency of the other installation to the byte, and every status comes back to the vendor', async () => {
  await atA.send({ to: [communeCode], document: { number: '101' }, file: 'nội dung' });
  await settle(a, b, a);
  const message = await messageOf(b, '101');
  assert.deepEqual([message.agency_id, message.state], [commune, 'arrived']);
  const [sent] = await a.house.sql(`select original, encode(content_hash, 'hex') as hash from exchange.envelope where id = $1`, [message.envelope_id]);
  assert.equal(message.original, sent?.['original']);
  for (const status of ['03', '04', '05', '06'] as const) await answer(b, message, status);
  await settle(b, a);
  await patience(a);
  assert.deepEqual(await atA.statuses(), ['01', '03', '04', '05', '06'].map((status) => [status, communeCode, documentId('101')]));
  assert.equal((await atA.sent(documentId('101')))?.status, 'done');
  const { body } = await b.call<{ keys: [] }>('GET', '/api/v1/exchange/keys');
  const receipts = await a.house.sql('select receipt from exchange.delivery_answer where envelope_id = $1', [message.envelope_id]);
  for (const { receipt } of receipts) {
    const verdict = verifyReceipt(String(receipt), body.keys);
    assert.ok(verdict.ok && verdict.receipt.contentHash === sent?.['hash'], 'the receipts are those of the receiver’s installation, over the same content');
  }
  assert.equal((await a.house.sql(`select 1 from audit.entry where type = 'exchange.envelope-relayed' and data ->> 'envelopeId' = $1`, [message.envelope_id])).length, 1);
});

test('a refusal comes back to the vendor with its reason', async () => {
  await atA.send({ to: [communeCode], document: { number: '102' } });
  await settle(a, b);
  await answer(b, await messageOf(b, '102'), '02', 'Gửi nhầm nơi nhận');
  await settle(b, a);
  await patience(a);
  const told = await atA.fetch('status');
  const last = await atA.fetch('status');
  assert.ok(told.message.kind === 'status' && last.message.kind === 'status');
  assert.deepEqual([told.message.statusCode, last.message.statusCode, last.message.description], ['01', '02', 'Gửi nhầm nơi nhận']);
});

test('sending it again has no second effect, and a code that nobody has is refused at once', async () => {
  const letter = { to: [communeCode], document: { number: '103' } };
  await atA.send(letter);
  await atA.send(letter);
  await settle(a, b);
  assert.equal((await b.house.sql(`select 1 from exchange.message where original like '%"number":"103"%'`)).length, 1);
  assert.deepEqual(await atA.statuses(), [['01', communeCode, documentId('103')]]);
  assert.equal((await atA.ask('sendEdoc', await aPacket({ from: water, to: ['H99.99'] }))).reply.ErrorCode, '18');
});

test('a recall, a taking back and a replacement of a vendor take effect at the other installation, and the answers come back', async () => {
  const part = { reason: 'Sai sót', paper: 0, staff: null };
  await atA.send({ to: [communeCode], document: { number: '104' } });
  await settle(a, b, a);
  await atA.statuses();
  await atA.send({ to: [communeCode], document: { number: '104' }, file: null, business: { kind: 'revoke', ...part, documentId: documentId('104') } });
  await settle(a, b, a);
  await patience(a);
  assert.equal((await b.house.sql(`select state from exchange.message where kind = 'new' and original like '%"number":"104"%'`))[0]?.['state'], 'recalled');
  assert.deepEqual((await atA.statuses()).at(-1), ['15', communeCode, documentId('104')]);

  await atA.send({ to: [communeCode], document: { number: '105' } });
  await settle(a, b, a);
  await atA.send({ to: [communeCode], document: { number: '106' }, business: { kind: 'replace', ...part, documentId: '', replacements: [{ documentId: documentId('105'), organIds: [communeCode] }] } });
  await settle(a, b, a);
  assert.equal((await messageOf(b, '105')).state, 'replaced');
  assert.equal((await messageOf(b, '106')).state, 'arrived');

  await atA.send({ to: [communeCode], document: { number: '109' } });
  await settle(a, b, a);
  const { message } = await openPacket(await aPacket({ from: water, to: [communeCode], document: { number: '109' } }));
  assert.ok(message.kind === 'document');
  await atA.answer(message, '13', { description: 'Gửi nhầm' });
  await settle(a, b, a);
  await patience(a);
  assert.equal((await b.house.sql(`select state from exchange.message where kind = 'new' and original like '%"number":"109"%'`))[0]?.['state'], 'recalled', 'nobody had opened it');
  assert.ok((await atA.statuses()).some(([status, , document]) => status === '15' && document === documentId('109')));
});

test('a letter of an agency waits for the vendor’s system of the other province, and its statuses come back signed by that installation', async () => {
  const to = await known(b, water.code);
  const letter = await aSentLetter(b.house.kernel, { from: commune, to: [to], files: [await aMainFile(b.house.kernel, 'của xã')] });
  await settle(b, a);
  const { item, message, files } = await atA.fetchDocument();
  assert.deepEqual([item.from, item.to, files.map(String)], [communeCode, water.code, ['của xã']]);
  for (const [minute, status] of (['01', '03', '04', '05', '06'] as const).entries()) {
    await atA.answer(message, status, { at: new Date(Date.UTC(2026, 10, 20, 4, minute)) });
    await settle(a, b);
  }
  const [line] = await deliveriesOf(b.house.kernel.database.pool, { agencyId: commune, subject: letter.subject });
  assert.deepEqual([line?.state, line?.answers.map((each) => each.status)], ['completed', ['01', '03', '04', '05', '06']]);
  const { body } = await a.call<{ keys: [] }>('GET', '/api/v1/exchange/keys');
  for (const { receipt } of await b.house.sql('select receipt from exchange.delivery_answer where envelope_id = $1', [letter.envelopeId])) {
    const verdict = verifyReceipt(String(receipt), body.keys);
    assert.ok(verdict.ok);
    assert.equal(verdict.receipt.toldBy, 'Phần mềm nuoc-sach', 'it says who gave the answer, and who signs it');
  }
});

test('what the vendor’s system cannot use is told to the agency of the other installation as a refusal', async () => {
  const letter = await aSentLetter(b.house.kernel, { from: commune, to: [await known(b, water.code)] });
  await settle(b, a);
  const item = (await atA.waiting('edoc')).at(-1);
  await atA.ask('updateStatus', { docId: item?.docId ?? '', status: 'fail', description: 'Tệp hỏng' });
  await settle(a, b);
  const [line] = await deliveriesOf(b.house.kernel.database.pool, { agencyId: commune, subject: letter.subject });
  assert.equal(line?.state, 'refused');
  assert.match(line.reason ?? '', /Tệp hỏng/);
});

test('a recall, a replacement and a taking back of an agency follow the letter to the vendor’s system of the other province', async () => {
  const to = await known(b, water.code);
  const letter = await aSentLetter(b.house.kernel, { from: commune, to: [to] });
  await settle(b, a);
  const first = (await atA.fetchDocument()).message;
  await atA.answer(first, '01');
  await settle(a, b);
  await run(b.house.kernel, sendNotice, { agencyId: commune, subject: letter.subject, kind: 'recall', reason: 'Ban hành nhầm' }, { actor: aClerk(commune) });
  await settle(b, a);
  const recall = (await atA.fetchDocument()).message;
  assert.deepEqual([recall.business.kind, recall.business.documentId, recall.business.reason], ['revoke', first.documentId, 'Ban hành nhầm']);
  await atA.answer(recall, '15', { documentId: first.documentId });
  await settle(a, b);
  const [line] = await deliveriesOf(b.house.kernel.database.pool, { agencyId: commune, subject: letter.subject });
  assert.deepEqual([line?.state, line?.notices.map((notice) => notice.state)], ['recalled', ['agreed']]);

  const old = await aSentLetter(b.house.kernel, { from: commune, to: [to], document: { number: '201' } });
  await settle(b, a);
  const oldId = (await atA.fetchDocument()).message.documentId;
  const replacement = { agencyId: commune, subject: { type: 'outgoing-document', id: newId() }, recipients: [to], document: aDocument({ number: '202' }), files: [await aMainFile(b.house.kernel, 'bản thay thế')] };
  await run(b.house.kernel, sendEnvelope, { ...replacement, replaces: { subject: old.subject, reason: 'Sai số liệu' } }, { actor: aClerk(commune) });
  await settle(b, a);
  const { business } = (await atA.fetchDocument()).message;
  assert.ok(business.kind === 'replace');
  assert.deepEqual(business.replacements.map((each) => each.documentId), [oldId]);

  const taken = await aSentLetter(b.house.kernel, { from: commune, to: [to], document: { number: '203' } });
  await settle(b, a);
  const takenId = (await atA.fetchDocument()).message.documentId;
  await run(b.house.kernel, sendNotice, { agencyId: commune, subject: taken.subject, kind: 'take_back', reason: 'Gửi nhầm' }, { actor: aClerk(commune) });
  await settle(b, a);
  const asked = (await atA.fetch('status')).message;
  assert.ok(asked.kind === 'status');
  assert.deepEqual([asked.statusCode, asked.responseFor.documentId], ['13', takenId]);
});

test('a system of one province writes to a system of the other: the document keeps its id all the way, and the answer comes back all the way', async () => {
  await atA.send({ to: [light.code], document: { number: '107' } });
  await settle(a, b);
  const { item, message } = await atB.fetchDocument();
  assert.deepEqual([item.from, item.to, message.documentId], [water.code, light.code, documentId('107')]);
  await atB.answer(message, '03');
  await settle(b, a);
  assert.deepEqual(await atA.statuses(), [['03', light.code, documentId('107')]]);
  await atA.send({ to: [light.code], document: { number: '107' }, file: null, business: { kind: 'revoke', reason: 'Sai sót', paper: 0, staff: null, documentId: documentId('107') } });
  await settle(a, b);
  const recall = (await atB.fetchDocument()).message;
  assert.deepEqual([recall.business.kind, recall.business.documentId], ['revoke', documentId('107')]);
  await atB.answer(recall, '16', { description: 'Đã giải quyết', documentId: documentId('107') });
  await settle(b, a);
  assert.deepEqual(await atA.statuses(), [['16', light.code, documentId('107')]]);
});

test('an administrator may pass nothing on for an installation: its agencies are told so, and vendors cannot write there', async () => {
  const url = `/api/v1/exchange/partners/${pair.atInviter}/passing`;
  assert.equal((await a.call('PUT', url, { body: { passesOn: 'nothing' } })).status, 204);
  await readDirectories(a, b);
  assert.deepEqual(await b.house.sql('select 1 from exchange.partner_agency where code = $1 and valid_to is null', [water.code]), [], 'the way ends at the other side');
  assert.equal((await atA.ask('sendEdoc', await aPacket({ from: water, to: [communeCode], document: { number: '108' } }))).reply.ErrorCode, '18');
  assert.equal((await a.call('PUT', url, { body: { passesOn: 'systems' } })).status, 204);
  await readDirectories(a, b);
  assert.ok(await known(b, water.code), 'and comes back');
  assert.equal((await a.house.sql(`select 1 from audit.entry where type = 'exchange.partner-passing-set' and data ->> 'passedEn' = 'nothing'`)).length, 1);
  assert.equal((await a.call('PUT', url, { body: { passesOn: 'nothing' }, as: aClerk(commune) })).status, 403);
  assert.equal((await a.call('PUT', url, { body: { passesOn: 'tất cả' } })).status, 422);
  assert.equal((await a.call('PUT', `/api/v1/exchange/partners/${atA.partnerId}/passing`, { body: { passesOn: 'nothing' } })).status, 404, 'it is a matter of installations');
});
