import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { applicationRole } from '#kernel/application-role.ts';
import { migrate } from '#kernel/migrate.ts';
import { ensureDatabase, ensureRunning } from '#kernel/postgres/index.ts';
import { newId } from '#kernel/ids.ts';
import { modules } from './capabilities.ts';
import { generatedFiles } from './generated.ts';

/** Writes db/schema.sql, the table types and openapi.json from the migrations and routes. */
const server = await ensureRunning({ dataDir: resolve(import.meta.dirname, '../../.cache/generate') });
const name = `generate_${newId().replaceAll('-', '')}`;
const ownerUrl = await ensureDatabase(server.url, name);
await migrate(ownerUrl, modules, 'a secret for a database that lives for a moment');
const client = new pg.Client({ connectionString: ownerUrl });
await client.connect();
for (const [path, text] of await generatedFiles(client)) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${path.slice(join(import.meta.dirname, '../..').length + 1)}\n`);
}
await client.end();
const admin = new pg.Client({ connectionString: server.url });
await admin.connect();
await admin.query(`drop database ${name} with (force)`);
await admin.query(`drop role ${applicationRole(ownerUrl)}`);
await admin.end();
await server.stop();
