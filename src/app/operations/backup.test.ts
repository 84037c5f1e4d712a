import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { startWorker } from '#kernel/worker.ts';
import { readCatalog } from '#app/catalog.ts';
import { modules } from '#app/capabilities.ts';
import { startWeb } from '#app/server.ts';
import { runStory } from '#app/demo/story.ts';
import { sealNow } from '#engines/audit/index.ts';
import { issuedDocument, openOffice, type Office } from '../../../tests/office.ts';
import { backUp, type BackupResult } from './backup.ts';
import { filePath, openBackup } from './manifest.ts';
import { checkBackup, restore, type RestoreVerdict } from './restore.ts';
import { missingSecrets } from './secrets.ts';
import { schemasOf } from './tables.ts';
import { allRows, openEmptyPlace, type EmptyPlace } from './testing.ts';

let office: Office;
let root: string;
let first: BackupResult;
const places: EmptyPlace[] = [];

before(async () => {
  office = await openOffice();
  root = mkdtempSync(join(tmpdir(), 'lienthong-backup-'));
  const [clerk, director] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv')]);
  await issuedDocument(clerk, director, await office.agencies('Sở Tài chính', 'Sở Tư pháp'));
  await office.house.drain();
  await sealNow(office.house.kernel);
  first = await write();
});
after(async () => {
  for (const place of places) await place.close();
  await office.close();
  rmSync(root, { recursive: true, force: true });
});

const quiet = (): void => undefined;

/** Each backup has its own instant. */
async function write(folder = join(root, 'sao-luu')): Promise<BackupResult> {
  office.house.clock.advance(1000);
  return backUp({ kernel: office.house.kernel, ownerUrl: office.house.ownerUrl, folder, onProgress: quiet });
}

/** A clock that begins at the test's present and runs on. */
const runningClock = (): { now(): Date } => {
  const offset = office.house.clock.now().getTime() - performance.now();
  return { now: () => new Date(offset + performance.now()) };
};

async function emptyPlace(): Promise<EmptyPlace> {
  const config = { ...office.house.kernel.config, port: 0, host: '127.0.0.1', publicUrl: undefined };
  const place = await openEmptyPlace({ serverUrl: office.house.ownerUrl, config, clock: runningClock(), modules });
  places.push(place);
  return place;
}

async function restoreTo(place: EmptyPlace, folder: string): Promise<RestoreVerdict> {
  const backup = await openBackup(folder);
  const secrets = await missingSecrets(await checkBackup(backup, modules, quiet), { dataDir: place.kernel.config.dataDir, environmentSecret: undefined });
  return restore({ backup, modules, kernel: place.kernel, ownerUrl: place.ownerUrl, secrets, onProgress: quiet });
}

const refusesWith = (code: string) => (error: unknown) => error instanceof AppError && error.code === `operations.${code}`;

test('a restored installation has every row, every file and every secret, and the same signed record', async () => {
  const before = await allRows(office.house.ownerUrl);
  const place = await emptyPlace();
  const verdict = await restoreTo(place, join(root, 'sao-luu'));
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  const after = await allRows(place.ownerUrl);
  assert.deepEqual([...after.keys()], [...before.keys()]);
  for (const [name, rows] of before) assert.deepEqual(after.get(name), rows, name);
  assert.ok((before.get('outgoing_documents.document')?.length ?? 0) > 0 && (before.get('exchange.message')?.length ?? 0) > 1);
  const from = office.house.kernel.config;
  const to = place.kernel.config;
  for (const { sha256 } of await filesOf(office)) {
    assert.deepEqual(readFileSync(filePath(to.filesUrl, sha256)), readFileSync(filePath(from.filesUrl, sha256)), sha256);
  }
  assert.deepEqual(readFileSync(join(to.dataDir, 'secrets', 'audit-ed25519.pem')), readFileSync(join(from.dataDir, 'secrets', 'audit-ed25519.pem')));
  assert.equal(statSync(join(to.dataDir, 'secrets', 'app-secret')).mode & 0o077, 0);
});

test('in a restored installation a new document is signed, sealed, issued and registered', async () => {
  const place = await emptyPlace();
  await restoreTo(place, join(root, 'sao-luu'));
  const out = mkdtempSync(join(tmpdir(), 'lienthong-story-'));
  const worker = await startWorker(place.kernel);
  const web = await startWeb(place.kernel);
  try {
    assert.deepEqual(await runStory({ url: web.address, outFolder: out, onStep: quiet }), []);
  } finally {
    await web.stop();
    await worker.stop();
    rmSync(out, { recursive: true, force: true });
  }
});

test('a second backup takes no file again that the first one has', async () => {
  const second = await write();
  assert.equal(second.files.reused, first.files.count);
  assert.equal(second.files.linked + second.files.copied, 0);
  assert.equal(readdirSync(join(root, 'sao-luu')).filter((name) => name !== 'files').length, 2);
});

test('the newest backup of a folder is the one that is restored, and an unfinished one is none', async () => {
  const newest = await write();
  mkdirSync(join(root, 'sao-luu', '99991231T000000Z'));
  assert.equal((await openBackup(join(root, 'sao-luu'))).folder, newest.folder);
  assert.equal((await openBackup(first.folder)).folder, first.folder);
  rmSync(join(root, 'sao-luu', '99991231T000000Z'), { recursive: true });
});

test('what a killed backup left behind is removed by the next one', async () => {
  const leftover = join(root, 'sao-luu', '.writing-999999999');
  mkdirSync(join(leftover, 'tables'), { recursive: true });
  await write();
  assert.equal(existsSync(leftover), false);
});

test('a backup on another file system has copies of the files', async (t) => {
  const elsewhere = '/dev/shm';
  if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(office.house.kernel.config.dataDir).dev) {
    t.skip('there is no second file system at hand');
    return;
  }
  const folder = mkdtempSync(join(elsewhere, 'lienthong-'));
  try {
    const { files } = await write(folder);
    assert.deepEqual([files.linked, files.copied], [0, first.files.count]);
    await checkBackup(await openBackup(folder), modules, quiet);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a file that the store has lost or has with other bytes is named, and the rest is backed up', async () => {
  const [gone, changed] = (await filesOf(office)).filter((file) => file.kept);
  assert.ok(gone !== undefined && changed !== undefined);
  const { filesUrl } = office.house.kernel.config;
  const paths = [gone, changed].map((file) => filePath(filesUrl, file.sha256));
  const contents = paths.map((path) => readFileSync(path));
  for (const path of paths) rmSync(path);
  writeFileSync(paths[1] ?? '', 'other bytes of another size');
  try {
    const result = await write(join(root, 'thieu'));
    assert.deepEqual(result.files.missing.sort(), [gone.sha256, changed.sha256].sort());
    assert.deepEqual(result.manifest.files.missing.sort(), [gone.sha256, changed.sha256].sort());
  } finally {
    for (const [index, path] of paths.entries()) writeFileSync(path, contents[index] ?? '');
  }
});

test('a backup that is made while people work shows one moment', async () => {
  const { kernel } = office.house;
  const ended = new AbortController();
  const work = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await office.signIn('vanthu.stc');
      await sealNow(kernel);
    }
  };
  const working = work();
  const result = await write(join(root, 'dang-lam'));
  ended.abort();
  await working;
  const place = await emptyPlace();
  const verdict = await restoreTo(place, result.folder);
  // The record holds only if entries, queue and tree come from the same moment.
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
});

test('secrets and tables of a backup are for their owner only', () => {
  for (const path of ['secrets/app-secret', 'secrets/audit-ed25519.pem', 'manifest.json', 'tables/audit.entry.copy.gz']) {
    assert.equal(statSync(join(first.folder, path)).mode & 0o077, 0, path);
  }
});

test('a restore into a database that holds data is refused', async () => {
  const { kernel, ownerUrl } = office.house;
  const place: EmptyPlace = { kernel, ownerUrl, close: () => Promise.resolve() };
  await assert.rejects(restoreTo(place, join(root, 'sao-luu')), refusesWith('notEmpty'));
});

test('a restore that failed in the middle can be given again', async () => {
  const place = await emptyPlace();
  const folder = join(root, 'sao-luu');
  const backup = await openBackup(folder);
  const secrets = await checkBackup(backup, modules, quiet);
  // A table whose file turns out to be cut off only when it is loaded.
  const tables = backup.manifest.tables.map((table) => (table.name === 'audit.entry' ? { ...table, file: 'manifest.json' } : table));
  const cut = { ...backup, manifest: { ...backup.manifest, tables } };
  await assert.rejects(restore({ backup: cut, modules, kernel: place.kernel, ownerUrl: place.ownerUrl, secrets, onProgress: quiet }));
  assert.equal((await restoreTo(place, folder)).ok, true);
});

test('a backup that was changed, cut or lost a file is refused before anything is written', async () => {
  const folder = join(root, 'hong');
  const { folder: written, manifest } = await write(folder);
  const damage = async (path: string, change: (file: string) => void): Promise<void> => {
    const content = readFileSync(join(written, path));
    change(join(written, path));
    await assert.rejects(openBackup(folder).then((backup) => checkBackup(backup, modules, quiet)), refusesWith('backupDamaged'), path);
    writeFileSync(join(written, path), content);
  };
  await damage('tables/identity.agency.copy.gz', (file) => appendFileSync(file, 'x'));
  await damage('tables/audit.sealed.copy.gz', (file) => rmSync(file));
  await damage('files.txt', (file) => writeFileSync(file, ''));
  await damage('secrets/app-secret', (file) => writeFileSync(file, 'another'));
  const kept = readFileSync(join(written, manifest.files.list), 'utf8').split('\n').find((line) => line.endsWith(' kept')) ?? '';
  await damage(join('..', 'files', kept.slice(0, 2), kept.slice(2, 4), kept.slice(0, 64)), (file) => rmSync(file));
  await checkBackup(await openBackup(folder), modules, quiet);
});

test('a file of the backup with other bytes of the same size is found before any row is written', async () => {
  const { folder } = await write(join(root, 'hong-tep'));
  const [file] = (await filesOf(office)).filter((each) => each.kept);
  assert.ok(file !== undefined);
  const path = filePath(join(folder, '..', 'files'), file.sha256);
  rmSync(path);
  writeFileSync(path, Buffer.alloc(file.sizeBytes));
  const place = await emptyPlace();
  await assert.rejects(restoreTo(place, folder), refusesWith('backupDamaged'));
  assert.deepEqual((await allRows(place.ownerUrl)).get('identity.agency'), []);
});

test('a backup of a newer version is refused with the version that can read it', async () => {
  const backup = await openBackup(first.folder);
  const migrations = [...backup.manifest.migrations, { module: 'audit', name: '9999-future.sql', sha256: '0'.repeat(64) }];
  await assert.rejects(checkBackup({ ...backup, manifest: { ...backup.manifest, migrations } }, modules, quiet), refusesWith('newerBackup'));
});

test('a restore never overwrites another secret', async () => {
  const backup = await openBackup(first.folder);
  const secrets = await checkBackup(backup, modules, quiet);
  const dataDir = mkdtempSync(join(root, 'khac-'));
  await assert.rejects(missingSecrets(secrets, { dataDir, environmentSecret: 'another secret that is long enough to be one' }), refusesWith('otherSecret'));
  mkdirSync(join(dataDir, 'secrets'));
  writeFileSync(join(dataDir, 'secrets', 'audit-ed25519.pem'), 'another key');
  await assert.rejects(missingSecrets(secrets, { dataDir, environmentSecret: undefined }), refusesWith('otherSecret'));
  writeFileSync(join(dataDir, 'secrets', 'audit-ed25519.pem'), secrets.get('audit-ed25519.pem') ?? '');
  assert.deepEqual([...(await missingSecrets(secrets, { dataDir, environmentSecret: undefined })).keys()], ['app-secret']);
});

test('every table is in a backup, and none counts with a sequence, which a backup would not carry', async () => {
  const { house } = office;
  const tables = await readCatalog(house.kernel.database.pool, schemasOf(first.manifest.migrations));
  assert.deepEqual(first.manifest.tables.map((table) => table.name).sort(), tables.map((table) => `${table.schema}.${table.name}`).sort());
  assert.deepEqual(await house.sql(`select sequencename from pg_sequences`), []);
});

async function filesOf({ house }: { house: { kernel: Kernel } }): Promise<{ sha256: string; sizeBytes: number; kept: boolean }[]> {
  const { rows } = await house.kernel.database.pool.query<{ sha256: string; sizeBytes: number; kept: boolean }>(
    `select encode(sha256, 'hex') as sha256, size_bytes as "sizeBytes", kept from files.blob order by 1`,
  );
  return rows;
}
