import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { openTestHouse, type TestHouse } from '#kernel/testkit.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { copyIn, copyOut } from './copy-protocol.ts';

let house: TestHouse;
let client: pg.Client;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule] });
  client = new pg.Client({ connectionString: house.ownerUrl });
  client.on('error', () => undefined);
  await client.connect();
});
after(async () => {
  await client.end();
  await house.close();
});

const SOURCE = `select n, repeat('chữ ký ', 3) || chr(9) || chr(10) || n, case when n % 3 = 0 then null else decode(md5(n::text), 'hex') end, case when n = 7 then repeat('x', 300000) end from generate_series(1, 50000) n`;
const makeTable = async (name: string): Promise<void> => {
  await client.query(`drop table if exists ${name}; create table ${name} (n int primary key, words text, bytes bytea, long text)`);
};

async function* slowly(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    await new Promise((resolve) => setImmediate(resolve));
    yield piece;
  }
}

test('what is copied out and in again is the same, also tabs, line ends, bytes, nulls and rows larger than a piece', async () => {
  await makeTable('source_table');
  await makeTable('target_table');
  await client.query(`insert into source_table ${SOURCE}`);
  const pieces: Buffer[] = [];
  const out = copyOut(client, 'copy (select n, words, bytes, long from source_table) to stdout');
  // A reader that is slower than the server makes the stream wait instead of growing.
  for await (const piece of slowly(out.readable)) pieces.push(piece);
  assert.equal(out.rows(), 50_000);
  assert.equal(await copyIn(client, 'copy target_table from stdin', slowly(asyncOf(pieces))), 50_000);
  const { rows } = await client.query<{ different: number }>(
    `select count(*) as different from ((table source_table except table target_table) union all (table target_table except table source_table)) as d`,
  );
  assert.equal(Number(rows[0]?.different), 0);
});

test('a copy of any size leaves the connection listening, also where it ends while its reader lags behind', { timeout: 60_000 }, async () => {
  for (let rows = 300; rows <= 9000; rows += 300) {
    const { readable } = copyOut(client, `copy (select repeat('x', 100) from generate_series(1, ${String(rows)})) to stdout`);
    // By now everything has come that the stream takes without a reader.
    await new Promise((resolve) => setTimeout(resolve, 10));
    // safe because no encoding was set, so the pieces are buffers
    const length = Buffer.concat((await readable.toArray()) as Buffer[]).length;
    assert.equal(length, rows * 101);
    const { rows: answer } = await client.query<{ one: number }>('select 1 as one');
    assert.equal(answer[0]?.one, 1);
  }
});

test('a row that breaks a constraint refuses the whole copy with PostgreSQL’s own words, and the connection stays usable', async () => {
  await makeTable('target_table');
  const many = Array.from({ length: 20_000 }, (_, n) => Buffer.from(`${String(n % 19_000)}\ta\t\\N\t\\N\n`));
  await assert.rejects(copyIn(client, 'copy target_table from stdin', asyncOf(many)), /duplicate key/);
  const { rows } = await client.query<{ count: string }>('select count(*) from target_table');
  assert.equal(Number(rows[0]?.count), 0);
});

test('a source that fails in the middle takes back what it had sent', async () => {
  await makeTable('target_table');
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('1\ta\t\\N\t\\N\n');
    await Promise.resolve();
    throw new Error('the disk is gone');
  };
  await assert.rejects(copyIn(client, 'copy target_table from stdin', failing()), /the disk is gone/);
  const { rows } = await client.query<{ count: string }>('select count(*) from target_table');
  assert.equal(Number(rows[0]?.count), 0);
});

test('a statement that PostgreSQL refuses is an error of the stream', async () => {
  const { readable } = copyOut(client, 'copy (select 1 from nowhere) to stdout');
  await assert.rejects(readable.toArray(), /"nowhere" does not exist/);
  await assert.rejects(copyIn(client, 'copy nowhere from stdin', asyncOf([])), /"nowhere" does not exist/);
});

test('a server that goes away ends the copy with an error', async () => {
  const other = new pg.Client({ connectionString: house.ownerUrl });
  other.on('error', () => undefined);
  await other.connect();
  const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { readable } = copyOut(other, `copy (select n, repeat('x', 1000) from generate_series(1, 10000000) n) to stdout`);
  // Somebody listens from the start: how soon after the first piece the server's last words come is not ours to say.
  const first = Promise.withResolvers<undefined>();
  const copied = pipeline(
    readable,
    new Writable({
      write(_chunk, _encoding, done) {
        first.resolve(undefined);
        setImmediate(done);
      },
    }),
  );
  const refused = assert.rejects(copied, /terminat/);
  await first.promise;
  await client.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await refused;
});

async function* asyncOf(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
