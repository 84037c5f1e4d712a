import { mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Account, chooseAccount } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { checkCluster, createCluster } from './cluster.ts';
import { PostgresError } from './error.ts';
import { findHome, type Home, listAbandonedHomes, outsideDir, removeHome } from './home.ts';
import { keepAlive } from './keep-alive.ts';
import { withLock } from './lock.ts';
import { isPostgresOf } from './processes.ts';
import { findRunning, type Server, startServer, stopPostmaster, stopRunning } from './server.ts';
import { hasLivingUsers, registerUser } from './users.ts';

export { ensureDatabase } from './database.ts';
export { PostgresError } from './error.ts';

export type EnsureRunningOptions = {
  /** The application's data directory; the server lives in `<dataDir>/postgres`. Made when missing. */
  dataDir: string;
  /** The account to run under when we are root: a name or "uid:gid". Default: LIENTHONG_POSTGRES_USER, else see `chooseAccount`. */
  user?: string;
  /** Server settings for this run, above postgresql.conf. Ignored when a running server is adopted. */
  settings?: Record<string, string>;
  /** The npm package with the binaries, when it is not the installed one. */
  packageDir?: string;
  /** Start the server again when it dies while we use it. Default true. */
  keepAlive?: boolean;
  /** Told after each restart, and of each restart that failed (the next try comes by itself). */
  onRestart?: (failure?: unknown) => void;
};

export type RunningPostgres = {
  /** Superuser's address of the database `postgres` on 127.0.0.1. Stays the same when the server is restarted, unless another program takes its port. */
  url: string;
  /** The same server, past any pooler: for LISTEN, migrations and session locks. */
  directUrl: string;
  /** "18.4" */
  version: string;
  /** Whether it ran already, left by a killed process or shared with a living one. */
  adopted: boolean;
  /** The directory of the server's log files. */
  logDir: string;
  /** Stops the server, unless another living process uses it too. May be called twice. */
  stop: () => Promise<void>;
};

/**
 * Makes sure that an embedded PostgreSQL runs on this data directory: creates it (0.8 s), starts it (0.1 s), or adopts the one that
 * runs. Safe against two starts at once and after `kill -9` of us or of the server. Throws `PostgresError`.
 */
export async function ensureRunning(options: EnsureRunningOptions): Promise<RunningPostgres> {
  const dataDir = await prepareDataDir(options.dataDir);
  const lockFile = join(dataDir, 'postgres.lock');
  const first = await withLock(lockFile, async () => {
    const up = await bringUp(dataDir, options);
    return { ...up, note: await registerUser(up.home) };
  });
  const { home, note } = first;
  let { server } = first;
  const keeper = options.keepAlive === false ? undefined : keepAlive({
    isUp: () => isPostgresOf(server.pid, home.cluster),
    restart: async () => {
      ({ server } = await withLock(lockFile, () => bringUp(dataDir, options)));
    },
    tell: (failure) => options.onRestart?.(failure),
  });
  const shutDown = async () => {
    await keeper?.end();
    await withLock(lockFile, async () => {
      await rm(note, { force: true });
      if (!(await hasLivingUsers(home))) await stopRunning(home);
    });
  };
  let stopping: Promise<void> | undefined;
  const { url, version } = server;
  return { url, directUrl: url, version, adopted: first.adopted, logDir: join(home.path, 'log'), stop: () => (stopping ??= shutDown()) };
}

/** Stops the server of this data directory if it runs, and deletes the database for good: for temporary databases. */
export async function destroy(dataDir: string): Promise<void> {
  const path = await realpath(dataDir).catch(() => undefined);
  if (!path) return;
  await withLock(join(path, 'postgres.lock'), async () => {
    const home = await findHome(path);
    if (!home) return;
    await stopRunning(home);
    await removeHome(path, home);
  });
}

async function bringUp(dataDir: string, options: EnsureRunningOptions): Promise<{ home: Home; server: Server; adopted: boolean }> {
  const existing = await findHome(dataDir);
  const account = chooseAccount(options.user ?? process.env['LIENTHONG_POSTGRES_USER'], existing && (await stat(existing.cluster)));
  const spareDir = account ? outsideDir : () => Promise.resolve(dataDir);
  const binaries = await findBinaries({ account, spareDir, packageDir: options.packageDir });
  const place = { dataDir, account, binaries };
  if (!existing && account) await stopAbandoned(dataDir);
  const home = existing ?? (await createCluster(place));
  if (existing) await checkCluster(home, place);
  return { home, ...(await adoptOrStart(home, { account, binaries, settings: options.settings ?? {} })) };
}

async function stopAbandoned(dataDir: string): Promise<void> {
  for (const home of await listAbandonedHomes(dataDir)) {
    if (!(await hasLivingUsers(home))) await stopRunning(home);
  }
}

type HowToStart = { account: Account | undefined; binaries: Binaries; settings: Record<string, string> };

async function adoptOrStart(home: Home, how: HowToStart): Promise<{ server: Server; adopted: boolean }> {
  const running = await findRunning(home);
  // After an update of the binaries, a server that a killed process left behind is still the old one; one in use stays until its users go.
  if (running && (running.version === how.binaries.version || (await hasLivingUsers(home)))) return { server: running, adopted: true };
  if (running) await stopPostmaster(running.pid);
  return { server: await startServer({ home, ...how }), adopted: false };
}

async function prepareDataDir(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    const dataDir = await realpath(path);
    const trial = join(dataDir, `.writable-${process.pid}`);
    await writeFile(trial, '');
    await rm(trial, { force: true });
    return dataDir;
  } catch (error) {
    throw new PostgresError('POSTGRES_DATA_DIR', {
      vi: `Không ghi được vào thư mục dữ liệu ${resolve(path)}. Hãy kiểm tra quyền và chỗ trống, hoặc đặt DATA_DIR tới một thư mục ghi được.`,
      en: `The data directory ${resolve(path)} cannot be written. Check its permissions and free space, or set DATA_DIR to a directory that can.`,
      details: String(error),
    }, error);
  }
}
