import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ensureApplicationRole, grantToApplication } from './application-role.ts';
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
    await grantToApplication(client, role, ['kernel', ...modules.map((module) => schemaOf(module.name))]);
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
    await client.query('begin');
    try {
      await client.query(`create schema if not exists ${schemaOf(migration.module)}`);
      await client.query(migration.text);
      await client.query('insert into kernel.migration (module, name, sha256) values ($1, $2, $3)', [migration.module, migration.name, migration.sha256]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new Error(`migration ${key} failed`, { cause: error });
    }
    ran.push(key);
  }
  return ran;
}
