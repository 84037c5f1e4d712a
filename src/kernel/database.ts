import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { AppError, kernelErrors } from './errors.ts';
import type { Log } from './log.ts';
import { isOutdatedPlan, nameStatements, statementsOf, type StatementClient, type StatementNames } from './prepared-statements.ts';

// Instants come as text only where a statement builds JSON; elsewhere `pg` makes Date objects. Counts fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => Number(text));
// A calendar day has no zone: keep the text.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export type DatabaseOptions = { url: string; directUrl: string; poolSize: number; prepareStatements: boolean; applicationName: string };

/** Whatever runs a hand-written statement: a command's open transaction, or the pool for a read outside one. */
export type Queryable = { query(text: string, values?: unknown[]): Promise<pg.QueryResult<Record<string, unknown>>> };

/** The application's connections. Each module sees its own tables only, through `tables<Tables>()`. */
export type Database = {
  pool: pg.Pool;
  /** A typed view of the pool for reads outside a transaction. */
  tables<Tables>(): Kysely<Tables>;
  /** Runs a hot, hand-written statement, prepared once per connection under `name`. */
  prepared(statement: PreparedStatement, values: unknown[]): Promise<pg.QueryResult<Record<string, unknown>>>;
  /** One transaction at READ COMMITTED, tried again when PostgreSQL asks for it (serialisation, deadlock). Statements that come often are prepared. */
  transaction<Result>(work: TransactionWork<Result>): Promise<Result>;
  directUrl: string;
  close(): Promise<void>;
};

/** What is done in one transaction, by Kysely or with hand-written statements; both run on the same connection. */
export type TransactionWork<Result> = (tx: () => Transaction<unknown>, client: StatementClient) => Promise<Result>;

export type PreparedStatement = { name: string; text: string };

/** A server that does not answer the farewell is not waited for any longer. */
const PARTING_MS = 2000;

/** Opens the pool. A lost server shows as `kernel.unavailable` on use, never as a crash of the process. */
export function openDatabase(options: DatabaseOptions, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Statements that do not wait for each other go on their way together.
    pipeline: true,
  });
  pool.on('error', (error) => {
    log.warn({ err: error }, 'an idle database connection was lost');
  });
  // Also a connection that is in use tells its loss by an event, besides the failing statement; unheard it would end the process.
  const connected = new Set<pg.PoolClient>();
  pool.on('remove', (client) => connected.delete(client));
  pool.on('connect', (client) => {
    connected.add(client);
    client.on('error', (error) => {
      log.debug({ err: error }, 'a database connection was lost in use');
    });
  });
  const root = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const nameOf = options.prepareStatements ? nameStatements() : undefined;
  return {
    pool,
    directUrl: options.directUrl,
    // safe because a Kysely instance carries its table types at compile time only
    tables: <Tables>() => root as Kysely<Tables>,
    prepared: async (statement, values) => {
      try {
        return await pool.query({ ...(options.prepareStatements ? { name: statement.name } : {}), text: statement.text, values });
      } catch (error) {
        throw translateDatabaseError(error);
      }
    },
    transaction: (work) => transact({ pool, nameOf }, work),
    close: async () => {
      // Kysely ends the pool only if it ever ran a statement.
      await root.destroy();
      if (!pool.ended) await pool.end();
      // The pool calls itself ended when it has begun to part from its connections. Whoever stops the server next would break those.
      for (const until = performance.now() + PARTING_MS; connected.size > 0 && performance.now() < until; ) await sleep(2);
    },
  };
}

const RETRY_CODES = new Set(['40001', '40P01']);
const MAX_TRIES = 5;

/**
 * Whoever writes asks by keys: a plan for any value is as good as one for these, which PostgreSQL would make again each time. Nor does a plan that is
 * made while a table is still small read that table as a whole ever after.
 */
const BEGIN_PREPARED = 'begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off';

async function transact<Result>({ pool, nameOf }: { pool: pg.Pool; nameOf: StatementNames | undefined }, work: TransactionWork<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect().catch((error: unknown) => {
      throw translateDatabaseError(error);
    });
    let broken: Error | undefined;
    const statements = statementsOf(client, nameOf);
    try {
      const begun = statements.query(nameOf === undefined ? 'begin' : BEGIN_PREPARED);
      // The first statement follows at once. PostgreSQL refuses a beginning only together with the connection; this is heard again below.
      begun.catch(() => undefined);
      let typed: Transaction<unknown> | undefined;
      const result = await work(() => (typed ??= transactionOn(statements)), statements);
      await begun;
      await statements.commit();
      return result;
    } catch (error) {
      statements.release();
      await client.query('rollback').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
      if (isOutdatedPlan(error)) {
        // The connection goes and takes its plans with it, so this ends at the latest with a new one.
        broken = new Error('the kept plans of this connection are out of date', { cause: error });
        attempt -= 1;
        continue;
      }
      if (attempt < MAX_TRIES && RETRY_CODES.has(databaseErrorCode(error) ?? '')) continue;
      throw translateDatabaseError(error);
    } finally {
      client.release(broken);
    }
  }
}

/** Kysely on one client whose transaction we opened ourselves. */
function transactionOn(client: StatementClient): Transaction<unknown> {
  const single = { connect: () => Promise.resolve({ query: client.query.bind(client), release: () => undefined }), end: () => Promise.resolve() };
  // safe because PostgresDialect only calls connect(), query() and release(); and a Transaction is a Kysely that must not open another
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- we open and commit the transaction ourselves; the class only marks the type
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool: single as unknown as pg.Pool }) }) as Transaction<unknown>;
}

export function databaseErrorCode(error: unknown): string | undefined {
  if (error instanceof AppError) return databaseErrorCode(error.details.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const UNAVAILABLE = /^(08|57P0|53300|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EAI_AGAIN)/;

/** Gives the failures of the server itself a code that people can act on; other errors pass unchanged. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = databaseErrorCode(error);
  if (code === '53100' || code === 'ENOSPC') return kernelErrors.storageFull({ cause: error });
  // A NUL in what was sent, on a way that is not looked through at the door.
  if (code === '22021') return kernelErrors.invalidInput({ cause: error });
  const lost = error instanceof Error && /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(error.message);
  return lost || (code !== undefined && UNAVAILABLE.test(code)) ? kernelErrors.unavailable({ cause: error }) : error;
}
