import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { operationsErrors } from './errors.ts';
import { statIfThere } from './stat-if-there.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const migration = z.object({ module: z.string(), name: z.string(), sha256 });

/** What a backup holds, and what it must be when it is read again. */
const manifestSchema = z.object({
  format: z.literal(1),
  product: z.object({ name: z.literal('lienthong'), version: z.string() }),
  /** The instant of the one moment that the backup shows, by the installation's clock. */
  createdAt: z.iso.datetime(),
  database: z.object({ version: z.string() }),
  migrations: z.array(migration),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.int(), file: z.string(), sha256, sizeBytes: z.int() })),
  /** The list has a line a file: hash, size in bytes, `kept` or `provisional`. */
  files: z.object({ list: z.string(), sha256, count: z.int(), sizeBytes: z.int(), missing: z.array(sha256) }),
  treeHead: z.object({ size: z.int(), root: z.string(), checkpoint: z.string() }).nullable(),
  secrets: z.array(z.object({ name: z.string().regex(/^[\w][\w.-]*$/), sha256 })),
});

export type Manifest = z.infer<typeof manifestSchema>;

export const MANIFEST = 'manifest.json';
export const TABLES = 'tables';
export const FILES = 'files';
export const SECRETS = 'secrets';

export type OpenedBackup = {
  /** The folder of this one backup. */
  folder: string;
  /** The files of all backups beside it, `aa/bb/<sha256>`. */
  filesFolder: string;
  manifest: Manifest;
};

/**
 * Finds the backup in a folder: the folder itself, or the newest one in it.
 * @throws AppError `operations.noBackup` when there is none; `operations.backupUnreadable` when its manifest is not one of ours.
 */
export async function openBackup(path: string): Promise<OpenedBackup> {
  const folder = (await statIfThere(join(path, MANIFEST))) === undefined ? await newestIn(path) : path;
  const file = join(folder, MANIFEST);
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { folder, filesFolder: join(dirname(folder), FILES), manifest };
  } catch (error) {
    throw operationsErrors.backupUnreadable({ values: { file }, cause: error });
  }
}

/** The names of backups are their instants, so the last one in order is the newest. */
async function newestIn(path: string): Promise<string> {
  const names = (await statIfThere(path))?.isDirectory() === true ? await readdir(path) : [];
  for (const name of names.filter((each) => !each.startsWith('.')).sort().reverse()) {
    if ((await statIfThere(join(path, name, MANIFEST))) !== undefined) return join(path, name);
  }
  throw operationsErrors.noBackup({ values: { folder: path } });
}

/** SHA-256 of a file, hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), digest);
  return digest.digest('hex');
}

/** Where a backup keeps a file: `aa/bb/<sha256>`. */
export function filePath(root: string, hash: string): string {
  return join(root, hash.slice(0, 2), hash.slice(2, 4), hash);
}
