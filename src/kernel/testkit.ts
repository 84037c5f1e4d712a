import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type { PersonActor } from './actor.ts';
import { applicationRole, applicationUrl } from './application-role.ts';
import { fakeClock, systemClock, type Clock } from './clock.ts';
import { readConfig, type Config } from './config.ts';
import { openDatabase } from './database.ts';
import { createHttpServer } from './http.ts';
import { newId } from './ids.ts';
import { createKernel, type Authenticate, type Kernel } from './kernel.ts';
import { createLog } from './log.ts';
import { listMigrations, migrate } from './migrate.ts';
import type { Module } from './module.ts';
import { templatesFolder } from './testing-templates.ts';
import { startWorker, type Worker } from './worker.ts';

export type TestHouse = {
  kernel: Kernel;
  clock: ReturnType<typeof fakeClock>;
  /** Does all jobs that are due, in the test's own process. */
  drain(): Promise<void>;
  /** A query as the owner of the tables, to look and to prepare. */
  sql<Row extends Record<string, unknown> = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** The web server with reply checks on; call it with `inject`. */
  server(authenticate: Authenticate): FastifyInstance;
  ownerUrl: string;
  close(): Promise<void>;
};

export type TestHouseOptions = {
  modules: readonly Module[];
  now?: string;
  /** Runs once on the template database, so that every test file starts from the same rows. Give it a name that changes with its content. */
  seed?: { name: string; run: (kernel: Kernel) => Promise<void> };
  config?: Partial<Config>;
  /** For stories in a real browser, whose own clock runs on: the system's time instead of the fake one. */
  realTime?: boolean;
};

/** An invented clerk of an agency of their own, signed in. */
export function somebody(changes: Partial<PersonActor> = {}): PersonActor {
  return {
    kind: 'person',
    personId: newId<'person'>(),
    name: 'Nguyễn Thị Hạnh',
    agencyId: newId<'agency'>(),
    unitId: null,
    postId: newId<'post'>(),
    postTitle: 'Văn thư',
    roles: ['clerk'],
    sessionId: newId(),
    ...changes,
  };
}

/** Flags of Node for a process that a test file starts to be like its own, without those of the test runner. */
export function nodeFlags(): string[] {
  return process.execArgv.filter((flag) => !flag.startsWith('--test'));
}

const SECRET = 'a secret that only the tests know, long enough';
export const TEST_NOW = '2026-11-20T02:00:00Z';

/**
 * A whole installation on a database of its own, cloned from a template that the first test file of a run makes.
 * Needs LIENTHONG_TEST_DATABASE_URL: a PostgreSQL where databases may be made (the test command starts one).
 */
export async function openTestHouse(options: TestHouseOptions): Promise<TestHouse> {
  const serverUrl = process.env['LIENTHONG_TEST_DATABASE_URL'];
  if (serverUrl === undefined) throw new Error('LIENTHONG_TEST_DATABASE_URL is not set: run the tests with `npm test`');
  const template = await ensureTemplate(serverUrl, options);
  const name = `t_${newId().replaceAll('-', '')}`;
  await onServer(serverUrl, (client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  const ownerUrl = withDatabase(serverUrl, name);
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-test-'));
  if (options.seed !== undefined) cpSync(join(templatesFolder(serverUrl), template), dataDir, { recursive: true });
  const clock = fakeClock(options.now ?? TEST_NOW);
  // The clone has the rights that were given on its template.
  const role = applicationRole(withDatabase(serverUrl, template));
  const kernel = assemble({ ownerUrl, role }, { ...options, dataDir, clock: options.realTime === true ? systemClock() : clock });
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  // A connection that is parting when its database is dropped says so by an event, which unheard would end the process.
  owner.on('error', () => undefined);
  owner.on('connect', (client) => client.on('error', () => undefined));
  let worker: Worker | undefined;
  const servers: FastifyInstance[] = [];
  return {
    kernel,
    clock,
    ownerUrl,
    async drain() {
      worker ??= await startWorker(kernel, { loop: false });
      await worker.drain();
    },
    sql: async <Row extends Record<string, unknown>>(text: string, values?: unknown[]) => (await owner.query<Row>(text, values)).rows,
    server(authenticate) {
      const routes = options.modules.flatMap((module) => module.routes ?? []);
      const server = createHttpServer({ kernel, authenticate, routes, checkReplies: true });
      servers.push(server);
      return server;
    },
    async close() {
      await worker?.stop();
      for (const server of servers) await server.close();
      await kernel.database.close();
      await owner.end();
      await onServer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function assemble({ ownerUrl, role }: { ownerUrl: string; role: string }, options: TestHouseOptions & { dataDir: string; clock: Clock }): Kernel {
  const config: Config = {
    ...readConfig({ DATABASE_URL: ownerUrl, DATA_DIR: options.dataDir, APP_SECRET: SECRET, LOG_LEVEL: process.env['LIENTHONG_TEST_LOG'] ?? 'silent', PUBLIC_URL: 'http://lienthong.test', REVOCATION_HOSTS: 'none' }),
    ...options.config,
  };
  const log = createLog({ level: config.logLevel });
  const url = applicationUrl(ownerUrl, SECRET, role);
  const database = openDatabase({ url, directUrl: url, poolSize: config.poolSize, prepareStatements: true, applicationName: 'lienthong test' }, log);
  return createKernel({ config, log, clock: options.clock, database, modules: options.modules });
}

async function ensureTemplate(serverUrl: string, options: TestHouseOptions): Promise<string> {
  const content = createHash('sha256')
    .update(JSON.stringify(listMigrations(options.modules).map((migration) => [migration.module, migration.name, migration.sha256])))
    .update(options.seed?.name ?? '')
    .update('a role for each database')
    .digest('hex')
    .slice(0, 24);
  const template = `template_${content}`;
  await onServer(serverUrl, async (client) => {
    // Test files run side by side: the first one makes the template, the others wait for it.
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [template]);
    if (rowCount !== 0) return;
    await client.query(`drop database if exists ${template} with (force)`);
    await client.query(`create database ${template}`);
    const ownerUrl = withDatabase(serverUrl, template);
    await migrate(ownerUrl, options.modules, SECRET);
    if (options.seed !== undefined) {
      // What the seed keeps in files belongs to the template as its rows do.
      const dataDir = join(templatesFolder(serverUrl), template);
      rmSync(dataDir, { recursive: true, force: true });
      mkdirSync(dataDir, { recursive: true });
      const kernel = assemble({ ownerUrl, role: applicationRole(ownerUrl) }, { ...options, dataDir, clock: fakeClock(options.now ?? TEST_NOW) });
      await options.seed.run(kernel);
      await kernel.database.close();
    }
    await client.query(`alter database ${template} is_template true`);
  });
  return template;
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function onServer<Result>(serverUrl: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
