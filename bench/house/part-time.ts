import { Worker } from 'node:worker_threads';

/** One turn of a process that works part of the time: short against whatever waits for it, long against a switch between processes. */
const TURN_MS = 40;

/**
 * Lets each process, with those that it started (a group of its own), work only for this part of the time, by stopping and continuing it. So a machine
 * with few cores shows what a further worker brings where there is a core for it.
 * @returns what lets them work all the time again
 */
export async function workPartTime(pids: readonly number[], part: number): Promise<() => Promise<void>> {
  const ending = new Int32Array(new SharedArrayBuffer(4));
  const keepers = pids.map((pid, index) => new Worker(new URL('part-time-keeper.ts', import.meta.url), { execArgv: [], workerData: { pid, ending, on: TURN_MS * part, off: TURN_MS * (1 - part), late: (TURN_MS * index) / pids.length } }));
  const ended = keepers.map((each) => new Promise<void>((resolve, reject) => void each.once('exit', () => { resolve(); }).once('error', reject)));
  await Promise.all(keepers.map((each) => new Promise((resolve) => each.once('online', resolve))));
  return async () => {
    Atomics.store(ending, 0, 1);
    await Promise.all(ended);
  };
}
