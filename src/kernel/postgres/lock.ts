import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresError } from './error.ts';
import { identify, isIdentityAlive } from './processes.ts';

/**
 * Runs `work` while no other process runs under the same lock file. The lock of a dead process is broken at once.
 * Throws POSTGRES_BUSY when a living process holds it for longer than `timeoutMs`.
 *
 * Node has no flock(2). The file is made by link(2), which either makes it whole or fails. A stale lock is first renamed away and then
 * looked at again: if another process broke it and took a new one between our look and our rename, we put its lock back. Should that
 * narrow race ever be lost, PostgreSQL's own postmaster.pid still refuses a second server.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, timeoutMs = 120_000): Promise<T> {
  const mine = `${path}.${randomUUID()}`;
  await writeFile(mine, identify(process.pid), { mode: 0o644 });
  try {
    await take(path, mine, Date.now() + timeoutMs);
  } finally {
    await rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string, mine: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      await link(mine, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // safe because link fails with a system error only
    }
    const holder = await readFile(path, 'utf8').catch(() => undefined); // undefined: released just now
    if (holder !== undefined && !isIdentityAlive(holder)) {
      await breakStale(path, holder);
    } else if (Date.now() > deadline) {
      throw new PostgresError('POSTGRES_BUSY', {
        vi: `Một tiến trình khác (số ${holder ?? '?'}) đang khởi động hoặc dừng cơ sở dữ liệu này. Hãy đợi nó xong, hoặc dừng nó rồi chạy lại.`,
        en: `Another process (${holder ?? '?'}) is starting or stopping this database. Wait for it, or stop it and run again.`,
        details: path,
      });
    } else {
      await sleep(25);
    }
  }
}

async function breakStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  const moved = await rename(path, aside).then(() => true, () => false);
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== holder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
