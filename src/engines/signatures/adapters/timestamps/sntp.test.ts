import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { readConfig } from '#kernel/config.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { timePeersHealth } from '../../health.ts';
import { testModules } from '../../testing.ts';
import { askTimePeer, type TimePeer } from './sntp.ts';
import { agreedOffset, measureTimePeers } from './time-peers.ts';
import { timestampSource } from './timestamp-source.ts';

const EPOCH = 2_208_988_800;
type Mood = { aheadMs: number; how: 'right' | 'silent' | 'short' | 'other question' | 'kiss' | 'alarm' | 'far from the truth' | 'twice' };

/** A time server of our own on a local port, which the test sets right or wrong. */
async function fakePeer() {
  const mood: Mood = { aheadMs: 0, how: 'right' };
  const counts = { asked: 0 };
  const socket: Socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    counts.asked += 1;
    if (mood.how === 'silent') return;
    const answer = Buffer.alloc(48);
    answer[0] = mood.how === 'alarm' ? 0xe4 : 0x24;
    answer[1] = mood.how === 'kiss' ? 0 : 2;
    if (mood.how === 'kiss') answer.write('RATE', 12, 'latin1');
    if (mood.how === 'far from the truth') answer.writeUInt32BE(2 << 16, 8);
    question.copy(answer, 24, 40, 48);
    if (mood.how === 'other question') answer[24] = (answer[24] ?? 0) ^ 1;
    const now = (Date.now() + mood.aheadMs) / 1000 + EPOCH;
    for (const at of [32, 40]) {
      answer.writeUInt32BE(Math.floor(now) % 2 ** 32, at);
      answer.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), at + 4);
    }
    if (mood.how === 'twice') socket.send(Buffer.from('rác'), from.port, from.address);
    socket.send(mood.how === 'short' ? answer.subarray(0, 47) : answer, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address();
  const peer: TimePeer = { name: `127.0.0.1:${String(port)}`, host: '127.0.0.1', port };
  return { mood, counts, peer, close: () => socket.close() };
}

type FakePeer = Awaited<ReturnType<typeof fakePeer>>;
let house: TestHouse;
let peers: FakePeer[];
let errorMs = 0;
before(async () => {
  house = await openTestHouse({ modules: testModules, realTime: true });
  peers = [await fakePeer(), await fakePeer(), await fakePeer()];
});
beforeEach(async () => {
  for (const { mood } of peers) Object.assign(mood, { aheadMs: 0, how: 'right' } satisfies Mood);
  errorMs = 0;
  house.kernel.clock = systemClock(() => Date.now() + errorMs);
  house.kernel.config.ntpPeers = peers.map(({ peer }) => peer);
  await house.sql('delete from signatures.time_peer');
});
after(async () => {
  for (const each of peers) each.close();
  await house.close();
});

const ask = (at: FakePeer) => askTimePeer(at.peer, { localMs: Date.now, timeoutMs: 300 });
const first = (): FakePeer => peers[0] ?? assert.fail('no peer');

test('a right peer agrees, a skewed one is told by how much, on either side', async () => {
  for (const aheadMs of [0, 5000, -70_000]) {
    first().mood.aheadMs = aheadMs;
    const answer = await ask(first());
    assert.ok(answer.state === 'answered' && Math.abs(answer.offsetMs - aheadMs) < 100 && answer.errorMs < 200, JSON.stringify(answer));
  }
});

test('the era that begins in 2036 is read', async () => {
  first().mood.aheadMs = Date.UTC(2036, 5, 1) - Date.now();
  const answer = await ask(first());
  assert.ok(answer.state === 'answered' && Math.abs(answer.offsetMs - first().mood.aheadMs) < 100);
});

test('silence, answers that are none, a kiss of death and a peer that does not know the time itself are told apart', async () => {
  const expected = { silent: 'silent', short: 'malformed', 'other question': 'malformed', kiss: 'refused', alarm: 'unsynchronised', 'far from the truth': 'malformed', twice: 'answered' } as const;
  for (const [how, state] of Object.entries(expected)) {
    // safe because the keys are those of the table above
    first().mood.how = how as keyof typeof expected;
    assert.equal((await ask(first())).state, state, how);
  }
  const nobody = await fakePeer();
  nobody.close();
  assert.equal((await ask(nobody)).state, 'silent');
});

test('the peer in the middle decides, and of two the one that doubts the clock less', () => {
  const of = (...offsets: (number | undefined)[]) => agreedOffset(offsets.map((offsetMs) => ({ offsetMs, errorMs: 1 })))?.offsetMs;
  assert.equal(of(), undefined);
  assert.equal(of(undefined), undefined);
  assert.equal(of(4000), 4000);
  assert.equal(of(3, 9000, 5), 5);
  assert.equal(of(9000, 3), 3);
  assert.equal(of(8000, 9000, undefined), 8000);
});

const clockUntrusted = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AppError, String(error));
  assert.equal(error.code, 'signatures.clockUntrusted');
  assert.equal(error.entry.status, 503);
  assert.match(error.describe('vi').message, words);
  return true;
};

test('while most peers say that the clock is wrong nothing is stamped, and health says so; one wrong peer stops nothing', async () => {
  await measureTimePeers(house.kernel);
  await timestampSource(house.kernel);
  assert.equal((await timePeersHealth.check(house.kernel)).status, 'ok');

  first().mood.aheadMs = 8000;
  await measureTimePeers(house.kernel);
  house.kernel.clock = systemClock(() => Date.now() + errorMs);
  await timestampSource(house.kernel);
  const doubted = await timePeersHealth.check(house.kernel);
  assert.equal(doubted.status, 'warn');
  assert.match(doubted.vi, /lệch (7|8)\d{3} mili giây so với máy chủ giờ 127\.0\.0\.1:\d+$/);

  for (const { mood } of peers) mood.aheadMs = 8000;
  await measureTimePeers(house.kernel);
  const later = await openTestHouse({ modules: testModules, realTime: true });
  try {
    later.kernel.clock = systemClock(() => Date.now());
    later.kernel.config.ntpPeers = house.kernel.config.ntpPeers;
    await measureTimePeers(later.kernel);
    await assert.rejects(timestampSource(later.kernel), clockUntrusted(/lệch (7|8)\d{3} mili giây so với các máy chủ giờ/));
    for (const { mood } of peers) mood.aheadMs = 0;
    await measureTimePeers(later.kernel);
    await timestampSource(later.kernel);
  } finally {
    await later.close();
  }
});

test('peers that are silent stop nothing and are told; what they said before counts for an hour', async () => {
  await measureTimePeers(house.kernel);
  for (const { mood } of peers) mood.how = 'silent';
  await measureTimePeers(house.kernel);
  await timestampSource(house.kernel);
  assert.match((await timePeersHealth.check(house.kernel)).vi, /không trả lời/);
  const kept = await house.sql<{ known: boolean }>('select offset_ms is not null as known from signatures.time_peer');
  assert.deepEqual(kept.map(({ known }) => known), [true, true, true]);
});

test('a peer that sends a kiss of death is left alone for an hour', async () => {
  first().mood.how = 'kiss';
  await measureTimePeers(house.kernel);
  const { asked } = first().counts;
  await measureTimePeers(house.kernel);
  assert.equal(first().counts.asked, asked);
  assert.match((await timePeersHealth.check(house.kernel)).vi, /từ chối trả lời/);
});

test('NTP_PEERS takes hosts, ports and IPv6, and anything else is told', () => {
  const given = { APP_SECRET: 'x'.repeat(32), NTP_PEERS: 'ntp.gov.vn, 10.0.0.1:1123,[2001:db8::1]:124' };
  assert.deepEqual(readConfig(given).ntpPeers, [
    { name: 'ntp.gov.vn', host: 'ntp.gov.vn', port: 123 },
    { name: '10.0.0.1:1123', host: '10.0.0.1', port: 1123 },
    { name: '[2001:db8::1]:124', host: '2001:db8::1', port: 124 },
  ]);
  assert.throws(() => readConfig({ ...given, NTP_PEERS: 'ntp.gov.vn:99999' }), /NTP_PEERS/);
  assert.throws(() => readConfig({ ...given, NTP_PEERS: 'http://x' }), /NTP_PEERS/);
});
