import { setTimeout as pause } from 'node:timers/promises';
import { systemActor } from './actor.ts';
import { openContext } from './command.ts';
import { sendHints, type Hint } from './hints.ts';
import { newId, type Id } from './ids.ts';
import type { ClaimedJob, JobDefinition, NewJob } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import { runDueSchedules } from './schedules.ts';
import { listenForHints } from './worker-hints.ts';

const POLL_MS = 1000;
/** While work is under way, what comes is gathered so long before the next look: many small batches cost more than fewer larger ones. */
const GATHER_MS = 150;
/** Batches of one kind go side by side on so many connections, so that the process prepares one while PostgreSQL works on another. */
const LANES = 3;
/** A batch is not split into shares smaller than this. */
const SMALLEST_SHARE = 100;
/** A batch for each lane. Whoever claims more than it can begin keeps it from a worker that has nothing to do. */
const CLAIM_LIMIT = LANES * SMALLEST_SHARE;
/** Any number that is ours: it keeps two workers from claiming the same rows at the same moment. */
export const CLAIM_LOCK = 7_249_002;

export type Worker = {
  /** Looks for work now. */
  wake(): void;
  /** Works until nothing is due; for tests and for the terminal demonstration. */
  drain(): Promise<void>;
  /** Ends when the batches that are being worked on have ended. What was claimed and not begun goes back to the queue. */
  stop(): Promise<void>;
};

/** The batches of one kind that wait, and how many are being worked on. */
type Lanes = { waiting: ClaimedJob[][]; running: number };

type WorkerState = {
  kernel: Kernel;
  name: string;
  lanes: Map<string, Lanes>;
  active: Set<Promise<void>>;
  /** The jobs that are this worker's, with their agencies. */
  leased: Map<Id<'job'>, Id<'agency'>>;
  periodic: Promise<void> | undefined;
  stopped: boolean;
  wake: () => void;
};

/**
 * Starts the loop that does the jobs. The truth is polled every second; NOTIFY is a hint that shortens the wait.
 * Jobs are claimed with a lease that is renewed while they run, so the jobs of a killed worker come back.
 */
export async function startWorker(kernel: Kernel, options: { loop?: boolean } = {}): Promise<Worker> {
  const state: WorkerState = { kernel, name: `worker-${newId()}`, lanes: new Map(), active: new Set(), leased: new Map(), periodic: undefined, stopped: false, wake: () => undefined };
  let wakeUp: () => void = () => undefined;
  let woken = false;
  const wake = (): void => {
    woken = true;
    wakeUp();
  };
  state.wake = wake;
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken || state.stopped) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async (): Promise<void> => {
    while (!state.stopped) {
      woken = false;
      void runPeriodicTasks(state);
      const looked = performance.now();
      const claimed = await takeUp(state);
      if (claimed === CLAIM_LIMIT) continue;
      await sleep(POLL_MS);
      const early = GATHER_MS - (performance.now() - looked);
      // Nobody waits for a worker that has nothing else to do.
      if (state.active.size > 0 && early > 0) await Promise.race([pause(early), Promise.all(state.active)]);
    }
  };
  const looping = options.loop === false ? Promise.resolve() : loop();
  const closeHints = options.loop === false ? undefined : await listenForHints(kernel, wake);
  const heartbeat = setInterval(() => {
    void renewLeases(state);
  }, kernel.config.jobLeaseMs / 3);
  heartbeat.unref();

  return {
    wake,
    async drain() {
      for (;;) {
        await runPeriodicTasks(state);
        const claimed = await takeUp(state);
        if (claimed === 0 && state.active.size === 0) return;
        await Promise.all(state.active);
      }
    },
    async stop() {
      state.stopped = true;
      wake();
      await looping;
      await Promise.all(state.active);
      await state.periodic;
      clearInterval(heartbeat);
      await giveBack(state);
      await closeHints?.();
    },
  };
}

/** The periodic tasks that are due, beside the jobs: a long one holds up nobody's letter. Failures of the database are waited out. */
function runPeriodicTasks(state: WorkerState): Promise<void> {
  state.periodic ??= runDueSchedules(state.kernel)
    .catch((error: unknown) => {
      state.kernel.log.warn({ err: error }, 'the periodic tasks could not be looked up; they are tried again');
    })
    .finally(() => {
      state.periodic = undefined;
    });
  return state.periodic;
}

/** One look for due work, which is then begun; returns how many jobs were claimed. Failures of the database are waited out. */
async function takeUp(state: WorkerState): Promise<number> {
  // A kind whose batches wait takes no more, so that however many jobs it has, there is always room for the other kinds.
  const kinds = [...state.kernel.jobs.keys()].filter((kind) => (state.lanes.get(kind)?.waiting.length ?? 0) === 0);
  if (kinds.length === 0) return 0;
  try {
    const jobs = await claim(state, kinds);
    for (const [kind, group] of Map.groupBy(jobs, (job) => job.kind)) begin(state, kind, group);
    return jobs.length;
  } catch (error) {
    state.kernel.log.warn({ err: error }, 'the worker could not reach its queue; it tries again');
    return 0;
  }
}

async function claim(state: WorkerState, kinds: string[]): Promise<ClaimedJob[]> {
  const { kernel } = state;
  const now = kernel.clock.now();
  const jobs = await kernel.database.transaction(async (_tx, client) => {
    // A claim that a crash of the server undoes was of a worker that the crash stopped too: it need not wait for the disk.
    const [lock, due] = await Promise.all([
      client.query<{ locked: boolean }>(`select pg_try_advisory_xact_lock($1) as locked, set_config('synchronous_commit', 'off', true)`, [CLAIM_LOCK]),
      client.query<{ agency_id: string; id: string }>(
        `select agency_id, id from kernel.job
          where failed_at is null and run_at <= $1 and (lease_until is null or lease_until < $1) and kind = any($3)
          order by run_at limit $2`,
        [now, CLAIM_LIMIT, kinds],
      ),
    ]);
    if (lock.rows[0]?.locked !== true || due.rows.length === 0) return [];
    // The agencies stand in the condition so that a distributed database routes the update, and both as lists of keys: joined with them, the queue
    // would be read as a whole with all its dead rows, since by the statistics of a moment at rest it is empty.
    const claimed = await client.query<{ agency_id: string; id: string; kind: string; payload: unknown; attempts: number }>(
      `update kernel.job set lease_until = $3, leased_by = $4, attempts = attempts + 1
        where agency_id = any($1::uuid[]) and id = any($2::uuid[]) and (lease_until is null or lease_until < $5)
        returning agency_id, id, kind, payload, attempts`,
      [
        due.rows.map((row) => row.agency_id),
        due.rows.map((row) => row.id),
        new Date(now.getTime() + kernel.config.jobLeaseMs),
        state.name,
        now,
      ],
    );
    return claimed.rows;
  });
  // safe because the columns are uuids of exactly these kinds; RETURNING has no order, so ids (made in time order) give it
  const claimed = (jobs.map((row) => ({ agencyId: row.agency_id, id: row.id, kind: row.kind, payload: row.payload, attempts: row.attempts })) as ClaimedJob[]).sort(
    (a, b) => (a.id < b.id ? -1 : 1),
  );
  for (const { id, agencyId } of claimed) state.leased.set(id, agencyId);
  return claimed;
}

/** Splits the jobs of a kind into batches and works them off in lanes, beside those of other kinds: a slow one holds up its own kind at most. */
function begin(state: WorkerState, kind: string, jobs: ClaimedJob[]): void {
  const definition = state.kernel.jobs.get(kind);
  if (definition === undefined) return;
  const lanes = state.lanes.get(kind) ?? { waiting: [], running: 0 };
  state.lanes.set(kind, lanes);
  // Work outside waits for others than PostgreSQL: its lanes get equal shares, however small.
  const share = Math.ceil(jobs.length / LANES);
  const size = Math.min(definition.batchSize, definition.mode === 'inTransaction' ? Math.max(SMALLEST_SHARE, share) : share);
  for (let from = 0; from < jobs.length; from += size) lanes.waiting.push(jobs.slice(from, from + size));
  for (let free = Math.min(LANES - lanes.running, lanes.waiting.length); free > 0; free -= 1) {
    const work = workOff(state, definition, lanes).finally(() => {
      state.active.delete(work);
    });
    state.active.add(work);
  }
}

async function workOff(state: WorkerState, definition: JobDefinition, lanes: Lanes): Promise<void> {
  lanes.running += 1;
  while (!state.stopped) {
    const batch = lanes.waiting.shift();
    if (batch === undefined) break;
    try {
      await doBatch(state, definition, batch);
    } catch (error) {
      state.kernel.log.warn({ err: error }, 'the worker lost its queue; the jobs are taken up again when their lease has ended');
    }
    for (const job of batch) state.leased.delete(job.id);
    if (lanes.waiting.length === 0) state.wake();
  }
  lanes.running -= 1;
}

/** A batch that fails is tried again one by one, so that one bad job does not hold up its neighbours. */
async function doBatch(state: WorkerState, definition: JobDefinition, batch: ClaimedJob[]): Promise<void> {
  const ended = state.kernel.metrics.jobTimer(definition.kind);
  try {
    await attempt(state.kernel, definition, batch);
    ended('done', batch.length);
  } catch (error) {
    if (batch.length > 1) {
      for (const job of batch) await doBatch(state, definition, [job]);
      return;
    }
    for (const job of batch) {
      const parts = definition.split?.(job) ?? [];
      if (parts.length > 1) {
        await takeApart(state.kernel, job, parts);
        continue;
      }
      ended('failed', 1);
      await fail(state.kernel, definition, job, error);
    }
  }
}

/** What cannot be done together is done part by part. */
async function takeApart(kernel: Kernel, job: ClaimedJob, parts: readonly NewJob[]): Promise<void> {
  const hints = await kernel.database.transaction(async (tx, client) => {
    const context = openContext(kernel, tx, client, { actor: systemActor(job.kind) });
    for (const part of parts) context.ctx.enqueue(part);
    context.flush();
    await client.query(DELETE_JOBS, [[job.agencyId], [job.id]]);
    return context.hints;
  });
  sendHints(kernel, hints);
}

async function attempt(kernel: Kernel, definition: JobDefinition, batch: ClaimedJob[]): Promise<void> {
  if (definition.mode === 'outside') {
    await definition.handle(kernel, batch);
    await kernel.database.transaction((_tx, client) => client.query(DELETE_JOBS, [batch.map((job) => job.agencyId), batch.map((job) => job.id)]));
    return;
  }
  let told: readonly Hint[] = [];
  await kernel.database.transaction(async (tx, client) => {
    const { ctx, flush, hints } = openContext(kernel, tx, client, { actor: systemActor(definition.kind) });
    told = hints;
    await definition.handle(ctx, batch);
    flush();
    await client.query(DELETE_JOBS, [batch.map((job) => job.agencyId), batch.map((job) => job.id)]);
  });
  sendHints(kernel, told);
}

const DELETE_JOBS = `delete from kernel.job where agency_id = any($1::uuid[]) and id = any($2::uuid[])`;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 3_600_000;

/** Doubling pauses from one second to an hour; after the last attempt the job stays, marked as stuck. */
async function fail(kernel: Kernel, definition: JobDefinition, job: ClaimedJob, error: unknown): Promise<void> {
  const now = kernel.clock.now();
  const stuck = job.attempts >= definition.maxAttempts;
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (job.attempts - 1));
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  kernel.log[stuck ? 'error' : 'warn']({ err: error, kind: job.kind, jobId: job.id, attempts: job.attempts, stuck }, 'a job failed');
  await kernel.database.transaction((_tx, client) =>
    client.query(
      `update kernel.job set lease_until = null, leased_by = null, last_error = $3, run_at = $4, failed_at = $5
        where agency_id = $1 and id = $2`,
      [job.agencyId, job.id, message.slice(0, 4000), new Date(now.getTime() + delay), stuck ? now : null],
    ),
  );
}

/** Renewing and deleting take the rows in their own order; the transaction tries again when the two are in each other's way. */
async function renewLeases(state: WorkerState): Promise<void> {
  if (state.leased.size === 0) return;
  const until = new Date(state.kernel.clock.now().getTime() + state.kernel.config.jobLeaseMs);
  try {
    await onLeased(state, `set lease_until = $4`, [until]);
  } catch (error) {
    state.kernel.log.warn({ err: error }, 'leases could not be renewed; another worker may repeat the jobs');
  }
}

/** What a stopping worker claimed and never began is free for the next one at once, and counts as no attempt. */
async function giveBack(state: WorkerState): Promise<void> {
  if (state.leased.size === 0) return;
  try {
    await onLeased(state, 'set lease_until = null, leased_by = null, attempts = attempts - 1', []);
  } catch (error) {
    state.kernel.log.warn({ err: error }, 'jobs could not be given back; they are taken up again when their lease has ended');
  }
}

async function onLeased({ kernel, name, leased }: WorkerState, change: string, values: readonly unknown[]): Promise<void> {
  const ids = [...leased.keys()];
  const agencies = [...leased.values()];
  await kernel.database.transaction((_tx, client) =>
    client.query(
      `update kernel.job ${change} where agency_id = any($2::uuid[]) and id = any($3::uuid[]) and leased_by = $1`,
      [name, agencies, ids, ...values],
    ),
  );
}
