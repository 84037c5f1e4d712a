import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { startWorker } from '#kernel/worker.ts';
import { runStory } from '../demo/story.ts';
import { openInstallation } from '../installation.ts';
import { seedWhenEmpty } from '../seeding.ts';
import { startWeb } from '../server.ts';
import { createProgress } from './progress.ts';

/**
 * Runs the main job in the terminal: against a running installation (--url), or against a temporary one that is made
 * for it and thrown away. Ends with 0 only if every step and every validation held.
 */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { url: { type: 'string' }, out: { type: 'string', default: './demo-output' } } });
  const outFolder = resolve(values.out);
  mkdirSync(outFolder, { recursive: true });
  const progress = createProgress();
  const place = values.url === undefined ? await temporaryInstallation(progress.step) : { url: values.url, stop: () => Promise.resolve() };
  try {
    const problems = await runStory({ url: place.url.replace(/\/$/, ''), outFolder, onStep: progress.step });
    for (const problem of problems) process.stderr.write(`  ✗ ${problem}\n`);
    progress.step(problems.length === 0 ? `Mọi bước đều đạt. Tệp ở ${outFolder}` : `${String(problems.length)} điều không đạt`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await place.stop();
  }
}

async function temporaryInstallation(onProgress: (text: string) => void): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-demo-'));
  const config = readConfig({ ...process.env, DATA_DIR: dataDir, PORT: '0', PUBLIC_URL: '' });
  const installation = await openInstallation(config, { log: createLog({ level: 'error' }), onProgress });
  await seedWhenEmpty(installation, onProgress);
  const worker = await startWorker(installation.kernel);
  const web = await startWeb(installation.kernel);
  return {
    url: web.address,
    async stop() {
      await web.stop();
      await worker.stop();
      await installation.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
