import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { anonymous, type Actor } from '#kernel/actor.ts';
import { applicationUrl } from '#kernel/application-role.ts';
import { readConfig } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createHttpServer } from '#kernel/http.ts';
import { createKernel, type Kernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import { migrate } from '#kernel/migrate.ts';
import { destroy, ensureDatabase, ensureRunning } from '#kernel/postgres/index.ts';
import { isPostgresOf } from '#kernel/postgres/processes.ts';
import { somebody } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';
import { allRoutes } from '#app/server.ts';
import { ensureWebBuilt } from '#app/web-build.ts';
import type { Talking } from '#engines/exchange/partners/testing.ts';
import { openFaultyNetwork, type FaultyNetwork } from '#engines/exchange/testing/network-faults.ts';
import { freePort } from '../../bench/house/free-port.ts';

const root = resolve(import.meta.dirname, '../..');
const SECRET = 'a secret that only the tests know, long enough';
export const services = ['web', 'worker'] as const;
export type Service = (typeof services)[number];

/** Who runs the database: the product itself, which starts it again when it dies, or somebody else at DATABASE_URL. */
export type DatabaseOf = 'product' | 'somebody else';

/** What an installation is made of, and what can be killed of it. */
export type RunningInstallation = Talking & {
  name: string;
  kernel: Kernel;
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** The way to its web server for its partners, with everything that may happen on it. */
  network: FaultyNetwork;
  /** How far its clocks are ahead of the machine's. */
  shiftClock(ms: number): void;
  /** Ends a part without a word, once it runs, and starts it again; PostgreSQL is started again by the product. */
  kill(part: Service | 'postgres'): Promise<void>;
  /** Stops the database that somebody else runs. @returns what starts it again, at the same address */
  stopDatabase(): Promise<() => Promise<void>>;
  /** The processes that run now: another number is another process. */
  pids(): (number | undefined)[];
  /** Waits until both processes are up. */
  ready(): Promise<void>;
  /** What its processes said last. */
  said(): string;
  close(): Promise<void>;
};

/** A whole installation as `npm start` runs it: a PostgreSQL of its own, a web process and a worker process, each of which may be killed. */
export async function startInstallation(name: string, database: DatabaseOf = 'product'): Promise<RunningInstallation> {
  // The first start of a web process builds the screens, which takes minutes on a busy machine, and none may be killed in the midst of it.
  await ensureWebBuilt();
  const dataDir = mkdtempSync(join(tmpdir(), `lienthong-faults-${name}-`));
  const clockFile = join(dataDir, 'clock-shift');
  writeFileSync(clockFile, '0');
  const port = await freePort();
  const network = await openFaultyNetwork(`http://127.0.0.1:${String(port)}`);
  const environment = { DATA_DIR: dataDir, PORT: String(port), APP_SECRET: SECRET, LOG_LEVEL: 'warn', JOB_LEASE_SECONDS: '2', PUBLIC_URL: network.address, REVOCATION_HOSTS: 'none', DATABASE_POOL: '4' };
  const serverDir = database === 'product' ? dataDir : join(dataDir, 'somebody-else');
  const runServer = () => ensureRunning({ dataDir: serverDir, keepAlive: database === 'product' });
  let server = await runServer();
  const ownerUrl = await ensureDatabase(server.url, 'lienthong');
  await migrate(ownerUrl, modules, SECRET);
  const shift = { ms: 0 };
  const clock = { now: () => new Date(Date.now() + shift.ms) };
  const log = createLog({ level: 'silent' });
  const url = applicationUrl(ownerUrl, SECRET);
  const connections = openDatabase({ url, directUrl: url, poolSize: 4, prepareStatements: true, applicationName: 'lienthong fault test' }, log);
  const kernel = createKernel({ config: readConfig({ ...environment, LOG_LEVEL: 'silent' }), log, clock, database: connections, modules });
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  // Connections die with the server that is killed; the next query opens new ones.
  owner.on('error', () => undefined);
  owner.on('connect', (client) => client.on('error', () => undefined));
  const processes = runProcesses({ environment: { ...environment, LIENTHONG_FAULT_CLOCK: clockFile, ...(database === 'product' ? {} : { DATABASE_URL: ownerUrl }) }, logFile: join(dataDir, 'processes.log') });
  const house = { kernel, sql: async <Row extends Record<string, unknown>>(text: string, values?: unknown[]) => (await owner.query<Row>(text, values)).rows };
  const admin = operatorOf(kernel);
  return {
    name,
    kernel,
    house,
    sql: house.sql,
    network,
    call: admin.call,
    shiftClock(ms) {
      shift.ms = ms;
      // Whole or not at all: whoever read an empty file would be hours behind for a moment.
      writeFileSync(`${clockFile}.next`, String(ms));
      renameSync(`${clockFile}.next`, clockFile);
    },
    async kill(part) {
      if (part !== 'postgres') return processes.kill(part);
      let killed: number | undefined;
      const isKilled = (): Promise<boolean> => {
        killed ??= killIfThere(postmasterOf(serverDir));
        return Promise.resolve(killed !== undefined && postmasterOf(serverDir) !== killed);
      };
      await untilTrue(isKilled, { moved: () => Promise.resolve(processes.heard()) });
    },
    async stopDatabase() {
      assert.equal(database, 'somebody else', 'the product starts its own again');
      await server.stop();
      return async () => {
        const { url } = server;
        server = await runServer();
        assert.equal(server.url, url);
      };
    },
    pids: () => processes.pids(),
    ready: async () => {
      // Connections to a server that was killed just now may still answer: what counts is that there is a server again.
      const isUp = async (): Promise<boolean> => processes.areUp() && postmasterOf(serverDir) !== undefined && (await house.sql('select 1').then(() => true, () => false));
      await untilTrue(isUp, { moved: () => Promise.resolve(processes.heard()) }).catch((error: unknown) => {
        throw new Error(`${name} does not come up again; its processes said:\n${processes.said()}`, { cause: error });
      });
    },
    said: () => processes.said(),
    async close() {
      await processes.stop();
      await network.close();
      await admin.close();
      await owner.end();
      await connections.close();
      await server.stop();
      await destroy(serverDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An administrator at the routes, in the test's own process: the web process may be dead when a thing has to be set. */
function operatorOf(kernel: Kernel): { call: Talking['call']; close: () => Promise<void> } {
  let actor: Actor = anonymous;
  const admin = somebody({ name: 'Trần Quốc Bảo', roles: ['province_admin'], postTitle: 'Quản trị viên tỉnh' });
  const server = createHttpServer({ kernel, authenticate: () => Promise.resolve(actor), routes: allRoutes(), checkReplies: true });
  return {
    async call<Body>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, options: { body?: object; as?: Actor } = {}) {
      actor = options.as ?? admin;
      const reply = await server.inject({ method, url, ...(options.body === undefined ? {} : { payload: options.body }) });
      actor = anonymous;
      // safe because the reply was checked against the route's schema
      return { status: reply.statusCode, body: (reply.body === '' ? {} : reply.json()) as Body };
    },
    close: () => server.close(),
  };
}

type Processes = { kill(service: Service): Promise<void>; areUp(): boolean; pids(): (number | undefined)[]; /** How much they said so far. */ heard(): number; said(): string; stop(): Promise<void> };

function runProcesses(of: { environment: Record<string, string>; logFile: string }): Processes {
  const running = new Map<Service, { child: ChildProcess; isUp: boolean }>();
  const begin = (service: Service): void => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', join(import.meta.dirname, 'shifted-clock.ts'), join(root, 'src/app/main.ts'), 'start', `--services=${service}`, '--no-seed'], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...of.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const state = { child, isUp: false };
    running.set(service, state);
    const hear = (chunk: Buffer): void => {
      appendFileSync(of.logFile, chunk);
      if (chunk.toString().includes('ready')) state.isUp = true;
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    // One whose database was killed while it started ends by itself: somebody starts it again, as a service manager would.
    child.on('exit', () => {
      state.isUp = false;
      if (running.get(service) === state) setTimeout(() => running.get(service) === state && begin(service), 500);
    });
  };
  for (const service of services) begin(service);
  const end = async (service: Service, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const state = running.get(service);
    running.delete(service);
    if (state === undefined || state.child.exitCode !== null || state.child.signalCode !== null) return;
    const gone = new Promise((resolve) => state.child.once('exit', resolve));
    state.child.kill(signal);
    // Who does not end when asked is ended.
    const patience = setTimeout(() => state.child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(patience);
  };
  return {
    async kill(service) {
      await end(service, 'SIGKILL');
      begin(service);
    },
    pids: () => services.map((service) => running.get(service)?.child.pid),
    areUp: () => services.every((service) => running.get(service)?.isUp === true),
    heard: () => statSync(of.logFile, { throwIfNoEntry: false })?.size ?? 0,
    said: () => readFileSync(of.logFile, 'utf8').slice(-6000),
    stop: async () => {
      await Promise.all(services.map((service) => end(service, 'SIGTERM')));
    },
  };
}

/** The server that works on this data directory, if one does. */
function postmasterOf(dataDir: string): number | undefined {
  const cluster = join(dataDir, 'postgres', 'cluster');
  try {
    const [line] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    // The file outlives a killed server, and its number may be that of somebody else by now.
    return Number(line) > 1 && isPostgresOf(Number(line), realpathSync(cluster)) ? Number(line) : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns the process that was killed, if it was there. */
function killIfThere(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    process.kill(pid, 'SIGKILL');
    return pid;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
    throw error;
  }
}

/** A standstill this long is no slow machine any more. */
const STILL_MS = 120_000;
const LOOK_EVERY_MS = 200;

/**
 * Waits until something holds, on a slow machine for as long as something moves there, and fails when all stands still.
 * @param by.moved tells how far things are: when it has said the same for two minutes, nothing is waited for any more.
 * @param by.atMostMs the end of all patience, for what moves in a circle.
 */
export async function untilTrue(holds: () => Promise<boolean>, by: { moved: () => Promise<unknown>; atMostMs?: number }): Promise<void> {
  const began = performance.now();
  let seen = { what: await by.moved(), at: began };
  for (;;) {
    if (await holds()) return;
    const [what, now] = [await by.moved(), performance.now()];
    if (what !== seen.what) seen = { what, at: now };
    if (now - seen.at > STILL_MS || now - began > (by.atMostMs ?? 5 * STILL_MS)) throw new Error(`what was waited for did not come within ${String(Math.round((now - began) / 1000))} s; nothing moved for ${String(Math.round((now - seen.at) / 1000))} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
