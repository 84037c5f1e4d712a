import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { ensureRunning } from '#kernel/postgres/index.ts';
import { freePort } from '../bench/house/free-port.ts';

const root = resolve(import.meta.dirname, '..');
let dataDir: string;
let port: number;
before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'lienthong-start-'));
  port = await freePort();
});
after(() => rmSync(dataDir, { recursive: true, force: true }));

type Started = { child: ChildProcess; output: () => string; readyMs: number };

function start(until = 'Mở trình duyệt'): Promise<Started> {
  const began = performance.now();
  const environment = { ...process.env, DATA_DIR: dataDir, PORT: String(port) };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/app/main.ts'), 'start'], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  return new Promise((done, failed) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(until)) done({ child, output: () => output, readyMs: performance.now() - began });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => failed(new Error(`start ended with ${String(code)}:\n${output}`)));
  });
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => (child.exitCode !== null || child.signalCode !== null ? done(child.exitCode) : child.on('exit', done)));

/** How many keys the installation holds, asked of its own database. */
async function countKeys(): Promise<number> {
  const server = await ensureRunning({ dataDir, keepAlive: false });
  const address = new URL(server.url);
  address.pathname = '/lienthong';
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  const { rows } = await client.query<{ n: number }>('select count(*)::int as n from signatures.credential');
  await client.end();
  await server.stop();
  return rows[0]?.n ?? 0;
}

/** An orphan is reaped by the system's first process, which may take a moment. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

test('a first start that is killed while it loads the province is finished by the next; kill -9 is recovered from; Ctrl-C leaves nothing behind', { timeout: 300_000 }, async (t) => {
  const cutOff = await start('20/86');
  cutOff.child.kill('SIGKILL');
  await ended(cutOff.child);
  const first = await start();
  assert.match(first.output(), /vanthu\.snv/);
  assert.equal((await fetch(`http://127.0.0.1:${String(port)}/health/ready`)).status, 200);
  assert.equal(await countKeys(), 86, 'everybody has one key and nobody two');
  t.diagnostic(`first start ${String(Math.round(first.readyMs))} ms`);
  first.child.kill('SIGKILL');
  await ended(first.child);

  const second = await start();
  t.diagnostic(`second start, after kill -9, ${String(Math.round(second.readyMs))} ms`);
  const signIn = await fetch(`http://127.0.0.1:${String(port)}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'vanthu.snv', password: 'LienThong@2026' }),
  });
  assert.equal(signIn.status, 200, await signIn.text());
  assert.equal((await fetch(`http://127.0.0.1:${String(port)}/kiem-tra`)).status, 200);
  assert.match(await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text(), /lienthong_http_request_seconds/);
  const postmaster = Number(readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  second.child.kill('SIGINT');
  assert.equal(await ended(second.child), 0);
  assert.equal(await isGone(postmaster), true, 'the database server is stopped too');
});

test('a wrong setting is named with its mend, and nothing is started', async () => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/app/main.ts'), 'start'], { cwd: root, env: { ...process.env, DATA_DIR: dataDir, PORT: 'tám mươi' }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  assert.equal(await ended(child), 1);
  assert.match(said, /Biến môi trường PORT/);
});

test('where the port is taken, start says so and ends, and leaves no PostgreSQL behind', { timeout: 120_000 }, async (t) => {
  const neighbour = createServer().listen(0, '127.0.0.1');
  await once(neighbour, 'listening');
  t.after(() => neighbour.close());
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-taken-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const { port: taken } = neighbour.address() as AddressInfo;
  const environment = { ...process.env, DATA_DIR: folder, HOST: '127.0.0.1', PORT: String(taken) };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/app/main.ts'), 'start', '--no-seed'], { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  assert.equal(await ended(child), 1);
  assert.match(said, /Cổng này đang được chương trình khác dùng/);
  assert.equal(existsSync(join(folder, 'postgres/cluster/postmaster.pid')), false);
});
