import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const GIGABYTE = 1e9;

/** `full`: the next large upload may find no room. `low`: somebody should plan. */
export type DiskSpace = { freeBytes: number; level: 'enough' | 'low' | 'full' };

/** The room on the disk of a folder, or of the nearest folder above it that exists. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const disk = await statfs(nearestFolder(folder));
  const freeBytes = disk.bavail * disk.bsize;
  return { freeBytes, level: judgeSpace(freeBytes, disk.blocks * disk.bsize) };
}

/** Full below 1 GB, low below 5 GB or a tenth. */
export function judgeSpace(freeBytes: number, allBytes: number): DiskSpace['level'] {
  if (freeBytes < GIGABYTE) return 'full';
  return freeBytes < 5 * GIGABYTE || freeBytes < allBytes / 10 ? 'low' : 'enough';
}

/** What an operator reads of it. */
export function spaceInWords({ freeBytes }: Pick<DiskSpace, 'freeBytes'>): { vi: string; en: string; fixVi: string; fixEn: string } {
  const free = `${(freeBytes / GIGABYTE).toFixed(1)} GB`;
  return {
    vi: `Ổ đĩa còn trống ${free.replace('.', ',')}`,
    en: `${free} free on the disk`,
    fixVi: 'Dọn ổ đĩa, thêm dung lượng, hoặc chuyển FILES_URL sang ổ khác.',
    fixEn: 'Free or add space, or move FILES_URL to another disk.',
  };
}

/** The folder itself, or the nearest one above it that exists: the first start makes the rest. */
export function nearestFolder(path: string): string {
  let place = resolve(path);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}

/** Makes the names in a folder durable. Windows cannot open a folder for it and does without. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The same for what is made once, while nobody waits. */
export function syncFolderNow(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
