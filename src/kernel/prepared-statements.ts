import { createHash } from 'node:crypto';
import type pg from 'pg';

/** What a statement is asked for. Texts are asked for often before they are worth keeping in every connection. */
const WORTH_KEEPING = 5;
/** PostgreSQL keeps a plan of each in each connection: some ten kilobytes. */
const MOST_KEPT = 250;
/** Texts that were seen once are forgotten together when so many have gathered, as those with lists of changing length do. */
const MOST_SEEN = 2000;

/** Gives the name under which a statement is prepared, or nothing as long as it is not worth it. */
export type StatementNames = (text: string) => string | undefined;

/**
 * Names hand-written and built statements by their text, so that PostgreSQL reads and plans them once a connection. Parsing and planning
 * are a third of what the exchange costs PostgreSQL. Text that hardly ever comes again gets no name.
 */
export function nameStatements(): StatementNames {
  const kept = new Map<string, string>();
  const seen = new Map<string, number>();
  return (text) => {
    const name = kept.get(text);
    if (name !== undefined || kept.size >= MOST_KEPT) return name;
    const count = (seen.get(text) ?? 0) + 1;
    if (count < WORTH_KEEPING) {
      if (seen.size >= MOST_SEEN) seen.clear();
      seen.set(text, count);
      return undefined;
    }
    seen.delete(text);
    const given = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    kept.set(text, given);
    return given;
  };
}

/** A connection with the one way of asking that transactions use. */
export type StatementClient = { query<Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>> };

/** A connection on which statements that come again and again are prepared. */
export function preparing(client: pg.PoolClient, nameOf: StatementNames): StatementClient {
  return {
    query: <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) => {
      const name = values.length === 0 ? undefined : nameOf(text);
      return name === undefined ? client.query<Row>(text, values) : client.query<Row>({ name, text, values });
    },
  };
}

/** Whether PostgreSQL refuses a kept plan because a migration changed what its statement gives. A new connection has no such plan. */
export function isOutdatedPlan(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '0A000' && error.message.includes('cached plan');
}
