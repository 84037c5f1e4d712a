import { parseArgs } from 'node:util';
import { readConfig } from '#kernel/config.ts';
import { seedDocuments } from '#seeds/documents.ts';
import { seedTraVinh } from '#seeds/tra-vinh.ts';
import { openInstallation } from '../installation.ts';
import { seedWhenEmpty } from '../seeding.ts';
import { createProgress } from './progress.ts';

/** Loads one of the sample provinces into an empty database. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { 'if-needed': { type: 'boolean', default: false }, profile: { type: 'string', default: 'thanh-hoa' }, seed: { type: 'string', default: '1' }, documents: { type: 'string', default: '0' } },
  });
  const progress = createProgress();
  const installation = await openInstallation(readConfig(), { onProgress: progress.step });
  try {
    if (values.profile === 'thanh-hoa') {
      const seeded = await seedWhenEmpty(installation, progress.step);
      progress.step(seeded ? 'Xong / done' : 'Cơ sở dữ liệu đã có cơ quan, không nạp thêm / the database is not empty');
      // Whoever asks for it only if it is needed is content when another process has just done it.
      return seeded || values['if-needed'] ? 0 : 1;
    }
    if (values.profile !== 'tra-vinh') {
      process.stderr.write('--profile nhận thanh-hoa hoặc tra-vinh / takes thanh-hoa or tra-vinh\n');
      return 64;
    }
    const seed = Number(values.seed);
    const count = Number(values.documents);
    if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count) || count < 0) {
      process.stderr.write('--seed và --documents là số nguyên / are whole numbers\n');
      return 64;
    }
    await seedTraVinh(installation.kernel, { seed });
    progress.step('577 cơ quan, 7.320 người dùng');
    await seedDocuments({ ownerUrl: installation.ownerUrl, count, seed, onProgress: (done, all) => progress.step(`  ${String(done)}/${String(all)} văn bản đến`) });
    progress.step('Xong / done');
    return 0;
  } finally {
    await installation.close();
  }
}
