import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { newId } from '#kernel/ids.ts';

/** A statement with its values, as the product runs it. */
export type Bare = { text: string; values: readonly unknown[] };
export type BareLoad = { url: string; connections: number; seconds: number; statements: readonly Bare[] };

const hasPgbench = spawnSync('pgbench', ['--version']).status === 0;
/** Who runs the bare statements here. */
export const bareClient = hasPgbench ? 'pgbench -M prepared' : 'a loop of prepared statements in Node';

/** How many times a second the statements run without anything around them, prepared, in turns, over so many connections. */
export async function measureBare(load: BareLoad): Promise<number> {
  return hasPgbench ? withPgbench(load) : inNode(load);
}

async function withPgbench({ url, connections, seconds, statements }: BareLoad): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-pgbench-'));
  try {
    const variables: string[] = [];
    const files = statements.map(({ text, values }, index) => {
      values.forEach((value, place) => variables.push('-D', `v${index}_${place + 1}=${String(value)}`));
      const file = join(folder, `${index}.sql`);
      writeFileSync(file, `${script(text).replaceAll(/\$(\d+)/g, (_match, place: string) => `:v${index}_${place}`)};\n`);
      return ['-f', file];
    });
    const args = ['-n', '-M', 'prepared', '-c', String(connections), '-j', '2', '-T', String(seconds), ...variables, ...files.flat(), url];
    // each file is a statement of its own to pgbench: without this most of a short run would be plans for single values
    const env = { ...process.env, PGOPTIONS: '-c plan_cache_mode=force_generic_plan' };
    const { stdout } = await promisify(execFile)('pgbench', args, { maxBuffer: 16e6, env });
    const rate = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
    if (!(rate > 0)) throw new Error(`pgbench said: ${stdout}`);
    return rate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line, and no colon before a letter inside a literal, which pgbench would take for a variable. */
function script(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/'[^']*'/g, (literal) => literal.replaceAll(/:(?=[A-Za-z])/g, `' || chr(58) || '`));
}

async function inNode({ url, connections, seconds, statements }: BareLoad): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const names = new Map<string, string>();
  const prepared = statements.map(({ text, values }) => {
    const name = names.get(text) ?? newId();
    names.set(text, name);
    return { name, text, values: [...values] };
  });
  let count = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    clients.map(async (client, index) => {
      for (let next = index * 7; performance.now() < until; next += 1) {
        const statement = prepared[next % prepared.length];
        if (statement !== undefined) await client.query(statement);
        count += 1;
      }
    }),
  );
  const rate = (count * 1000) / (performance.now() - began);
  await Promise.all(clients.map((client) => client.end()));
  return rate;
}
