import { fakeClock } from '#kernel/clock.ts';
import type { Config } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createKernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import { watchStatements } from '#kernel/testing-statements.ts';
import { startWorker } from '#kernel/worker.ts';
import { faultHouse } from './faults.ts';

// A worker process for the fault tests: it does what is due and ends, or kills itself without a word just before its
// n-th statement, as a power cut would. Nothing of this is in the product: the driver is wrapped in this process only.

/** What the test hands over in the environment. */
type Order = { config: Config; databaseUrl: string; now: string; dieBeforeStatement: number | null };

// safe because only the fault test starts this process
const order = JSON.parse(process.env['LIENTHONG_FAULT_ORDER'] ?? '') as Order;

let statements = 0;
watchStatements(() => {
  statements += 1;
  if (statements === order.dieBeforeStatement) process.kill(process.pid, 'SIGKILL');
});

const log = createLog({ level: 'silent' });
const database = openDatabase({ url: order.databaseUrl, directUrl: order.databaseUrl, poolSize: 4, prepareStatements: true, applicationName: 'lienthong fault test' }, log);
const kernel = createKernel({ config: order.config, log, clock: fakeClock(order.now), database, modules: faultHouse });
process.stdout.write('ready\n');
const worker = await startWorker(kernel, { loop: false });
await worker.drain();
await worker.stop();
await database.close();
process.stdout.write(`${String(statements)} statements\n`);
process.exit(0);
