import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, type Actor } from '#kernel/actor.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { TestHouse } from '#kernel/testkit.ts';
import type { TroubledDelivery } from './contract.ts';
import { verifyReceipt } from './domain/receipt.ts';
import { aClerk, anAgency, aSentLetter, openExchange } from './testing.ts';

let house: TestHouse;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let actor: Actor = anonymous;
let server: ReturnType<TestHouse['server']>;
let letter: Awaited<ReturnType<typeof aSentLetter>>;
before(async () => {
  ({ house, sender, commune } = await openExchange());
  server = house.server(() => Promise.resolve(actor));
  letter = await aSentLetter(house.kernel, { from: sender, to: [commune, await anAgency(house.kernel, 'Báo Thanh Hóa', { hosting: 'external' })] });
  await house.drain();
});
after(() => house.close());

async function get(url: string, as: Actor): Promise<{ status: number; body: unknown }> {
  actor = as;
  const reply = await server.inject({ method: 'GET', url });
  return { status: reply.statusCode, body: reply.body === '' ? undefined : reply.json() };
}

test('whoever holds a receipt verifies it with the published keys and no account', async () => {
  const receipts = await get(`/api/v1/exchange/envelopes/${letter.envelopeId}/receipts`, aClerk(sender));
  // safe because the route's reply was checked against its schema
  const [first] = (receipts.body as { receipts: { receipt: string; recipientName: string }[] }).receipts;
  assert.equal(first?.recipientName, 'UBND xã Hoằng Hóa');
  const keys = await get('/api/v1/exchange/keys', anonymous);
  assert.equal(keys.status, 200);
  const verdict = verifyReceipt(first.receipt, (keys.body as { keys: [] }).keys); // safe for the same reason
  assert.equal(verdict.ok && verdict.receipt.status, '01');
  assert.ok(!JSON.stringify(keys.body).includes('"d"'), 'the private half is not published');
});

test('the receipts of an envelope are for its sender only', async () => {
  const others = await get(`/api/v1/exchange/envelopes/${letter.envelopeId}/receipts`, aClerk(commune));
  assert.deepEqual(others.body, { receipts: [] });
});

test('a message with its steps is for the agency that got it; for others there is none', async () => {
  const [row] = await house.sql('select id from exchange.message where envelope_id = $1', [letter.envelopeId]);
  const url = `/api/v1/exchange/messages/${String(row?.['id'])}`;
  assert.equal((await get(url, aClerk(commune))).status, 200);
  assert.equal((await get(url, aClerk(sender))).status, 404);
  assert.equal((await get(`/api/v1/exchange/messages/${newId()}`, aClerk(commune))).status, 404);
  assert.equal((await get(url, anonymous)).status, 401);
});

test('a clerk sees the troubled deliveries of the own agency, who oversees the province sees all', async () => {
  const items = async (as: Actor): Promise<TroubledDelivery[]> => {
    const { body } = await get('/api/v1/exchange/troubled-deliveries', as);
    // safe because the route's reply was checked against its schema
    return (body as { items: TroubledDelivery[] }).items;
  };
  const seen = async (as: Actor): Promise<string[]> => (await items(as)).map((item) => item.recipientName);
  assert.deepEqual(await seen(aClerk(sender)), ['Báo Thanh Hóa']);
  assert.deepEqual(await seen(aClerk(commune)), []);
  assert.deepEqual(await seen({ ...aClerk(commune), roles: ['auditor'] }), ['Báo Thanh Hóa']);
  assert.ok((await items(aClerk(sender)))[0]?.document.summary);
  assert.equal((await items({ ...aClerk(commune), roles: ['auditor'] }))[0]?.document.summary, null, 'who oversees the province does not read the documents');
  assert.equal((await get('/api/v1/exchange/troubled-deliveries', { ...aClerk(sender), roles: ['officer'] })).status, 403);
});

test('trying again is for the sender; for others there is no such delivery', async () => {
  const [row] = await house.sql(`select recipient_agency_id as id from exchange.delivery where envelope_id = $1 and state = 'no_route'`, [letter.envelopeId]);
  const url = `/api/v1/exchange/envelopes/${letter.envelopeId}/deliveries/${String(row?.['id'])}/retry`;
  const post = async (as: Actor): Promise<number> => {
    actor = as;
    return (await server.inject({ method: 'POST', url })).statusCode;
  };
  assert.equal(await post(aClerk(sender)), 204);
  assert.equal(await post(aClerk(commune)), 404);
  assert.equal(await post(anonymous), 401);
});
