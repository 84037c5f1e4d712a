import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { somebody } from '#kernel/testkit.ts';
import { modules } from '#app/capabilities.ts';
import { allRoutes } from '#app/server.ts';
import type { Talking } from '#engines/exchange/partners/testing.ts';
import { openFaultyNetwork, type FaultyNetwork } from '#engines/exchange/testing/network-faults.ts';
import { freePort } from '../../bench/house/free-port.ts';

const root = resolve(import.meta.dirname, '../..');
const SECRET = 'a secret that only the tests know, long enough';
export const services = ['web', 'worker'] as const;
export type Service = (typeof services)[number];

/** What an installation is made of, and what can be killed of it. */
export type RunningInstallation = Talking & {
  name: string;
  kernel: Kernel;
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** The way to its web server for its partners, with everything that may happen on it. */
  network: FaultyNetwork;
  /** How far its clocks are ahead of the machine's. */
  shiftClock(ms: number): void;
  /** Ends a part without a word, and starts it again; PostgreSQL is started again by the product. */
  kill(part: Service | 'postgres'): Promise<void>;
  /** Waits until both processes are up. */
  ready(): Promise<void>;
  /** What its processes said last. */
  said(): string;
  close(): Promise<void>;
};

/** A whole installation as `npm start` runs it: a PostgreSQL of its own, a web process and a worker process, each of which may be killed. */
export async function startInstallation(name: string): Promise<RunningInstallation> {
  const dataDir = mkdtempSync(join(tmpdir(), `lienthong-faults-${name}-`));
  const clockFile = join(dataDir, 'clock-shift');
  writeFileSync(clockFile, '0');
  const port = await freePort();
  const network = await openFaultyNetwork(`http://127.0.0.1:${String(port)}`);
  const environment = { DATA_DIR: dataDir, PORT: String(port), APP_SECRET: SECRET, LOG_LEVEL: 'warn', JOB_LEASE_SECONDS: '2', PUBLIC_URL: network.address, REVOCATION_HOSTS: 'none', DATABASE_POOL: '4' };
  const server = await ensureRunning({ dataDir });
  const ownerUrl = await ensureDatabase(server.url, 'lienthong');
  await migrate(ownerUrl, modules, SECRET);
  const shift = { ms: 0 };
  const clock = { now: () => new Date(Date.now() + shift.ms) };
  const log = createLog({ level: 'silent' });
  const url = applicationUrl(ownerUrl, SECRET);
  const database = openDatabase({ url, directUrl: url, poolSize: 4, prepareStatements: true, applicationName: 'lienthong fault test' }, log);
  const kernel = createKernel({ config: readConfig({ ...environment, LOG_LEVEL: 'silent' }), log, clock, database, modules });
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  // Connections die with the server that is killed; the next query opens new ones.
  owner.on('error', () => undefined);
  owner.on('connect', (client) => client.on('error', () => undefined));
  const processes = runProcesses({ environment: { ...environment, LIENTHONG_FAULT_CLOCK: clockFile }, logFile: join(dataDir, 'processes.log') });
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
      writeFileSync(clockFile, String(ms));
    },
    async kill(part) {
      if (part !== 'postgres') return processes.kill(part);
      const [pid] = readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
      killIfThere(Number(pid));
    },
    ready: async () => {
      await untilTrue(async () => processes.areUp() && (await house.sql('select 1').then(() => true, () => false)), 90_000).catch((error: unknown) => {
        throw new Error(`${name} does not come up again; its processes said:\n${processes.said()}`, { cause: error });
      });
    },
    said: () => processes.said(),
    async close() {
      await processes.stop();
      await network.close();
      await admin.close();
      await owner.end();
      await database.close();
      await server.stop();
      await destroy(dataDir);
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

type Processes = { kill(service: Service): Promise<void>; areUp(): boolean; said(): string; stop(): Promise<void> };

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
    areUp: () => services.every((service) => running.get(service)?.isUp === true),
    said: () => readFileSync(of.logFile, 'utf8').slice(-6000),
    stop: async () => {
      await Promise.all(services.map((service) => end(service, 'SIGTERM')));
    },
  };
}

function killIfThere(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It was killed a moment ago and is not up again.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Waits until something holds, and fails when it never does. */
export async function untilTrue(holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  for (const until = performance.now() + withinMs; ; ) {
    if (await holds()) return;
    if (performance.now() > until) throw new Error(`what was waited for did not come within ${String(withinMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
