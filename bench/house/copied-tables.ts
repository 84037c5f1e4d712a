import pg from 'pg';
import type { House } from './house.ts';

/** A handful of rows takes no time, and may refer to rows that were there before. */
const FEWEST_ROWS = 100;
/** The sealer works every two seconds: in between it may have come along or not. */
export const SEALED = ['audit.sealed', 'audit.node'];

type Snapshot = string;
type Table = { name: string; copy: string; rows: string; columns: string };
type ForeignKey = { from: string; to: string; definition: string; columns: string[]; refers: string[] };
type Copies = { ordered: Table[]; keys: readonly ForeignKey[] };

/** A moment of the database: what was committed by then is seen in it. */
export async function takeSnapshot(house: House): Promise<Snapshot> {
  const [row] = await house.sql<{ snapshot: string }>('select pg_current_snapshot()::text as snapshot');
  return row?.snapshot ?? '';
}

/** The rows that a piece of work left behind, kept for inserting them again into tables like those in which they stand. */
export type CopiedRows = {
  /** How many rows each table got, by its name. */
  counts: Map<string, number>;
  rowCount: number;
  /** Inserts all of them in one transaction into emptied tables with the same columns, checks, indexes and foreign keys. @returns milliseconds. */
  insertAgain(): Promise<number>;
  /**
   * Inserts them in so many transactions of equal shares, each with its own commit, by a loop inside PostgreSQL: no client costs anything.
   * A row goes with or after the rows that it refers to. @returns milliseconds.
   */
  insertInShares(shares: number): Promise<number>;
  /** The first so many of those transactions again, by one client that sends each statement prepared and waits for its answer. @returns milliseconds. */
  insertByClient(transactions: number): Promise<number>;
  drop(): Promise<void>;
};

/** Two moments, and the tables that are left out. */
export type Between = { from: Snapshot; to: Snapshot; without: readonly string[] };

/**
 * Finds every table whose rows became many more between two moments, and keeps those rows. A row that was written and
 * deleted on the way, as a job is, does not count.
 */
export async function copyRowsBetween(house: House, { from, to, without }: Between): Promise<CopiedRows> {
  await house.sql('drop schema if exists bench cascade');
  await house.sql('create schema bench');
  const counts = new Map<string, number>();
  const tables: Table[] = [];
  for (const table of await listTables(house, without)) {
    const isNew = `pg_visible_in_snapshot(t.xmin::text::xid8, '${to}') and not pg_visible_in_snapshot(t.xmin::text::xid8, '${from}')`;
    await house.sql(`create table ${table.rows} as select ${table.columns}, row_number() over () as bench_place from ${table.name} t where ${isNew}`);
    const [row] = await house.sql<{ count: number }>(`select count(*) as count from ${table.rows}`);
    if (row === undefined || row.count < FEWEST_ROWS) continue;
    counts.set(table.name, row.count);
    tables.push(table);
  }
  const { ordered, keys } = await makeCopies(house, tables);
  return {
    counts,
    rowCount: [...counts.values()].reduce((sum, count) => sum + count, 0),
    insertAgain: () => insertAgain(house, ordered),
    insertInShares: (shares) => insertInShares(house, { ordered, keys }, shares),
    insertByClient: (transactions) => insertByClient(house, ordered, transactions),
    drop: async () => {
      await house.sql('drop schema bench cascade');
    },
  };
}

async function listTables(house: House, without: readonly string[]): Promise<Table[]> {
  const rows = await house.sql<{ name: string; plain: string; columns: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name, n.nspname || '__' || c.relname as plain,
        (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'bench') and c.oid <> all($1::text[]::regclass[])`,
    [without],
  );
  return rows.map(({ name, plain, columns }) => ({ name, columns, copy: `bench."${plain}"`, rows: `bench."rows ${plain}"` }));
}

/** Foreign keys lead from copy to copy; those to tables that got no rows lead to the table itself. @returns the tables with referenced ones first. */
async function makeCopies(house: House, tables: readonly Table[]): Promise<Copies> {
  const byName = new Map(tables.map((table) => [table.name, table]));
  for (const table of tables) {
    await house.sql(`create table ${table.copy} (like ${table.name} including all)`);
    const [row] = await house.sql<{ options: string | null }>(`select array_to_string(reloptions, ', ') as options from pg_class where oid = $1::regclass`, [table.name]);
    if (row !== undefined && row.options !== null) await house.sql(`alter table ${table.copy} set (${row.options})`);
  }
  const names = (relation: string, columns: string): string =>
    `(select array_agg(quote_ident(a.attname) order by k.place) from unnest(${columns}) with ordinality as k (num, place) join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.num)`;
  const keys = await house.sql<ForeignKey>(
    `select conrelid::regclass::text as from, confrelid::regclass::text as to, pg_get_constraintdef(oid) as definition,
            ${names('conrelid', 'conkey')} as columns, ${names('confrelid', 'confkey')} as refers
       from pg_constraint where contype = 'f' and conrelid::regclass::text = any($1)`,
    [tables.map((table) => table.name)],
  );
  for (const key of keys) {
    const target = byName.get(key.to)?.copy ?? key.to;
    await house.sql(`alter table ${byName.get(key.from)?.copy ?? ''} add ${key.definition.replace(`REFERENCES ${key.to}(`, `REFERENCES ${target}(`)}`);
  }
  const ordered: Table[] = [];
  const visit = (table: Table): void => {
    if (ordered.includes(table)) return;
    for (const key of keys) {
      const target = byName.get(key.to);
      if (key.from === table.name && target !== undefined && target !== table) visit(target);
    }
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return { ordered, keys };
}

async function insertAgain(house: House, ordered: readonly Table[]): Promise<number> {
  await house.sql(`truncate ${ordered.map((table) => table.copy).join(', ')}`);
  const began = performance.now();
  await house.sql('begin');
  for (const { copy, columns, rows } of ordered) await house.sql(`insert into ${copy} (${columns}) select ${columns} from ${rows}`);
  await house.sql('commit');
  return performance.now() - began;
}

async function insertInShares(house: House, { ordered, keys }: Copies, shares: number): Promise<number> {
  const byName = new Map(ordered.map((table) => [table.name, table]));
  for (const table of ordered) {
    await house.sql(`alter table ${table.rows} add column if not exists share int`);
    // rows lie in the order in which they were written
    await house.sql(`update ${table.rows} set share = 1 + (bench_place - 1) * ${shares} / (select count(*) from ${table.rows})`);
    for (const { columns, refers, ...key } of keys) {
      const target = byName.get(key.to);
      if (key.from !== table.name || target === undefined || target === table) continue;
      const same = columns.map((column, index) => `r.${column} = t.${refers[index] ?? ''}`).join(' and ');
      await house.sql(`update ${table.rows} r set share = t.share from ${target.rows} t where ${same} and t.share > r.share`);
    }
    await house.sql(`create index on ${table.rows} (share)`);
    await house.sql(`analyze ${table.rows}`);
  }
  const inserts = ordered.map((table) => `${insertOfShare(table, 'i')};`);
  await house.sql(`create or replace procedure bench.insert_in_shares(shares int) language plpgsql as $$ begin for i in 1..shares loop ${inserts.join(' ')} commit; end loop; end $$`);
  await house.sql(`truncate ${ordered.map((table) => table.copy).join(', ')}`);
  await house.sql('checkpoint');
  const began = performance.now();
  await house.sql(`call bench.insert_in_shares(${shares})`);
  return performance.now() - began;
}

function insertOfShare({ copy, columns, rows }: Table, share: string): string {
  return `insert into ${copy} (${columns}) select ${columns} from ${rows} where share = ${share}`;
}

async function insertByClient(house: House, ordered: readonly Table[], transactions: number): Promise<number> {
  await house.sql(`truncate ${ordered.map((table) => table.copy).join(', ')}`);
  const client = new pg.Client({ connectionString: house.environment['DATABASE_URL'] });
  await client.connect();
  try {
    const inserts = ordered.map((table) => ({ name: table.copy, text: insertOfShare(table, '$1::int') }));
    const began = performance.now();
    for (let share = 1; share <= transactions; share += 1) {
      await client.query('begin');
      for (const insert of inserts) await client.query({ ...insert, values: [share] });
      await client.query('commit');
    }
    return performance.now() - began;
  } finally {
    await client.end();
  }
}
