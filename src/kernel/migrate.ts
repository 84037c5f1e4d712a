import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { ensureApplicationRole, grantToApplication } from './application-role.ts';
import { databaseErrorCode } from './database.ts';
import type { Module } from './module.ts';

const LOCK_KEY = 7_249_001;

export type Migration = { module: string; name: string; text: string; sha256: string };

/** All migrations in the order in which they run: module by module, then by file name. */
export function listMigrations(modules: readonly Module[]): Migration[] {
  return modules.flatMap((module) => {
    const folder = module.migrations;
    if (folder === undefined) return [];
    return readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort()
      .map((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        return { module: module.name, name: file, text, sha256: createHash('sha256').update(text).digest('hex') };
      });
  });
}

/** The PostgreSQL schema of a module. */
export function schemaOf(module: string): string {
  return module.replaceAll('-', '_');
}

/**
 * Brings the database up to date. One process at a time; each file in its own transaction; what ran once never runs again.
 * @param ownerUrl connection of the role that owns the tables.
 * @returns the names of the migrations that ran now.
 * @throws Error when a file that already ran was changed, or when the server is too old.
 */
export async function migrate(ownerUrl: string, modules: readonly Module[], appSecret: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'lienthong migrate' });
  await client.connect();
  try {
    await checkServer(client);
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await client.query(`create schema if not exists kernel;
      create table if not exists kernel.migration (
        module text not null, name text not null, sha256 text not null, applied_at timestamptz not null default now(),
        primary key (module, name));
      comment on table kernel.migration is 'Scope: installation. Append-only. The migrations that ran, with the hash of their text.';`);
    const role = await ensureApplicationRole(client, ownerUrl, appSecret);
    const ran = await runPending(client, listMigrations(modules));
    await untilUndisturbed(client, () => grantToApplication(client, role, ['kernel', ...modules.map((module) => schemaOf(module.name))]));
    return ran;
  } finally {
    await client.end();
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  const version = rows[0]?.version ?? 0;
  if (version < 150_000) {
    throw new Error(`PostgreSQL ${String(Math.floor(version / 10_000))} quá cũ: cần từ 15 trở lên / is too old: 15 or newer is needed (DATABASE_URL)`);
  }
}

async function runPending(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ module: string; name: string; sha256: string }>('select module, name, sha256 from kernel.migration');
  const applied = new Map(rows.map((row) => [`${row.module}/${row.name}`, row.sha256]));
  const ran: string[] = [];
  for (const migration of migrations) {
    const key = `${migration.module}/${migration.name}`;
    const before = applied.get(key);
    if (before === migration.sha256) continue;
    if (before !== undefined) throw new Error(`migration ${key} was changed after it had run; add a new file instead`);
    try {
      await untilUndisturbed(client, () => runOne(client, migration));
    } catch (error) {
      throw new Error(`migration ${key} failed`, { cause: error });
    }
    ran.push(key);
  }
  return ran;
}

async function runOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`create schema if not exists ${schemaOf(migration.module)}`);
    await client.query(migration.text);
    await client.query('insert into kernel.migration (module, name, sha256) values ($1, $2, $3)', [migration.module, migration.name, migration.sha256]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Shorter than PostgreSQL's deadlock_timeout of a second: we step back before anybody who works is ended for our sake. */
const PATIENCE_MS = 500;
const TRIES = 20;
const LONGEST_PAUSE_MS = 2000;
/** lock_not_available, deadlock_detected */
const IN_THE_WAY = ['55P03', '40P01'];

/**
 * Does one transaction's work on the tables while people and workers are in them: it takes its locks in another order than they do, so it
 * steps back from what it does not get at once, and comes again. The last time it waits for as long as it takes.
 */
async function untilUndisturbed(client: pg.Client, work: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    await client.query(`set lock_timeout = ${tried === TRIES ? '0' : String(PATIENCE_MS)}`);
    try {
      await work();
      await client.query('reset lock_timeout');
      return;
    } catch (error) {
      if (!IN_THE_WAY.includes(databaseErrorCode(error) ?? '') || tried === TRIES) throw error;
      await setTimeout(Math.min(50 * 2 ** tried, LONGEST_PAUSE_MS));
    }
  }
}
