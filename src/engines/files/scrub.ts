import { createHash } from 'node:crypto';
import { Gauge } from 'prom-client';
import { AppError } from '#kernel/errors.ts';
import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import type { HealthCheck } from '#kernel/module.ts';
import { VIETNAM_OFFSET_MINUTES } from '#kernel/time.ts';
import { openBytes } from './blobs.ts';

/** Every blob is read again at least this often, as long as the nights are long enough. */
const CHECK_EVERY_MS = 20 * 3_600_000;
const BATCH = 20;

export type ScrubResult = { checked: number; damaged: string[] };

/**
 * Reads stored bytes again, those first that were not read for longest, and compares them with their hash. What is
 * damaged or gone is marked and stays marked until the right bytes are stored again.
 * @param options.budgetMs stops after this time; what is left comes next time.
 */
export async function scrub(kernel: Kernel, options: { budgetMs: number }): Promise<ScrubResult> {
  const started = performance.now();
  const now = kernel.clock.now();
  const result: ScrubResult = { checked: 0, damaged: [] };
  for (;;) {
    const { rows } = await kernel.database.pool.query<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from files.blob where last_checked_at < $1 order by last_checked_at limit $2`,
      [new Date(now.getTime() - CHECK_EVERY_MS), BATCH],
    );
    for (const { sha256 } of rows) {
      const damage = await damageOf(kernel, sha256);
      await kernel.database.pool.query('update files.blob set last_checked_at = $2, damage = $3 where sha256 = $1', [Buffer.from(sha256, 'hex'), now, damage]);
      result.checked += 1;
      if (damage !== null) {
        result.damaged.push(sha256);
        kernel.log.error({ sha256, damage }, 'stored bytes are damaged; restore them from the backup');
      }
      if (performance.now() - started > options.budgetMs) return result;
    }
    if (rows.length < BATCH) return result;
  }
}

async function damageOf(kernel: Kernel, sha256: string): Promise<'missing' | 'changed' | null> {
  const digest = createHash('sha256');
  try {
    // safe because no encoding was set, so the chunks are buffers
    for await (const piece of await openBytes(kernel, sha256)) digest.update(piece as Buffer);
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.notStored') return 'missing';
    throw error;
  }
  return digest.digest('hex') === sha256 ? null : 'changed';
}

/** The hours in which nobody waits for the disk: midnight to five in Vietnam. */
export function isNight(now: Date): boolean {
  return new Date(now.getTime() + VIETNAM_OFFSET_MINUTES * 60_000).getUTCHours() < 5;
}

const damagedGauge = service(
  Symbol('damaged files gauge'),
  ({ metrics }) => new Gauge({ name: 'lienthong_files_damaged', help: 'Stored files that are damaged or missing', registers: [metrics.registry] }),
);

/**
 * What the nightly check found. It never makes the web server unready, since one damaged file must not keep a province
 * from working: the warning, the gauge and the log are what an operator watches.
 */
export const damageHealth: HealthCheck = {
  name: 'files',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ changed: number; missing: number }>(
      `select count(*) filter (where damage = 'changed') as changed, count(*) filter (where damage = 'missing') as missing
         from files.blob where damage is not null`,
    );
    const { changed, missing } = rows[0] ?? { changed: 0, missing: 0 };
    damagedGauge(kernel).set(changed + missing);
    if (changed + missing === 0) return { status: 'ok', vi: 'Không có tệp nào bị hỏng', en: 'No stored file is damaged' };
    return {
      status: 'warn',
      vi: `Trong kho có ${String(changed)} tệp bị đổi nội dung và ${String(missing)} tệp bị mất`,
      en: `${String(changed)} stored files are changed and ${String(missing)} are missing`,
      fixVi: 'Chép lại từ thư mục files/ của một bản sao lưu, đúng đường dẫn; lần kiểm tra đêm sau sẽ xóa cảnh báo.',
      fixEn: 'Put them back from the files/ of a backup, under the same path; the nightly check then clears the mark.',
    };
  },
};

/** The blobs that the check found damaged, for the operator's tools: at most `limit`. */
export async function listDamaged(q: Queryable, limit: number): Promise<{ sha256: string; damage: 'changed' | 'missing' }[]> {
  const { rows } = await q.query(`select encode(sha256, 'hex') as sha256, damage from files.blob where damage is not null order by sha256 limit $1`, [limit]);
  // safe because these are the columns selected above
  return rows as { sha256: string; damage: 'changed' | 'missing' }[];
}
