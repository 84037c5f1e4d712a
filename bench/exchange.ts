/**
 * Documents between agencies at the speed of a city, by the real path. Each document is a signed PDF of its own (RSA-2048, 60 to 200 kB, no
 * two alike, so that no verdict is reused), sent by a command of its own in a transaction of its own, as a clerk sends it. Workers, processes
 * of their own as `start --services=worker` runs them, read the file, check its hash, validate its signature in the reader's process, deliver,
 * receive, sign the receipts and put it into the receiver's inbox; the receiver registers it (03) by a command of its own, the
 * answer goes back, and every entry of the record is sealed.
 *
 * `year`: a twentieth of the year of a city (`bench/year.ts` carries the whole). The limit is what cannot be saved, measured in the same run and
 * added up: one RSA verification and the SHA-256 of a file on one core, and the very same rows inserted bare, by a loop inside PostgreSQL
 * with two transactions a document, one agency's sending and another's taking in (decision 0024). The same with one stands beside it as `year-one-commit`,
 * with two by a client as `year-by-client`. `year-flat` compares the last part with the first.
 * `sustained`: 200 documents/s are offered for five minutes while half a minute of them waits already. What counts is measured after the
 * backlog is gone: the time from the end of the sender's transaction to the arrival, the backlog, and the worker's memory. BENCH_SECONDS shortens it.
 * `second-worker`: a waiting backlog carried to its arrival by one worker process and by two, in turns. On two cores one worker and PostgreSQL
 * leave nothing for a second, so `second-worker-part` lets each work an eighth of the time: what two bring then is what they bring where each has a core.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CLAIM_LOCK } from '#kernel/worker.ts';
import { CITY_YEAR, makeCity, type City } from './house/city.ts';
import { openServer, type DatabaseServer, type House } from './house/house.ts';
import { residentMb } from './house/process-cpu.ts';
import { median, percentile, report, type Result } from './house/report.ts';
import { prepareLetters, type LetterMaker } from './house/signed-letters.ts';
import { carry, messagesOf, sendOne, type Sent } from './house/traffic.ts';
import { workPartTime } from './house/part-time.ts';
import { startWorkers } from './house/worker-processes.ts';
import { measureYear } from './house/year-case.ts';

const yearPart = 20;
/** Large enough that the end of each, when only the last answers come back, is a small piece of it. */
const partsOfYear = 4;
const warmUp = 200;
const offeredPerSecond = 200;
const sustainedSeconds = Number(process.env['BENCH_SECONDS'] ?? 300);
/** Half of what a minute brings. */
const backlog = offeredPerSecond * 30;
/** So many senders have a document under way at the same time at most; whoever finds them all busy is late, and counts as late. */
const lanes = 16;
const slowestMs = 2000;
/** Large enough that its end, when one worker holds the last claims and the other has none, is a small piece of it. */
const queueOfWorkers = 3000;
const workerRounds = 3;
/** So small a part of the time that two workers and what they ask of PostgreSQL leave both cores idle now and then. */
const WORKING_PART = 1 / 8;
const lookMs = 100;
const patienceMs = 600_000;

/** Prints the cases as a table and as JSON lines. */
export async function run(): Promise<void> {
  const server = await openServer();
  try {
    const documents = Math.round(CITY_YEAR.all / yearPart);
    const results = await measureYear(server, { bench: 'exchange', documents, part: Math.ceil(documents / partsOfYear) });
    results.push(...(await sustained(server)), ...(await secondWorker(server)));
    report(`exchange, PostgreSQL ${server.version}`, results);
  } finally {
    await server.close();
  }
}

type Office = { house: House; city: City; letters: LetterMaker };

async function openOffice(server: DatabaseServer, name: string): Promise<Office> {
  const house = await server.open(name);
  return { house, city: await makeCity(house), letters: await prepareLetters(house) };
}

/** How long one document took from its sending to its arrival, by when it was to be sent. */
type Arrival = { dueAt: number; ms: number };
type Watched = { waiting: Sent[]; arrivals: Arrival[]; drainedAt: number | undefined };

async function sustained(server: DatabaseServer): Promise<Result[]> {
  const office = await openOffice(server, 'sustained');
  const { house, city, letters } = office;
  const count = offeredPerSecond * sustainedSeconds;
  const files = await letters.make(backlog + count + warmUp);
  const workers = await startWorkers(house, 1);
  try {
    await carry(house, city.next(warmUp), files.splice(0, warmUp));
    const watched: Watched = { waiting: [], arrivals: [], drainedAt: undefined };
    const release = await holdWorkers(house);
    await offer(office, { files: files.splice(0, backlog), perSecond: Number.POSITIVE_INFINITY, watched });
    await release();
    const began = performance.now();
    const memory: { at: number; mb: number }[] = [];
    const timer = setInterval(() => memory.push({ at: performance.now(), mb: workers.pids.reduce((sum, pid) => sum + residentMb(pid), 0) }), 1000);
    const stopWatching = watchArrivals(house, watched);
    await offer(office, { files, perSecond: offeredPerSecond, watched });
    const offeredUntil = performance.now();
    await untilEmpty(watched);
    await stopWatching();
    clearInterval(timer);
    return judgeSustained({ watched, memory, began, offeredUntil, count });
  } finally {
    await workers.stop();
  }
}

async function offer({ house, city }: Office, { files, perSecond, watched }: { files: Parameters<typeof carry>[2][number][]; perSecond: number; watched: Watched }): Promise<void> {
  const posts = city.next(files.length);
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let index = next++; index < files.length; index = next++) {
        const dueAt = began + (index * 1000) / perSecond;
        const early = dueAt - performance.now();
        if (early > 0) await sleep(early);
        const [post, file] = [posts[index], files[index]];
        if (post === undefined || file === undefined) throw new Error('each file has a way');
        watched.waiting.push(await sendOne(house, post, file));
      }
    }),
  );
}

/** Looks all the time which documents have arrived. @returns what ends it */
function watchArrivals(house: House, watched: Watched): () => Promise<void> {
  const ending = new AbortController();
  const watching = (async () => {
    while (!ending.signal.aborted) {
      const looked = watched.waiting.slice(0, 2000);
      const arrived = await messagesOf(house, looked);
      const now = performance.now();
      for (const each of arrived.keys()) watched.arrivals.push({ dueAt: each.at, ms: now - each.at });
      if (arrived.size > 0) watched.waiting = watched.waiting.filter((each) => !arrived.has(each));
      if (watched.drainedAt === undefined && watched.waiting.length < offeredPerSecond) watched.drainedAt = now;
      await sleep(lookMs);
    }
  })();
  return async () => {
    ending.abort();
    await watching;
  };
}

async function untilEmpty(watched: Watched): Promise<void> {
  for (const until = performance.now() + patienceMs; watched.waiting.length > 0; ) {
    if (performance.now() > until) throw new Error(`${watched.waiting.length} documents have not arrived`);
    await sleep(lookMs);
  }
}

type Sustained = { watched: Watched; memory: { at: number; mb: number }[]; began: number; offeredUntil: number; count: number };

function judgeSustained({ watched, memory, began, offeredUntil, count }: Sustained): Result[] {
  const seconds = (offeredUntil - began) / 1000;
  const drainedAt = watched.drainedAt ?? Number.POSITIVE_INFINITY;
  console.log(`sustained: offered ${(count / seconds).toFixed(0)} documents/s for ${seconds.toFixed(0)} s over a backlog of ${backlog}, which was gone after ${((drainedAt - began) / 1000).toFixed(0)} s`);
  const after = watched.arrivals.filter(({ dueAt }) => dueAt >= drainedAt && dueAt <= offeredUntil);
  const middle = (drainedAt + offeredUntil) / 2;
  const lag = (isLate: boolean): number => median(after.filter(({ dueAt }) => dueAt > middle === isLate).map(({ ms }) => ms));
  const held = memory.filter(({ at }) => at >= drainedAt && at <= offeredUntil);
  const [early, late] = [held.slice(0, held.length / 4), held.slice((-held.length / 4) | 0)].map((part) => median(part.map(({ mb }) => mb)));
  const p99 = after.length === 0 ? Number.POSITIVE_INFINITY : percentile(after.map(({ ms }) => ms), 0.99);
  const bench = 'exchange';
  return [
    { bench, case: 'sustained', value: p99, unit: 'ms p99', limit: slowestMs, ratio: p99 / slowestMs, demand: 'at most 1' },
    { bench, case: 'sustained-rate', value: count / seconds, unit: 'documents/s', limit: offeredPerSecond, ratio: count / seconds / offeredPerSecond, demand: 'at least 0.99' },
    { bench, case: 'sustained-lag', value: lag(true), unit: 'ms, 2nd half', limit: lag(false), ratio: lag(true) / lag(false), demand: 'at most 1.2' },
    { bench, case: 'sustained-rss', value: late ?? 0, unit: 'MB at the end', limit: early ?? 0, ratio: (late ?? 0) / (early ?? 0), demand: 'at most 1.1' },
  ];
}

/** Workers find no work to claim until it is released: they wait for this lock's turn and look again a second later. */
async function holdWorkers({ sql }: House): Promise<() => Promise<void>> {
  await sql('select pg_advisory_lock($1)', [CLAIM_LOCK]);
  return async () => {
    await sql('select pg_advisory_unlock($1)', [CLAIM_LOCK]);
  };
}

async function secondWorker(server: DatabaseServer): Promise<Result[]> {
  const office = await openOffice(server, 'workers');
  const [whole, part] = [await compareWorkers(office, 'second-worker', 1), await compareWorkers(office, 'second-worker-part', WORKING_PART)];
  return [{ ...whole, demand: 'at least 1.7, given cores' }, { ...part, demand: 'at least 1.7' }];
}

async function compareWorkers(office: Office, name: string, part: number): Promise<Omit<Result, 'demand'>> {
  const one: number[] = [];
  const two: number[] = [];
  for (let i = 0; i < workerRounds; i += 1) {
    one.push(await drainedBy(office, { count: 1, part }));
    two.push(await drainedBy(office, { count: 2, part }));
  }
  console.log(`${name} rounds (documents/s with one, with two): ${one.map((rate, i) => `${rate.toFixed(0)}, ${(two[i] ?? 0).toFixed(0)}`).join(' | ')}`);
  const ratio = median(two.map((rate, i) => rate / (one[i] ?? rate)));
  return { bench: 'exchange', case: name, value: median(two), unit: 'documents/s', limit: median(one), ratio };
}

/** Documents a second from the first claim to the last arrival, by so many workers that work this part of the time. */
async function drainedBy(office: Office, { count, part }: { count: number; part: number }): Promise<number> {
  const { house, city, letters } = office;
  const files = await letters.make(warmUp + queueOfWorkers);
  const workers = await startWorkers(house, count, { inGroups: part < 1 });
  try {
    await carry(house, city.next(warmUp), files.splice(0, warmUp));
    const watched: Watched = { waiting: [], arrivals: [], drainedAt: undefined };
    const release = await holdWorkers(house);
    await offer(office, { files, perSecond: Number.POSITIVE_INFINITY, watched });
    const stopWatching = watchArrivals(house, watched);
    const workWholly = part < 1 ? await workPartTime(workers.pids, part) : () => Promise.resolve();
    await release();
    const began = performance.now();
    await untilEmpty(watched);
    const seconds = (performance.now() - began) / 1000;
    await Promise.all([stopWatching(), workWholly()]);
    return queueOfWorkers / seconds;
  } finally {
    await workers.stop();
  }
}
