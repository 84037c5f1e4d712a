import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { systemActor } from './actor.ts';
import { run, type CommandContext } from './command.ts';
import { newId } from './ids.ts';
import { databaseJob, outsideJob } from './jobs.ts';
import { kernelModule } from './kernel-module.ts';
import type { Module } from './module.ts';
import { planOf, watchStatements } from './testing-statements.ts';
import { openTestHouse, type TestHouse } from './testkit.ts';
import { startWorker, type Worker } from './worker.ts';

const agencyId = newId<'agency'>();
const done: string[] = [];
/** Batches of the quick kind that are being worked on at this moment, and the most there ever were. */
const side = { now: 0, most: 0 };
const answers: (() => void)[] = [];
let asked = 0;
let isPeriodicTaskDone = false;

const probe: Module = {
  name: 'probe',
  jobs: [
    outsideJob({
      kind: 'probe.ask-far-away',
      payload: z.object({ number: z.int() }),
      handle: () =>
        new Promise((resolve) => {
          asked += 1;
          answers.push(resolve);
        }),
    }),
    databaseJob({
      kind: 'probe.note',
      payload: z.object({ number: z.int() }),
      batchSize: 100,
      handle: async (_ctx, jobs) => {
        side.now += 1;
        side.most = Math.max(side.most, side.now);
        await sleep(5);
        side.now -= 1;
        done.push(...jobs.map((job) => `note ${String(job.payload.number)}`));
      },
    }),
  ],
  schedules: [
    {
      name: 'probe.long-periodic-task',
      everyMs: 3_600_000,
      run: async () => {
        while (!done.includes('note 0')) await sleep(5);
        isPeriodicTaskDone = true;
      },
    },
  ],
};

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, probe] });
});
after(() => house.close());

async function enqueue(ctx: CommandContext, { kind, count }: { kind: string; count: number }): Promise<void> {
  for (let number = 0; number < count; number += 1) ctx.enqueue({ kind, agencyId, payload: { number } });
}

const put = (kind: string, count: number): Promise<void> => run(house.kernel, enqueue, { kind, count }, { actor: systemActor('test') });

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 5) {
    assert.ok(waited < 10_000, 'it did not come about');
    await sleep(5);
  }
}

/** A worker that ends with its test, however that ends: one that goes on polling would keep the process alive. */
async function aWorker(t: TestContext, kernel = house.kernel): Promise<Worker> {
  const worker = await startWorker(kernel);
  t.after(async () => {
    const stopping = worker.stop();
    for (const reply of answers.splice(0)) reply();
    await stopping;
  });
  return worker;
}

test('a slow job and a long periodic task hold up nobody else; stopping waits for what was begun', async (t) => {
  const worker = await aWorker(t);
  await put('probe.ask-far-away', 1);
  await until(() => answers.length > 0);
  await put('probe.note', 1);
  await until(() => done.includes('note 0'));
  await until(() => isPeriodicTaskDone);
  const stopping = worker.stop();
  for (const reply of answers.splice(0)) reply();
  await stopping;
  assert.deepEqual(await house.sql('select kind from kernel.job'), []);
});

test('many jobs of one kind are done each once, a few batches side by side', async () => {
  done.length = 0;
  side.most = 0;
  await put('probe.note', 2500);
  await house.drain();
  assert.equal(done.length, 2500);
  assert.equal(new Set(done).size, 2500);
  assert.ok(side.most > 1 && side.most <= 3, `${String(side.most)} side by side`);
  assert.deepEqual(await house.sql('select kind from kernel.job'), []);
});

test('a crowd of slow jobs holds up no other kind; what was not begun goes back to the queue when the worker stops', async (t) => {
  done.length = 0;
  asked = 0;
  await put('probe.ask-far-away', 1100);
  const worker = await aWorker(t);
  await until(() => asked === 3);
  await put('probe.note', 1);
  await until(() => done.includes('note 0'));
  const begun = await house.sql<{ count: number }>(`select count(*)::int as count from kernel.job where kind = 'probe.ask-far-away' and leased_by is not null`);
  assert.deepEqual(begun, [{ count: 300 }]);
  const stopping = worker.stop();
  for (const reply of answers.splice(0)) reply();
  await stopping;
  assert.equal(asked, 3);
  assert.deepEqual(await house.sql('select count(*)::int as count, max(attempts) as attempts, count(leased_by)::int as leased from kernel.job'), [
    { count: 1097, attempts: 0, leased: 0 },
  ]);
});

test('a worker leaves what it cannot begin to another', async (t) => {
  await house.sql('delete from kernel.job');
  asked = 0;
  await put('probe.ask-far-away', 600);
  const first = await aWorker(t);
  await until(() => asked === 3);
  const second = await aWorker(t);
  await until(() => asked === 6);
  const shares = await house.sql('select count(*)::int as count from kernel.job where leased_by is not null group by leased_by');
  const stopping = [first.stop(), second.stop()];
  for (const reply of answers.splice(0)) reply();
  await Promise.all(stopping);
  assert.deepEqual(shares, [{ count: 300 }, { count: 300 }]);
  await house.sql('delete from kernel.job');
});

test('renewing leases while somebody takes the same jobs in another order waits for its turn and loses none', async (t) => {
  await house.sql('delete from kernel.job');
  asked = 0;
  await put('probe.ask-far-away', 3);
  const complaints: string[] = [];
  const log = Object.assign(Object.create(house.kernel.log) as typeof house.kernel.log, { warn: (_facts: unknown, text: string) => complaints.push(text) });
  const worker = await aWorker(t, { ...house.kernel, log, config: { ...house.kernel.config, jobLeaseMs: 600 } });
  await until(() => asked === 3);
  const [first, second, third] = (await house.sql<{ id: string }>('select id from kernel.job order by ctid')).map(({ id }) => id);
  const other = new pg.Client({ connectionString: house.kernel.database.directUrl });
  await other.connect();
  t.after(() => other.end());
  const isWaiting = async (): Promise<boolean> => (await house.sql(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0;
  /** PostgreSQL ends the one that has waited for a second, which is to be the renewal. On a slow machine it may be us: then once more. */
  const standInItsWay = async (): Promise<void> => {
    await other.query('begin');
    await other.query('select from kernel.job where id = $1 for update', [third]);
    // The renewal has the first two by now and waits for the third.
    await until(isWaiting);
    try {
      await other.query('select from kernel.job where id = any($1) for update', [[first, second]]);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === '40P01')) throw error;
      await other.query('rollback');
      await standInItsWay();
    }
  };
  await standInItsWay();
  house.clock.advance(5000);
  await other.query('commit');
  await until(async () => (await house.sql('select 1 from kernel.job where lease_until >= $1', [house.clock.now()])).length === 3);
  assert.deepEqual(complaints, []);
  const stopping = worker.stop();
  for (const reply of answers.splice(0)) reply();
  await stopping;
  assert.deepEqual(await house.sql('select kind from kernel.job'), []);
});

test('claimed and finished jobs are found by their keys, also where the queue was empty when its rows were counted', async () => {
  await house.sql('delete from kernel.job');
  await house.sql('analyze kernel.job');
  done.length = 0;
  const texts = new Set<string>();
  const stopWatching = watchStatements((text) => {
    if (/^(update|delete)/.test(text) && text.includes('kernel.job')) texts.add(text);
  });
  try {
    await put('probe.note', 3);
    await house.drain();
  } finally {
    stopWatching();
  }
  assert.equal(done.length, 3);
  assert.equal(texts.size, 2, 'claimed, finished');
  for (const text of texts) assert.match(await planOf(house, text), /Index Cond: \(+agency_id = ANY .*\(id = ANY/);
});
