import { parseArgs } from 'node:util';
import { readConfig } from '#kernel/config.ts';
import { seedTraVinh } from '#seeds/tra-vinh.ts';
import { openInstallation } from '../installation.ts';
import { seedWhenEmpty } from '../seeding.ts';
import { createProgress } from './progress.ts';

/** Loads one of the sample provinces into an empty database. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { profile: { type: 'string', default: 'thanh-hoa' }, seed: { type: 'string', default: '1' } },
  });
  const progress = createProgress();
  const installation = await openInstallation(readConfig(), { onProgress: progress.step });
  try {
    if (values.profile === 'thanh-hoa') {
      const seeded = await seedWhenEmpty(installation, progress.step);
      progress.step(seeded ? 'Xong / done' : 'Cơ sở dữ liệu đã có cơ quan, không nạp thêm / the database is not empty');
      return seeded ? 0 : 1;
    }
    if (values.profile !== 'tra-vinh') {
      process.stderr.write('--profile nhận thanh-hoa hoặc tra-vinh / takes thanh-hoa or tra-vinh\n');
      return 64;
    }
    await seedTraVinh(installation.kernel, { seed: Number(values.seed) });
    progress.step('Xong / done');
    return 0;
  } finally {
    await installation.close();
  }
}
