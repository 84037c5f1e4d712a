import { createHash, createHmac } from 'node:crypto';
import type pg from 'pg';

/**
 * The role with which the application works on a database: it owns nothing and can alter nothing. Roles belong to the whole server, so
 * each database has its own: installations side by side on one server have different secrets, and so different passwords.
 * @param ownerUrl the database past any pooler, which may know it by another name.
 */
export function applicationRole(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  // An address without a database means the one that is named as the user.
  const database = decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username);
  return `lienthong_app_${createHash('sha256').update(database).digest('hex').slice(0, 12)}`;
}

/** The password of the application's role, for a pooler that keeps a list of users. It follows from the installation's secret. */
export function applicationPassword(appSecret: string): string {
  return createHmac('sha256', appSecret).update('database role').digest('base64url');
}

/** The address of the same database for the application's role. */
export function applicationUrl(ownerUrl: string, appSecret: string, role = applicationRole(ownerUrl)): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = applicationPassword(appSecret);
  return url.toString();
}

/** Makes the role when there is none, gives it its password, and returns its name. */
export async function ensureApplicationRole(client: pg.Client, ownerUrl: string, appSecret: string): Promise<string> {
  const role = applicationRole(ownerUrl);
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  // A new role has no rights but those that are given to it. An owner that is no superuser may set a password, and nothing more.
  await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${role} login password ${client.escapeLiteral(applicationPassword(appSecret))}`);
  return role;
}

/**
 * Grants by what each table's comment says: an append-only table can be read and added to, nothing more. A table whose
 * comment says "Kept by migrations." can only be read.
 */
export async function grantToApplication(client: pg.Client, role: string, schemas: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ schema: string; name: string; comment: string | null }>(
    `select n.nspname as schema, c.relname as name, obj_description(c.oid, 'pg_class') as comment
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relkind in ('r', 'p') order by 1, 2`,
    [schemas],
  );
  const present = [...new Set(rows.map((row) => row.schema))];
  const statements = present.flatMap((schema) => [
    `grant usage on schema ${schema} to ${role}`,
    `revoke all on all tables in schema ${schema} from ${role}`,
    `grant usage on all sequences in schema ${schema} to ${role}`,
  ]);
  for (const row of rows) {
    const comment = row.comment ?? '';
    const rights = comment.includes('Kept by migrations.') ? 'select' : comment.includes('Append-only.') ? 'select, insert' : 'select, insert, update, delete';
    statements.push(`grant ${rights} on ${row.schema}.${row.name} to ${role}`);
  }
  await client.query(statements.join(';\n'));
  await retireSharedRole(client, present);
}

/** The first versions had this one role for all databases of a server. */
const SHARED_ROLE = 'lienthong_app';

/** The shared role loses what it had in this database, and goes altogether when no other database needs it. */
async function retireSharedRole(client: pg.Client, schemas: readonly string[]): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [SHARED_ROLE]);
  if (rowCount === 0) return;
  const statements = schemas.flatMap((schema) => ['schema', 'all tables in schema', 'all sequences in schema'].map((what) => `revoke all on ${what} ${schema} from ${SHARED_ROLE}`));
  await client.query(statements.join(';\n'));
  try {
    await client.query(`drop role ${SHARED_ROLE}`);
  } catch (error) {
    // Another database has not been brought up to date yet, another owner made the role, or a neighbour drops it at this moment.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== '2BP01' && code !== '42501' && code !== '42704' && code !== 'XX000') throw error;
  }
}
