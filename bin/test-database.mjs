// One embedded PostgreSQL for all test files of a run. It may lose everything in a power cut, and is the faster for it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { destroy, ensureRunning } from '../src/kernel/postgres/index.ts';
import { templatesFolder } from '../src/kernel/testing-templates.ts';

const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '300', shared_buffers: '256MB' };

/** The superuser's address of a test database server: TEST_DATABASE_URL if given, else a fresh temporary server. */
export async function startTestDatabase(root) {
  if (process.env.TEST_DATABASE_URL) return { url: process.env.TEST_DATABASE_URL, stop: async () => undefined };
  await removeAbandoned();
  const dataDir = mkdtempSync(join(tmpdir(), `lienthong-test-${process.pid}-`));
  chmodSync(dataDir, 0o711); // as root the server runs under another account
  const template = join(root, '.cache', `postgres-template-${fingerprint(root)}`);
  if (!copyTo(dataDir, template)) await fillTemplate(dataDir, template);
  const server = await ensureRunning({ dataDir, settings });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await remove(dataDir);
      rmSync(templatesFolder(server.url), { recursive: true, force: true });
    },
  };
}

/** What initdb makes depends on the binaries and on our settings. */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const path of ['package-lock.json', 'src/kernel/postgres/cluster.ts', 'src/kernel/postgres/home.ts']) hash.update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 12);
}

/** Copying a data directory takes a fifth of the time of initdb. `cp -a` keeps the owner, which PostgreSQL insists on. */
function copyTo(dataDir, template) {
  if (!existsSync(template)) return false;
  if (spawnSync('cp', ['-a', join(template, 'postgres'), dataDir]).status === 0) return true;
  rmSync(join(dataDir, 'postgres'), { recursive: true, force: true });
  return false;
}

async function fillTemplate(dataDir, template) {
  await (await ensureRunning({ dataDir, settings })).stop();
  if (lstatSync(join(dataDir, 'postgres')).isSymbolicLink()) return; // the data had to go elsewhere: nothing here to copy
  const building = `${template}.${process.pid}`;
  try {
    const cache = dirname(template);
    for (const name of existsSync(cache) ? readdirSync(cache) : []) if (name.startsWith('postgres-template-')) rmSync(join(cache, name), { recursive: true, force: true });
    mkdirSync(building, { recursive: true });
    if (spawnSync('cp', ['-a', join(dataDir, 'postgres'), building]).status === 0) renameSync(building, template);
  } catch {
    // A read-only checkout has no cache: the next run calls initdb again.
  }
  rmSync(building, { recursive: true, force: true });
}

/** Servers of runs that were killed the hard way. */
async function removeAbandoned() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^lienthong-test-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isRunning(pid)) await remove(join(tmpdir(), name)).catch(() => undefined); // another person's
  }
}

async function remove(dataDir) {
  await destroy(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
