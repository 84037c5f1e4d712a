import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { signReceipts, verifyReceipt, type Receipt } from './domain/receipt.ts';
import { receiptKey, receiptKeys } from './receipt-key.ts';
import { exchangeHouse } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: exchangeHouse });
});
after(() => house.close());

const receipt: Receipt = {
  version: 1,
  envelopeId: 'e',
  contentHash: 'h',
  documentCode: 'c',
  sender: { agencyId: 's', code: '', name: 'S' },
  recipient: { agencyId: 'r', code: null, name: 'R' },
  status: '01',
  at: '2026-11-20T09:00:00+07:00',
  by: { name: 'x', title: null },
};

/** Another process of the same installation: the same database and secret, but nothing in memory. */
const anotherProcess = () => ({ ...house.kernel, services: new Map<symbol, unknown>() });

test('processes that need the key for the first time at once all get the same one', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => receiptKey(anotherProcess())));
  assert.equal(new Set(keys.map((key) => key.keyId)).size, 1);
  const published = await receiptKeys(house.kernel.database.pool);
  assert.equal(published.length, 1);
  for (const key of keys) assert.equal(verifyReceipt(signReceipts([receipt], key)[0] ?? '', published).ok, true);
});

test('the private half lies encrypted in the database and opens only with the secret of the installation', async () => {
  const [row] = await house.sql('select sealed_key from exchange.receipt_key');
  // safe because the column is bytea
  assert.ok(!(row?.['sealed_key'] as Buffer).includes(Buffer.from('06082a8648ce3d030107', 'hex')), 'the name of the curve would show a plain key');
  const stranger = { ...anotherProcess(), config: { ...house.kernel.config, appSecret: 'another secret of the same length, but not ours' } };
  await assert.rejects(receiptKey(stranger));
});

test('a retired key still verifies what it signed, and a new one takes over', async () => {
  const old = await receiptKey(anotherProcess());
  const [text = ''] = signReceipts([receipt], old);
  await house.sql('update exchange.receipt_key set retired_at = $1', [house.clock.now()]);
  const next = await receiptKey(anotherProcess());
  assert.notEqual(next.keyId, old.keyId);
  assert.equal(verifyReceipt(text, await receiptKeys(house.kernel.database.pool)).ok, true);
});
