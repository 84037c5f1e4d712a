import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Fault } from '#engines/exchange/testing/network-faults.ts';
import type { Comparison } from '#engines/exchange/testing/registers.ts';
import { chanceFrom, seedOfRun, type Chance } from './chance.ts';
import { services } from './running-installation.ts';
import { startPair, type RunningPair } from './running-pair.ts';
import { someTraffic } from './traffic.ts';

const isLong = process.env['LIENTHONG_LONG'] === '1';
const ROUNDS = Number(process.env['LIENTHONG_FAULT_ROUNDS'] ?? (isLong ? 500 : 4));
/** So often everything is let come to rest and compared. */
const COMPARE_EVERY = 50;
const seed = seedOfRun();

let pair: RunningPair;
before(async () => {
  pair = await startPair();
}, { timeout: 300_000 });
after(() => pair.close(), { timeout: 60_000 });

test(`web, worker and database of two installations killed at random points over a bad network: nothing is lost, doubled or unexplained (seed ${String(seed)})`, { timeout: isLong ? 6 * 3_600_000 : 720_000 }, async (t) => {
  const { a, b } = pair;
  const began = performance.now();
  const chance = chanceFrom(seed);
  const kills = { web: 0, worker: 0, postgres: 0 };
  const letGo = setInterval(() => [a, b].forEach((each) => each.network.release()), 700);
  let found: Comparison | undefined;
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const each of [a, b]) each.network.decide(() => badLuck(chance));
      await oneRound(chance, kills);
      if (round % COMPARE_EVERY === 0 || round === ROUNDS) found = await pair.assertSame(`after round ${String(round)}`);
    }
  } finally {
    clearInterval(letGo);
  }
  assert.ok(found);
  const killed = kills.web + kills.worker + kills.postgres;
  assert.ok(killed >= ROUNDS);
  t.diagnostic(
    `seed ${String(seed)}: ${String(ROUNDS)} rounds, ${String(killed)} kills (web ${String(kills.web)}, worker ${String(kills.worker)}, PostgreSQL ${String(kills.postgres)}), ` +
      `${String(found.deliveries)} messages, ${String(found.answers)} answers, ${String(found.files)} files, ${String(found.lost.length)} lost, ${String(found.doubled.length)} doubled, ${String(Math.round((performance.now() - began) / 1000))} s`,
  );
});

/** What the network does to one request. Most pass, or nothing would ever be learned. */
function badLuck(chance: Chance): Fault {
  const luck = chance.next();
  if (luck < 0.03) return { kind: 'cut', afterBytes: chance.below(2000) };
  if (luck < 0.07) return { kind: 'lose-reply' };
  if (luck < 0.11) return { kind: 'duplicate' };
  if (luck < 0.14) return { kind: 'hold' };
  if (luck < 0.15) return { kind: 'silence' };
  if (luck < 0.18) return { kind: 'delay', ms: chance.below(1500) };
  if (luck < 0.2) return { kind: 'impostor', status: 200, body: '{"state":"processed"}' };
  if (luck < 0.22) return { kind: 'tamper', change: (body) => Buffer.concat([body, Buffer.from(' ')]) };
  return { kind: 'pass' };
}

/** Some work on both sides, and in the midst of it one or two parts are killed. */
async function oneRound(chance: Chance, kills: Record<'web' | 'worker' | 'postgres', number>): Promise<void> {
  const { a, b, offices } = pair;
  const working = Promise.all(offices.map((office) => someTraffic(office, chance)));
  // What comes after the kill says more than the wait before it when this fails.
  working.catch(() => undefined);
  for (let victims = chance.happens(0.25) ? 2 : 1; victims > 0; victims -= 1) {
    await new Promise((resolve) => setTimeout(resolve, chance.below(900)));
    const part = chance.pick([...services, 'postgres'] as const);
    await chance.pick([a, b]).kill(part);
    kills[part] += 1;
  }
  await working;
  // Pauses and leases end sooner than a test could wait for; both machines tell the same time.
  pair.moveClocks(45_000);
  if (chance.happens(0.6)) await Promise.all([a.ready(), b.ready()]);
}
