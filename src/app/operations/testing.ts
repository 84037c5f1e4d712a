import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { applicationRole, applicationUrl } from '#kernel/application-role.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Config } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { newId } from '#kernel/ids.ts';
import { createKernel, type Kernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import type { Module } from '#kernel/module.ts';

export type EmptyPlace = { kernel: Kernel; ownerUrl: string; close(): Promise<void> };

/** Another installation on the same server, with a database and a data folder that hold nothing yet. */
export async function openEmptyPlace(options: { serverUrl: string; config: Config; clock: Clock; modules: readonly Module[] }): Promise<EmptyPlace> {
  const name = `t_${newId().replaceAll('-', '')}`;
  await onServer(options.serverUrl, `create database ${name}`);
  const address = new URL(options.serverUrl);
  address.pathname = `/${name}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-place-'));
  const config = { ...options.config, databaseUrl: address.href, databaseDirectUrl: address.href, dataDir, filesUrl: join(dataDir, 'files') };
  const log = createLog({ level: 'silent' });
  const url = applicationUrl(address.href, config.appSecret);
  const database = openDatabase({ url, directUrl: url, poolSize: 10, prepareStatements: true, applicationName: 'lienthong test' }, log);
  return {
    kernel: createKernel({ config, log, clock: options.clock, database, modules: options.modules }),
    ownerUrl: address.href,
    async close() {
      await database.close();
      await onServer(options.serverUrl, `drop database if exists ${name} with (force)`);
      await onServer(options.serverUrl, `drop role if exists ${applicationRole(address.href)}`);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Every row of every table as text, sorted, so that two databases can be compared. */
export async function allRows(ownerUrl: string): Promise<Map<string, string[]>> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'public') and n.nspname not like 'pg_toast%' order by 1`,
    );
    const found = new Map<string, string[]>();
    for (const { name } of rows) {
      const content = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      found.set(name, content.rows.map(({ row }) => row).sort());
    }
    return found;
  } finally {
    await client.end();
  }
}
