import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { type Account, closedDirectory } from './account.ts';
import type { Binaries } from './binaries.ts';
import { PostgresError } from './error.ts';
import { createHome, give, type Home, writePrivate } from './home.ts';

/** The name of the bootstrap superuser; the application's own roles are made by the migrations. */
export const superuser = 'postgres';

type Place = { dataDir: string; account: Account | undefined; binaries: Binaries };

/** Runs initdb in a new home. Takes about 0.8 s. Throws POSTGRES_INIT with the output of initdb. */
export async function createCluster({ dataDir, account, binaries }: Place): Promise<Home> {
  return createHome(dataDir, account, async (path) => {
    await mkdir(join(path, 'users'), { mode: 0o700 });
    for (const name of ['cluster', 'run', 'log']) {
      await mkdir(join(path, name), { mode: 0o700 });
      await give(join(path, name), account);
    }
    const password = randomBytes(24).toString('base64url');
    await writePrivate(path, 'password', password);
    await runInitdb({ path, password, account, binaries });
  });
}

/** Refuses data that these binaries or this person cannot serve, before PostgreSQL says so less clearly. */
export async function checkCluster(home: Home, { account, binaries }: Place): Promise<void> {
  const major = (await readFile(join(home.cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (major !== binaries.version.split('.')[0]) {
    throw new PostgresError('POSTGRES_OTHER_MAJOR', {
      vi: `Dữ liệu là của PostgreSQL ${major || '(không rõ bản)'}, chương trình đi kèm là ${binaries.version}. Hãy dùng bản Liên Thông cũ để sao lưu (backup), rồi khôi phục (restore) bằng bản này.`,
      en: `The data are of PostgreSQL ${major || '(unknown)'}, the bundled programs of ${binaries.version}. Back up with the former release of Liên Thông, then restore with this one.`,
      details: home.cluster,
    });
  }
  const owner = (await stat(home.cluster)).uid;
  const wanted = account?.uid ?? process.getuid?.();
  if (wanted !== undefined && owner !== wanted) {
    throw new PostgresError('POSTGRES_OTHER_OWNER', {
      vi: `Dữ liệu PostgreSQL thuộc người dùng số ${owner}, không phải số ${wanted}. Hãy chạy bằng người dùng ấy hoặc root, hoặc đổi chủ: chown -R ${wanted} ${home.path}`,
      en: `The PostgreSQL data belong to user ${owner}, not ${wanted}. Run as that user or as root, or change the owner: chown -R ${wanted} ${home.path}`,
    });
  }
  const closed = closedDirectory(home.path, account);
  if (closed) {
    throw new PostgresError('POSTGRES_CLOSED_DIRECTORY', {
      vi: `Tài khoản "${account?.name ?? ''}" của PostgreSQL không vào được ${closed}. Hãy mở lối: chmod a+x ${closed}, hoặc chuyển DATA_DIR ra chỗ khác.`,
      en: `PostgreSQL's account "${account?.name ?? ''}" may not enter ${closed}. Open the way: chmod a+x ${closed}, or move DATA_DIR elsewhere.`,
    });
  }
}

async function runInitdb({ path, password, account, binaries }: { path: string; password: string } & Omit<Place, 'dataDir'>): Promise<void> {
  const settings = Object.entries(await initialSettings()).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  // Text sorts by code point: indexes then mean the same under every ICU and libc. Vietnamese order is asked for in ORDER BY with
  // COLLATE "vi-x-icu", which this server has.
  const locale = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  // A second copy, for initdb runs under the account and may not read ours.
  const passwordFile = join(path, 'run', 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await give(passwordFile, account);
  const access = [`--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--data-checksums'];
  const { status, output } = await run(join(binaries.bin, 'initdb'), ['-D', join(path, 'cluster'), ...locale, ...access, ...settings], { account, cwd: path });
  await rm(passwordFile);
  if (status === 0) return;
  throw new PostgresError('POSTGRES_INIT', {
    vi: 'Không tạo được cơ sở dữ liệu mới. Hãy xem chi tiết bên dưới (đĩa đầy? thư mục không ghi được?), sửa rồi chạy lại.',
    en: 'A new database could not be made. See the details below (disk full? directory not writable?), mend and run again.',
    details: output.trim().split('\n').slice(-12).join('\n'),
  });
}

/** Written to postgresql.conf once, so that an administrator can change them there. */
async function initialSettings(): Promise<Record<string, string>> {
  const memoryMb = Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 ** 20);
  const sharedMemory = process.platform === 'linux' ? await statfs('/dev/shm').catch(() => undefined) : undefined;
  return {
    shared_buffers: `${Math.min(2048, Math.max(64, Math.floor(memoryMb / 4)))}MB`,
    effective_cache_size: `${Math.max(128, Math.floor(memoryMb / 2))}MB`,
    max_connections: '50',
    wal_level: 'logical',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // One file a weekday, begun anew after a week. DETAIL and STATEMENT lines hold people's data and stay out of the log.
    logging_collector: 'on',
    log_directory: '../log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_size: '0',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    // Containers often have a /dev/shm of 64 MB, in which parallel queries fail.
    ...(sharedMemory && sharedMemory.blocks * sharedMemory.bsize < 256 * 2 ** 20 ? { dynamic_shared_memory_type: 'sysv' } : {}),
  };
}

type Run = { account: Account | undefined; cwd: string };

function run(program: string, args: string[], { account, cwd }: Run): Promise<{ status: number | null; output: string }> {
  const as = account ? { uid: account.uid, gid: account.gid } : {};
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { cwd, env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], ...as });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ status: null, output: error.message }));
    child.on('close', (status) => resolve({ status, output }));
  });
}

/** The environment of the programs: nothing of ours leaks in (PGDATA, PGPORT, LC_ALL), and messages are English and parseable. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { LC_ALL: 'C', TZ: 'UTC', ...(PATH ? { PATH } : {}), ...(SystemRoot ? { SystemRoot } : {}), ...(TEMP ? { TEMP } : {}) };
}
