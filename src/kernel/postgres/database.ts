import pg from 'pg';

/**
 * Makes sure that a database of this name exists on the server of `url` and returns its address. UTF8, with the server's default order
 * of text. The user of `url` needs CREATEDB if the database is missing. Works on PostgreSQL 15 to 18.
 */
export async function ensureDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await create(client, name);
  } finally {
    await client.end();
  }
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(name)}`;
  return address.href;
}

async function create(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(`create database ${client.escapeIdentifier(name)} template template0 encoding 'UTF8'`);
  } catch (error) {
    // Another process made it between our look and our command: duplicate_database, or unique_violation on the catalog.
    if (error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505')) return;
    throw error;
  }
}
