/**
 * A process for `large-file.test.ts`: signs one stored file and says by how much it grew meanwhile. The file has been stored and its signing
 * opened by the test, so that nothing else is measured.
 */
import { fakeClock } from '#kernel/clock.ts';
import { readConfig } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createKernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import type { PersonActor } from '#kernel/actor.ts';
import { performSigning } from '../perform-signing.ts';
import { testModules, testPin } from '../testing.ts';

/** The first signing warms up what every signing needs: fonts, authority, statements. */
export type LargeFileOrder = { url: string; environment: Record<string, string>; now: string; actor: PersonActor; warmUpId: string; signingId: string };

// safe because only the test starts this process
const order = JSON.parse(process.env['LARGE_FILE_ORDER'] ?? '') as LargeFileOrder;
const log = createLog({ level: 'silent' });
const database = openDatabase({ url: order.url, directUrl: order.url, poolSize: 4, prepareStatements: true, applicationName: 'large file test' }, log);
const kernel = createKernel({ config: readConfig(order.environment), log, clock: fakeClock(order.now), database, modules: testModules });
const sign = async (signingId: string): Promise<void> => {
  await performSigning(kernel, { agencyId: order.actor.agencyId, signingId, actor: order.actor, secret: testPin });
};
await sign(order.warmUpId);
const before = process.memoryUsage().rss;
let peak = before;
const meter = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 5);
await sign(order.signingId);
clearInterval(meter);
peak = Math.max(peak, process.memoryUsage().rss);
await database.close();
process.stdout.write(JSON.stringify({ grownMb: (peak - before) / 1024 / 1024 }));
