import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Id } from '#kernel/ids.ts';
import { anAgencyAt, connect } from '#engines/exchange/partners/testing.ts';
import type { Fault } from '#engines/exchange/testing/network-faults.ts';
import { compareRegisters, type Comparison, type Side } from '#engines/exchange/testing/registers.ts';
import { chanceFrom, seedOfRun, type Chance } from './chance.ts';
import { services, startInstallation, untilTrue, type RunningInstallation } from './running-installation.ts';
import { someTraffic, type Correspondent } from './traffic.ts';

const isLong = process.env['LIENTHONG_LONG'] === '1';
const ROUNDS = Number(process.env['LIENTHONG_FAULT_ROUNDS'] ?? (isLong ? 500 : 4));
/** So often everything is let come to rest and compared. */
const COMPARE_EVERY = 50;
const seed = seedOfRun();

let a: RunningInstallation;
let b: RunningInstallation;
let sides: [Side, Side];
let offices: [Correspondent, Correspondent];
let shiftMs = 0;

before(async () => {
  [a, b] = await Promise.all([startInstallation('a'), startInstallation('b')]);
  await Promise.all([a.ready(), b.ready()]);
  const pair = await connect(a, b);
  for (const [at, partnerId] of [[a, pair.atInviter], [b, pair.atGuest]] as const) {
    assert.equal((await at.call('PATCH', `/api/v1/exchange/partners/${partnerId}`, { body: { config: { answerWithinSeconds: 3 } } })).status, 204);
  }
  const fromA = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]);
  const fromB = [await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]), await anAgencyAt(b, 'UBND phường Hạc Thành', [{ at: a, partnerId: pair.atInviter }])];
  const [first] = fromB;
  assert.ok(first);
  offices = [
    { at: a, sender: fromA.id, recipients: fromB.flatMap((agency): Id<'agency'>[] => agency.idAt), acknowledged: [] },
    { at: b, sender: first.id, recipients: fromA.idAt, acknowledged: [] },
  ];
  sides = [
    { kernel: a.kernel, sql: (text, values) => a.sql(text, values), partnerId: pair.atInviter },
    { kernel: b.kernel, sql: (text, values) => b.sql(text, values), partnerId: pair.atGuest },
  ];
}, { timeout: 300_000 });
after(async () => {
  await Promise.all([a.close(), b.close()]);
}, { timeout: 60_000 });

test(`web, worker and database of two installations killed at random points over a bad network: nothing is lost, doubled or unexplained (seed ${String(seed)})`, { timeout: isLong ? 6 * 3_600_000 : 720_000 }, async (t) => {
  const began = performance.now();
  const chance = chanceFrom(seed);
  const kills = { web: 0, worker: 0, postgres: 0 };
  const letGo = setInterval(() => [a, b].forEach((each) => each.network.release()), 700);
  let found: Comparison | undefined;
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const each of [a, b]) each.network.decide(() => badLuck(chance));
      await oneRound(chance, kills);
      if (round % COMPARE_EVERY === 0 || round === ROUNDS) found = await assertSame(`after round ${String(round)}`);
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
  moveClocks(45_000);
  if (chance.happens(0.6)) await Promise.all([a.ready(), b.ready()]);
}

function moveClocks(ms: number): void {
  shiftMs += ms;
  for (const each of [a, b]) each.shiftClock(shiftMs);
}

/** Polls come again by themselves, whatever became of the last one. */
const POLLS = `('exchange.collect', 'exchange.read-directory', 'exchange.witness-record')`;

/**
 * How far an installation is: what is open there, what of it is due by its clock, and how much is done. A poll that failed is
 * open until it is swept away; the job of a parcel is not, it may be one of a later try.
 */
const HOW_FAR = `
select (select count(*) from exchange.transfer where state in ('waiting', 'sent')) + (select count(*) from exchange.inbound where state in ('waiting', 'incomplete'))
     + (select count(*) from kernel.job where failed_at is null and kind like 'exchange.%' and kind <> 'exchange.send-parcel' and kind not in ${POLLS})
     + (select count(*) from kernel.job where failed_at is not null and kind in ${POLLS})
     + (select count(*) from exchange.delivery where state = 'waiting') as open,
       (select count(*) from exchange.transfer where state in ('waiting', 'sent') and next_try_at <= $1)
     + (select count(*) from kernel.job where failed_at is null and run_at <= $1 and kind like 'exchange.%' and kind not in ${POLLS}) as due,
       concat_ws(' ', (select count(*) from exchange.transfer where state not in ('waiting', 'sent')), (select count(*) from exchange.inbound where state not in ('waiting', 'incomplete')),
                 (select count(*) from exchange.delivery where state <> 'waiting'), (select count(*) from exchange.delivery_answer), (select count(*) from exchange.message_answer)) as done`;

type HowFar = { open: number; due: number; done: string };

async function howFar(each: RunningInstallation): Promise<HowFar> {
  const [row] = await each.sql(HOW_FAR, [each.kernel.clock.now()]);
  return { open: Number(row?.['open']), due: Number(row?.['due']), done: String(row?.['done']) };
}

/** Waits until neither side has anything left to do, letting the pauses pass; on a slow machine for as long as anything gets done. */
async function untilQuiet(): Promise<void> {
  let far: HowFar[] = [];
  let quietAt = '';
  const isQuiet = async (): Promise<boolean> => {
    far = await Promise.all([a, b].map(howFar));
    const done = far.map((each) => each.done).join(' | ');
    if (far.every((each) => each.open === 0)) {
      // What went from one side to the other between the two looks is seen by the next: both must find the same.
      if (quietAt === done) return true;
      quietAt = done;
      return false;
    }
    quietAt = '';
    // Beyond the longest rest of a line and the pauses of a parcel, once everything that can be done now is done.
    if (far.every((each) => each.due === 0)) moveClocks(16 * 60_000);
    return false;
  };
  await untilTrue(isQuiet, { moved: () => Promise.resolve(far.map((each) => each.done).join(' | ')) });
}

const LEFT_OVER = `
select 'transfer' as what, state, problem_code as code, problem from exchange.transfer where state in ('waiting', 'sent')
 union all select kind, run_at::text, lease_until::text, last_error from kernel.job where kind like 'exchange.%'
 union all select 'inbound', state, problem_code, problem from exchange.inbound where state in ('waiting', 'incomplete') limit 20`;

/** Over a good network again, everything that waits is done; then both sides' registers are compared row by row. */
async function assertSame(when: string): Promise<Comparison> {
  for (const each of [a, b]) each.network.decide(() => ({ kind: 'pass' }));
  await Promise.all([a.ready(), b.ready()]);
  await untilQuiet().catch(async (error: unknown) => {
    const open = await Promise.all([a, b].map((each) => each.sql(LEFT_OVER)));
    throw new Error(`${when}: ${JSON.stringify(open)}\n${a.said()}\n${b.said()}`, { cause: error });
  });
  const found = await compareRegisters(...sides);
  assert.deepEqual({ lost: found.lost, doubled: found.doubled, differing: found.differing }, { lost: [], doubled: [], differing: [] }, when);
  for (const office of offices) {
    const standing = new Set((await office.at.sql('select id from exchange.envelope where agency_id = $1', [office.sender])).map((row) => row['id']));
    assert.deepEqual(office.acknowledged.filter((letter) => !standing.has(letter.envelopeId)), [], `${when}: whoever was told that a letter is sent can rely on it`);
  }
  return found;
}
