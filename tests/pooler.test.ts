import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { freePort } from '../bench/house/free-port.ts';
import { newId } from '#kernel/ids.ts';
import { applicationPassword, applicationRole } from '#kernel/application-role.ts';

const SECRET = 'a secret that only the tests know, long enough';
const root = resolve(import.meta.dirname, '..');

test('the main job runs through a transaction-mode pooler', { timeout: 300_000 }, async (t) => {
  if (spawnSync('pgbouncer', ['--version']).error !== undefined) {
    t.skip('pgbouncer is not on this machine (npm run setup:oracles)');
    return;
  }
  const server = new URL(process.env['LIENTHONG_TEST_DATABASE_URL'] ?? '');
  const name = `pooled_${newId().replaceAll('-', '')}`;
  const admin = new pg.Client({ connectionString: server.href });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-pooler-'));
  const port = await freePort();
  const direct = new URL(server.href);
  direct.pathname = `/${name}`;
  const role = applicationRole(direct.href);
  const users = `"${server.username}" "${decodeURIComponent(server.password)}"\n"${role}" "${applicationPassword(SECRET)}"\n`;
  writeFileSync(join(folder, 'users.txt'), users);
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]\nbehind_the_pooler = host=${server.hostname} port=${server.port} dbname=${name}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${String(port)}\nunix_socket_dir =\nauth_type = plain\nauth_file = ${join(folder, 'users.txt')}\npool_mode = transaction\ndefault_pool_size = 10\nmax_client_conn = 100\nignore_startup_parameters = extra_float_digits\n`,
  );
  chmodSync(folder, 0o755);
  const asRoot = process.getuid?.() === 0;
  const pooler = spawn('pgbouncer', [...(asRoot ? ['-u', 'nobody'] : []), join(folder, 'pgbouncer.ini')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let poolerSays = '';
  pooler.stderr.on('data', (chunk: Buffer) => (poolerSays += chunk.toString()));
  try {
    assert.ok(await isUp(port), `pgbouncer did not start:\n${poolerSays}`);
    const pooled = new URL(server.href);
    pooled.host = `127.0.0.1:${String(port)}`;
    // the socket of the server behind it
    pooled.searchParams.delete('host');
    // The pooler may know the database by a name of its own.
    pooled.pathname = '/behind_the_pooler';
    const demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/app/main.ts'), 'demo', '--out', join(folder, 'out')], {
      env: { ...process.env, DATABASE_URL: pooled.href, DATABASE_DIRECT_URL: direct.href, DATABASE_PREPARE: 'false', APP_SECRET: SECRET },
    });
    let output = '';
    for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const status = await new Promise<number | null>((done) => demo.on('close', done));
    assert.equal(status, 0, `${output}\n${poolerSays}`);
  } finally {
    pooler.kill('SIGKILL');
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`drop role if exists ${role}`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function isUp(port: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        done(true);
      });
      socket.on('error', () => done(false));
    });
    if (open) return true;
    await sleep(100);
  }
  return false;
}
