import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { applicationUrl } from '#kernel/application-role.ts';
import { systemClock } from '#kernel/clock.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { readConfig } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { subscribe } from '#kernel/events.ts';
import { newId } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { createKernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import { migrate } from '#kernel/migrate.ts';
import type { Module } from '#kernel/module.ts';
import { ensureDatabase, ensureRunning } from '#kernel/postgres/index.ts';
import { startWorker } from '#kernel/worker.ts';

const SECRET = 'a secret that only the tests know, long enough';
const AWAY_MS = process.env['LIENTHONG_LONG'] === '1' ? 10_000 : 3000;
const agencyId = newId<'agency'>();

/** Each event is noted by its subscriber in a table of the kernel, so that lost and doubled ones can be counted. */
const ledger: Module = {
  name: 'ledger',
  events: { 'line-written': { data: z.object({ n: z.number() }), vi: '{n}', en: '{n}' } },
  subscriptions: [
    subscribe({
      event: 'ledger.line-written',
      name: 'note',
      data: z.object({ n: z.number() }),
      handle: async (ctx, events) => {
        for (const event of events) await ctx.query(`insert into kernel.schedule (name, last_run_at) values ($1, $2)`, [`line ${String(event.data.n)}`, ctx.now]);
      },
    }),
  ],
};

async function writeLine(ctx: CommandContext, n: number): Promise<number> {
  await ctx.query('insert into kernel.idempotency (agency_id, key, request_hash, created_at) values ($1, $2, $3, $4)', [agencyId, `line-number-${String(n)}`, Buffer.from('x'), ctx.now]);
  ctx.record({ type: 'ledger.line-written', agencyId, subject: { type: 'line', id: String(n) }, data: { n } });
  return n;
}

test('when PostgreSQL is away for seconds, work fails with a clear code, waits, and goes on; nothing is lost or doubled', { timeout: 120_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-away-'));
  const server = await ensureRunning({ dataDir, keepAlive: false });
  const ownerUrl = await ensureDatabase(server.url, 'away');
  const modules = [kernelModule, ledger];
  await migrate(ownerUrl, modules, SECRET);
  const config = readConfig({ DATABASE_URL: ownerUrl, DATA_DIR: dataDir, APP_SECRET: SECRET, LOG_LEVEL: 'silent', JOB_LEASE_SECONDS: '2' });
  const log = createLog({ level: 'silent' });
  const url = applicationUrl(ownerUrl, SECRET);
  const database = openDatabase({ url, directUrl: url, poolSize: 5, prepareStatements: true, applicationName: 'test' }, log);
  const kernel = createKernel({ config, log, clock: systemClock(), database, modules });
  const worker = await startWorker(kernel);

  const acknowledged: number[] = [];
  const codes = new Set<string>();
  const stop = new AbortController();
  const writer = (async () => {
    for (let n = 1; !stop.signal.aborted; n += 1) {
      try {
        acknowledged.push(await run(kernel, writeLine, n, { actor: systemActor('test') }));
      } catch (error) {
        codes.add(error instanceof Error && 'code' in error ? String(error.code) : String(error));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await server.stop();
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  const again = await ensureRunning({ dataDir, keepAlive: false });
  assert.equal(new URL(again.url).port, new URL(server.url).port, 'the server comes back at its address');
  await new Promise((resolve) => setTimeout(resolve, 5000));
  stop.abort();
  await writer;
  assert.deepEqual([...codes], ['kernel.unavailable']);

  const until = performance.now() + 20_000;
  let noted = 0;
  while (performance.now() < until) {
    const { rows } = await database.pool.query<{ noted: number; lines: number }>(
      `select (select count(*) from kernel.schedule where name like 'line %') as noted, (select count(*) from kernel.idempotency) as lines`,
    );
    noted = rows[0]?.noted ?? 0;
    // A commit whose answer was lost may stand although nobody was told; one that was told must stand.
    if (noted === rows[0]?.lines) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { rows } = await database.pool.query<{ key: string }>('select key from kernel.idempotency');
  const kept = new Set(rows.map((row) => Number(row.key.slice('line-number-'.length))));
  assert.equal(noted, kept.size, 'each kept line was noted once');
  assert.deepEqual(acknowledged.filter((n) => !kept.has(n)), [], 'no acknowledged line is lost');
  assert.ok(acknowledged.length > 10);
  await worker.stop();
  await database.close();
  await again.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
