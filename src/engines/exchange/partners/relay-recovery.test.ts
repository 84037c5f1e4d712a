import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { answerMessage } from '../commands/answer-message.ts';
import { deliveriesOf } from '../queries/deliveries-of.ts';
import { aClerk, anAgency, aSentLetter } from '../testing.ts';
import type { Reconciliation } from './contract.ts';
import { connect, openInstallation, settle, type Connected, type Installation } from './testing.ts';
import { aVendor, type Vendor } from '../testing/vendor-system.ts';

// What was passed on is found again after a restore like everything else: by what the other installation has.
let a: Installation;
let b: Installation;
let pair: Connected;
let vendor: Vendor;
let commune: Id<'agency'>;
let communeCode: string;
const water = { code: 'H56.71.01', name: 'Công ty cấp nước' };
const documentId = (number: string): string => `${water.code},2026/11/19,${number}/VP`;
const since = '2026-11-20T00:00:00Z';

before(async () => {
  [a, b] = [await openInstallation(), await openInstallation()];
  pair = await connect(a, b, { names: ['Tỉnh B', 'Tỉnh A'] });
  vendor = await aVendor(a, 'nuoc-sach', water);
  commune = await anAgency(b.house.kernel, 'UBND xã Hoằng Hóa');
  communeCode = String((await b.house.sql('select code from identity.agency_code where agency_id = $1', [commune]))[0]?.['code']);
  for (const each of [a, b]) each.house.clock.advance(16 * 60_000);
  await settle(a, b);
});
after(async () => {
  await a.close();
  await b.close();
});

const reconcile = async (at: Installation, partnerId: string): Promise<Reconciliation> => {
  const reply = await at.call<Reconciliation>('POST', `/api/v1/exchange/partners/${partnerId}/reconcile`, { body: { since } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
};

/** As a backup of before would have it: nothing of the envelope is there, nor what came about it since. */
async function lose(at: Installation, envelopeId: string): Promise<void> {
  for (const statement of [
    'delete from exchange.axis_parcel where agency_id in (select agency_id from exchange.transfer where relay_envelope_id = $1) and id in (select id from exchange.transfer where relay_envelope_id = $1)',
    'delete from exchange.transfer where relay_envelope_id = $1',
    'delete from exchange.relay where envelope_id = $1',
    'delete from exchange.delivery_answer where envelope_id = $1',
    'update exchange.delivery set transfer_id = null where envelope_id = $1',
    'delete from exchange.transfer where envelope_id = $1',
    'delete from exchange.delivery where envelope_id = $1',
    'delete from exchange.envelope where id = $1',
  ]) await at.house.sql(statement, [envelopeId]);
  await at.house.sql(`delete from exchange.inbound where received_at >= $1`, [since]);
  await at.house.sql('delete from exchange.axis_packet');
}

test('where nothing was lost, what was passed on is known on both sides', async () => {
  await vendor.send({ to: [communeCode], document: { number: '401' } });
  const [way] = await b.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [water.code]);
  // safe because the column holds agency ids
  await aSentLetter(b.house.kernel, { from: commune, to: [way?.['id'] as Id<'agency'>] });
  await settle(a, b, a);
  assert.deepEqual(await reconcile(a, pair.atInviter), { known: 1, recovered: [], askedAgain: 0, answeredBefore: [], problems: [] });
  assert.deepEqual(await reconcile(b, pair.atGuest), { known: 1, recovered: [], askedAgain: 0, answeredBefore: [], problems: [] });
  await vendor.statuses();
  await vendor.fetchDocument();
});

test('a vendor’s letter that was passed on and lost is written back, its answers come again, and it can still be recalled', async () => {
  await vendor.send({ to: [communeCode], document: { number: '402' } });
  await settle(a, b);
  const [message] = await b.house.sql(`select id, envelope_id from exchange.message where original like '%"number":"402"%'`);
  // safe because the column holds message ids
  await run(b.house.kernel, answerMessage, { agencyId: commune, messageId: message?.['id'] as Id<'message'>, status: '03' }, { actor: aClerk(commune) });
  await settle(b, a);
  await vendor.statuses();
  await lose(a, String(message?.['envelope_id']));
  const result = await reconcile(a, pair.atInviter);
  assert.deepEqual([result.recovered.map((each) => each.number), result.problems], [['402/VP'], []]);
  await settle(b, a, b);
  for (const pause of [2000, 4000]) await a.pass(pause);
  assert.deepEqual((await vendor.statuses()).filter(([, , document]) => document === documentId('402')), [['01', communeCode, documentId('402')], ['03', communeCode, documentId('402')]]);
  await vendor.send({ to: [communeCode], document: { number: '402' }, file: null, business: { kind: 'revoke', reason: 'Sai sót', paper: 0, staff: null, documentId: documentId('402') } });
  await settle(a, b, a);
  assert.equal((await b.house.sql(`select 1 from exchange.message where kind = 'recall' and of_envelope_id = $1`, [message?.['envelope_id']])).length, 1);
  assert.equal((await b.house.sql('select 1 from exchange.message where envelope_id = $1', [message?.['envelope_id']])).length, 1, 'nothing is there twice');
});

test('an agency’s letter to the vendor’s system of the other installation is written back from there', async () => {
  const [way] = await b.house.sql('select agency_id as id from exchange.partner_agency where code = $1', [water.code]);
  // safe because the column holds agency ids
  const letter = await aSentLetter(b.house.kernel, { from: commune, to: [way?.['id'] as Id<'agency'>], document: { number: '403' } });
  await settle(b, a);
  const { message } = await vendor.fetchDocument();
  await vendor.answer(message, '01');
  await settle(a, b);
  await lose(b, letter.envelopeId);
  const result = await reconcile(b, pair.atGuest);
  assert.ok(result.recovered.some((each) => each.envelopeId === letter.envelopeId));
  assert.deepEqual(result.problems, []);
  await settle(a, b, a);
  const [delivery] = await b.house.sql('select state, status from exchange.delivery where envelope_id = $1', [letter.envelopeId]);
  assert.deepEqual(delivery, { state: 'arrived', status: '01' });
  assert.deepEqual(await vendor.waiting('edoc'), [], 'the vendor gets nothing twice');
  assert.equal((await deliveriesOf(b.house.kernel.database.pool, { agencyId: commune, subject: letter.subject })).length, 0, 'the document of its own module is lost');
});
