import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Queryable } from '#kernel/database.ts';
import { schemaOf } from '#kernel/migrate.ts';
import { openApi } from '#kernel/openapi.ts';
import { modules } from './capabilities.ts';
import { readCatalog, schemaSql } from './catalog.ts';
import { allRoutes } from './server.ts';
import { tableTypes } from './table-types.ts';

const root = resolve(import.meta.dirname, '../..');

/** Every generated file with what should stand in it, for a migrated database. */
export async function generatedFiles(q: Queryable): Promise<Map<string, string>> {
  const schemas = modules.map((module) => schemaOf(module.name));
  const tables = await readCatalog(q, schemas);
  const files = new Map<string, string>();
  files.set(join(root, 'db', 'schema.sql'), schemaSql(tables));
  for (const module of modules) {
    if (module.migrations !== undefined) files.set(join(module.migrations, '..', 'tables.gen.ts'), tableTypes(schemaOf(module.name), tables));
  }
  files.set(
    join(root, 'openapi.json'),
    `${JSON.stringify(openApi(allRoutes(), { title: 'Liên Thông', version: '1', description: 'API of a Liên Thông installation. Errors carry a code, a text and what to do.' }), null, 2)}\n`,
  );
  return files;
}

/** The files that do not hold what the code says they should. */
export async function staleFiles(q: Queryable): Promise<string[]> {
  const files = await generatedFiles(q);
  return [...files].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text).map(([path]) => path.slice(root.length + 1));
}
