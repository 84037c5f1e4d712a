import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { settle } from '#engines/exchange/partners/testing.ts';
import { openPair, type Pair } from './pair.ts';

// The tables of B through which mail comes lie on a real file system with room for 4 MB, where root may mount one for the server.
const disk = mkdtempSync(join(tmpdir(), 'lienthong-small-database-'));
const tablespace = `small_${String(process.pid)}`;
const TABLES = ['exchange.inbound', 'exchange.message', 'exchange.message_answer', 'exchange.message_origin'];
let problem: string | undefined;
let pair: Pair;

before(async () => {
  pair = await openPair();
  try {
    const [server] = await pair.b.house.sql(`select current_setting('data_directory') as folder`);
    const { uid, gid } = statSync(String(server?.['folder']));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=4m,mode=0700,uid=${String(uid)},gid=${String(gid)}`, 'lienthong-test', disk], { stdio: 'pipe' });
  } catch (error) {
    problem = `the server’s tables cannot be moved to a small file system here: ${String(error)}`;
    return;
  }
  await pair.b.house.sql(`create tablespace ${tablespace} location '${disk}'`);
  for (const table of TABLES) await pair.b.house.sql(`alter table ${table} set tablespace ${tablespace}`);
});
after(async () => {
  const server = new URL(pair.b.house.ownerUrl);
  server.pathname = '/postgres';
  await pair.close();
  if (problem === undefined) {
    const client = new pg.Client({ connectionString: server.toString() });
    await client.connect();
    await client.query(`drop tablespace if exists ${tablespace}`);
    await client.end();
    execFileSync('umount', [disk]);
  }
  rmSync(disk, { recursive: true, force: true });
});

/** Takes all the room that is left. */
function fillDisk(): void {
  try {
    for (let count = 0; ; count += 1) writeFileSync(join(disk, `ballast-${String(count)}`), Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

function freeDisk(): void {
  execFileSync('find', [disk, '-maxdepth', '1', '-name', 'ballast-*', '-delete']);
}

test('the disk of the receiver’s database is full: nothing is refused or lost, and what waits arrives when there is room', async (t) => {
  if (problem !== undefined) {
    t.skip(problem);
    return;
  }
  const { a, b } = pair;
  fillDisk();
  for (let count = 0; count < 12; count += 1) await pair.send();
  await settle(a, b);
  const [stuck] = await a.house.sql(`select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'refused') as refused from exchange.transfer`);
  assert.ok(Number(stuck?.['waiting']) > 0, 'the tables had room for all');
  assert.equal(stuck?.['refused'], 0, 'a full disk is no refusal');
  freeDisk();
  const found = await pair.assertSame();
  assert.equal(found.deliveries, 12);
});
