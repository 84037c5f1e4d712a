import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chanceFrom, seedOfRun } from './chance.ts';
import type { RunningInstallation } from './running-installation.ts';
import { startPair, type RunningPair } from './running-pair.ts';
import { someTraffic } from './traffic.ts';

const isLong = process.env['LIENTHONG_LONG'] === '1';
const AWAY_MS = isLong ? 45_000 : 4000;
const ROUNDS = isLong ? 8 : 1;
const seed = seedOfRun();

let pair: RunningPair;
before(async () => {
  pair = await startPair('somebody else');
}, { timeout: 300_000 });
after(() => pair.close(), { timeout: 60_000 });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** What its web process answers when somebody asks whether it lives. */
const livesAt = async ({ network }: RunningInstallation): Promise<number> => (await fetch(`${network.address}/health/live`)).status;

test(`an installation whose PostgreSQL is away for a while in the middle of traffic lives on: both sides’ registers agree, and no process had to be started again (seed ${String(seed)})`, { timeout: isLong ? 1_800_000 : 420_000 }, async (t) => {
  const { a, b, offices } = pair;
  const before = [a.pids(), b.pids()];
  const chance = chanceFrom(seed);
  let traffic = 0;
  const stop = new AbortController();
  const working = (async () => {
    while (!stop.signal.aborted) {
      await Promise.all(offices.map((office) => someTraffic(office, chance)));
      traffic += 1;
      await pause(50);
    }
  })();
  // What comes after says more than the wait before it when this fails.
  working.catch(() => undefined);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const victims of [[a], [b], [a, b]]) {
        await pause(1000 + chance.below(1000));
        const back = await Promise.all(victims.map((each) => each.stopDatabase()));
        await pause(AWAY_MS);
        for (const each of victims) assert.equal(await livesAt(each), 200);
        for (const start of back) await start();
        pair.moveClocks(45_000);
      }
    }
    await pause(2000);
  } finally {
    stop.abort();
  }
  await working;
  const found = await pair.assertSame('after all were away');
  assert.deepEqual([a.pids(), b.pids()], before, 'the same processes as in the beginning');
  assert.deepEqual([await livesAt(a), await livesAt(b)], [200, 200]);
  assert.ok(found.deliveries > 10 && found.answers > 0, 'there was traffic');
  t.diagnostic(`seed ${String(seed)}: ${String(traffic)} rounds of traffic, ${String(found.deliveries)} messages, ${String(found.answers)} answers, ${String(found.files)} files, none lost or doubled`);
});
