import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { readConfig } from '#kernel/config.ts';
import { createLog } from '#kernel/log.ts';
import { startWorker, type Worker } from '#kernel/worker.ts';
import { openInstallation, type Installation } from '../installation.ts';
import { startWeb, type WebServer } from '../server.ts';
import { needsSeeding, seedAside, welcome } from '../seeding.ts';
import { ensureWebBuilt } from '../web-build.ts';
import { createProgress } from './progress.ts';

const SERVICES = ['web', 'worker'] as const;
type Service = (typeof SERVICES)[number];

/**
 * A full collection of garbage begins when the heap is twice what was alive after the last one. V8 alone waits for four times on a machine with much
 * memory: the process grew for hours without a leak.
 */
const HEAP_GROWTH = '--heap-growing-percent=100';

/** Opens everything, says where it is, and runs until it is told to stop. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { services: { type: 'string', default: 'web,worker' }, 'no-seed': { type: 'boolean', default: false } } });
  const services = readServices(values.services);
  if (services === undefined) {
    process.stderr.write(`--services chỉ nhận ${SERVICES.join(',')} / takes only ${SERVICES.join(',')}\n`);
    return 64;
  }
  setFlagsFromString(HEAP_GROWTH);
  const config = readConfig();
  const progress = createProgress();
  const stopped = stopSignal();
  const log = createLog({ level: process.env['LOG_LEVEL'] === undefined ? 'warn' : config.logLevel });
  const installation = await openInstallation(config, { log, onProgress: progress.step });
  progress.step(`PostgreSQL ${await databaseVersion(installation)} sẵn sàng; ${installation.migrated.length === 0 ? 'cấu trúc đã mới nhất' : `đã chạy ${String(installation.migrated.length)} bước cập nhật`}`);
  const running: { web?: WebServer; worker?: Worker } = {};
  try {
    if (services.includes('web')) await ensureWebBuilt(progress.step);
    if (!values['no-seed'] && (await needsSeeding(installation))) await seedAside(progress.step);
    if (services.includes('worker')) running.worker = await startWorker(installation.kernel);
    if (services.includes('web')) running.web = await startWeb(installation.kernel);
    progress.step(`Sẵn sàng sau ${progress.seconds()} giây · ready`);
    if (running.web !== undefined) process.stdout.write(await welcome(installation, running.web.address));
    await stopped;
  } finally {
    await shutDown(installation, running);
  }
  return 0;
}

async function databaseVersion({ kernel }: Installation): Promise<string> {
  const { rows } = await kernel.database.pool.query<{ version: string }>(`select current_setting('server_version') as version`);
  return rows[0]?.version ?? '';
}

function readServices(text: string): Service[] | undefined {
  const wanted = text.split(',').map((name) => name.trim());
  const known = SERVICES.filter((name) => wanted.includes(name));
  return known.length === wanted.length && known.length > 0 ? known : undefined;
}

async function shutDown(installation: Installation, running: { web?: WebServer; worker?: Worker }): Promise<void> {
  await running.web?.stop();
  await running.worker?.stop();
  await installation.close();
}

/** Resolves at the first Ctrl-C or TERM. A terminal and a launcher may both pass the same one on, so repeats mean nothing new. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      if (asked) return;
      asked = true;
      process.stdout.write('\nĐang dừng… / stopping…\n');
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
  });
}
