import { createWriteStream, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { syncFolder } from '#kernel/disk.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { latestTreeHead } from '#engines/audit/index.ts';
import { copyFiles, type CopiedFiles } from './backup-files.ts';
import { copyOut } from './copy-protocol.ts';
import { operationsErrors } from './errors.ts';
import { FILES, hashFile, MANIFEST, SECRETS, TABLES, type Manifest } from './manifest.ts';
import { readSecrets, writeSecrets } from './secrets.ts';
import { appliedMigrations, listTables, quoted, schemasOf, type StoredTable } from './tables.ts';
import { statIfThere } from './stat-if-there.ts';

export type BackupOptions = {
  kernel: Kernel;
  /** The role that owns the tables, past any pooler: one transaction is open for as long as the tables take. */
  ownerUrl: string;
  /** Holds all backups of an installation: a folder each, and one folder with the files of all. */
  folder: string;
  onProgress: (text: string) => void;
};

export type BackupResult = {
  folder: string;
  manifest: Manifest;
  files: CopiedFiles;
};

/**
 * Writes one backup: every table as it was at one moment, the files that those tables name, and the secrets. The moment
 * is a snapshot of the database; people go on working. The folder appears under its name when everything in it is durable.
 * @throws AppError `operations.nothingToBackUp`; the system's errors (ENOSPC, EACCES), with nothing left behind but files
 * that the next backup uses.
 */
export async function backUp(options: BackupOptions): Promise<BackupResult> {
  const { kernel, onProgress } = options;
  const root = resolve(options.folder);
  const createdAt = kernel.clock.now();
  const folder = join(root, createdAt.toISOString().replace(/[-:]|\.\d+/g, ''));
  if (await statIfThere(folder)) throw operationsErrors.backupExists({ values: { folder } });
  await mkdir(root, { recursive: true, mode: 0o700 });
  await removeLeftovers(root);
  const draft = join(root, `.writing-${String(process.pid)}`);
  try {
    await mkdir(join(draft, TABLES), { recursive: true, mode: 0o700 });
    const database = await writeDatabase(options, draft);
    const files = await copyFiles({ kernel, list: join(draft, FILE_LIST), target: join(root, FILES), onProgress });
    const secrets = await writeSecrets(join(draft, SECRETS), await readSecrets(kernel.config));
    const manifest: Manifest = {
      format: 1,
      product: { name: 'lienthong', version: productVersion() },
      createdAt: createdAt.toISOString(),
      ...database,
      files: { list: FILE_LIST, sha256: await hashFile(join(draft, FILE_LIST)), count: files.count, sizeBytes: files.sizeBytes, missing: files.missing },
      secrets,
    };
    await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    for (const written of [join(draft, TABLES), join(draft, SECRETS), draft]) await syncFolder(written);
    await rename(draft, folder);
    await syncFolder(root);
    return { folder, manifest, files };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const FILE_LIST = 'files.txt';

type DatabasePart = Pick<Manifest, 'database' | 'migrations' | 'tables' | 'treeHead'>;

/** Everything that comes from the database, read in one REPEATABLE READ transaction. */
async function writeDatabase({ ownerUrl, onProgress }: BackupOptions, draft: string): Promise<DatabasePart> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'lienthong backup' });
  // A lost connection also fails the statement under way, which reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    // The text form of values must not depend on who connects.
    await client.query(`set local client_encoding = 'UTF8'; set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres';
      set local extra_float_digits = 1; set local bytea_output = 'hex'; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`);
    const migrations = await appliedMigrations(client);
    if (migrations === undefined) throw operationsErrors.nothingToBackUp({ values: { where: new URL(ownerUrl).pathname.slice(1) } });
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
    const tables = await writeTables(client, { tables: await listTables(client, schemasOf(migrations)), draft, onProgress });
    const names = new Set(tables.map((table) => table.name));
    await pipeline(names.has('files.blob') ? fileLines(client) : [], createWriteStream(join(draft, FILE_LIST), { mode: 0o600, flush: true }));
    const head = names.has('audit.tree_head') ? await latestTreeHead(client) : undefined;
    await client.query('commit');
    const treeHead = head === undefined ? null : { size: head.size, root: head.root.toString('base64'), checkpoint: head.checkpoint };
    return { database: { version: rows[0]?.version ?? '' }, migrations, tables, treeHead };
  } finally {
    await client.end();
  }
}

async function writeTables(
  client: pg.Client,
  options: { tables: StoredTable[]; draft: string; onProgress: (text: string) => void },
): Promise<Manifest['tables']> {
  const written: Manifest['tables'] = [];
  for (const [schema = '', tables] of Map.groupBy(options.tables, (table) => table.name.split('.')[0])) {
    const group: Manifest['tables'] = [];
    for (const table of tables) group.push(await writeTable(client, table, options.draft));
    const rows = group.reduce((sum, table) => sum + table.rows, 0);
    options.onProgress(`${schema}: ${String(group.length)} bảng, ${rows.toLocaleString('vi-VN')} dòng`);
    written.push(...group);
  }
  return written;
}

async function writeTable(client: pg.Client, table: StoredTable, draft: string): Promise<Manifest['tables'][number]> {
  const file = `${TABLES}/${table.name}.copy.gz`;
  const path = join(draft, file);
  const { name, columns } = quoted(table);
  // The form with a query also reads partitioned and distributed tables.
  const copy = copyOut(client, `copy (select ${columns} from ${name}) to stdout (format text)`);
  await pipeline(copy.readable, createGzip({ level: 6 }), createWriteStream(path, { mode: 0o600, flush: true }));
  return { ...table, rows: copy.rows(), file, sha256: await hashFile(path), sizeBytes: (await stat(path)).size };
}

const PAGE = 5000;

/** Which bytes the snapshot names, one line each, read page by page. */
async function* fileLines(client: pg.Client): AsyncGenerator<string> {
  for (let last: Buffer | undefined = Buffer.alloc(0); last !== undefined; ) {
    const { rows }: pg.QueryResult<{ sha256: Buffer; size_bytes: number; kept: boolean }> = await client.query(
      'select sha256, size_bytes, kept from files.blob where sha256 > $1 order by sha256 limit $2',
      [last, PAGE],
    );
    yield rows.map((row) => `${row.sha256.toString('hex')} ${String(row.size_bytes)} ${row.kept ? 'kept' : 'provisional'}\n`).join('');
    last = rows.length === PAGE ? rows.at(-1)?.sha256 : undefined;
  }
}

/** Drafts of backups that were killed; those of a running process stay. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = /^\.writing-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(root, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function productVersion(): string {
  // safe because package.json always names its version
  return (JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string }).version;
}
