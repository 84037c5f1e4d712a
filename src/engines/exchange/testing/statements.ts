import pg from 'pg';

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
