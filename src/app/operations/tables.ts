import pg from 'pg';
import type { Queryable } from '#kernel/database.ts';
import { schemaOf } from '#kernel/migrate.ts';

export type StoredTable = {
  /** `schema.table`. */
  name: string;
  /** In the order of the table, without those that PostgreSQL computes. */
  columns: string[];
};

export type AppliedMigration = { module: string; name: string; sha256: string };

/** The migrations that ran in this database, in their order; undefined in one that never was ours. */
export async function appliedMigrations(q: Queryable): Promise<AppliedMigration[] | undefined> {
  const { rows: known } = await q.query(`select to_regclass('kernel.migration') is not null as exists`);
  if (known[0]?.['exists'] !== true) return undefined;
  const { rows } = await q.query('select module, name, sha256 from kernel.migration order by module, name');
  // safe because the statement selects exactly these columns
  return rows as AppliedMigration[];
}

/** The schemas of the modules whose migrations ran, and the kernel's, which keeps the list. */
export function schemasOf(migrations: readonly AppliedMigration[]): string[] {
  return [...new Set(['kernel', ...migrations.map((migration) => schemaOf(migration.module))])];
}

export async function listTables(q: Queryable, schemas: readonly string[]): Promise<StoredTable[]> {
  const { rows } = await q.query(
    `select n.nspname || '.' || c.relname as name,
            array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition
      group by 1 order by 1`,
    [schemas],
  );
  // safe because the statement selects exactly these columns
  return rows as StoredTable[];
}

/**
 * The tables so that each comes after those that its foreign keys point to. A table that points to itself needs nothing:
 * PostgreSQL checks the rows of one COPY at its end.
 * @throws Error when tables point to each other in a circle: no order satisfies them.
 */
export async function inLoadingOrder<Table extends { name: string }>(q: Queryable, tables: readonly Table[]): Promise<Table[]> {
  const { rows } = await q.query(
    `select distinct n.nspname || '.' || c.relname as "from", tn.nspname || '.' || t.relname as "to"
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
      where k.contype = 'f' and k.conrelid <> k.confrelid`,
  );
  // safe because the statement selects exactly these columns
  const references = rows as { from: string; to: string }[];
  const ordered: Table[] = [];
  let waiting = [...tables];
  while (waiting.length > 0) {
    const names = new Set(waiting.map((table) => table.name));
    const free = new Set(waiting.filter((table) => !references.some(({ from, to }) => from === table.name && names.has(to))));
    if (free.size === 0) throw new Error(`tables point to each other in a circle: ${[...names].join(', ')}`);
    ordered.push(...free);
    waiting = waiting.filter((table) => !free.has(table));
  }
  return ordered;
}

/** `schema.table` and its columns as SQL. */
export function quoted(table: StoredTable): { name: string; columns: string } {
  return {
    name: table.name.split('.').map(pg.escapeIdentifier).join('.'),
    columns: table.columns.map(pg.escapeIdentifier).join(', '),
  };
}
