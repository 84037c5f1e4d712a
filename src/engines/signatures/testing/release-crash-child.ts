/**
 * A process for `signature-release-crash.test.ts`: takes what the browser brought back from the page of a service, and kills itself at the
 * statement that it was told, without a chance to clean up. Without a number it lives, and prints the kinds of statements that there were.
 */
import { fakeClock } from '#kernel/clock.ts';
import { readConfig } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createKernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import type { PersonActor } from '#kernel/actor.ts';
import { finishConsent } from '../commands/service-consents.ts';
import { testModules } from '../testing.ts';
import { dieAtStatement } from './die-at-statement.ts';

export type ReleaseCrashOrder = { url: string; environment: Record<string, string>; now: string; actor: PersonActor; state: string; code: string; killAt?: number; after?: boolean };

// safe because only the test starts this process
const order = JSON.parse(process.env['CRASH_ORDER'] ?? '') as ReleaseCrashOrder;
const steps = dieAtStatement(order);
const log = createLog({ level: 'silent' });
const database = openDatabase({ url: order.url, directUrl: order.url, poolSize: 4, prepareStatements: true, applicationName: 'crash test' }, log);
const kernel = createKernel({ config: readConfig(order.environment), log, clock: fakeClock(order.now), database, modules: testModules });
await finishConsent(kernel, { agencyId: order.actor.agencyId, state: order.state, code: order.code }, { actor: order.actor });
await database.close();
process.stdout.write(JSON.stringify(steps));
