import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureDatabase, ensureRunning } from './index.ts';
import { isAlive } from './processes.ts';
import { ask, killHard, startInAnotherProcess, temporaryDataDir, whyNot } from './testing.ts';

async function postmasterOf(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
}

describe('embedded PostgreSQL', { skip: whyNot }, () => {
  test('a new server is durable, checks its pages, speaks UTF-8, hides its password and knows Vietnamese order', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const server = await ensureRunning({ dataDir });
    const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_encoding', 'password_encryption', 'wal_level', 'listen_addresses', 'TimeZone'];
    const settings = await Promise.all(names.map(async (name) => (await ask(server.url, `select current_setting('${name}') as v`))[0]?.['v']));
    assert.deepEqual(settings, ['on', 'on', 'on', 'on', 'UTF8', 'scram-sha-256', 'logical', '127.0.0.1', 'UTC']);
    const words = await ask(server.url, `select string_agg(w, ' ' order by w collate "vi-x-icu") as s, lower('ĐẶNG') as l from unnest(array['đất','an','zebra','ông','ăn','dân','ân']) w`);
    assert.deepEqual(words[0], { s: 'an ăn ân dân đất ông zebra', l: 'đặng' });
    assert.equal((await stat(join(dataDir, 'postgres/password'))).mode & 0o777, 0o600);
    const password = new URL(server.url).password;
    await assert.rejects(ask(server.url.replace(password, 'password'), 'select 1'), { code: '28P01' });
    const rules = await ask(server.url, "select distinct auth_method as m from pg_hba_file_rules");
    assert.deepEqual(rules, [{ m: 'scram-sha-256' }]);
    await server.stop();
  });

  test('a second start adopts the server, and only the last one out stops it', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const first = await ensureRunning({ dataDir });
    const second = await ensureRunning({ dataDir });
    assert.equal(first.adopted, false);
    assert.equal(second.adopted, true);
    assert.equal(second.url, first.url);
    const pid = await postmasterOf(dataDir);
    await first.stop();
    await ask(second.url, 'select 1');
    await second.stop();
    await second.stop();
    assert.equal(isAlive(pid), false);
  });

  test('two processes that start at once on an empty directory share one server', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const both = await Promise.all([startInAnotherProcess(dataDir), startInAnotherProcess(dataDir)]);
    t.after(() => Promise.all(both.map(({ child }) => killHard(child))));
    assert.equal(both[0].url, both[1].url);
    assert.deepEqual(both.map(({ adopted }) => adopted).sort(), [false, true]);
  });

  test('after kill -9 of the postmaster the next start finds every committed row', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const before = await ensureRunning({ dataDir, keepAlive: false });
    await ask(before.url, 'create table kept as select generate_series(1, 1000) as n');
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    const after = await ensureRunning({ dataDir, keepAlive: false });
    assert.equal(after.adopted, false);
    assert.equal(after.url, before.url);
    assert.deepEqual(await ask(after.url, 'select count(*)::int as n from kept'), [{ n: 1000 }]);
    await Promise.all([before.stop(), after.stop()]);
  });

  test('a server that dies in use comes back by itself under the same address', async (t) => {
    const dataDir = await temporaryDataDir(t);
    let restarted: (failure?: unknown) => void = () => undefined;
    const restart = new Promise<unknown>((resolve) => (restarted = resolve));
    const server = await ensureRunning({ dataDir, onRestart: (failure) => restarted(failure) });
    const pid = await postmasterOf(dataDir);
    process.kill(pid, 'SIGKILL');
    assert.equal(await restart, undefined);
    assert.notEqual(await postmasterOf(dataDir), pid);
    await ask(server.url, 'select 1');
    await server.stop();
  });

  test('after kill -9 of the node process the next start adopts the orphan and stop ends it', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const { child, url } = await startInAnotherProcess(dataDir);
    await ask(url, 'create table kept as select 1 as n');
    await killHard(child);
    const server = await ensureRunning({ dataDir });
    assert.equal(server.adopted, true);
    assert.deepEqual(await ask(server.url, 'select n from kept'), [{ n: 1 }]);
    const pid = await postmasterOf(dataDir);
    await server.stop();
    assert.equal(isAlive(pid), false);
  });

  test('after kill -9 of node in the middle of the first start the next one begins anew', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const program = `await (await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})).ensureRunning({ dataDir: ${JSON.stringify(dataDir)} })`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    while (!(await stat(join(dataDir, `postgres.new-${child.pid}`, 'cluster')).catch(() => undefined))) await sleep(5);
    await killHard(child);
    const server = await ensureRunning({ dataDir });
    assert.equal(server.adopted, false);
    await ask(server.url, 'select 1');
    await server.stop();
    await assert.rejects(stat(join(dataDir, `postgres.new-${child.pid}`)), { code: 'ENOENT' });
  });

  test('a lock file that names another living program does not keep the server from starting', { skip: process.platform !== 'linux' && 'only Linux tells the working directory of a process' }, async (t) => {
    const dataDir = await temporaryDataDir(t);
    await (await ensureRunning({ dataDir })).stop();
    const lines = [String(process.pid), join(dataDir, 'postgres/cluster'), '1700000000', '5432', '', '127.0.0.1', '', 'ready'];
    await writeFile(join(dataDir, 'postgres/cluster/postmaster.pid'), `${lines.join('\n')}\n`);
    const server = await ensureRunning({ dataDir });
    assert.equal(server.adopted, false);
    await server.stop();
  });

  test('its port is one that no connection and no other program gets by chance while the server is away', { skip: process.platform !== 'linux' && 'only Linux tells which ports it gives out' }, async (t) => {
    const server = await ensureRunning({ dataDir: await temporaryDataDir(t) });
    const [first] = (await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')).trim().split(/\s+/).map(Number);
    assert.ok(Number(new URL(server.url).port) < (first ?? 0), server.url);
    await server.stop();
  });

  test('a port that another program has taken meanwhile is exchanged for a free one', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const before = await ensureRunning({ dataDir });
    await before.stop();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(Number(new URL(before.url).port), '127.0.0.1', resolve));
    t.after(() => squatter.close());
    const after = await ensureRunning({ dataDir });
    assert.notEqual(after.url, before.url);
    await ask(after.url, 'select 1');
    await after.stop();
  });

  test('a database is made once, also when several ask at the same time', async (t) => {
    const server = await ensureRunning({ dataDir: await temporaryDataDir(t) });
    const urls = await Promise.all([1, 2, 3].map(() => ensureDatabase(server.url, 'Liên thông "1"')));
    assert.equal(new Set(urls).size, 1);
    assert.deepEqual(await ask(urls[0] ?? '', 'select current_database() as name'), [{ name: 'Liên thông "1"' }]);
    await server.stop();
  });
});
