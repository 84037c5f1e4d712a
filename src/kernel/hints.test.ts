import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, beforeEach, test } from 'node:test';
import pg from 'pg';
import { sendHints, type Hint } from './hints.ts';
import { kernelModule } from './kernel-module.ts';
import { openTestHouse, type TestHouse } from './testkit.ts';

let house: TestHouse;
let listener: pg.Client;
let heard: string[] = [];
before(async () => {
  house = await openTestHouse({ modules: [kernelModule] });
  listener = new pg.Client({ connectionString: house.kernel.database.directUrl });
  await listener.connect();
  await listener.query('listen hint_test');
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
});
beforeEach(() => {
  heard = [];
});
after(async () => {
  await listener.end();
  await house.close();
});

const hint = (payload: string): Hint => ({ channel: 'hint_test', payload });

/** Waits until a last hint, sent behind all others, has come. */
async function heardUntil(last: string): Promise<string[]> {
  const deadline = Date.now() + 20_000;
  while (!heard.includes(last)) {
    assert.ok(Date.now() < deadline, `“${last}” never came; heard ${heard.join()}`);
    await pause(5);
  }
  return heard;
}

test('a hint reaches who listens on its channel, and nobody else', async () => {
  sendHints(house.kernel, [hint('a'), { channel: 'another_channel', payload: 'not for us' }, hint('b')]);
  assert.deepEqual(await heardUntil('b'), ['a', 'b']);
});

test('the same hint, asked for again before it left, is sent once; a later one is sent again', async () => {
  // The first goes at once; what comes while it is on its way waits, and goes together.
  sendHints(house.kernel, [hint('first')]);
  for (let time = 0; time < 50; time += 1) sendHints(house.kernel, [hint('again'), hint('again'), hint('also')]);
  assert.deepEqual(await heardUntil('also'), ['first', 'again', 'also']);
  sendHints(house.kernel, [hint('again'), hint('end')]);
  assert.deepEqual(await heardUntil('end'), ['first', 'again', 'also', 'again', 'end']);
});

test('two channels with the same word are two hints', async () => {
  await listener.query('listen hint_test_too');
  sendHints(house.kernel, [hint('x'), { channel: 'hint_test_too', payload: 'x' }, hint('end')]);
  assert.deepEqual((await heardUntil('end')).toSorted(), ['end', 'x', 'x']);
  await listener.query('unlisten hint_test_too');
});

test('hints that PostgreSQL does not take are dropped, fail nobody, and hold up none that come later', async () => {
  sendHints(house.kernel, [{ channel: '', payload: 'a channel has a name' }]);
  sendHints(house.kernel, [hint('x'.repeat(9000))]); // a payload has at most 8000 bytes
  await pause(50);
  sendHints(house.kernel, [hint('after')]);
  assert.deepEqual(await heardUntil('after'), ['after']);
});

test('no hints ask nothing of the database', async (t) => {
  const query = t.mock.method(house.kernel.database.pool, 'query');
  sendHints(house.kernel, []);
  await pause(20);
  assert.equal(query.mock.callCount(), 0);
});

test('only the hint itself does without the disk: the connection that carried it commits as before', async () => {
  for (let time = 0; time < 20; time += 1) sendHints(house.kernel, [hint(String(time))]);
  await heardUntil('19');
  const { pool } = house.kernel.database;
  const settings = await Promise.all(Array.from({ length: 5 }, () => pool.query<{ synchronous_commit: string }>('show synchronous_commit')));
  const { rows } = await listener.query<{ synchronous_commit: string }>('show synchronous_commit');
  assert.ok(settings.every((each) => each.rows[0]?.synchronous_commit === rows[0]?.synchronous_commit));
});
