import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { anonymous } from '#kernel/actor.ts';
import { systemClock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { PkiError } from '../../domain/pki/errors.ts';
import { readTimestampResponse, writeTimestampRequest } from '../../domain/pki/timestamp-authority.ts';
import { authorityClockHealth } from '../../health.ts';
import { testModules } from '../../testing.ts';
import { timestampSource } from '../timestamps/timestamp-source.ts';
import { ClockError, createClockGuard } from './trusted-clock.ts';

/** Three clocks that the test moves: the machine's, one that cannot be set, the database's. */
function clocks() {
  const state = { wall: 1_000_000, monotonic: 5000, database: 1_000_000, latest: undefined as number | undefined, comparisons: 0, isAway: false };
  const guard = createClockGuard(
    {
      wallMs: () => state.wall,
      monotonicMs: () => state.monotonic,
      reference: () => {
        state.comparisons += 1;
        return state.isAway ? Promise.reject(new Error('away')) : Promise.resolve({ atMs: state.database, latestMs: state.latest });
      },
      remember: (atMs) => {
        state.latest = Math.max(state.latest ?? 0, atMs);
        return Promise.resolve();
      },
    },
    1000,
  );
  return {
    state,
    guard,
    pass: (ms: number): void => {
      state.wall += ms;
      state.monotonic += ms;
      state.database += ms;
    },
  };
}

test('a clock that agrees is compared once a minute, not at each token', async () => {
  const { state, guard, pass } = clocks();
  for (let second = 0; second < 150; second += 1) {
    await guard.assertTrusted();
    pass(1000);
  }
  assert.equal(state.comparisons, 3);
});

test('a clock that is off the database’s by more than the stated accuracy gives no time, and is believed again when both agree', async () => {
  const { state, guard } = clocks();
  state.database += 1600;
  await assert.rejects(guard.assertTrusted(), (error) => error instanceof ClockError && /1600 ms/.test(error.message) && /1600 mili giây/.test(error.vi));
  state.database -= 800;
  await guard.assertTrusted();
});

test('a clock that is set back gives no time until the time that it would have shown, though the database was set back with it', async () => {
  const { state, guard, pass } = clocks();
  await guard.assertTrusted();
  pass(30_000);
  state.wall -= 10_000;
  state.database -= 10_000;
  await assert.rejects(guard.assertTrusted(), /set back by 10000 ms/);
  pass(9000);
  await assert.rejects(guard.assertTrusted(), /set back by 1000 ms/);
  pass(1000);
  await guard.assertTrusted();
});

test('a restart does not make a clock that was set back believable', async () => {
  const { state, guard } = clocks();
  state.latest = state.wall + 5000;
  await assert.rejects(guard.assertTrusted(), /set back by 5000 ms/);
});

test('a clock that is set forward is compared at once, and refused when the database disagrees', async () => {
  const { state, guard, pass } = clocks();
  await guard.assertTrusted();
  pass(1000);
  state.wall += 3000;
  await assert.rejects(guard.assertTrusted(), /3000 ms off/);
  // A machine that slept: no time has gone by on the clock that cannot be set, and the database agrees with the other.
  state.database += 3000;
  await guard.assertTrusted();
});

test('without the database’s answer there is nothing to go by', async () => {
  const { state, guard } = clocks();
  state.isAway = true;
  await assert.rejects(guard.assertTrusted(), ClockError);
});

let house: TestHouse;
let server: FastifyInstance;
let errorMs = 0;
before(async () => {
  house = await openTestHouse({ modules: testModules, realTime: true });
  house.kernel.clock = systemClock(() => Date.now() + errorMs);
  server = house.server(() => Promise.resolve(anonymous));
});
after(() => house.close());

async function ask(): Promise<Buffer> {
  const payload = writeTimestampRequest({ hash: 'sha256', digest: createHash('sha256').update('x').digest() });
  const reply = await server.inject({ method: 'POST', url: '/pki/tsa', payload, headers: { 'content-type': 'application/timestamp-query' } });
  assert.equal(reply.statusCode, 200);
  return reply.rawPayload;
}

test('the time-stamping address answers timeNotAvailable while the clock is wrong, nobody can sign meanwhile, and health says why', async () => {
  assert.ok(readTimestampResponse(await ask()).length > 500);
  assert.equal((await authorityClockHealth.check(house.kernel)).status, 'ok');
  errorMs = 7000;
  const refused = await ask();
  // PKIStatus 2 (rejection), and bit 14 of PKIFailureInfo (RFC 3161 section 2.4.2).
  assert.ok(refused.includes(Buffer.from('020102', 'hex')) && refused.includes(Buffer.from('0303010002', 'hex')), refused.toString('hex'));
  assert.throws(() => readTimestampResponse(refused), PkiError);
  await assert.rejects(timestampSource(house.kernel), (error) => error instanceof AppError && error.code === 'signatures.clockUntrusted' && error.entry.status === 503 && /chưa ký/.test(error.describe('vi').message));
  const health = await authorityClockHealth.check(house.kernel);
  assert.equal(health.status, 'warn');
  assert.match(health.vi, /đồng hồ máy lệch \d+ mili giây/);
  errorMs = 0;
  const standing = await authorityClockHealth.check(house.kernel);
  assert.match(standing.vi, /đồng hồ máy bị lùi [67]\d{3} mili giây/, 'the process lived in the future already: it waits until that is reached');
  const [mark] = await house.sql<{ latest: Date }>('select latest_at as latest from signatures.clock_mark');
  assert.ok(mark !== undefined && Math.abs(Date.now() - mark.latest.getTime()) < 60_000);
});
