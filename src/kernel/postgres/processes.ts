import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Names a process so that a reused process id is not mistaken for it: "pid-starttime". The start time is known on Linux only;
 * elsewhere the second part is 0 and a reused id may look alive.
 */
export function identify(pid: number): string {
  return `${pid}-${linuxStat(pid)?.startTime ?? '0'}`;
}

/** Whether the process that was once given by `identify` still lives. */
export function isIdentityAlive(identity: string): boolean {
  const pid = Number(identity.split('-')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && identify(pid) === identity;
}

/** Whether a process lives. A zombie does not: containers often run without an init that reaps orphans. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false; // safe because kill fails with a system error only
  }
  return linuxStat(pid)?.state !== 'Z';
}

/** Whether this living process is a PostgreSQL that works in the given data directory (a server changes into it at start). */
export function isPostgresOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') return workingDirectory(pid) === cluster;
  if (process.platform === 'win32') return true;
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).includes('postgres');
  } catch {
    return false; // ps fails when the process is gone
  }
}

/**
 * Whether any process still works in the data directory: after `kill -9` of the postmaster its children live on for a moment, and
 * to remove its lock file then would let two servers write the same files.
 */
export function isAnyoneIn(cluster: string): boolean {
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && workingDirectory(Number(name)) === cluster);
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // gone, a zombie, or another person's process
  }
}

function linuxStat(pid: number): { state: string; startTime: string } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '0' };
  } catch {
    return undefined;
  }
}
