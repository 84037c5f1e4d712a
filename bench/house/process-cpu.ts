import { readdirSync, readFileSync } from 'node:fs';
import type { House } from './house.ts';

/** Linux counts in hundredths of a second for everybody who looks from outside. */
const TICKS_PER_SECOND = 100;

/** Gives the CPU seconds that this process, its children and the PostgreSQL of the house used so far; undefined where /proc does not tell. */
export async function cpuWatch(house: House): Promise<() => number | undefined> {
  const [row] = await house.sql<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = readStat(row?.pid ?? 0)?.parent;
  if (postmaster === undefined) return () => undefined;
  return () => secondsUnder([process.pid, postmaster]);
}

type Stat = { parent: number; ticks: number; endedChildrenTicks: number };

function secondsUnder(roots: readonly number[]): number {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const isUnder = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) if (roots.includes(at)) return true;
    return false;
  };
  let ticks = 0;
  for (const [pid, stat] of all) if (isUnder(pid)) ticks += stat.ticks + stat.endedChildrenTicks;
  return ticks / TICKS_PER_SECOND;
}

/** The name in brackets may hold spaces: the fields are counted behind it. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [fields[1], ...fields.slice(11, 15)];
    return { parent, ticks: user + system, endedChildrenTicks: endedUser + endedSystem };
  } catch {
    // it ended meanwhile, or this is no Linux
    return undefined;
  }
}

/** Megabytes of memory that a process holds now (RSS). */
export function residentMb(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(found?.[1] ?? 0) / 1024;
}
