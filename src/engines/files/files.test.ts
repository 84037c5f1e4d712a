import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { chmod, readdir, stat, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { kernelModule } from '#kernel/kernel-module.ts';
import { openTestHouse, somebody, type TestHouse } from '#kernel/testkit.ts';
import { auditModule } from '#engines/audit/index.ts';
import { filesModule, getFile, keepFile, keepFiles, listDamaged, openBytes, readBytes, scrub, storeBytes, storeParts } from './index.ts';
import { sweepBlobs } from './sweep.ts';
import { damageHealth } from './scrub.ts';
import { smallPdf } from './testing.ts';

let house: TestHouse;
let clerk: PersonActor;
before(async () => {
  house = await openTestHouse({ modules: [kernelModule, auditModule, filesModule] });
  clerk = somebody();
});
after(() => house.close());

const limitBytes = 10_000_000;
const isCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
const hashOf = (bytes: Buffer): string => hash('sha256', bytes, 'hex');
const placeOf = (sha256: string): string => join(house.kernel.config.filesUrl, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

async function keep(blob: { sha256: string; sizeBytes: number }, agencyId: Id<'agency'> = clerk.agencyId): Promise<Id<'file'>> {
  const command = (ctx: CommandContext) => keepFile(ctx, { ...blob, agencyId, name: 'Công văn.pdf', mediaType: 'application/pdf', flags: ['javascript', 'launch'] });
  return run(house.kernel, command, undefined, { actor: clerk });
}

test('bytes are stored once under their hash, whether they come whole, in pieces or as a stream', async () => {
  const bytes = smallPdf(30);
  const whole = await storeBytes(house.kernel, bytes, { limitBytes });
  const { ino } = await stat(placeOf(whole.sha256));
  const pieces = await storeParts(house.kernel, [bytes.subarray(0, 1000), bytes.subarray(1000)]);
  const streamed = await storeBytes(house.kernel, Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), { limitBytes });
  assert.deepEqual(pieces, whole);
  assert.deepEqual(streamed, whole);
  assert.equal((await stat(placeOf(whole.sha256))).ino, ino);
  assert.deepEqual(await readBytes(house.kernel, whole.sha256), bytes);
  assert.deepEqual(await readdir(join(house.kernel.config.filesUrl, 'tmp')), []);
  assert.equal((await house.sql('select 1 from files.blob where sha256 = $1', [Buffer.from(whole.sha256, 'hex')])).length, 1);
});

test('a range of the bytes can be read by itself', async () => {
  const bytes = smallPdf(20);
  const { sha256 } = await storeBytes(house.kernel, bytes, { limitBytes });
  const pieces = await (await openBytes(house.kernel, sha256, { start: 100, end: 199 })).toArray();
  assert.deepEqual(Buffer.concat(pieces as Buffer[]), bytes.subarray(100, 200));
});

test('a stream beyond the limit is refused while it comes, and nothing of it stays', async () => {
  let sent = 0;
  const endless = (async function* () {
    for (;;) {
      sent += 65_536;
      yield Buffer.alloc(65_536, 1);
      await Promise.resolve();
    }
  })();
  await assert.rejects(storeBytes(house.kernel, endless, { limitBytes: 1_000_000 }), isCode('files.tooLarge'));
  assert.ok(sent < 1_200_000, `${String(sent)} bytes were read`);
  await assert.rejects(storeBytes(house.kernel, Buffer.alloc(1_000_001), { limitBytes: 1_000_000 }), isCode('files.tooLarge'));
  assert.deepEqual(await readdir(join(house.kernel.config.filesUrl, 'tmp')), []);
});

test('bytes that changed on the disk are never handed out, and storing them again heals them', async () => {
  const bytes = smallPdf(5);
  const { sha256 } = await storeBytes(house.kernel, bytes, { limitBytes });
  await chmod(placeOf(sha256), 0o600);
  await truncate(placeOf(sha256), 1000);
  await assert.rejects(readBytes(house.kernel, sha256), isCode('files.damaged'));
  await storeBytes(house.kernel, bytes, { limitBytes });
  assert.deepEqual(await readBytes(house.kernel, sha256), bytes);
  await assert.rejects(readBytes(house.kernel, '0'.repeat(64)), isCode('files.notStored'));
});

test('the nightly check finds what was changed or lost, says so in the health report, and sees the repair', async () => {
  const [changed, lost, sound] = [smallPdf(3), smallPdf(3), smallPdf(3)];
  const hashes: string[] = [];
  for (const bytes of [changed, lost, sound]) hashes.push((await storeBytes(house.kernel, bytes, { limitBytes })).sha256);
  const [changedHash = '', lostHash = ''] = hashes;
  const flipped = Buffer.from(changed);
  flipped[500] = (flipped[500] ?? 0) ^ 1;
  await chmod(placeOf(changedHash), 0o600);
  await writeFile(placeOf(changedHash), flipped);
  await unlink(placeOf(lostHash));
  house.clock.advance(24 * 3_600_000);
  const result = await scrub(house.kernel, { budgetMs: 60_000 });
  assert.deepEqual(result.damaged.toSorted(), [changedHash, lostHash].toSorted());
  const found = await damageHealth.check(house.kernel);
  assert.equal(found.status, 'warn');
  assert.match(found.en, /1 stored files are changed and 1 are missing/);
  assert.match(await house.kernel.metrics.registry.metrics(), /lienthong_files_damaged 2/);
  assert.deepEqual(
    (await listDamaged(house.kernel.database.pool, 10)).toSorted((a, b) => (a.damage < b.damage ? -1 : 1)),
    [
      { sha256: changedHash, damage: 'changed' },
      { sha256: lostHash, damage: 'missing' },
    ],
  );
  await storeBytes(house.kernel, changed, { limitBytes });
  await storeBytes(house.kernel, lost, { limitBytes });
  assert.equal((await damageHealth.check(house.kernel)).status, 'ok');
  assert.deepEqual(await readBytes(house.kernel, changedHash), changed);
});

test('the check of the bytes comes by itself at night, and only then', async () => {
  const { sha256 } = await storeBytes(house.kernel, smallPdf(3), { limitBytes });
  await unlink(placeOf(sha256));
  house.clock.set('2026-11-25T03:00:00Z');
  await house.drain();
  assert.deepEqual(await listDamaged(house.kernel.database.pool, 10), []);
  house.clock.set('2026-11-25T18:00:00Z');
  await house.drain();
  assert.deepEqual(await listDamaged(house.kernel.database.pool, 10), [{ sha256, damage: 'missing' }]);
  await house.sql('delete from files.blob where sha256 = $1', [Buffer.from(sha256, 'hex')]);
});

test('a kept file has its row in the agency and cannot be seen from another', async () => {
  const blob = await storeBytes(house.kernel, smallPdf(4), { limitBytes, provisional: true });
  const id = await keep(blob);
  const file = await getFile(house.kernel.database.pool, clerk.agencyId, id);
  assert.deepEqual({ ...file, createdAt: 0 }, { id, ...blob, name: 'Công văn.pdf', originalName: 'Công văn.pdf', mediaType: 'application/pdf', flags: ['javascript', 'launch'], createdAt: 0 });
  await assert.rejects(getFile(house.kernel.database.pool, newId<'agency'>(), id), isCode('files.notFound'));
});

test('577 agencies get their file in one statement, and none when the bytes are not stored', async () => {
  const blob = await storeBytes(house.kernel, smallPdf(4), { limitBytes });
  const rows = (sha256: string) =>
    Array.from({ length: 577 }, () => ({ agencyId: newId<'agency'>(), sha256, sizeBytes: blob.sizeBytes, name: 'Quyết định.pdf', mediaType: 'application/pdf' }));
  const keepAll = (sha256: string) => run(house.kernel, (ctx: CommandContext) => keepFiles(ctx, rows(sha256)), undefined, { actor: clerk });
  assert.equal(new Set(await keepAll(blob.sha256)).size, 577);
  await assert.rejects(keepAll('ab'.repeat(32)), isCode('files.notStored'));
});

test('provisional bytes that nobody kept are swept away after a day; kept ones, permanent ones and young ones stay', async () => {
  const orphan = await storeBytes(house.kernel, smallPdf(3), { limitBytes, provisional: true });
  const kept = await storeBytes(house.kernel, smallPdf(3), { limitBytes, provisional: true });
  const permanent = await storeBytes(house.kernel, smallPdf(3), { limitBytes });
  await keep(kept);
  house.clock.advance(26 * 3_600_000);
  const young = await storeBytes(house.kernel, smallPdf(3), { limitBytes, provisional: true });
  assert.equal(await sweepBlobs(house.kernel), 1);
  await assert.rejects(readBytes(house.kernel, orphan.sha256), isCode('files.notStored'));
  await assert.rejects(stat(placeOf(orphan.sha256)), { code: 'ENOENT' });
  for (const blob of [kept, permanent, young]) await readBytes(house.kernel, blob.sha256);
});

test('the sweeper never takes bytes that are stored or kept again at the same moment', async () => {
  const bytes = Array.from({ length: 40 }, () => smallPdf(2));
  for (const one of bytes) await storeBytes(house.kernel, one, { limitBytes, provisional: true });
  house.clock.advance(26 * 3_600_000);
  const [, ...results] = await Promise.allSettled([sweepBlobs(house.kernel), ...bytes.map(async (one) => keep(await storeBytes(house.kernel, one, { limitBytes, provisional: true })))]);
  assert.deepEqual(
    results.filter((result) => result.status === 'rejected'),
    [],
  );
  const kept = await house.sql<{ sha256: string }>(`select encode(sha256, 'hex') as sha256 from files.file where sha256 = any($1)`, [
    bytes.map((one) => Buffer.from(hashOf(one), 'hex')),
  ]);
  assert.equal(kept.length, 40);
  for (const { sha256 } of kept) await readBytes(house.kernel, sha256);
});

test('drafts that a killed process left behind are removed after a day', async () => {
  const folder = join(house.kernel.config.filesUrl, 'tmp');
  await writeFile(join(folder, 'left-behind'), 'half of a file');
  await writeFile(join(folder, 'at-work'), 'half of a file');
  const twoDaysAgo = new Date(house.clock.now().getTime() - 2 * 86_400_000);
  await utimes(join(folder, 'left-behind'), twoDaysAgo, twoDaysAgo);
  await utimes(join(folder, 'at-work'), house.clock.now(), house.clock.now());
  house.clock.advance(3_600_001);
  await house.drain();
  assert.deepEqual(await readdir(folder), ['at-work']);
  await unlink(join(folder, 'at-work'));
});
