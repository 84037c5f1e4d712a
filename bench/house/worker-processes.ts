import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.ts';

const root = join(import.meta.dirname, '../..');
const READY_MS = 120_000;

export type WorkerProcesses = { pids: number[]; stop(): Promise<void> };

/** In groups each leads what it starts; who interrupts the bench then has to end it by hand. */
export type WorkerOptions = { inGroups: boolean };

/** Starts so many workers as `start --services=worker` runs them, and waits until all of them listen for work. */
export async function startWorkers(house: House, count: number, { inGroups }: WorkerOptions = { inGroups: false }): Promise<WorkerProcesses> {
  const children = Array.from({ length: count }, () => startOne(house.environment, inGroups));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(endOne));
  };
  try {
    await untilListening(house, children);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: children.flatMap(({ pid }) => pid ?? []), stop };
}

function startOne(environment: Record<string, string>, detached: boolean): ChildProcess {
  const profile = process.env['BENCH_CPU_PROFILE'];
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...profiling, join(root, 'src/app/main.ts'), 'start', '--services=worker', '--no-seed'], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached,
  });
}

async function endOne(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function untilListening(house: House, children: readonly ChildProcess[]): Promise<void> {
  for (const until = performance.now() + READY_MS; performance.now() < until; ) {
    const ended = children.find(({ exitCode }) => exitCode !== null);
    if (ended !== undefined) throw new Error(`a worker ended with ${String(ended.exitCode)}`);
    const [row] = await house.sql<{ count: number }>(`select count(*) as count from pg_stat_activity where application_name = 'lienthong worker hints' and datname = current_database()`);
    if ((row?.count ?? 0) >= children.length) return;
    await sleep(100);
  }
  throw new Error('the workers are not ready');
}
