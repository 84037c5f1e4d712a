/**
 * A process for `hand-over-crash.test.ts`: takes one uploaded file and kills itself at the statement that it was told, without a
 * chance to clean up. Without a number it lives, and prints the kinds of statements that there were.
 */
import { fakeClock } from '#kernel/clock.ts';
import { readConfig } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createKernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import type { HandOverKey } from '../commands/hand-over-states.ts';
import { receiveHandOver } from '../receive-hand-over.ts';
import { agentModules } from '../testing.ts';
import { dieAtStatement } from '../../testing/die-at-statement.ts';

export type UploadOrder = { url: string; environment: Record<string, string>; now: string; upload: HandOverKey & { key: string; base64: string }; killAt?: number; after?: boolean };

// safe because only the test starts this process
const order = JSON.parse(process.env['CRASH_ORDER'] ?? '') as UploadOrder;
const steps = dieAtStatement(order);

const config = readConfig(order.environment);
const log = createLog({ level: 'silent' });
const database = openDatabase({ url: order.url, directUrl: order.url, poolSize: 4, prepareStatements: true, applicationName: 'crash test' }, log);
const kernel = createKernel({ config, log, clock: fakeClock(order.now), database, modules: agentModules });
const { base64, ...upload } = order.upload;
await receiveHandOver(kernel, { ...upload, bytes: Buffer.from(base64, 'base64') });
await database.close();
process.stdout.write(JSON.stringify(steps));
