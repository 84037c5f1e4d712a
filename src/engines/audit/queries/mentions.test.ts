import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, type Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule, mentionsSince, recordSize, sealNow } from '../index.ts';
import { chronicle, chronicleModule } from '../testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, chronicleModule] });
});
after(() => house.close());

const keys = { 'chronicle.thing-happened': 'number' };

test('the record is read on from where it was left: each line once, what is said often told once, and what is not sealed not yet', async () => {
  const { pool } = house.kernel.database;
  const actor = somebody();
  const from = await recordSize(pool);
  const agencyId = newId<'agency'>();
  await chronicle(house.kernel, { actor, agencyIds: [agencyId, agencyId], subject: { type: 'thing', id: 'one' }, from: 7 });
  const waiting = await mentionsSince(pool, { from, most: 10, keys });
  assert.deepEqual([waiting.mentions, waiting.next, waiting.isEnd], [[], from, true]);
  assert.ok(waiting.sealedUntil instanceof Date, 'something waits for its seal');
  await sealNow(house.kernel);
  const read = await mentionsSince(pool, { from, most: 10, keys });
  assert.deepEqual(read.mentions.map((each) => [each.agencyId, each.subject.id, each.key, each.value]).toSorted(), [[agencyId, 'one', 'number', '7'], [agencyId, 'one', 'number', '8']]);
  assert.deepEqual([read.next, read.isEnd, read.sealedUntil], [from + 2, true, null]);
  assert.deepEqual((await mentionsSince(pool, { from, most: 10, keys: { 'chronicle.thing-happened': null } })).mentions, [{ agencyId, subject: { type: 'thing', id: 'one' }, key: null, value: null }]);
  assert.deepEqual((await mentionsSince(pool, { from: read.next, most: 10, keys })).mentions, []);
});

test('a long record is read in parts, and types that nobody asked for are left out', async () => {
  const { pool } = house.kernel.database;
  const from = await recordSize(pool);
  const agencyIds: Id<'agency'>[] = Array.from({ length: 25 }, () => newId<'agency'>());
  await chronicle(house.kernel, { actor: somebody(), agencyIds });
  await sealNow(house.kernel);
  const seen: string[] = [];
  const parts: number[] = [];
  for (let next = from, isEnd = false; !isEnd; ) {
    const read = await mentionsSince(pool, { from: next, most: 10, keys });
    seen.push(...read.mentions.map((each) => each.agencyId));
    parts.push(read.next - next);
    ({ next, isEnd } = read);
  }
  assert.deepEqual([seen.toSorted(), parts], [agencyIds.toSorted(), [10, 10, 5]]);
  assert.deepEqual((await mentionsSince(pool, { from, most: 100, keys: { 'chronicle.thing-due': null } })).mentions, []);
});
