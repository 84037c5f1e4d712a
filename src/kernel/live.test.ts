import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { newId } from './ids.ts';
import { kernelModule } from './kernel-module.ts';
import { createLiveHub, type LiveHub } from './live.ts';
import { openTestHouse, type TestHouse } from './testkit.ts';

let house: TestHouse;
let hub: LiveHub;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule] });
  hub = createLiveHub(house.kernel);
});
after(async () => {
  await hub.stop();
  await house.close();
});

const ours = newId<'agency'>();
const theirs = newId<'agency'>();

/** Sends a hint and waits until the hub has it. */
async function hear(topic: string, agencyIds: string[]): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    const end = hub.subscribe((hint) => {
      if (hint.topic !== topic) return;
      end();
      resolve();
    });
  });
  await house.sql('select pg_notify($1, $2)', ['lienthong_live', JSON.stringify({ topic, agencyIds })]);
  await heard;
}

test('before it listens, and as long afterwards as it is asked about, a hub says that everything may have changed', async () => {
  assert.deepEqual(hub.changedWithin(1000, ours), ['*']);
  await hub.start();
  assert.deepEqual(hub.changedWithin(60_000, ours), ['*']);
});

test('whoever opens a stream late learns each topic that changed for the own agency since, once', async () => {
  const before = performance.now();
  await hear('letters', [ours, theirs]);
  await hear('tasks', [theirs]);
  await hear('letters', [ours]);
  const since = performance.now() - before;
  assert.deepEqual(hub.changedWithin(since, ours), ['letters']);
  assert.deepEqual(hub.changedWithin(since, theirs).toSorted(), ['letters', 'tasks']);
  assert.deepEqual(hub.changedWithin(since, newId<'agency'>()), []);
  await pause(20);
  assert.deepEqual(hub.changedWithin(10, ours), [], 'what is older than asked about is not told');
});
