import pg from 'pg';

// safe because every statement of the driver goes through this one property of its prototype
const driver = pg.Client.prototype as unknown as { query: (...given: unknown[]) => unknown };

/** Calls a function before each statement that this process sends; for tests. Returns the function that ends it. */
export function watchStatements(onStatement: () => void): () => void {
  const { query } = driver;
  driver.query = function watched(this: unknown, ...given: unknown[]): unknown {
    onStatement();
    return Reflect.apply(query, this, given);
  };
  return () => {
    driver.query = query;
  };
}
