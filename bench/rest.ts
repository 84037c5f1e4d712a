/**
 * What the installation takes when nobody uses it: the resident memory of all its Node processes (the launcher too, PostgreSQL not) twenty
 * seconds after `npx lienthong start` says that it is ready, once right after the sample province was loaded and once after a later start;
 * and the compressed script that the browser fetches before it shows "Việc của tôi".
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { destroy } from '#kernel/postgres/index.ts';
import { firstLoadLimitBytes, measureFirstLoad } from '#app/web/size-check.ts';
import { freePort } from './house/free-port.ts';
import { report } from './house/report.ts';

const root = join(import.meta.dirname, '..');
const starts = ['first start, with the sample province', 'second start', 'third start'];
const restMs = 20_000;
const patienceMs = 300_000;
const limitMb = 300;
const firstScreen = 'capabilities/my-work/web/my-work-page.tsx';

type ProcessLine = { pid: number; parent: number; residentMb: number; command: string };

/** Prints both cases as a table and as JSON lines. */
export async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-rest-'));
  chmodSync(dataDir, 0o711); // as root the server runs under another account
  try {
    const memory: number[] = [];
    for (const start of starts) memory.push(await memoryAtRest(dataDir, start));
    const most = Math.max(...memory);
    const load = measureFirstLoad(firstScreen);
    report('at rest', [
      { bench: 'rest', case: 'memory', value: most, unit: 'MB', limit: limitMb, ratio: most / limitMb, demand: 'at most 1' },
      { bench: 'rest', case: 'first-load', value: load.scriptBytes / 1000, unit: 'kB', limit: firstLoadLimitBytes / 1000, ratio: load.scriptBytes / firstLoadLimitBytes, demand: 'at most 1' },
    ]);
  } finally {
    await destroy(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Starts the installation as a person does, waits until it is at rest, and stops it. */
async function memoryAtRest(dataDir: string, start: string): Promise<number> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, 'bin/lienthong.mjs'), 'start'], {
    cwd: root,
    env: { ...environment(), DATA_DIR: dataDir, PORT: String(port) },
    stdio: 'ignore',
  });
  try {
    await untilReady(child, port);
    await sleep(restMs);
    const processes = nodeProcessesOf(child.pid ?? 0);
    const sum = processes.reduce((total, each) => total + each.residentMb, 0);
    console.log(`${start}: ${processes.map((each) => `${each.residentMb.toFixed(1)} MB ${each.command}`).join(' + ')} = ${sum.toFixed(1)} MB`);
    return sum;
  } finally {
    await stop(child);
  }
}

/** What stands in our own environment for other tests must not change what a fresh start does. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }), ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  for (const until = performance.now() + patienceMs; performance.now() < until; ) {
    if (child.exitCode !== null) throw new Error(`start ended with ${child.exitCode}`);
    const reply = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply?.ok === true) return;
    await sleep(250);
  }
  throw new Error(`not ready after ${patienceMs} ms`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** The process and its descendants, without PostgreSQL's. */
function nodeProcessesOf(ancestor: number): ProcessLine[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).trim().split('\n');
  const all = lines.map((line): ProcessLine => {
    const [pid = '', parent = '', kilobytes = '', ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), residentMb: (Number(kilobytes) * 1024) / 1e6, command: command.filter((word) => !word.startsWith('-')).join(' ').replaceAll(`${root}/`, '') };
  });
  const family = new Set([ancestor]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter((each) => family.has(each.pid) && !/postgres/.test(each.command));
}
