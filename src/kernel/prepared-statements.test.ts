import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { openDatabase, type Database } from './database.ts';
import { createLog } from './log.ts';
import { nameStatements } from './prepared-statements.ts';

const url = process.env['LIENTHONG_TEST_DATABASE_URL'] ?? '';
const schema = `prepared_${String(process.pid)}`;
const opened: Database[] = [];
const open = (options: { poolSize: number; prepareStatements?: boolean }): Database => {
  const database = openDatabase({ url, directUrl: url, prepareStatements: true, applicationName: 'prepared statements', ...options }, createLog({ level: 'silent' }));
  opened.push(database);
  return database;
};
let owner: pg.Client;
before(async () => {
  owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`create schema ${schema}; create table ${schema}.thing (id int primary key, name text not null); insert into ${schema}.thing select n, 'thing ' || n from generate_series(1, 3) as n`);
});
after(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await owner.query(`drop schema ${schema} cascade`);
  await owner.end();
});

const nameOf = (database: Database, id: number): Promise<Record<string, unknown> | undefined> =>
  database.transaction(async (_tx, client) => (await client.query(`select * from ${schema}.thing where id = $1`, [id])).rows[0]);
const prepared = (database: Database): Promise<string[]> =>
  database.transaction(async (_tx, client) => (await client.query<{ statement: string }>('select statement from pg_prepared_statements')).rows.map(({ statement }) => statement));

test('a statement that comes often is prepared in its connection, one that hardly comes is not', async () => {
  const database = open({ poolSize: 1 });
  for (let time = 1; time <= 4; time += 1) await nameOf(database, 1);
  assert.deepEqual(await prepared(database), []);
  for (let time = 1; time <= 3; time += 1) assert.equal((await nameOf(database, 2))?.['name'], 'thing 2');
  assert.deepEqual(await prepared(database), [`select * from ${schema}.thing where id = $1`]);
});

test('a pooler that cannot carry prepared statements gets none', async () => {
  const database = open({ poolSize: 1, prepareStatements: false });
  for (let time = 1; time <= 12; time += 1) await nameOf(database, 1);
  assert.deepEqual(await prepared(database), []);
});

test('a plan that a migration made wrong costs nobody an error, in whichever connection it is kept', async () => {
  const database = open({ poolSize: 6 });
  for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 6 }, () => nameOf(database, 3)));
  await owner.query(`alter table ${schema}.thing add column kind text not null default 'new'`);
  assert.deepEqual(await Promise.all(Array.from({ length: 12 }, () => nameOf(database, 3))), Array.from({ length: 12 }, () => ({ id: 3, name: 'thing 3', kind: 'new' })));
});

test('statements that go on their way together: when one fails, nothing of the transaction stays', async () => {
  const database = open({ poolSize: 1 });
  const insert = (id: number) => database.transaction(async (_tx, client) => Promise.all([id, id + 1, id].map((each) => client.query(`insert into ${schema}.thing (id, name) values ($1, 'x')`, [each]))));
  await assert.rejects(insert(100), /duplicate key/);
  assert.equal((await owner.query(`select from ${schema}.thing where id >= 100`)).rowCount, 0);
  assert.equal((await nameOf(database, 1))?.['name'], 'thing 1', 'and the connection goes on');
});

const INSERT = (): string => `insert into ${schema}.thing (id, name) values ($1, $2)`;
const isThere = async (id: number): Promise<boolean> => (await owner.query(`select 1 from ${schema}.thing where id = $1`, [id])).rowCount === 1;

test('what is written without waiting is seen by the next question and committed with the rest', async () => {
  const database = open({ poolSize: 1 });
  const seen = await database.transaction(async (_tx, client) => {
    client.write(INSERT(), [40, 'forty']);
    const { rows } = await client.query(`select name from ${schema}.thing where id = 40`);
    client.write(INSERT(), [41, 'forty-one']);
    return rows;
  });
  assert.deepEqual(seen, [{ name: 'forty' }]);
  assert.ok(await isThere(40));
  assert.ok(await isThere(41));
});

test('however much is written, all of it comes, with each value in its place', async () => {
  const database = open({ poolSize: 1 });
  const insert = `insert into ${schema}.thing (name, id) select $2 || $3, $1::int`;
  const names = Array.from({ length: 12 }, (_, place) => `${place % 2 === 0 ? 'even' : 'odd'} ${String(place)}`);
  for (let round = 0; round < 7; round += 1) {
    await database.transaction((_tx, client) => {
      client.write(`delete from ${schema}.thing where id between $1 and $2`, [60, 79]);
      return Promise.resolve();
    });
    await database.transaction((_tx, client) => {
      for (const [place, name] of names.entries()) client.write(insert, [60 + place, name, '!']);
      return Promise.resolve();
    });
    const { rows } = await owner.query<{ name: string }>(`select name from ${schema}.thing where id between 60 and 79 order by id`);
    assert.deepEqual(rows.map(({ name }) => name), names.map((name) => `${name}!`));
  }
});

test('what is written and refused takes the whole transaction back, whatever was written behind it, and the connection stays usable', async () => {
  const database = open({ poolSize: 1 });
  for (const refused of [1, 42]) {
    const work = database.transaction((_tx, client) => {
      client.write(INSERT(), [42, 'forty-two']);
      client.write(INSERT(), [refused, 'known already']);
      client.write(INSERT(), [43, 'forty-three']);
      return Promise.resolve();
    });
    await assert.rejects(work, /duplicate key/);
    assert.ok(!(await isThere(42)));
    assert.ok(!(await isThere(43)));
  }
  assert.equal((await nameOf(database, 1))?.['name'], 'thing 1');
});

test('what this process cannot send is not left out of a transaction: nothing of it is committed', async () => {
  const database = open({ poolSize: 1 });
  const unsendable = { toPostgres: () => { throw new Error('no such value'); } };
  const work = database.transaction(async (_tx, client) => {
    await client.query(INSERT(), [44, 'forty-four']);
    client.write(INSERT(), [45, unsendable]);
  });
  await assert.rejects(work, /no such value/);
  assert.ok(!(await isThere(44)));
  assert.equal((await nameOf(database, 1))?.['name'], 'thing 1');
});

test('a transaction that goes on after a refused statement is never told as done', async () => {
  const database = open({ poolSize: 1 });
  const work = database.transaction(async (_tx, client) => {
    await client.query(INSERT(), [46, 'forty-six']);
    await client.query(INSERT(), [1, 'known already']).catch(() => undefined);
  });
  await assert.rejects(work, /went on after a statement/);
  assert.ok(!(await isThere(46)));
});

test('what cannot be a part of one statement is refused at once, also alone', async () => {
  const database = open({ poolSize: 1 });
  const work = database.transaction((_tx, client) => {
    client.write(`with other as (insert into ${schema}.thing (id, name) values ($1, 'x')) insert into ${schema}.thing (id, name) values ($2, 'y')`, [48, 49]);
    return Promise.resolve();
  });
  await assert.rejects(work, /only an insert, update or delete/);
  assert.ok(!(await isThere(49)));
});

test('what a failing command wrote is taken back, also when it never left', async () => {
  const database = open({ poolSize: 1 });
  const work = database.transaction((_tx, client) => {
    client.write(INSERT(), [47, 'forty-seven']);
    return Promise.reject(new Error('not so'));
  });
  await assert.rejects(work, /not so/);
  assert.ok(!(await isThere(47)));
  assert.equal((await nameOf(database, 1))?.['name'], 'thing 1');
});

test('texts of changing length take no names from others, and there is an end to names', () => {
  const name = nameStatements();
  for (let length = 1; length <= 5000; length += 1) assert.equal(name(`select ${'$1, '.repeat(length % 1000)}${String(length)}`), undefined);
  const often = (text: string): string | undefined => Array.from({ length: 5 }, () => name(text)).at(-1);
  const names = new Set(Array.from({ length: 400 }, (_, index) => often(`select ${String(index)} where $1`)));
  assert.equal(names.size, 251, '250 names, and none');
  assert.equal(often('select 7 where $1'), often('select 7 where $1'), 'the same text has the same name');
});
