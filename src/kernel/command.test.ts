import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { z } from 'zod';
import { systemActor } from './actor.ts';
import { run, type CommandContext } from './command.ts';
import { AppError } from './errors.ts';
import { subscribe } from './events.ts';
import { newId, type Id } from './ids.ts';
import { databaseJob, outsideJob } from './jobs.ts';
import { kernelModule } from './kernel-module.ts';
import type { Module } from './module.ts';
import { openTestHouse, type TestHouse } from './testkit.ts';

const agencyId = newId<'agency'>();
const done: string[] = [];
let failures = 0;

/** A module as small as one can be: a command that records and enqueues, a job of each mode, a subscriber. */
const probe: Module = {
  name: 'probe',
  events: { 'thing-happened': { data: z.object({ name: z.string() }), vi: '{name}', en: '{name}' } },
  jobs: [
    databaseJob({
      kind: 'probe.note',
      payload: z.object({ name: z.string() }),
      batchSize: 10,
      maxAttempts: 3,
      handle: async (ctx, jobs) => {
        if (jobs.some((job) => job.payload.name === 'poison')) throw new Error('poison');
        for (const job of jobs) await ctx.query(`insert into kernel.schedule (name, last_run_at) values ($1, $2) on conflict (name) do nothing`, [`note ${job.payload.name}`, ctx.now]);
      },
    }),
    outsideJob({
      kind: 'probe.call',
      payload: z.object({ name: z.string() }),
      handle: async (_kernel, job) => {
        if (failures > 0) {
          failures -= 1;
          throw new Error('the outside is away');
        }
        done.push(job.payload.name);
      },
    }),
  ],
  subscriptions: [
    subscribe({
      event: 'probe.thing-happened',
      name: 'react',
      data: z.object({ name: z.string() }),
      handle: async (_ctx, events) => {
        heardTogether.push(events.length);
        if (events.some((event) => event.data.name === 'unbearable')) throw new Error('this event cannot be borne');
        done.push(...events.map((event) => `heard ${event.data.name}`));
      },
    }),
  ],
};

const heardTogether: number[] = [];

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, probe] });
});
after(() => house.close());
beforeEach(async () => {
  done.length = 0;
  heardTogether.length = 0;
  failures = 0;
  await house.sql('delete from kernel.job');
});

const actor = systemActor('test');

async function happen(ctx: CommandContext, input: { name: string; job?: string; fail?: boolean }): Promise<{ id: Id<'event'> }> {
  const id = ctx.record({ type: 'probe.thing-happened', agencyId, subject: { type: 'thing', id: newId() }, data: { name: input.name } });
  if (input.job !== undefined) ctx.enqueue({ kind: input.job, agencyId, payload: { name: input.name } });
  if (input.fail === true) throw new AppError('probe.refused', { status: 409, vi: 'không', en: 'no' });
  return { id };
}

const jobs = () => house.sql<{ kind: string; attempts: number; last_error: string | null; failed_at: Date | null; run_at: Date }>('select * from kernel.job order by id');

test('a command that throws leaves neither event nor job', async () => {
  await assert.rejects(run(house.kernel, happen, { name: 'a', job: 'probe.call', fail: true }, { actor }), { code: 'probe.refused' });
  assert.deepEqual(await jobs(), []);
});

test('a subscriber hears of a committed event once', async () => {
  await run(house.kernel, happen, { name: 'b' }, { actor });
  await house.drain();
  await house.drain();
  assert.deepEqual(done, ['heard b']);
  assert.deepEqual(await jobs(), []);
});

test('many events of one command are a few jobs for a subscriber, and a bad one among them holds up no other', async () => {
  const names = Array.from({ length: 120 }, (_, index) => (index === 70 ? 'unbearable' : `event ${String(index)}`));
  await run(house.kernel, async (ctx: CommandContext) => Promise.all(names.map((name) => happen(ctx, { name }))), undefined, { actor });
  assert.equal((await jobs()).length, 3);
  await house.drain();
  assert.deepEqual(new Set(done), new Set(names.filter((name) => name !== 'unbearable').map((name) => `heard ${name}`)));
  assert.equal(done.length, 119, 'each is heard once');
  assert.ok(heardTogether.includes(20) || heardTogether.includes(50), 'a group that can be borne stays together');
  const left = await jobs();
  assert.deepEqual(left.map((job) => [job.kind, job.attempts]), [['probe.on:react', 1]]);
});

test('a repeated request with the same key has its effect once and gets the same reply', async () => {
  const options = { actor, idempotencyKey: 'one click of a button' };
  const [first, second] = await Promise.all([run(house.kernel, happen, { name: 'c' }, options), run(house.kernel, happen, { name: 'c' }, options)]);
  assert.deepEqual(first, second);
  await house.drain();
  assert.deepEqual(done, ['heard c']);
  await assert.rejects(run(house.kernel, happen, { name: 'other' }, options), { code: 'kernel.conflict' });
});

test('a repeated request without a reply has none again, and null stays null', async () => {
  const none = (): Promise<unknown> => Promise.resolve(undefined);
  const nothing = (): Promise<unknown> => Promise.resolve(null);
  for (let time = 0; time < 2; time += 1) {
    assert.equal(await run(house.kernel, none, undefined, { actor, idempotencyKey: 'without a reply' }), undefined);
    assert.equal(await run(house.kernel, nothing, undefined, { actor, idempotencyKey: 'with null' }), null);
  }
});

test('a refused request does not use up its key', async () => {
  const options = { actor, idempotencyKey: 'refused at first' };
  await assert.rejects(run(house.kernel, happen, { name: 'd', fail: true }, options));
  await run(house.kernel, happen, { name: 'd' }, options);
});

test('one bad job does not hold up the rest of its batch, and stays visible when its attempts are used up', async () => {
  for (const name of ['good 1', 'poison', 'good 2']) {
    await run(house.kernel, async (ctx: CommandContext) => ctx.enqueue({ kind: 'probe.note', agencyId, payload: { name } }), undefined, { actor });
  }
  await house.drain();
  const noted = await house.sql(`select name from kernel.schedule where name like 'note %' order by name`);
  assert.deepEqual(noted.map((row) => row['name']), ['note good 1', 'note good 2']);
  for (let attempt = 2; attempt <= 3; attempt += 1) {
    house.clock.advance(3_600_000);
    await house.drain();
  }
  const [stuck] = await jobs();
  assert.equal(stuck?.attempts, 3);
  assert.match(stuck.last_error ?? '', /poison/);
  assert.ok(stuck.failed_at !== null);
  house.clock.advance(86_400_000);
  await house.drain();
  assert.equal((await jobs())[0]?.attempts, 3, 'a stuck job is not tried again by itself');
});

test('a job that fails waits longer each time and succeeds when the outside is back', async () => {
  failures = 2;
  await run(house.kernel, async (ctx: CommandContext) => ctx.enqueue({ kind: 'probe.call', agencyId, payload: { name: 'e' } }), undefined, { actor });
  await house.drain();
  const first = (await jobs())[0];
  assert.equal(first?.run_at.getTime(), house.clock.now().getTime() + 1000);
  house.clock.advance(1000);
  await house.drain();
  assert.equal((await jobs())[0]?.run_at.getTime(), house.clock.now().getTime() + 2000);
  house.clock.advance(2000);
  await house.drain();
  assert.deepEqual(done, ['e']);
  assert.deepEqual(await jobs(), []);
});

test('the jobs of a killed worker come back when their lease ends', async () => {
  await run(house.kernel, async (ctx: CommandContext) => ctx.enqueue({ kind: 'probe.call', agencyId, payload: { name: 'f' } }), undefined, { actor });
  await house.sql(`update kernel.job set leased_by = 'a dead worker', lease_until = $1, attempts = 1`, [new Date(house.clock.now().getTime() + 5000)]);
  await house.drain();
  assert.deepEqual(done, []);
  house.clock.advance(5001);
  await house.drain();
  assert.deepEqual(done, ['f']);
});

test('the same dedupe key stands in the queue once', async () => {
  for (let index = 0; index < 2; index += 1) {
    await run(house.kernel, async (ctx: CommandContext) => ctx.enqueue({ kind: 'probe.call', agencyId, payload: { name: 'g' }, dedupeKey: 'g' }), undefined, { actor });
  }
  assert.equal((await jobs()).length, 1);
});

test('an event that no catalogue knows is a defect that is seen at once', async () => {
  await assert.rejects(
    run(house.kernel, async (ctx: CommandContext) => ctx.record({ type: 'probe.unheard-of', agencyId, subject: { type: 'thing', id: '1' }, data: {} }), undefined, { actor }),
    /in no module's catalogue/,
  );
});

test('a database that ends the connection is told as unavailable, and the next call works', async () => {
  const terminate = async (ctx: CommandContext) => {
    await house.sql('select pg_terminate_backend($1)', [(await ctx.query('select pg_backend_pid() as pid')).rows[0]?.['pid']]);
    await ctx.query('select 1');
  };
  await assert.rejects(run(house.kernel, terminate, undefined, { actor }), { code: 'kernel.unavailable' });
  await run(house.kernel, happen, { name: 'h' }, { actor });
});
