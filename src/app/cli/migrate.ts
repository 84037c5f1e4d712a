import { readConfig } from '#kernel/config.ts';
import { openInstallation } from '../installation.ts';
import { createProgress } from './progress.ts';

export async function main(): Promise<number> {
  const progress = createProgress();
  const installation = await openInstallation(readConfig(), { onProgress: progress.step });
  for (const name of installation.migrated) progress.step(name);
  progress.step(installation.migrated.length === 0 ? 'Không có bước cập nhật nào / nothing to do' : 'Xong / done');
  await installation.close();
  return 0;
}
