import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { newId } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { planOf, watchStatements } from '#kernel/testing-statements.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule, latestTreeHead, sealNow, verifyAll, type AuditProblem } from './index.ts';
import { checkpointText } from './domain/checkpoint.ts';
import { leafHash } from './domain/entry.ts';
import { ENTRY_COLUMNS, toEntry, type EntryColumns } from './queries/entries.ts';
import { sealerHealth } from './health.ts';
import { chronicle, chronicleModule } from './testing.ts';

let house: TestHouse;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, chronicleModule] });
});
after(() => house.close());

/** A process that seals without pause, until it is killed. */
const SEALER = `
  import { readConfig } from '#kernel/config.ts';
  import { systemClock } from '#kernel/clock.ts';
  import { openDatabase } from '#kernel/database.ts';
  import { createKernel } from '#kernel/kernel.ts';
  import { createLog } from '#kernel/log.ts';
  import { sealNow } from '#engines/audit/index.ts';
  const config = readConfig({ DATA_DIR: process.env.DATA_DIR, APP_SECRET: 'x'.repeat(40) });
  const log = createLog({ level: 'silent' });
  const url = process.env.APP_URL;
  const database = openDatabase({ url, directUrl: url, poolSize: 2, prepareStatements: true, applicationName: 'doomed sealer' }, log);
  const kernel = createKernel({ config, log, clock: systemClock(), database, modules: [] });
  process.stdout.write('ready');
  for (;;) await sealNow(kernel);
`;

test('a sealer that is killed at any moment neither loses nor doubles an entry', async () => {
  const actor = somebody();
  const write = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await chronicle(house.kernel, { actor, agencyIds: Array.from({ length: 40 }, () => actor.agencyId) });
  };
  const headCount = async (): Promise<number> => (await house.sql('select 1 from audit.tree_head')).length;
  for (let round = 0; round < 6; round += 1) {
    const headsBefore = await headCount();
    const child = spawn(process.execPath, ['--input-type=module', '-e', SEALER], {
      cwd: join(import.meta.dirname, '../../..'),
      env: { ...process.env, DATA_DIR: house.kernel.config.dataDir, APP_URL: house.kernel.database.directUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const stop = new AbortController();
    const writers = [write(stop.signal), write(stop.signal)];
    while ((await headCount()) < headsBefore + 2) await pause(5);
    await pause(round * 7);
    child.kill('SIGKILL');
    await once(child, 'exit');
    stop.abort();
    await Promise.all(writers);
  }
  await sealNow(house.kernel);
  const [counts] = await house.sql<{ entries: number; sealed: number; places: number }>(
    'select (select count(*) from audit.entry) as entries, (select count(*) from audit.sealed) as sealed, (select count(distinct leaf_index) from audit.sealed) as places',
  );
  assert.equal(counts?.sealed, counts?.entries);
  assert.equal(counts?.places, counts?.entries);
  assert.deepEqual(await verifyAll(house.kernel.database.pool), { ok: true, size: counts?.entries });
});

test('a sealer whose connection is cut inside the transaction leaves everything as it was', async () => {
  const actor = somebody();
  await sealNow(house.kernel);
  const state = async () =>
    (
      await house.sql(
        'select (select count(*) from audit.node) as nodes, (select count(*) from audit.sealed) as sealed, (select count(*) from audit.tree_head) as heads, (select sum(length(entries)) / 64 from audit.pending)::int as waiting',
      )
    )[0];
  await chronicle(house.kernel, { actor, agencyIds: Array.from({ length: 9 }, () => actor.agencyId) });
  const untouched = await state();
  assert.equal(untouched?.['waiting'], 9);
  // The tables in the order in which the sealer writes them: a lock on each holds it up there, in the middle of its batch.
  for (const table of ['node', 'sealed', 'signing_key', 'tree_head']) {
    const sealing = await withTableLocked(table, async () => {
      const attempt = sealNow(house.kernel).then(
        () => 'sealed',
        () => 'failed',
      );
      const cut = 'select count(pg_terminate_backend(pid)) as cut from pg_stat_activity where datname = current_database() and wait_event_type = $1 and usename = $2';
      for (let tries = 0; tries < 200; tries += 1) {
        const [row] = await house.sql<{ cut: number }>(cut, ['Lock', new URL(house.kernel.database.directUrl).username]);
        if ((row?.cut ?? 0) > 0) break;
        await pause(10);
      }
      return attempt;
    });
    assert.equal(sealing, 'failed', table);
    assert.deepEqual(await state(), untouched, table);
  }
  assert.equal(await sealNow(house.kernel), 9);
});

async function withTableLocked<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: house.ownerUrl });
  await client.connect();
  try {
    await client.query(`begin; lock table audit.${table} in exclusive mode`);
    return await work();
  } finally {
    await client.end();
  }
}

/**
 * What the record says of itself after somebody with all rights in the database did this to it. Undone afterwards. The
 * tree has at least thirty entries, in batches of ten at its end.
 */
async function tamper(change: (client: pg.Client, size: number) => Promise<unknown>): Promise<{ problem: AuditProblem | undefined; size: number }> {
  const actor = somebody();
  await sealNow(house.kernel);
  for (let batch = 0; batch < 3; batch += 1) {
    await chronicle(house.kernel, { actor, agencyIds: Array.from({ length: 10 }, () => actor.agencyId), from: batch * 10 });
    await sealNow(house.kernel);
  }
  const size = (await latestTreeHead(house.kernel.database.pool))?.size ?? 0;
  const client = new pg.Client({ connectionString: house.ownerUrl });
  await client.connect();
  try {
    assert.deepEqual(await verifyAll(client), { ok: true, size });
    await client.query('begin');
    await change(client, size);
    const verdict = await verifyAll(client);
    return { problem: verdict.ok ? undefined : verdict.problem, size };
  } finally {
    await client.end();
  }
}

const ENTRY_AT = '(select entry_id from audit.sealed where leaf_index = $1)';

test('what was sealed leaves the queue by its keys, also where the queue was empty when its rows were counted', async () => {
  await sealNow(house.kernel);
  await house.sql('analyze audit.pending');
  const actor = somebody();
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
  const texts = new Set<string>();
  const stopWatching = watchStatements((text) => {
    if (text.startsWith('delete from audit.pending')) texts.add(text);
  });
  try {
    await sealNow(house.kernel);
  } finally {
    stopWatching();
  }
  assert.equal(texts.size, 1);
  for (const text of texts) assert.match(await planOf(house, text), /Index Cond: \(+agency_id = ANY .*\(id = ANY/);
});

test('the first changed entry is named, whatever was changed in it', async () => {
  for (const change of [
    `data = '{"number":1000}'`,
    `at = at + interval '1 microsecond'`,
    `actor = actor || '{"name":"Người khác"}'`,
    `type = 'chronicle.thing-due'`,
    `subject_id = 'b'`,
    `request_id = 'another'`,
  ]) {
    let named: { id: string; agency_id: string } | undefined;
    const { problem, size } = await tamper(async (client, total) => {
      for (const place of [total - 3, total - 17]) await client.query(`update audit.entry set ${change} where id = ${ENTRY_AT}`, [place]);
      [named] = (await client.query<{ id: string; agency_id: string }>(`select id, agency_id from audit.entry where id = ${ENTRY_AT}`, [total - 17])).rows;
    });
    assert.equal(problem?.kind, 'entryChanged', change);
    assert.equal(problem.leafIndex, size - 17);
    assert.deepEqual([problem.entryId, problem.agencyId], [named?.id, named?.agency_id]);
  }
});

test('a deleted entry is named, also when its place in the tree was deleted with it', async () => {
  const gone = await tamper((client, size) => client.query(`delete from audit.entry where id = ${ENTRY_AT}`, [size - 17]));
  assert.equal(gone.problem?.kind, 'entryMissing');
  assert.equal(gone.problem.leafIndex, gone.size - 17);
  assert.notEqual(gone.problem.entryId, null);
  const forgotten = await tamper(async (client, size) => {
    await client.query(`delete from audit.entry where id = ${ENTRY_AT}`, [size - 17]);
    await client.query('delete from audit.sealed where leaf_index = $1', [size - 17]);
  });
  assert.deepEqual(forgotten.problem, { kind: 'entryMissing', agencyId: null, entryId: null, leafIndex: forgotten.size - 17 });
});

test('whoever rewrites an entry with its hash and its leaf is betrayed by the signed root, between two sizes', async () => {
  const { problem, size } = await tamper(async (client, total) => {
    await client.query(`update audit.entry set data = '{"number":1000}' where id = ${ENTRY_AT}`, [total - 17]);
    const { rows } = await client.query<EntryColumns>(`select ${ENTRY_COLUMNS} from audit.entry e where id = ${ENTRY_AT}`, [total - 17]);
    assert.ok(rows[0]);
    const forged = leafHash(toEntry(rows[0]));
    await client.query(`update audit.entry set leaf_hash = $2 where id = ${ENTRY_AT}`, [total - 17, forged]);
    await client.query('update audit.node set hash = $2 where level = 0 and position = $1', [total - 17, forged]);
  });
  assert.deepEqual(problem, { kind: 'treeChanged', fromSize: size - 20, toSize: size - 10 });
});

test('a signed root that was exchanged does not hold', async () => {
  const { problem, size } = await tamper((client, total) => client.query(`update audit.tree_head set at = at - interval '1 day' where size = $1`, [total - 10]));
  assert.deepEqual(problem, { kind: 'signatureWrong', treeSize: size - 10 });
});

test('the sealer signs nothing on top of a tree that is not the one it signed last: rewritten, exchanged, or signed by a key that was put in', async () => {
  await chronicle(house.kernel, { actor: somebody(), agencyIds: [somebody().agencyId] });
  await sealNow(house.kernel);
  const head = await latestTreeHead(house.kernel.database.pool);
  assert.ok(head);
  await chronicle(house.kernel, { actor: somebody(), agencyIds: [somebody().agencyId] });
  const refused = async (change: string, values: unknown[], back: string, before: unknown[]): Promise<void> => {
    await house.sql(change, values);
    await assert.rejects(sealNow(house.kernel), /audit\.treeRewritten/);
    const report = await sealerHealth.check(house.kernel);
    assert.equal(report.status, 'warn');
    assert.match(report.en, /no longer the one/);
    await house.sql(back, before);
  };
  const [peak] = await house.sql<{ level: number; position: number; hash: Buffer }>('select level, position, hash from audit.node order by level desc, position desc limit 1');
  assert.ok(peak);
  const setNode = 'update audit.node set hash = $3 where level = $1 and position = $2';
  await refused(setNode, [peak.level, peak.position, Buffer.alloc(32, 5)], setNode, [peak.level, peak.position, peak.hash]);
  const setRoot = 'update audit.tree_head set root = $2 where size = $1';
  await refused(setRoot, [head.size, Buffer.alloc(32, 5)], setRoot, [head.size, head.root]);
  const stranger = generateKeyPairSync('ed25519');
  const publicKey = Buffer.from(String(stranger.publicKey.export({ format: 'jwk' }).x), 'base64url');
  await house.sql('insert into audit.signing_key (key_id, origin, public_key, created_at) values ($1, $2, $3, now())', ['cua-ke-gia', head.origin, publicKey]);
  const setKey = 'update audit.tree_head set key_id = $2, signature = $3 where size = $1';
  await refused(setKey, [head.size, 'cua-ke-gia', sign(null, Buffer.from(checkpointText(head)), stranger.privateKey)], setKey, [head.size, head.keyId, head.signature]);
  await sealNow(house.kernel);
  assert.equal((await verifyAll(house.kernel.database.pool)).ok, true);
});

test('an entry that was taken out of the sealer’s queue is found', async () => {
  const actor = somebody();
  let id: string | undefined;
  const { problem } = await tamper(async (client) => {
    [id] = await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
    await client.query('delete from audit.pending');
  });
  assert.deepEqual(problem, { kind: 'entryUnsealed', agencyId: actor.agencyId, entryId: id });
});

test('the health report says when the sealer stays away', async () => {
  const actor = somebody();
  await sealNow(house.kernel);
  await chronicle(house.kernel, { actor, agencyIds: [actor.agencyId] });
  const report = async (): Promise<string> => {
    const { status, en } = await sealerHealth.check(house.kernel);
    return `${status}: ${en}`;
  };
  const metrics = () => house.kernel.metrics.registry.metrics();
  assert.match(await report(), /^ok: 1 entries wait .* 0 s$/);
  house.clock.advance(10 * 60_000);
  assert.match(await report(), /^warn: 1 entries wait .* 600 s$/);
  assert.match(await metrics(), /lienthong_audit_oldest_unsealed_seconds 600/);
  await sealNow(house.kernel);
  assert.match(await report(), /^ok: 0 entries wait/);
  assert.match(await metrics(), /lienthong_audit_oldest_unsealed_seconds 0/);
});

test('the signing key is made once, for its owner only, and the same after a restart and in a second process', async () => {
  const actor = somebody();
  const secrets = join(house.kernel.config.dataDir, 'secrets');
  const keyOfNextSeal = async (): Promise<string | undefined> => {
    await chronicle(house.kernel, { actor, agencyIds: [newId<'agency'>()] });
    await sealNow(house.kernel);
    return (await latestTreeHead(house.kernel.database.pool))?.keyId;
  };
  const first = await keyOfNextSeal();
  const file = join(secrets, 'audit-ed25519.pem');
  const pem = readFileSync(file, 'utf8');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  house.kernel.services.clear();
  assert.equal(await keyOfNextSeal(), first);
  assert.equal(readFileSync(file, 'utf8'), pem);
  assert.deepEqual(
    readdirSync(secrets).filter((name) => name.startsWith('.audit')),
    [],
  );
});

test('of many processes that need the key at once, all get the same', async () => {
  const code = `
    import { readConfig } from '#kernel/config.ts';
    import { signingKey } from './src/engines/audit/signing-key.ts';
    const config = readConfig({ DATA_DIR: process.env.DATA_DIR, APP_SECRET: 'x'.repeat(40) });
    process.stdout.write(signingKey({ config, services: new Map() }).keyId);`;
  const dataDir = join(house.kernel.config.dataDir, 'race');
  const ids = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: join(import.meta.dirname, '../../..'), env: { ...process.env, DATA_DIR: dataDir }, stdio: ['ignore', 'pipe', 'inherit'] });
      const out = await child.stdout.toArray();
      return Buffer.concat(out as Buffer[]).toString();
    }),
  );
  assert.equal(new Set(ids).size, 1);
  assert.match(ids[0] ?? '', /^lienthong\/audit\+[0-9a-f]{8}$/);
});
