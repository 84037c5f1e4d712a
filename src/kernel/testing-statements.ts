import pg from 'pg';
import type { TestHouse } from './testkit.ts';

// safe because every statement of the driver goes through this one property of its prototype
const driver = pg.Client.prototype as unknown as { query: (...given: unknown[]) => unknown };

/** Calls a function with each statement that this process is about to send; for tests. Returns the function that ends it. */
export function watchStatements(onStatement: (text: string) => void): () => void {
  const { query } = driver;
  driver.query = function watched(this: unknown, ...given: unknown[]): unknown {
    onStatement(textOf(given[0]));
    return Reflect.apply(query, this, given);
  };
  return () => {
    driver.query = query;
  };
}

function textOf(statement: unknown): string {
  return typeof statement === 'object' && statement !== null && 'text' in statement ? String(statement.text) : String(statement);
}

/** The plan that a statement gets inside a command's transaction, by the statistics of this moment and for any values; as one text. */
export async function planOf(house: Pick<TestHouse, 'sql'>, statement: string): Promise<string> {
  await house.sql('set enable_seqscan = off');
  const lines = await house.sql(`explain (generic_plan) ${statement}`);
  await house.sql('reset enable_seqscan');
  return lines.flatMap((line) => Object.values(line)).join('\n');
}
