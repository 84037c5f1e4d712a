import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
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

/** A connection with the two ways of asking that transactions use. */
export type StatementClient = {
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
  /**
   * An `insert`, `update` or `delete` whose answer nobody needs: it leaves with the next question or the commit, and if it fails, so does the transaction.
   * What is written without a question between is one statement for PostgreSQL: none sees what another one changes, and no two may change one row.
   */
  write(text: string, values: unknown[]): void;
};

/** The statements of one transaction, from its beginning to its commit. */
export type TransactionStatements = StatementClient & {
  /** Commits what was asked and written. @throws the first failure of what was written; then nothing was committed */
  commit(): Promise<void>;
  /** Lets go what waits for the next question. */
  release(): void;
};

/** The statements of a transaction on a connection. Those that come again and again are prepared; what is asked within one turn leaves in one packet, and wakes the server once. */
export function statementsOf(client: pg.PoolClient, nameOf: StatementNames | undefined): TransactionStatements {
  const gathered = gather(client.connection.stream);
  const waiting: Write[] = [];
  const answers: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const ask = <Row extends pg.QueryResultRow>(text: string, values: unknown[]) => {
    const name = values.length === 0 ? undefined : nameOf?.(text);
    return name === undefined ? client.query<Row>(text, values) : client.query<Row>({ name, text, values });
  };
  const sendWritten = (): void => {
    while (waiting.length > 0) {
      const { text, values } = asOne(waiting.splice(0, MOST_JOINED));
      const answer = ask(text, values);
      answers.push(answer);
      answer.catch((error: unknown) => failures.push(error));
    }
  };
  return {
    query: <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) => {
      gathered.untilTurn();
      sendWritten();
      return ask<Row>(text, values);
    },
    write(text, values) {
      // Anything else would hold alone and fail beside another.
      if (!JOINABLE.test(text)) throw new Error('only an insert, update or delete is written without waiting; ask what begins otherwise');
      waiting.push({ text, values });
    },
    async commit() {
      gathered.untilReleased();
      sendWritten();
      if (answers.length > 0) {
        // What this process itself cannot send fails within the turn: PostgreSQL knows nothing of it, and would commit without it.
        await setImmediate();
        if (failures.length > 0) throw failures[0];
      }
      const committed = client.query('commit');
      gathered.release();
      // Where a statement failed, PostgreSQL rolls back instead.
      const [{ command }] = await Promise.all([committed, ...answers]);
      if (command !== 'COMMIT') throw new Error('a command went on after a statement of its transaction had failed');
    },
    release: () => {
      gathered.release();
    },
  };
}

type Write = { text: string; values: unknown[] };

const JOINABLE = /^\s*(?:insert|update|delete)\s/i;

/** Commands write less; whoever writes row by row gets statements that still come again. */
const MOST_JOINED = 8;
const joined = new Map<string, string>();

/** Several changes as one statement: what PostgreSQL does for each statement it does once. */
function asOne(writes: readonly Write[]): Write {
  const [only] = writes;
  if (only !== undefined && writes.length === 1) return only;
  const texts = writes.map(({ text }) => text);
  const key = texts.join(';');
  const text = joined.get(key) ?? joinTexts(writes);
  if (joined.size >= MOST_SEEN) joined.clear();
  joined.set(key, text);
  return { text, values: writes.flatMap(({ values }) => values) };
}

function joinTexts(writes: readonly Write[]): string {
  let before = 0;
  const parts = writes.map(({ text, values }, place) => {
    const shift = before;
    before += values.length;
    return `w${String(place)} as (${text.replaceAll(/\$(\d+)/g, (_, number: string) => `$${String(Number(number) + shift)}`)})`;
  });
  return `with ${parts.join(', ')} select`;
}

/** Holds back what is written to a stream, until the end of the turn or until it is released. */
function gather(stream: Writable): { untilTurn(): void; untilReleased(): void; release(): void } {
  let isHeld = false;
  const untilReleased = (): void => {
    if (isHeld) return;
    isHeld = true;
    stream.cork();
  };
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    stream.uncork();
  };
  const untilTurn = (): void => {
    untilReleased();
    process.nextTick(release);
  };
  return { untilTurn, untilReleased, release };
}

/** Whether PostgreSQL refuses a kept plan because a migration changed what its statement gives. A new connection has no such plan. */
export function isOutdatedPlan(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '0A000' && error.message.includes('cached plan');
}
