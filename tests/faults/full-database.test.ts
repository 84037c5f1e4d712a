import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { settle, type Installation } from '#engines/exchange/partners/testing.ts';
import { openPair, type Pair } from './pair.ts';

// Tables of an installation lie on a real file system with room for 4 MB, where root may mount one for the server.
type SmallDisk = { fill: () => void; free: () => void; close: () => Promise<void> };
const TABLES_OF_MAIL = ['exchange.inbound', 'exchange.message', 'exchange.message_answer', 'exchange.message_origin'];
const TABLES_OF_SENDING = ['exchange.envelope', 'exchange.transfer', 'exchange.delivery', 'exchange.delivery_answer'];
let problem: string | undefined;
let pair: Pair;
const disks: SmallDisk[] = [];

before(async () => {
  pair = await openPair();
});
after(async () => {
  const free = disks.map((each) => each.close);
  await pair.close();
  for (const close of free) await close();
});

/** Moves tables to a disk that can be filled; undefined where that cannot be done here. */
async function smallDisk({ house }: Installation, tables: readonly string[]): Promise<SmallDisk | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-small-database-'));
  const tablespace = `small_${String(process.pid)}_${String(disks.length)}`;
  try {
    const [server] = await house.sql(`select current_setting('data_directory') as folder`);
    const { uid, gid } = statSync(String(server?.['folder']));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=4m,mode=0700,uid=${String(uid)},gid=${String(gid)}`, 'lienthong-test', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    problem = `the server’s tables cannot be moved to a small file system here: ${String(error)}`;
    return undefined;
  }
  await house.sql(`create tablespace ${tablespace} location '${folder}'`);
  for (const table of tables) await house.sql(`alter table ${table} set tablespace ${tablespace}`);
  const disk = { fill: () => fillDisk(folder), free: () => freeDisk(folder), close: () => giveBack(house.ownerUrl, { folder, tablespace }) };
  disks.push(disk);
  return disk;
}

/** Only when no database uses it any more. */
async function giveBack(databaseUrl: string, { folder, tablespace }: { folder: string; tablespace: string }): Promise<void> {
  const server = new URL(databaseUrl);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.toString() });
  await client.connect();
  await client.query(`drop tablespace if exists ${tablespace}`);
  await client.end();
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
}

/** Takes all the room that is left. */
function fillDisk(folder: string): void {
  try {
    for (let count = 0; ; count += 1) writeFileSync(join(folder, `ballast-${String(count)}`), Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

function freeDisk(folder: string): void {
  execFileSync('find', [folder, '-maxdepth', '1', '-name', 'ballast-*', '-delete']);
}

test('the disk of the receiver’s database is full: nothing is refused or lost, and what waits arrives when there is room', async (t) => {
  const { a, b } = pair;
  const disk = await smallDisk(b, TABLES_OF_MAIL);
  if (disk === undefined) {
    t.skip(problem);
    return;
  }
  disk.fill();
  for (let count = 0; count < 12; count += 1) await pair.send();
  await settle(a, b);
  const [stuck] = await a.house.sql(`select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'refused') as refused from exchange.transfer`);
  assert.ok(Number(stuck?.['waiting']) > 0, 'the tables had room for all');
  assert.equal(stuck?.['refused'], 0, 'a full disk is no refusal');
  disk.free();
  const found = await pair.assertSame();
  assert.equal(found.deliveries, 12);
});

test('the disk of the sender’s database is full: who sends is told so, what was sent stays, and what is answered meanwhile is not lost', async (t) => {
  const { a, b } = pair;
  const disk = await smallDisk(a, TABLES_OF_SENDING);
  if (disk === undefined) {
    t.skip(problem);
    return;
  }
  const before = await pair.assertSame();
  const sent: { envelopeId: string }[] = [await pair.send()];
  disk.fill();
  const told = new Set<string>();
  for (let count = 0; count < 30; count += 1) {
    await pair.send().then((letter) => sent.push(letter), (error: unknown) => told.add(error instanceof Error && 'code' in error ? String(error.code) : String(error)));
  }
  assert.deepEqual([...told], ['kernel.storageFull'], 'some letters had no room, and that was said');
  await settle(a, b, a);
  const written = await a.house.sql('select id from exchange.envelope where id = any($1)', [sent.map(({ envelopeId }) => envelopeId)]);
  assert.equal(written.length, sent.length, 'what was taken is there');
  disk.free();
  const found = await pair.assertSame();
  assert.equal(found.deliveries - before.deliveries, sent.length, 'and nothing of what was not taken');
  const states = await a.house.sql('select distinct state from exchange.delivery where envelope_id = any($1)', [sent.map(({ envelopeId }) => envelopeId)]);
  assert.deepEqual(states, [{ state: 'arrived' }]);
});
