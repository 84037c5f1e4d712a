import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import pg from 'pg';
import type { Kernel } from '#kernel/kernel.ts';
import { listMigrations, migrate } from '#kernel/migrate.ts';
import type { Module } from '#kernel/module.ts';
import { findTreeHead, verifyAll, type AuditVerdict } from '#engines/audit/index.ts';
import { storeBytes } from '#engines/files/index.ts';
import { forEachFile, progressTeller } from './backup-files.ts';
import { copyIn } from './copy-protocol.ts';
import { operationsErrors } from './errors.ts';
import { filePath, hashFile, SECRETS, type Manifest, type OpenedBackup } from './manifest.ts';
import { readBackedUpSecrets, secretsFolder, writeSecrets, type Secrets } from './secrets.ts';
import { appliedMigrations, inLoadingOrder, quoted } from './tables.ts';
import { statIfThere } from './stat-if-there.ts';

type Progress = (text: string) => void;

/**
 * Reads the whole backup and compares it with its manifest, and its migrations with this version's. Files are looked for
 * here and hashed while they are restored.
 * @returns the secrets of the backup.
 * @throws AppError `operations.backupDamaged`, `operations.newerBackup`.
 */
export async function checkBackup(backup: OpenedBackup, modules: readonly Module[], onProgress: Progress): Promise<Secrets> {
  const { folder, manifest } = backup;
  const known = new Set(listMigrations(modules).map((migration) => `${migration.module}/${migration.name} ${migration.sha256}`));
  const unknown = manifest.migrations.find((migration) => !known.has(`${migration.module}/${migration.name} ${migration.sha256}`));
  if (unknown !== undefined) {
    throw operationsErrors.newerBackup({ values: { migration: `${unknown.module}/${unknown.name}`, version: manifest.product.version } });
  }
  for (const { file, sha256 } of [...manifest.tables, { file: manifest.files.list, sha256: manifest.files.sha256 }]) {
    const path = join(folder, file);
    const found = (await statIfThere(path)) === undefined ? undefined : await hashFile(path);
    if (found !== sha256) throw operationsErrors.backupDamaged({ values: { what: file } });
  }
  const secrets = await readBackedUpSecrets(join(folder, SECRETS), manifest.secrets);
  await forEachFile(join(folder, manifest.files.list), async (file) => {
    if (!file.kept || manifest.files.missing.includes(file.sha256)) return;
    const found = await statIfThere(filePath(backup.filesFolder, file.sha256));
    if (found?.size !== file.sizeBytes) throw operationsErrors.backupDamaged({ values: { what: `files/${file.sha256}` } });
  });
  onProgress(`Bản sao lưu lúc ${manifest.createdAt} (phiên bản ${manifest.product.version}) nguyên vẹn: ${String(manifest.tables.length)} bảng, ${manifest.files.count.toLocaleString('vi-VN')} tệp`);
  return secrets;
}

export type RestoreOptions = {
  backup: OpenedBackup;
  modules: readonly Module[];
  kernel: Kernel;
  /** The role that owns the tables of the target, past any pooler: migrations hold a lock of their session. */
  ownerUrl: string;
  /** Those that the target lacks. */
  secrets: Secrets;
  onProgress: Progress;
};

export type RestoreVerdict = {
  ok: boolean;
  rows: number;
  files: number;
  /** Tables that do not have the rows of the manifest. */
  wrongTables: string[];
  audit: AuditVerdict;
  /** Whether the restored record has the very tree that was signed when the backup was made. */
  hasSameTree: boolean;
};

/**
 * Fills an empty database, the file store and the secrets from a checked backup, brings the tables up to this version, and
 * looks whether everything is there. The tables are loaded in one transaction: when it fails, the database is as empty as before
 * and the same command may be given again.
 * @throws AppError `operations.notEmpty`, `operations.backupDamaged`.
 */
export async function restore(options: RestoreOptions): Promise<RestoreVerdict> {
  const { backup, kernel, modules, ownerUrl, onProgress } = options;
  const { manifest } = backup;
  const owner = new pg.Client({ connectionString: ownerUrl, application_name: 'lienthong restore' });
  owner.on('error', () => undefined);
  await owner.connect();
  try {
    await assertEmpty(owner);
    await writeSecrets(secretsFolder(kernel.config.dataDir), options.secrets);
    await migrateTo(manifest, { modules, ownerUrl, appSecret: kernel.config.appSecret });
    onProgress('Đã dựng cấu trúc của bản sao lưu');
    const files = await restoreFiles(kernel, backup, onProgress);
    await loadTables(owner, backup, onProgress);
    const wrongTables = await wrongCounts(owner, manifest);
    const later = await migrate(ownerUrl, modules, kernel.config.appSecret);
    if (later.length > 0) onProgress(`Cập nhật tới phiên bản này: ${later.join(', ')}`);
    await owner.query('analyze');
    const audit = await verifyAll(kernel.database.pool);
    const hasSameTree = await sameTree(kernel, manifest);
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    return { ok: wrongTables.length === 0 && audit.ok && hasSameTree, rows, files, wrongTables, audit, hasSameTree };
  } finally {
    await owner.end();
  }
}

/** Every command records an event, so without a record and without agencies nobody has done anything in this database. */
async function assertEmpty(owner: pg.Client): Promise<void> {
  if ((await appliedMigrations(owner)) === undefined) return;
  for (const table of ['audit.entry', 'identity.agency']) {
    const { rows } = await owner.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [table]);
    if (rows[0]?.exists !== true) continue;
    if ((await owner.query(`select 1 from ${table} limit 1`)).rowCount !== 0) throw operationsErrors.notEmpty();
  }
}

/** Runs the migrations that the backup had and no others, so that later ones run over its rows, as in any upgrade. */
async function migrateTo(manifest: Manifest, target: { modules: readonly Module[]; ownerUrl: string; appSecret: string }): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'lienthong-restore-'));
  try {
    const staged: Module[] = [];
    for (const { name, migrations } of target.modules) {
      const wanted = manifest.migrations.filter((migration) => migration.module === name);
      if (migrations === undefined || wanted.length === 0) continue;
      const folder = join(stage, name);
      await mkdir(folder);
      for (const migration of wanted) await copyFile(join(migrations, migration.name), join(folder, migration.name));
      staged.push({ name, migrations: folder });
    }
    await migrate(target.ownerUrl, staged, target.appSecret);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Bytes that are there already stay; each is compared with its hash before any row names it. */
async function restoreFiles(kernel: Kernel, backup: OpenedBackup, onProgress: Progress): Promise<number> {
  let count = 0;
  const tell = progressTeller(() => onProgress(`Tệp: ${count.toLocaleString('vi-VN')}/${backup.manifest.files.count.toLocaleString('vi-VN')}`));
  await forEachFile(join(backup.folder, backup.manifest.files.list), async (file) => {
    const path = filePath(backup.filesFolder, file.sha256);
    if ((await statIfThere(path)) === undefined) return;
    if ((await hashFile(path)) !== file.sha256) throw operationsErrors.backupDamaged({ values: { what: `files/${file.sha256}` } });
    // safe because no encoding was set, so the chunks are buffers
    await storeBytes(kernel, createReadStream(path) as AsyncIterable<Buffer>, { limitBytes: Number.MAX_SAFE_INTEGER });
    count += 1;
    tell();
  });
  onProgress(`Tệp: ${count.toLocaleString('vi-VN')}`);
  return count;
}

/** In one transaction, after emptying what migrations filled. */
async function loadTables(owner: pg.Client, { folder, manifest }: OpenedBackup, onProgress: Progress): Promise<void> {
  const tables = await inLoadingOrder(owner, manifest.tables);
  await owner.query('begin');
  try {
    await owner.query(`set local client_encoding = 'UTF8'; set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres';
      set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`);
    await owner.query(`truncate ${tables.map((table) => quoted(table).name).join(', ')}`);
    for (const table of tables) {
      const { name, columns } = quoted(table);
      await pipeline(createReadStream(join(folder, table.file)), createGunzip(), async (source: AsyncIterable<Buffer>) => {
        await copyIn(owner, `copy ${name} (${columns}) from stdin (format text)`, source);
      });
      if (table.rows > 0) onProgress(`${table.name}: ${table.rows.toLocaleString('vi-VN')} dòng`);
    }
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function wrongCounts(owner: pg.Client, manifest: Manifest): Promise<string[]> {
  const wrong: string[] = [];
  for (const table of manifest.tables) {
    const { rows } = await owner.query<{ count: number }>(`select count(*) as count from ${quoted(table).name}`);
    if (rows[0]?.count !== table.rows) wrong.push(table.name);
  }
  return wrong;
}

async function sameTree(kernel: Kernel, { treeHead }: Manifest): Promise<boolean> {
  if (treeHead === null) return true;
  const restored = await findTreeHead(kernel.database.pool, treeHead.size);
  return restored?.root.toString('base64') === treeHead.root && restored.checkpoint === treeHead.checkpoint;
}
