/**
 * The leader of a highly available PostgreSQL dies in the middle of the work: three nodes under Patroni with synchronous replication, on one
 * machine. Clerks send signed documents all the time, and whoever gets an error sends again with the same idempotency key, as
 * the screens do, since an error does not say whether the commit had happened. Measured is the longest time without an acknowledged sending, from the
 * kill on; then every acknowledged document must have arrived exactly once, and nothing else.
 * Needs Patroni, etcd and PostgreSQL 15 or newer of the distribution (`npm run setup:oracles`); without them it says so and ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { run as runCommand } from '#kernel/command.ts';
import { readConfig } from '#kernel/config.ts';
import { newId } from '#kernel/ids.ts';
import { createLog } from '#kernel/log.ts';
import { sendEnvelope } from '#engines/exchange/index.ts';
import { openInstallation } from '#app/installation.ts';
import { clerkOf, letterOf, makeCity, type Post } from './house/city.ts';
import type { House } from './house/house.ts';
import { missingPrograms, startCluster, TTL_SECONDS, type Cluster } from './house/patroni.ts';
import { report } from './house/report.ts';
import { prepareLetters, type StoredLetter } from './house/signed-letters.ts';
import { startWorkers } from './house/worker-processes.ts';

const clerks = 4;
const pauseBetweenMs = 100;
const beforeMs = 15_000;
const afterMs = 15_000;
const tryAgainMs = 250;
const patienceMs = 300_000;
/** The time to live of the leader’s claim, and what it takes to elect, promote and connect again. */
const allowedSeconds = TTL_SECONDS + 15;
const secret = 'a secret of the benchmarks, which hold no data of anybody';

type Told = { acknowledged: number[]; envelopeIds: Set<string>; repeats: number };

/** Prints the cases as a table and as JSON lines; says loudly what is missing. */
export async function run(): Promise<void> {
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.log(`⚠ failover KHÔNG chạy, thiếu (NOT run, missing): ${missing.join(', ')}. npm run setup:oracles`);
    return;
  }
  const cluster = await startCluster();
  try {
    await measure(cluster);
  } finally {
    await cluster.stop();
  }
}

async function measure(cluster: Cluster): Promise<void> {
  const { house, close } = await openOn(cluster);
  try {
    const city = await makeCity(house);
    const letters = await prepareLetters(house);
    const workers = await startWorkers(house, 2);
    try {
      const told: Told = { acknowledged: [], envelopeIds: new Set(), repeats: 0 };
      let isWorking = true;
      const files = await letters.make(Math.ceil(((beforeMs + afterMs) / pauseBetweenMs) * clerks * 2));
      const working = Promise.all(
        Array.from({ length: clerks }, async () => {
          for (let file = files.pop(); file !== undefined && isWorking; file = files.pop()) {
            const [post] = city.next(1);
            if (post !== undefined) await sendSurely(house, { post, file }, told);
            await sleep(pauseBetweenMs);
          }
        }),
      );
      await sleep(beforeMs);
      const killedAt = performance.now();
      const former = await cluster.killLeader();
      while (told.acknowledged.at(-1) === undefined || (told.acknowledged.at(-1) ?? 0) < killedAt + 1000) await sleep(100);
      await sleep(afterMs);
      isWorking = false;
      await working;
      const pause = longestPause(told.acknowledged, killedAt);
      await untilArrived(house, told.envelopeIds.size);
      const { lost, doubled } = await compare(house, told);
      console.log(`failover from ${former} to ${(await cluster.leader()) ?? 'nobody'}: ${told.envelopeIds.size} documents acknowledged, ${told.repeats} sendings repeated after an error`);
      const revivedAt = performance.now();
      await cluster.revive(former);
      console.log(`${former} follows again after ${((performance.now() - revivedAt) / 1000).toFixed(1)} s`);
      const bench = 'failover';
      report(`failover, Patroni with ttl ${TTL_SECONDS} s, PostgreSQL ${cluster.version}`, [
        { bench, case: 'pause', value: pause / 1000, unit: 's', limit: allowedSeconds, ratio: pause / 1000 / allowedSeconds, demand: 'at most 1' },
        { bench, case: 'lost', value: lost, unit: 'documents', limit: 0, ratio: lost, demand: '0' },
        { bench, case: 'doubled', value: doubled, unit: 'documents', limit: 0, ratio: doubled, demand: '0' },
      ]);
    } finally {
      await workers.stop();
    }
  } finally {
    await close();
  }
}

/** An installation whose every connection may break. */
async function openOn(cluster: Cluster): Promise<{ house: House; close: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-failover-'));
  const owner = new pg.Pool({ connectionString: cluster.url, max: 2 });
  owner.on('error', () => undefined);
  owner.on('connect', (client) => client.on('error', () => undefined));
  const environment = { DATABASE_URL: cluster.url, DATA_DIR: dataDir, APP_SECRET: secret, PORT: '0', LOG_LEVEL: 'error', JOB_LEASE_SECONDS: '10' };
  const config = readConfig(environment);
  const installation = await openInstallation(config, { log: createLog({ level: config.logLevel }) });
  return {
    house: { ...installation, environment, dataDir, sql: async <Row extends Record<string, unknown>>(text: string, values?: unknown[]) => (await owner.query<Row>(text, values)).rows },
    async close() {
      await installation.close();
      await owner.end();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Sends one document until it is acknowledged. */
async function sendSurely(house: House, { post, file }: { post: Post; file: StoredLetter }, told: Told): Promise<void> {
  const letter = letterOf(post, file);
  const options = { actor: clerkOf(post.from.id), idempotencyKey: newId() };
  for (const until = performance.now() + patienceMs; performance.now() < until; ) {
    try {
      told.envelopeIds.add(await runCommand(house.kernel, sendEnvelope, letter, options));
      told.acknowledged.push(performance.now());
      return;
    } catch {
      told.repeats += 1;
    }
    await sleep(tryAgainMs);
  }
  throw new Error('a document could not be sent');
}

function longestPause(acknowledged: readonly number[], from: number): number {
  const times = [from, ...acknowledged.filter((at) => at > from)];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

async function untilArrived({ sql }: House, count: number): Promise<void> {
  for (const until = performance.now() + patienceMs; performance.now() < until; ) {
    const [row] = await sql<{ count: number }>(`select count(*) as count from exchange.delivery where state = 'arrived'`);
    if ((row?.count ?? 0) >= count) return;
    await sleep(500);
  }
}

/** Both sides' registers against what was acknowledged. */
async function compare({ sql }: House, { envelopeIds }: Told): Promise<{ lost: number; doubled: number }> {
  const all = [...envelopeIds];
  const [row] = await sql<{ missing: number; more: number; twice: number }>(
    `select (select count(*) from unnest($1::uuid[]) as t (id) where not exists (select from exchange.message m join incoming_documents.document d on d.agency_id = m.agency_id and d.message_id = m.id where m.envelope_id = t.id)) as missing,
            (select count(*) from exchange.envelope where id <> all($1::uuid[])) as more,
            (select count(*) from (select 1 from exchange.message group by envelope_id having count(*) > 1 union all select 1 from incoming_documents.document group by message_id having count(*) > 1) as t) as twice`,
    [all],
  );
  return { lost: row?.missing ?? all.length, doubled: (row?.more ?? 0) + (row?.twice ?? 0) };
}
