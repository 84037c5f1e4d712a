import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { publicFolder } from '#engines/signatures/index.ts';
import { testModules } from '#engines/signatures/testing.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { sendNotice } from '../commands/send-notice.ts';
import { anAgencyAt, connect, openInstallation, settle, type Connected, type Installation } from '../partners/testing.ts';
import { aClerk, aSentLetter, exchangeHouse } from '../testing.ts';
import { aVendor } from '../testing/vendor-system.ts';
import { codes, failed, packed, verified } from '../testing/signed-letter.ts';

let a: Installation;
let b: Installation;
let pair: Connected;
let sender: { id: Id<'agency'>; idAt: Id<'agency'>[] };
let commune: { id: Id<'agency'>; idAt: Id<'agency'>[] };
before(async () => {
  const modules = [...new Set([...exchangeHouse, ...testModules])];
  [a, b] = [await openInstallation({ modules }), await openInstallation({ modules })];
  pair = await connect(a, b);
  sender = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]);
  commune = await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]);
});
after(async () => {
  await a.close();
  await b.close();
});

async function anAnsweredLetter(): Promise<{ envelopeId: Id<'envelope'>; messageId: Id<'message'> }> {
  const [to] = commune.idAt;
  assert.ok(to);
  const { envelopeId } = await aSentLetter(a.house.kernel, { from: sender.id, to: [to] });
  await settle(a, b);
  const [message] = await b.house.sql<{ id: Id<'message'> }>('select id from exchange.message where envelope_id = $1', [envelopeId]);
  assert.ok(message);
  await run(b.house.kernel, answerMessage, { agencyId: commune.id, messageId: message.id, status: '03' }, { actor: aClerk(commune.id) });
  await settle(b, a);
  return { envelopeId, messageId: message.id };
}

test('the receipts of another installation prove the letter in the sender’s package, and its own in the receiver’s', async () => {
  const { envelopeId, messageId } = await anAnsweredLetter();
  const sent = await verified(a.house, await packed(a.house, { side: 'sender', agencyId: sender.id, envelopeId }));
  assert.deepEqual(failed(sent), []);
  assert.ok(sent.checks.some(({ code, about }) => code === 'receipt.valid' && about === '2'));
  const received = await verified(b.house, await packed(b.house, { side: 'receiver', agencyId: commune.id, messageId }));
  assert.deepEqual(failed(received), []);
});

test('a recall between two installations is proven by the package of each side', async () => {
  const [to] = commune.idAt;
  assert.ok(to);
  const { envelopeId, subject } = await aSentLetter(a.house.kernel, { from: sender.id, to: [to] });
  await settle(a, b);
  await run(a.house.kernel, sendNotice, { agencyId: sender.id, subject, reason: 'Sai căn cứ pháp lý', kind: 'recall' }, { actor: aClerk(sender.id) });
  await settle(a, b);
  const [notice] = await b.house.sql<{ id: Id<'message'>; envelopeId: Id<'envelope'> }>('select id, envelope_id as "envelopeId" from exchange.message where of_envelope_id = $1', [envelopeId]);
  assert.ok(notice);
  const sent = await verified(a.house, await packed(a.house, { side: 'sender', agencyId: sender.id, envelopeId: notice.envelopeId }));
  const received = await verified(b.house, await packed(b.house, { side: 'receiver', agencyId: commune.id, messageId: notice.id }));
  for (const report of [sent, received]) {
    assert.equal(report.outcome, 'passed', JSON.stringify(report.checks.filter(({ outcome }) => outcome !== 'passed')));
    assert.ok(report.checks.some(({ code, about }) => code === 'receipt.valid' && about === '2'));
  }
});

test('a package of another installation is not believed under the roots of this one', async () => {
  const { envelopeId } = await anAnsweredLetter();
  const bytes = await packed(a.house, { side: 'sender', agencyId: sender.id, envelopeId });
  assert.deepEqual(codes(await verified(a.house, bytes, { trustFolders: [publicFolder(b.house.kernel.config.dataDir)] })), ['seal.untrusted', 'timestamp.invalid']);
});

test('a partner that publishes its former keys no more cannot take back what it has signed', async () => {
  const { envelopeId } = await anAnsweredLetter();
  // Over there somebody throws the key away and makes a new one.
  await b.house.sql('delete from exchange.receipt_key');
  const told = await a.call('POST', `/api/v1/exchange/partners/${pair.atInviter}/test`);
  assert.equal(told.status, 200, JSON.stringify(told.body));
  const report = await verified(a.house, await packed(a.house, { side: 'sender', agencyId: sender.id, envelopeId }));
  assert.deepEqual(failed(report), []);
});

test('what a system told that signs no receipts is shown as told, and the package is not called proven by it', async () => {
  const vendor = await aVendor(a, 'nuoc-sach', { code: 'H56.70.01', name: 'Công ty cấp nước' });
  const [company] = await a.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', ['H56.70.01']);
  assert.ok(company);
  const { envelopeId } = await aSentLetter(a.house.kernel, { from: sender.id, to: [company.id] });
  await settle(a);
  const { message } = await vendor.fetchDocument();
  for (const status of ['01', '03'] as const) {
    await vendor.answer(message, status, { at: a.house.clock.now() });
    await settle(a);
  }
  const report = await verified(a.house, await packed(a.house, { side: 'sender', agencyId: sender.id, envelopeId }));
  assert.deepEqual(failed(report), []);
  assert.equal(report.outcome, 'warned');
  assert.deepEqual(report.checks.filter(({ code }) => code === 'receipt.unsigned').map(({ about }) => about), ['Công ty cấp nước 01', 'Công ty cấp nước 03']);
});

test('clocks of two installations that differ by seconds make no receipt wrong', async () => {
  b.house.clock.advance(7_400);
  const { envelopeId } = await anAnsweredLetter();
  a.house.clock.advance(7_400);
  assert.deepEqual(failed(await verified(a.house, await packed(a.house, { side: 'sender', agencyId: sender.id, envelopeId }))), []);
});
