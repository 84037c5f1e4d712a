import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { ensureRunning } from '#kernel/postgres/index.ts';
import { openInstallation, type Installation } from '#app/installation.ts';

/** A PostgreSQL on which a benchmark makes databases, as careful with the disk as in production. */
export type DatabaseServer = {
  /** "18.4", as the server says itself. */
  version: string;
  /** An empty, migrated installation on a database of its own. */
  open(name: string): Promise<House>;
  close(): Promise<void>;
};

export type House = Installation & {
  /** A query as the owner of the tables. */
  sql: <Row extends Record<string, unknown> = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>;
  /** What a process of this installation has in its environment. */
  environment: Record<string, string>;
  dataDir: string;
};

const SECRET = 'a secret of the benchmarks, which hold no data of anybody';

/** Starts an embedded PostgreSQL in a temporary folder, or uses the server that BENCH_DATABASE_URL names (as a superuser). */
export async function openServer(): Promise<DatabaseServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-bench-'));
  chmodSync(dataDir, 0o711); // as root the server runs under another account
  const given = process.env['BENCH_DATABASE_URL'];
  const running = given === undefined ? await ensureRunning({ dataDir }) : undefined;
  const url = running?.url ?? given ?? '';
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  const houses: { database: string; close: () => Promise<void> }[] = [];
  const { rows } = await owner.query<{ server_version: string }>('show server_version');
  return {
    version: rows[0]?.server_version ?? '',
    async open(name) {
      const database = `lienthong_bench_${name}_${process.pid}`;
      await owner.query(`create database ${database}`);
      const opened = await openHouse(databaseUrl(url, database), join(dataDir, name));
      houses.push({ database, close: opened.close });
      return opened.house;
    },
    async close() {
      for (const house of houses) {
        await house.close();
        if (given !== undefined) await owner.query(`drop database ${house.database} with (force)`);
      }
      await owner.end();
      await running?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function openHouse(url: string, dataDir: string): Promise<{ house: House; close: () => Promise<void> }> {
  mkdirSync(dataDir, { recursive: true });
  // the level that `start` logs at
  const environment = { DATABASE_URL: url, DATA_DIR: dataDir, APP_SECRET: SECRET, PORT: '0', LOG_LEVEL: 'warn' };
  const config = readConfig(environment);
  const installation = await openInstallation(config, { log: createLog({ level: config.logLevel }) });
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  return {
    house: { ...installation, environment, dataDir, sql: async <Row extends Record<string, unknown>>(text: string, values?: unknown[]) => (await owner.query<Row>(text, values)).rows },
    async close() {
      await owner.end();
      await installation.close();
    },
  };
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
