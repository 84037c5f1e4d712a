import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, lchown, lstat, mkdir, readdir, readFile, readlink, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Account, closedDirectory } from './account.ts';
import { PostgresError } from './error.ts';

/**
 * Where a server lives: `<dataDir>/postgres/` with `cluster/` (PGDATA), `password` (0600), `port`, `start.log`, `run/` (socket), `log/`
 * and `users/` (who uses it now). As root only cluster, run and log belong to the server's account: what root writes lies where
 * the account cannot put a link in its way.
 *
 * When we are root and the server's account may not enter dataDir (a checkout in /root), the same folder lies in
 * /var/lib/lienthong/<hash>-<random>/ and `<dataDir>/postgres` is a symbolic link to it. Of the ways looked at, this is the robust
 * one: PostgreSQL turns its data directory into an absolute path at start and opens it again in each child, so a directory handed
 * over as an open descriptor fails; opening up a home directory or lending root's capabilities to a database is not ours to do.
 * The link, not the hash, is the truth: deleting dataDir starts afresh, and the folder in /var/lib remains for its administrator.
 */
export type Home = { path: string; cluster: string };

const outsideCandidates = ['/var/lib/lienthong', '/opt/lienthong'];

/** The existing home of this data directory, or undefined. Throws when a copied dataDir points to another installation's data. */
export async function findHome(dataDir: string): Promise<Home | undefined> {
  const place = join(dataDir, 'postgres');
  const found = await lstat(place).catch(() => undefined);
  if (!found) return undefined;
  const path = found.isSymbolicLink() ? await readlink(place) : place;
  if (found.isSymbolicLink()) await checkBelongsTo(path, dataDir);
  return { path: await realpath(path), cluster: await realpath(join(path, 'cluster')).catch(() => noCluster(path)) };
}

/**
 * Makes a home: `fill` gets a directory that the account may enter and makes everything in it; only then does it appear under its
 * final name, in one rename. A crash before that leaves a `.new-` directory that the next start removes (the caller holds the lock).
 */
export async function createHome(dataDir: string, account: Account | undefined, fill: (path: string) => Promise<void>): Promise<Home> {
  const place = join(dataDir, 'postgres');
  const outside = closedDirectory(dataDir, account) !== undefined;
  const path = outside ? join(await outsideDir(), `${hashOf(dataDir)}-${randomBytes(3).toString('hex')}`) : place;
  const prefix = outside ? join(dirname(path), hashOf(dataDir)) : place;
  await removeLeftovers(prefix);
  const building = `${prefix}.new-${process.pid}`;
  try {
    await mkdir(building, { mode: 0o700 });
    if (account) await chmod(building, 0o711);
    await fill(building);
    if (outside) await writeFile(join(building, 'belongs-to'), dataDir);
    await rename(building, path);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
  if (outside) await symlink(path, place);
  return { path: await realpath(path), cluster: await realpath(join(path, 'cluster')) };
}

/** Writes a small file of the home that only its owner may read. Never follows a link; as root the file goes to the owner of the home. */
export async function writePrivate(home: string, name: string, text: string): Promise<void> {
  const path = join(home, name);
  await rm(path, { force: true });
  await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(home);
  await lchown(path, uid, gid);
}

/** Removes the home and everything in it. The server must be stopped. */
export async function removeHome(dataDir: string, home: Home): Promise<void> {
  await rm(home.path, { recursive: true, force: true });
  await rm(join(dataDir, 'postgres'), { recursive: true, force: true });
}

/** Homes outside that were this data directory's until somebody deleted it: their data stay, but no server should go on serving them. */
export async function listAbandonedHomes(dataDir: string): Promise<Home[]> {
  const homes: Home[] = [];
  for (const parent of outsideCandidates) {
    for (const name of await readdir(parent).catch(() => [])) {
      const path = join(parent, name);
      if (!name.startsWith(`${hashOf(dataDir)}-`) || (await readFile(join(path, 'belongs-to'), 'utf8').catch(() => '')) !== dataDir) continue;
      homes.push({ path, cluster: join(path, 'cluster') });
    }
  }
  return homes;
}

/** Hands a directory of ours to the account; nothing to do when we run as ourselves. */
export async function give(path: string, account: Account | undefined): Promise<void> {
  if (!account) return;
  await chown(path, account.uid, account.gid).catch((error: unknown) => {
    throw new PostgresError('POSTGRES_CHOWN', {
      vi: `Không giao được thư mục dữ liệu cho tài khoản "${account.name}" (thư mục nằm trên ổ mạng?). Hãy chạy bằng một người dùng thường, đặt DATA_DIR vào ổ trong máy, hoặc đặt DATABASE_URL.`,
      en: `The data directory could not be given to the account "${account.name}" (is it on a network disk?). Run as an ordinary user, set DATA_DIR to a local disk, or set DATABASE_URL.`,
      details: path,
    }, error);
  });
}

/** A directory outside dataDir that every account may enter and only root may change; for root only. */
export async function outsideDir(): Promise<string> {
  for (const path of outsideCandidates) {
    try {
      await mkdir(path, { recursive: true, mode: 0o755 });
      const { uid, mode } = await stat(path);
      if (uid !== 0 || mode & 0o022) continue; // somebody else could exchange what lies in it
      if (!(mode & 0o001)) await chmod(path, 0o755);
      return path;
    } catch {
      // Read-only or closed: the next candidate.
    }
  }
  throw new PostgresError('POSTGRES_NO_PLACE', {
    vi: `Đang chạy dưới quyền root trong thư mục mà tài khoản của PostgreSQL không vào được, và không tạo được ${outsideCandidates.join(' hay ')}. Hãy đặt DATA_DIR vào một thư mục ai cũng vào được, hoặc chạy bằng một người dùng thường.`,
    en: `Running as root in a directory that PostgreSQL's account may not enter, and neither ${outsideCandidates.join(' nor ')} can be made. Set DATA_DIR to a directory that everyone may enter, or run as an ordinary user.`,
  });
}

function hashOf(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
}

async function removeLeftovers(prefix: string): Promise<void> {
  const name = prefix.slice(dirname(prefix).length + 1);
  for (const entry of await readdir(dirname(prefix))) {
    if (entry.startsWith(`${name}.new-`)) await rm(join(dirname(prefix), entry), { recursive: true, force: true });
  }
}

async function checkBelongsTo(path: string, dataDir: string): Promise<void> {
  const owner = await readFile(join(path, 'belongs-to'), 'utf8').catch(() => undefined);
  if (owner === undefined || owner === dataDir) return; // without the note it is an administrator's own link to another disk
  if ((await readlink(join(owner, 'postgres')).catch(() => undefined)) === path) {
    throw new PostgresError('POSTGRES_DATA_OF_ANOTHER', {
      vi: `Thư mục này là bản sao của ${owner}: liên kết "postgres" trong đó trỏ tới dữ liệu của bản kia. Hãy xoá liên kết ${dataDir}/postgres để bắt đầu dữ liệu mới.`,
      en: `This directory is a copy of ${owner}: the link "postgres" in it points to the data of the other one. Delete the link ${dataDir}/postgres to begin with new data.`,
      details: path,
    });
  }
  await writeFile(join(path, 'belongs-to'), dataDir); // the installation was moved
}

function noCluster(path: string): never {
  throw new PostgresError('POSTGRES_DATA_MISSING', {
    vi: `Dữ liệu PostgreSQL lẽ ra nằm ở ${path} nhưng thiếu ở đó. Hãy khôi phục từ bản sao lưu, hoặc xoá thư mục (hay liên kết) "postgres" trong DATA_DIR để bắt đầu từ trống.`,
    en: `The PostgreSQL data should lie in ${path} but is missing there. Restore it from a backup, or delete the folder (or link) "postgres" in DATA_DIR to begin empty.`,
  });
}
