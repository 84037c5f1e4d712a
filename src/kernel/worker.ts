import pg from 'pg';
import { systemActor } from './actor.ts';
import { openContext } from './command.ts';
import { newId } from './ids.ts';
import type { ClaimedJob, JobDefinition } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import { runDueSchedules } from './schedules.ts';

const POLL_MS = 1000;
/** A letter to a whole province is one claim. */
const CLAIM_LIMIT = 1000;
/** Batches of one kind go side by side on so many connections, so that the process prepares one while PostgreSQL works on another. */
const LANES = 3;
/** A batch is not split into shares smaller than this. */
const SMALLEST_SHARE = 100;
/** Any number that is ours: it keeps two workers from claiming the same rows at the same moment. */
const CLAIM_LOCK = 7_249_002;

export type Worker = {
  /** Looks for work now. */
  wake(): void;
  /** Works until nothing is due; for tests and for the terminal demonstration. */
  drain(): Promise<void>;
  stop(): Promise<void>;
};

type WorkerState = { kernel: Kernel; name: string; active: Set<Promise<void>>; leased: Set<string>; periodic: Promise<void> | undefined; stopped: boolean };

/**
 * Starts the loop that does the jobs. The truth is polled every second; NOTIFY is a hint that shortens the wait.
 * Jobs are claimed with a lease that is renewed while they run, so the jobs of a killed worker come back.
 */
export async function startWorker(kernel: Kernel, options: { loop?: boolean } = {}): Promise<Worker> {
  const state: WorkerState = { kernel, name: `worker-${newId()}`, active: new Set(), leased: new Set(), periodic: undefined, stopped: false };
  let wakeUp: () => void = () => undefined;
  let woken = false;
  const wake = (): void => {
    woken = true;
    wakeUp();
  };
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
      const found = await round(state);
      if (found < CLAIM_LIMIT) await sleep(POLL_MS);
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
        const found = await round(state);
        if (found === 0) return;
      }
    },
    async stop() {
      state.stopped = true;
      wake();
      await looping;
      await Promise.allSettled(state.active);
      await state.periodic;
      clearInterval(heartbeat);
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

/** One look for due work; returns how many jobs were claimed. Failures of the database are waited out. */
async function round(state: WorkerState): Promise<number> {
  try {
    const jobs = await claim(state);
    const byKind = Map.groupBy(jobs, (job) => job.kind);
    await Promise.all([...byKind].map(([kind, group]) => workOff(state, kind, group)));
    return jobs.length;
  } catch (error) {
    state.kernel.log.warn({ err: error }, 'the worker could not reach its queue; it tries again');
    return 0;
  }
}

async function claim(state: WorkerState): Promise<ClaimedJob[]> {
  const { kernel } = state;
  const now = kernel.clock.now();
  const jobs = await kernel.database.transaction(async (_tx, client) => {
    // A claim that a crash of the server undoes was of a worker that the crash stopped too: it need not wait for the disk.
    const lock = await client.query<{ locked: boolean }>(`select pg_try_advisory_xact_lock($1) as locked, set_config('synchronous_commit', 'off', true)`, [CLAIM_LOCK]);
    if (lock.rows[0]?.locked !== true) return [];
    const due = await client.query<{ agency_id: string; id: string }>(
      `select agency_id, id from kernel.job
        where failed_at is null and run_at <= $1 and (lease_until is null or lease_until < $1) and kind = any($3)
        order by run_at limit $2`,
      [now, CLAIM_LIMIT, [...kernel.jobs.keys()]],
    );
    if (due.rows.length === 0) return [];
    // The agencies stand in the condition so that a distributed database routes the update.
    const claimed = await client.query<{ agency_id: string; id: string; kind: string; payload: unknown; attempts: number }>(
      `update kernel.job j set lease_until = $3, leased_by = $4, attempts = attempts + 1
         from unnest($1::uuid[], $2::uuid[]) as due (agency_id, id)
        where j.agency_id = due.agency_id and j.id = due.id and (j.lease_until is null or j.lease_until < $5)
        returning j.agency_id, j.id, j.kind, j.payload, j.attempts`,
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
  for (const job of jobs) state.leased.add(job.id);
  // safe because the columns are uuids of exactly these kinds; RETURNING has no order, so ids (made in time order) give it
  return (jobs.map((row) => ({ agencyId: row.agency_id, id: row.id, kind: row.kind, payload: row.payload, attempts: row.attempts })) as ClaimedJob[]).sort(
    (a, b) => (a.id < b.id ? -1 : 1),
  );
}

async function workOff(state: WorkerState, kind: string, jobs: ClaimedJob[]): Promise<void> {
  const definition = state.kernel.jobs.get(kind);
  if (definition === undefined) return;
  const size = definition.mode === 'inTransaction' ? Math.min(definition.batchSize, Math.max(SMALLEST_SHARE, Math.ceil(jobs.length / LANES))) : 1;
  const batches: ClaimedJob[][] = [];
  for (let from = 0; from < jobs.length; from += size) batches.push(jobs.slice(from, from + size));
  const lane = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) await workOffBatch(state, definition, batch);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, batches.length) }, lane));
}

async function workOffBatch(state: WorkerState, definition: JobDefinition, batch: ClaimedJob[]): Promise<void> {
  const work = doBatch(state, definition, batch);
  state.active.add(work);
  await work.finally(() => {
    state.active.delete(work);
    for (const job of batch) state.leased.delete(job.id);
  });
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
    ended('failed', 1);
    for (const job of batch) await fail(state.kernel, definition, job, error);
  }
}

async function attempt(kernel: Kernel, definition: JobDefinition, batch: ClaimedJob[]): Promise<void> {
  if (definition.mode === 'outside') {
    for (const job of batch) {
      await definition.handle(kernel, job);
      await kernel.database.transaction((_tx, client) => client.query(DELETE_JOBS, [[job.agencyId], [job.id]]));
    }
    return;
  }
  await kernel.database.transaction(async (tx, client) => {
    const { ctx, flush } = openContext(kernel, tx, client, { actor: systemActor(definition.kind) });
    await definition.handle(ctx, batch);
    await flush();
    await client.query(DELETE_JOBS, [batch.map((job) => job.agencyId), batch.map((job) => job.id)]);
  });
}

const DELETE_JOBS = `delete from kernel.job j using unnest($1::uuid[], $2::uuid[]) as done (agency_id, id) where j.agency_id = done.agency_id and j.id = done.id`;
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

async function renewLeases(state: WorkerState): Promise<void> {
  if (state.leased.size === 0) return;
  const until = new Date(state.kernel.clock.now().getTime() + state.kernel.config.jobLeaseMs);
  try {
    await state.kernel.database.pool.query('update kernel.job set lease_until = $3 where leased_by = $1 and id = any($2)', [
      state.name,
      [...state.leased],
      until,
    ]);
  } catch (error) {
    state.kernel.log.warn({ err: error }, 'leases could not be renewed; another worker may repeat the jobs');
  }
}

/** A second connection that hears NOTIFY. When it is lost, polling goes on alone until it is back. */
async function listenForHints(kernel: Kernel, wake: () => void): Promise<() => Promise<void>> {
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  const open = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: kernel.database.directUrl, application_name: 'lienthong worker hints', keepAlive: true });
    client = next;
    const lost = (): void => {
      if (closed || client !== next) return;
      client = undefined;
      retry = setTimeout(() => void open(), POLL_MS);
    };
    next.on('notification', wake);
    next.on('error', lost);
    next.on('end', lost);
    try {
      await next.connect();
      await next.query('listen lienthong_job');
    } catch (error) {
      kernel.log.debug({ err: error }, 'no hints for the worker; it polls');
      lost();
    }
  };
  await open();
  return async () => {
    closed = true;
    clearTimeout(retry);
    await client?.end();
  };
}
