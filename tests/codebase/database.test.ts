import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { modules } from '#app/capabilities.ts';
import { readCatalog } from '#app/catalog.ts';
import { lintCatalog } from '#app/catalog-lint.ts';
import { staleFiles } from '#app/generated.ts';
import { schemaOf } from '#kernel/migrate.ts';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules });
});
after(() => house.close());

const owner = { query: async (text: string, values?: unknown[]) => ({ rows: await house.sql(text, values) }) };

test('every table keeps the rules that let the database be distributed by agency', async () => {
  const tables = await readCatalog(house.kernel.database.pool, modules.map((module) => schemaOf(module.name)));
  assert.ok(tables.length > 20);
  assert.deepEqual(lintCatalog(tables), []);
});

test('the lint finds what it is there for', async () => {
  await house.sql(`create schema planted`);
  await house.sql(`create table planted.parent (agency_id uuid, id uuid primary key, name text unique)`);
  await house.sql(`comment on table planted.parent is 'Scope: agency. Planted.'`);
  await house.sql(`create table planted.child (agency_id uuid, id uuid, parent_id uuid references planted.parent (id) on delete set null, primary key (agency_id, id))`);
  await house.sql(`comment on table planted.child is 'Scope: agency. Planted.'`);
  await house.sql(`create table planted.silent (id uuid)`);
  await house.sql(`create function planted.noop() returns trigger language plpgsql as 'begin return new; end'`);
  await house.sql(`create trigger hidden before insert on planted.silent for each row execute function planted.noop()`);
  const tables = await readCatalog({ query: async (text, values) => ({ ...(await house.kernel.database.pool.query(text, values)), rows: await house.sql(text, values) }) }, ['planted']);
  const problems = lintCatalog(tables).map(({ table, problem }) => `${table}: ${problem}`);
  for (const expected of [/parent_pkey does not begin with agency_id/, /parent_name_key does not begin with agency_id/, /SET NULL/, /without agency_id/, /silent: its comment/, /silent: it has triggers/, /silent: it has no primary key/]) {
    assert.ok(problems.some((problem) => expected.test(problem)), String(expected));
  }
  await house.sql('drop schema planted cascade');
});

test('the application’s role can neither alter a table nor change an append-only row', async () => {
  const { pool } = house.kernel.database;
  await assert.rejects(pool.query('alter table kernel.job add column planted text'), /must be owner|permission denied/);
  await assert.rejects(pool.query('create table kernel.planted (id int)'), /permission denied/);
  const appendOnly = await house.sql<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and obj_description(c.oid, 'pg_class') like '%Append-only.%'`,
  );
  assert.ok(appendOnly.some(({ name }) => name === 'audit.entry'));
  for (const { name } of appendOnly) {
    await assert.rejects(pool.query(`delete from ${name}`), /permission denied/, name);
    await assert.rejects(pool.query(`truncate ${name}`), /permission denied/, name);
    const [column] = await house.sql<{ attname: string }>(`select attname from pg_attribute where attrelid = '${name}'::regclass and attnum > 0 and not attisdropped limit 1`);
    await assert.rejects(pool.query(`update ${name} set ${column?.attname ?? ''} = null`), /permission denied/, name);
  }
});

test('db/schema.sql, the table types and openapi.json are what the code says (mend: npm run generate)', async () => {
  assert.deepEqual(await staleFiles({ query: async (text, values) => ({ ...(await house.kernel.database.pool.query('select 1')), rows: (await owner.query(text, values)).rows }) }), []);
});
