import { spawn } from 'node:child_process';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { serverEnvironment, superuser } from './cluster.ts';
import { PostgresError } from './error.ts';
import { type Home, writePrivate } from './home.ts';
import { isAlive, isAnyoneIn, isPostgresOf } from './processes.ts';

export type Server = { pid: number; port: number; url: string; version: string };
export type StartOptions = { home: Home; binaries: Binaries; account: Account | undefined; settings: Record<string, string> };

const startTimeoutMs = 120_000; // crash recovery of a large database takes its time
const stopSteps = [['SIGINT', 30_000], ['SIGQUIT', 10_000], ['SIGKILL', 5_000]] as const;

/** The server that already runs on this data directory, once it accepts connections; undefined when none does. */
export async function findRunning(home: Home): Promise<Server | undefined> {
  const lock = await readPidFile(home);
  if (!lock || !isPostgresOf(lock.pid, home.cluster)) return undefined;
  const url = await urlOf(home, lock.port);
  const version = await untilReady(url, () => isAlive(lock.pid), 60_000);
  if (version) return { ...lock, url, version };
  await stopPostmaster(lock.pid); // it is dying or hangs; the next start recovers
  return undefined;
}

/** Stops whatever server works on this data directory, also one that accepts no connections. */
export async function stopRunning(home: Home): Promise<void> {
  const lock = await readPidFile(home);
  if (lock && isPostgresOf(lock.pid, home.cluster)) await stopPostmaster(lock.pid);
}

/** Starts PostgreSQL and returns when it accepts connections. Throws POSTGRES_START with the end of its log. */
export async function startServer(options: StartOptions): Promise<Server> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    await removeForeignPidFile(options.home);
    const port = await choosePort(options.home);
    const server = await tryStart(options, port);
    if ('pid' in server) return server;
    // Two failures mend themselves: the children of a killed postmaster still hold its shared memory, or another program was
    // quicker to take the port.
    const passing = /pre-existing shared memory block|lock file "postmaster.pid"/.test(server.log) || !(await isFree(port));
    if (!passing || Date.now() > deadline) throw startFailure(server.log);
    await sleep(200);
  }
}

/** Stops the postmaster: first fast (running transactions are rolled back), then at once (the next start recovers). */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, timeoutMs] of stopSteps) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // it is gone
    }
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return;
      await sleep(10);
    }
  }
}

async function tryStart({ home, binaries, account, settings }: StartOptions, port: number): Promise<Server | { log: string }> {
  await writePrivate(home.path, 'start.log', '');
  const output = await open(join(home.path, 'start.log'), 'a');
  const values = { ...settings, port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: socketDirectory(home) };
  const args = ['-D', home.cluster, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = spawn(join(binaries.bin, 'postgres'), args, {
    cwd: home.cluster,
    env: serverEnvironment(),
    stdio: ['ignore', output.fd, output.fd],
    // Its own session: Ctrl-C in the terminal reaches us only, and we stop it after our own connections are closed.
    detached: true,
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
  const failed = new Promise<Error | undefined>((resolve) => child.once('error', resolve).once('spawn', () => resolve(undefined)));
  child.unref();
  const error = await failed;
  await output.close();
  if (error || child.pid === undefined) return { log: error?.message ?? '' };
  const { pid } = child;
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  try {
    const url = await urlOf(home, port);
    const version = await untilReady(url, isRunning, startTimeoutMs);
    if (version) return { pid, port, url, version };
  } catch (cause) {
    await stopPostmaster(pid);
    throw cause;
  }
  if (isRunning()) await stopPostmaster(pid);
  return { log: await readLogTail(home) };
}

/** Connects until it works; the server's version then, or undefined when the server ended or time ran out. */
async function untilReady(url: string, isRunning: () => boolean, timeoutMs: number): Promise<string | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning() && Date.now() < deadline) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // the connection may break while the server dies; the loop notices
    try {
      await client.connect();
      return (await client.query<{ version: string }>('select split_part(current_setting(\'server_version\'), \' \', 1) as version')).rows[0]?.version;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '28P01') throw wrongPassword(error);
      await sleep(10);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return undefined;
}

/** By the socket where there is one, which costs less than the network's loop; programs without sockets leave out `host` and take the rest. */
async function urlOf(home: Home, port: number): Promise<string> {
  const password = await readFile(join(home.path, 'password'), 'utf8').catch((error: unknown) => {
    throw wrongPassword(error);
  });
  const directory = socketDirectory(home);
  return `postgresql://${superuser}:${password.trim()}@127.0.0.1:${port}/postgres${directory === '' ? '' : `?host=${encodeURIComponent(directory)}`}`;
}

async function readPidFile(home: Home): Promise<{ pid: number; port: number } | undefined> {
  const lines = (await readFile(join(home.cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Math.abs(Number(lines[0]));
  return pid > 0 ? { pid, port: Number(lines[3]) } : undefined;
}

/**
 * In containers ids are small and come again: postmaster.pid of a killed server may name a living process of another kind, and
 * PostgreSQL would refuse to start. We remove the file only when nothing at all works in the data directory.
 */
async function removeForeignPidFile(home: Home): Promise<void> {
  const lock = await readPidFile(home);
  if (lock && isAlive(lock.pid) && !isPostgresOf(lock.pid, home.cluster) && !isAnyoneIn(home.cluster)) {
    await rm(join(home.cluster, 'postmaster.pid'), { force: true });
  }
}

/**
 * The port of the last time if it is free, so that addresses written down elsewhere stay right; else one that the system gives to
 * nobody by chance, or any, so that it is still free when the server was killed and comes back.
 */
async function choosePort(home: Home): Promise<number> {
  const last = Number(await readFile(join(home.path, 'port'), 'utf8').catch(() => '0'));
  if (last > 0 && (await isFree(last))) return last;
  const port = (await findOwnPort()) ?? (await bind(0));
  if (port === undefined) throw startFailure('no free port on 127.0.0.1');
  await writePrivate(home.path, 'port', String(port));
  return port;
}

/** Whoever asks for any port, and each connection that leaves this machine, gets one from 32,768 (Linux) or 49,152 on. */
const ownPorts = { first: 20_000, count: 12_000, tries: 20 };

async function findOwnPort(): Promise<number | undefined> {
  for (let tries = 0; tries < ownPorts.tries; tries += 1) {
    const port = ownPorts.first + Math.floor(Math.random() * ownPorts.count);
    if (await isFree(port)) return port;
  }
  return undefined;
}

async function isFree(port: number): Promise<boolean> {
  return (await bind(port)) !== undefined;
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(address && typeof address === 'object' ? address.port : undefined));
    });
  });
}

/** The name of a socket file holds at most 107 bytes; in a deeper directory the server listens on 127.0.0.1 alone. */
function socketDirectory(home: Home): string {
  const path = join(home.path, 'run');
  return process.platform === 'win32' || Buffer.byteLength(`${path}/.s.PGSQL.65535.lock`) > 103 || path.includes(',') ? '' : path;
}

/** What the server said on this start: before it opens its log file, and in it. */
async function readLogTail(home: Home): Promise<string> {
  const directory = join(home.path, 'log');
  const files = await Promise.all((await readdir(directory)).map(async (name) => ({ path: join(directory, name), at: (await stat(join(directory, name))).mtimeMs })));
  const newest = files.sort((a, b) => b.at - a.at).slice(0, 1);
  const paths = [join(home.path, 'start.log'), ...newest.map(({ path }) => path)];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.map((text) => text.trim().split('\n').slice(-8).join('\n')).join('\n').trim();
}

function startFailure(log: string): PostgresError {
  return new PostgresError('POSTGRES_START', {
    vi: 'PostgreSQL không khởi động được. Hãy xem nhật ký bên dưới (đĩa đầy? thiếu bộ nhớ?), sửa rồi chạy lại; dữ liệu không bị đụng tới.',
    en: 'PostgreSQL did not start. See its log below (disk full? out of memory?), mend and run again; the data have not been touched.',
    details: log,
  });
}

function wrongPassword(cause: unknown): PostgresError {
  return new PostgresError('POSTGRES_PASSWORD', {
    vi: 'Mật khẩu trong tệp "postgres/password" của DATA_DIR bị mất hoặc không khớp với cơ sở dữ liệu. Hãy khôi phục tệp ấy từ bản sao lưu.',
    en: 'The password in the file "postgres/password" of DATA_DIR is lost or does not fit the database. Restore that file from a backup.',
  }, cause);
}
