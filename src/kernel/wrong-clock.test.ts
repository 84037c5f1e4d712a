import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { systemActor } from './actor.ts';
import { run, type CommandContext } from './command.ts';
import { newId } from './ids.ts';
import { databaseJob } from './jobs.ts';
import { kernelModule } from './kernel-module.ts';
import type { Module } from './module.ts';
import { openTestHouse, type TestHouse } from './testkit.ts';

const agencyId = newId<'agency'>();
const done: number[] = [];
let rounds = 0;
const probe: Module = {
  name: 'probe',
  jobs: [
    databaseJob({
      kind: 'probe.note',
      payload: z.object({ n: z.int() }),
      batchSize: 10,
      handle: (_ctx, jobs) => {
        for (const job of jobs) done.push(job.payload.n);
        return Promise.resolve();
      },
    }),
  ],
  schedules: [
    {
      name: 'probe.rounds',
      everyMs: 10_000,
      run: () => {
        rounds += 1;
        return Promise.resolve();
      },
    },
  ],
};

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, probe] });
});
after(() => house.close());

const DAY = 86_400_000;

function note(ctx: CommandContext, job: { n: number; inMs: number }): Promise<void> {
  ctx.enqueue({ kind: 'probe.note', agencyId, payload: { n: job.n }, runAt: new Date(ctx.now.getTime() + job.inMs) });
  return Promise.resolve();
}

/** The clock is set, and the processes are started again: a running one would not let its time go backwards. */
function setClock(at: Date): void {
  house.clock.set(at.toISOString());
  house.kernel.scheduleMemory.clear();
}

test('periodic tasks and jobs of a machine that was a day ahead go on when its clock is set right, and keep their distances', async () => {
  const right = house.clock.now();
  setClock(new Date(right.getTime() + DAY));
  await house.drain();
  const before = rounds;
  for (const job of [{ n: 1, inMs: 0 }, { n: 2, inMs: 600_000 }]) await run(house.kernel, note, job, { actor: systemActor('test') });
  // One that was taken up then, whose worker is dead; one that failed then.
  await run(house.kernel, note, { n: 3, inMs: 0 }, { actor: systemActor('test') });
  await house.sql(`update kernel.job set created_at = $1, lease_until = $2, leased_by = 'a dead worker', attempts = 1, run_at = $2 where payload->>'n' = '3'`, [right, new Date(right.getTime() + DAY)]);
  setClock(right);
  await house.drain();
  await house.drain();
  assert.ok(rounds > before, 'the periodic task has its turn');
  assert.deepEqual(done.toSorted(), [1, 3]);
  house.clock.advance(610_000);
  await house.drain();
  assert.deepEqual(done.toSorted(), [1, 2, 3]);
});

test('a turn that another machine took a few seconds ahead of us is not taken twice', async () => {
  const right = house.clock.now();
  house.clock.advance(20_000);
  await house.drain();
  const before = rounds;
  setClock(new Date(right.getTime() + 15_000));
  await house.drain();
  assert.equal(rounds, before);
});
