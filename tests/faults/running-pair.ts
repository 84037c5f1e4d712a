import assert from 'node:assert/strict';
import type { Id } from '#kernel/ids.ts';
import { anAgencyAt, connect } from '#engines/exchange/partners/testing.ts';
import { compareRegisters, type Comparison, type Side } from '#engines/exchange/testing/registers.ts';
import { numberProblems } from '../register-numbers.ts';
import { startInstallation, untilTrue, type DatabaseOf, type RunningInstallation } from './running-installation.ts';
import type { Correspondent } from './traffic.ts';

/** Two whole installations that are connected, with offices that write to each other. */
export type RunningPair = {
  a: RunningInstallation;
  b: RunningInstallation;
  offices: [Correspondent, Correspondent];
  /** Both machines tell the same time. */
  moveClocks(ms: number): void;
  /** Over a good network again, everything that waits is done; then both sides' registers are compared row by row. */
  assertSame(when: string): Promise<Comparison>;
  close(): Promise<void>;
};

export async function startPair(database: DatabaseOf = 'product'): Promise<RunningPair> {
  const [a, b] = await Promise.all([startInstallation('a', database), startInstallation('b', database)]);
  await Promise.all([a.ready(), b.ready()]);
  const pair = await connect(a, b);
  for (const [at, partnerId] of [[a, pair.atInviter], [b, pair.atGuest]] as const) {
    assert.equal((await at.call('PATCH', `/api/v1/exchange/partners/${partnerId}`, { body: { config: { answerWithinSeconds: 3 } } })).status, 204);
  }
  const fromA = await anAgencyAt(a, 'Sở Nội vụ', [{ at: b, partnerId: pair.atGuest }]);
  const fromB = [await anAgencyAt(b, 'UBND xã Hoằng Hóa', [{ at: a, partnerId: pair.atInviter }]), await anAgencyAt(b, 'UBND phường Hạc Thành', [{ at: a, partnerId: pair.atInviter }])];
  const [first] = fromB;
  assert.ok(first);
  const offices: [Correspondent, Correspondent] = [
    { at: a, sender: fromA.id, recipients: fromB.flatMap((agency): Id<'agency'>[] => agency.idAt), acknowledged: [] },
    { at: b, sender: first.id, recipients: fromA.idAt, acknowledged: [] },
  ];
  const sides: [Side, Side] = [
    { kernel: a.kernel, sql: (text, values) => a.sql(text, values), partnerId: pair.atInviter },
    { kernel: b.kernel, sql: (text, values) => b.sql(text, values), partnerId: pair.atGuest },
  ];
  let shiftMs = 0;
  const moveClocks = (ms: number): void => {
    shiftMs += ms;
    for (const each of [a, b]) each.shiftClock(shiftMs);
  };
  return {
    a,
    b,
    offices,
    moveClocks,
    async assertSame(when) {
      for (const each of [a, b]) each.network.decide(() => ({ kind: 'pass' }));
      await Promise.all([a.ready(), b.ready()]);
      await untilQuiet([a, b], moveClocks).catch(async (error: unknown) => {
        const open = await Promise.all([a, b].map((each) => each.sql(LEFT_OVER)));
        throw new Error(`${when}: ${JSON.stringify(open)}\n${a.said()}\n${b.said()}`, { cause: error });
      });
      const found = await compareRegisters(...sides);
      assert.deepEqual({ lost: found.lost, doubled: found.doubled, differing: found.differing }, { lost: [], doubled: [], differing: [] }, when);
      for (const each of [a, b]) assert.deepEqual(await numberProblems((text) => each.sql(text)), [], `${when}: what the registers gave stands on documents`);
      for (const office of offices) {
        const standing = new Set((await office.at.sql('select id from exchange.envelope where agency_id = $1', [office.sender])).map((row) => row['id']));
        assert.deepEqual(office.acknowledged.filter((letter) => !standing.has(letter.envelopeId)), [], `${when}: whoever was told that a letter is sent can rely on it`);
      }
      return found;
    },
    close: async () => {
      await Promise.all([a.close(), b.close()]);
    },
  };
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
async function untilQuiet(both: readonly RunningInstallation[], moveClocks: (ms: number) => void): Promise<void> {
  let far: HowFar[] = [];
  let quietAt = '';
  const isQuiet = async (): Promise<boolean> => {
    far = await Promise.all(both.map(howFar));
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
