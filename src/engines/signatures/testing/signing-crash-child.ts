/**
 * A process for `signing-crash.test.ts`: performs one signing and kills itself at the statement that it was told, without a
 * chance to clean up. Without a number it lives, and prints the kinds of statements that there were.
 */
import { fakeClock } from '#kernel/clock.ts';
import { readConfig } from '#kernel/config.ts';
import { openDatabase } from '#kernel/database.ts';
import { createKernel } from '#kernel/kernel.ts';
import { createLog } from '#kernel/log.ts';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { performSigningBatch } from '../perform-batch.ts';
import { performSigning, resumeSigning } from '../perform-signing.ts';
import { smartCaDriver } from '../adapters/smartca/smartca-driver.ts';
import { testModules, testPin } from '../testing.ts';
import { dieAtStatement } from './die-at-statement.ts';

export type CrashOrder = { url: string; environment: Record<string, string>; now: string; signingId: string; /** Signed together, instead of the one. */ batch?: string[]; actor: PersonActor; killAt?: number; after?: boolean; smartCaUrl?: string; resumes?: boolean };

// safe because only the test starts this process
const order = JSON.parse(process.env['CRASH_ORDER'] ?? '') as CrashOrder;
const steps = dieAtStatement(order);

const config = readConfig(order.environment);
const log = createLog({ level: 'silent' });
const database = openDatabase({ url: order.url, directUrl: order.url, poolSize: 4, prepareStatements: true, applicationName: 'crash test' }, log);
const now = (): Date => new Date(order.now);
const drivers = order.smartCaUrl === undefined ? [] : [smartCaDriver({ name: 'smartca', baseUrl: order.smartCaUrl, spId: 'sp', spPassword: 'sp-secret', now })];
const modules = [...testModules, { name: 'remote-keys', contributions: { 'signatures.key-holders': drivers } }];
const kernel = createKernel({ config, log, clock: fakeClock(order.now), database, modules });
const key = { agencyId: order.actor.agencyId, signingId: order.signingId };
if (order.batch !== undefined) await performSigningBatch(kernel, { agencyId: key.agencyId, signingIds: order.batch, actor: order.actor, secret: testPin });
else if (order.resumes === true) await resumeSigning(kernel, key, systemActor('crash test'));
else await performSigning(kernel, { ...key, actor: order.actor, secret: testPin });
await database.close();
process.stdout.write(JSON.stringify(steps));
