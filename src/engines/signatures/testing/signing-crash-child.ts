/**
 * A process for `signing-crash.test.ts`: performs one signing and kills itself at the statement that it was told, without a
 * chance to clean up. Without a number it lives, and prints the kinds of statements that there were.
 */
import pg from 'pg';
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

export type CrashOrder = { url: string; environment: Record<string, string>; now: string; signingId: string; /** Signed together, instead of the one. */ batch?: string[]; actor: PersonActor; killAt?: number; after?: boolean; smartCaUrl?: string; resumes?: boolean };

// safe because only the test starts this process
const order = JSON.parse(process.env['CRASH_ORDER'] ?? '') as CrashOrder;
const steps: string[] = [];
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
// safe because the same function is put back around itself, and always called on a client
const query = Reflect.get(pg.Client.prototype, 'query') as Query;
const counted: Query = function (this: pg.Client, ...args) {
  const [first] = args;
  const text = typeof first === 'string' ? first : typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : '';
  const kind = /^\s*(begin|commit|insert|update)/i.exec(text)?.[1];
  if (kind === undefined) return query.apply(this, args);
  steps.push(kind);
  if (steps.length !== order.killAt) return query.apply(this, args);
  if (order.after !== true) die();
  const result = query.apply(this, args.at(-1) instanceof Function ? [...args.slice(0, -1), die] : args);
  if (result instanceof Promise) void result.then(die);
  return new Promise(() => undefined);
};
Object.assign(pg.Client.prototype, { query: counted });

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
