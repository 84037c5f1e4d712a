import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { sendNotice } from '../commands/send-notice.ts';
import { verifyReceipt } from '../domain/receipt.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { partnerReceiptKeys } from '../receipt-key.ts';
import { aClerk, aMainFile, aSentLetter } from '../testing.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';

let a: Installation;
let b: Installation;
let pair: Connected;
/** Sở Nội vụ lives at A, the commune at B; each is known at the other. */
let sender: { id: Id<'agency'>; idAt: Id<'agency'>[] };
let commune: { id: Id<'agency'>; idAt: Id<'agency'>[] };
before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b);
  sender = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]);
  commune = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
});
after(async () => {
  await a.close();
  await b.close();
});

const at = (ids: { idAt: Id<'agency'>[] }): Id<'agency'> => {
  const [id] = ids.idAt;
  assert.ok(id);
  return id;
};
const messagesAt = (place: Installation, envelopeId: string) => place.house.sql('select id, agency_id, sender_agency_id, state, original from exchange.message where envelope_id = $1', [envelopeId]);

test('a letter goes from one installation to another, and its answers with signed receipts come back', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [at(commune)] });
  await settle(a, b);
  const [message] = await messagesAt(b, letter.envelopeId);
  assert.deepEqual([message?.['agency_id'], message?.['sender_agency_id'], message?.['state']], [commune.id, at(sender), 'arrived']);
  const [sent] = await a.house.sql('select original from exchange.envelope where id = $1', [letter.envelopeId]);
  assert.equal(message?.['original'], sent?.['original'], 'the original is the same to the byte');
  const line = async () => (await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject }))[0];
  assert.deepEqual([(await line())?.state, (await line())?.status], ['arrived', '01']);

  // safe because the column holds message ids
  const messageId = message?.['id'] as Id<'message'>;
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId, status: '03' }, { actor: aClerk(commune.id) });
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId, status: '06' }, { actor: aClerk(commune.id) });
  await settle(b, a);
  assert.deepEqual((await line())?.answers.map((answer) => answer.status), ['01', '03', '06']);
  assert.equal((await line())?.answers.at(-1)?.by, 'Lê Thị Hoa');
  const { body } = await b.call<{ keys: [] }>('GET', '/api/v1/exchange/keys');
  const receipts = await a.house.sql('select receipt, status from exchange.delivery_answer where envelope_id = $1 order by ordinal', [letter.envelopeId]);
  for (const { receipt, status } of receipts) {
    const verdict = verifyReceipt(String(receipt), body.keys);
    assert.equal(verifyReceipt(String(receipt), await partnerReceiptKeys(a.house.kernel.database.pool)).ok, true, 'and the sender’s side with the keys that were exchanged');
    assert.equal(verdict.ok && verdict.receipt.status, status, 'whoever holds it verifies it with the receiver’s published keys');
  }
  const parcels = await a.house.sql('select state from exchange.transfer where envelope_id = $1', [letter.envelopeId]);
  assert.deepEqual(parcels, [{ state: 'processed' }]);
});

test('a refusal of the other side comes back with its reason', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [at(commune)] });
  await settle(a, b);
  const [message] = await messagesAt(b, letter.envelopeId);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId: message?.['id'] as Id<'message'>, status: '02', reason: 'Gửi nhầm' }, { actor: aClerk(commune.id) });
  await settle(b, a);
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject });
  assert.deepEqual([line?.state, line?.reason], ['refused', 'Gửi nhầm']);
});

test('the bytes of a file that the partner sent before are not sent again', async () => {
  const file = await aMainFile(a.house.kernel, 'một tệp gửi hai lần');
  const parts = async () => (await b.house.sql(`select received_bytes, is_here from exchange.partner_file where sha256 = decode($1, 'hex')`, [file.sha256]))[0];
  await aSentLetter(a.house.kernel, { from: sender.id, to: [at(commune)], files: [file] });
  await settle(a, b);
  assert.equal((await parts())?.['is_here'], true);
  const before = (await b.house.sql('select count(*) as n from exchange.partner_nonce'))[0]?.['n'];
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [at(commune)], files: [file] });
  await settle(a, b);
  assert.equal((await messagesAt(b, letter.envelopeId)).length, 1);
  assert.equal(Number((await b.house.sql('select count(*) as n from exchange.partner_nonce'))[0]?.['n']) - Number(before), 1, 'one request was enough');
});

test('a recall goes the same way behind its letter, takes effect there, and its answer comes back', async () => {
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [at(commune)] });
  await settle(a, b);
  const told = await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: letter.subject, kind: 'recall', reason: 'Ban hành nhầm' }, { actor: aClerk(sender.id) });
  assert.deepEqual(told.told, [at(commune)]);
  await settle(a, b);
  await settle(b, a);
  const [message] = await messagesAt(b, letter.envelopeId);
  assert.equal(message?.['state'], 'recalled');
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject });
  assert.deepEqual([line?.state, line?.notices.map((notice) => notice.state)], ['recalled', ['agreed']]);
});

test('a recall never overtakes a letter that is still on its way', async () => {
  const url = `/api/v1/exchange/partners/${pair.atInviter}`;
  assert.equal((await a.call('POST', `${url}/suspend`, { body: { reason: 'Thử' } })).status, 204);
  const letter = await aSentLetter(a.house.kernel, { from: sender.id, to: [at(commune)] });
  await a.house.drain();
  await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject: letter.subject, kind: 'recall', reason: 'Ban hành nhầm' }, { actor: aClerk(sender.id) });
  await a.house.drain();
  assert.deepEqual(await messagesAt(b, letter.envelopeId), []);
  assert.equal((await a.call('POST', `${url}/resume`)).status, 204);
  for (let rounds = 0; rounds < 4; rounds += 1) {
    await a.pass(6000);
    await b.pass(6000);
  }
  const order = await b.house.sql(`select case when m.kind = 'new' then 'letter' else 'recall' end as what from exchange.inbound i
    join exchange.message_origin o on o.inbound_id = i.id join exchange.message m on m.agency_id = o.agency_id and m.id = o.message_id
   where m.envelope_id = $1 or m.of_envelope_id = $1 order by i.id`, [letter.envelopeId]);
  assert.deepEqual(order.map((row) => row['what']), ['letter', 'recall']);
  const [line] = await deliveriesOf(a.house.kernel.database.pool, { agencyId: sender.id, subject: letter.subject });
  assert.equal(line?.state, 'recalled');
});
