// Installs the dependencies when they are missing or out of date. Plain JavaScript for any Node from 20 on: nothing is installed yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findRuntime } from './runtime.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.lienthong-install.json');
const cacheDir = join(root, '.cache');

/** Makes node_modules fit package-lock.json; with `dev` also the tools of development. Throws an Error whose text is for a person. */
export async function ensureInstalled({ dev }) {
  if (isInstalled(dev)) return;
  const release = await takeLock();
  try {
    if (isInstalled(dev)) return; // another process did it while we waited
    say('Đang cài thư viện và Node 24, lần đầu mất vài phút…', 'Installing libraries and Node 24, a few minutes the first time…');
    const started = Date.now();
    await install(dev);
    say(`Đã cài xong sau ${seconds(started)} giây.`, `Installed in ${seconds(started)} s.`);
  } finally {
    release();
  }
}

/** True when the stamp of the last install fits; without a stamp (npm ci by hand, a container image) when npm's own record does. */
function isInstalled(dev) {
  const lockText = readFileSync(join(root, 'package-lock.json'));
  const stamp = { lock: createHash('sha256').update(lockText).digest('hex'), platform: `${process.platform}-${process.arch}` };
  const last = readJson(stampFile);
  if (last?.lock === stamp.lock && last.platform === stamp.platform && (last.dev || !dev) && existsSync(join(modules, '.package-lock.json'))) return true;
  const absent = absentPackages(JSON.parse(lockText.toString()), dev);
  if (absent.length > 0) return false;
  const hasDev = dev || absentPackages(JSON.parse(lockText.toString()), true).length === 0;
  tryTo(() => writeFileSync(stampFile, JSON.stringify({ ...stamp, dev: hasDev }))); // a read-only installation is fine, only slower to check
  return true;
}

/** Packages of the lock file, for this platform, that node_modules lacks or has in another version. */
function absentPackages(lock, dev) {
  const installed = readJson(join(modules, '.package-lock.json'))?.packages ?? {};
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.link && !entry.extraneous && (dev || !(entry.dev || entry.devOptional)) && fitsPlatform(entry))
    .filter(([path, entry]) => installed[path]?.version !== entry.version)
    .map(([path]) => path);
}

function fitsPlatform({ os, cpu, libc, optional, peer }) {
  if (optional && peer) return false;
  if (optional && !os && !cpu) return false; // helpers of WebAssembly builds: npm leaves them out with what needs them
  return fits(os, process.platform) && fits(cpu, process.arch) && (!libc || process.platform !== 'linux' || fits(libc, libcName()));
}

let knownLibc;

function libcName() {
  if (!knownLibc) {
    process.report.excludeNetwork = true; // the report would ask the name server for each open connection
    knownLibc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  }
  return knownLibc;
}

function fits(allowed, actual) {
  const list = allowed === undefined ? [] : [allowed].flat();
  return list.length === 0 || (list.includes(actual) && !list.includes(`!${actual}`)) || (list.every((name) => name.startsWith('!')) && !list.includes(`!${actual}`));
}

async function install(dev) {
  // Only what is missing is added when a start has installed the rest before: "npm ci" would pull node_modules from under a running server.
  const addsDevOnly = dev && isInstalled(false);
  await npm(process.execPath, addsDevOnly, dev);
  const lock = readJson(join(root, 'package-lock.json'));
  // npm on an old Node silently leaves out optional packages that ask for a newer one. Node 24 is here now: let it fetch the rest.
  const runtime = findRuntime(root);
  if (runtime && absentPackages(lock, dev).length > 0) await npm(runtime, true, dev);
  if (!isInstalled(dev)) {
    throw new Error(bilingual(`npm đã chạy nhưng còn thiếu: ${absentPackages(lock, dev).slice(0, 5).join(', ')}. Hãy xoá node_modules rồi chạy lại.`,
      'npm ran but the packages above are still missing. Delete node_modules and run again.'));
  }
}

/** Runs `npm ci`; with `add`, `npm install`, which keeps what is there. Neither changes package.json or the lock file. */
async function npm(node, add, dev) {
  const command = add ? ['install', '--no-save'] : ['ci'];
  // Whatever the machine's npm is configured to leave out or to refuse, this project needs exactly these.
  const include = ['--include=prod', '--include=optional', ...(dev ? ['--include=dev'] : ['--omit=dev'])];
  const rules = ['--ignore-scripts', '--engine-strict=false', '--package-lock=true', '--install-strategy=hoisted', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const env = npmEnvironment(node, dev);
  if (!cacheIsWritable(env)) env.npm_config_cache = join(cacheDir, 'npm'); // a read-only or missing home directory
  const [program, ...start] = npmProgram(node);
  const { status, output } = await runWithProgress(program, [...start, ...command, ...include, ...rules], env);
  if (status === 0) return;
  // "npm ci" refuses a lock file that lacks an optional package of some other platform (npm writes such files); "npm install" takes it.
  if (!add && /\bEUSAGE\b/.test(output)) return npm(node, true, dev);
  throw new Error(bilingual('Không cài được thư viện. Hãy kiểm tra mạng (proxy, chứng chỉ), chỗ trống trên đĩa và quyền ghi vào thư mục này, rồi chạy lại.',
    'The libraries could not be installed. Check the network (proxy, certificates), free disk space and write permission here, then run again.')
    + `\n${output.trim().split('\n').slice(-15).join('\n')}`);
}

/** Without what an inherited "npm start --omit=…" or NODE_ENV=production would add to our own choice. */
function npmEnvironment(node, dev) {
  const choices = /^npm_config_(omit|include|only|also|production|dev|optional|global|location|dry_run|workspaces?|prefix|local_prefix)$/i;
  const kept = Object.entries(process.env).filter(([name]) => !choices.test(name) && !(dev && name === 'NODE_ENV'));
  return { ...Object.fromEntries(kept), PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
}

/** npm as a script for a chosen Node: beside the Node that runs us, or the one that started us, or the first on PATH. */
function npmProgram(node) {
  const beside = process.platform === 'win32' ? join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js') : join(dirname(dirname(process.execPath)), 'lib/node_modules/npm/bin/npm-cli.js');
  const script = [process.env.npm_execpath, beside].find((path) => path?.endsWith('npm-cli.js') && existsSync(path));
  if (script) return [node, script];
  const names = process.platform === 'win32' ? ['npm.cmd'] : ['npm'];
  const found = (process.env.PATH ?? '').split(delimiter).flatMap((directory) => names.map((name) => join(directory, name))).find((path) => existsSync(path));
  if (found) return [found];
  throw new Error(bilingual('Máy này chưa có npm. Hãy cài npm (đi kèm Node.js từ nodejs.org) rồi chạy lại.', 'There is no npm on this machine. Install npm (it comes with Node.js from nodejs.org) and run again.'));
}

function cacheIsWritable(env) {
  const cache = env.npm_config_cache ?? join(homedir(), '.npm');
  return tryTo(() => {
    if (!existsSync(cache)) mkdirSync(cache); // not recursive: below /proc Node would try for ever
    for (const path of [cache, join(cache, '_cacache'), join(cache, '_cacache/tmp')]) {
      if (existsSync(path)) accessSync(path, constants.W_OK);
    }
  });
}

function runWithProgress(program, args, env) {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], shell: program.endsWith('.cmd') });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const beat = setInterval(() => say(`… ${seconds(started)} giây, ${countPackages()} gói`, `${countPackages()} packages`), 10_000);
    const finish = (status, text = '') => {
      clearInterval(beat);
      resolve({ status, output: output + text });
    };
    child.on('error', (error) => finish(null, error.message));
    child.on('close', (status) => finish(status));
  });
}

function countPackages() {
  let count = 0;
  tryTo(() => {
    for (const name of readdirSync(modules)) count += name.startsWith('@') ? readdirSync(join(modules, name)).length : name.startsWith('.') ? 0 : 1;
  });
  return count;
}

/** One installation at a time. The lock of a dead process does not count. */
async function takeLock() {
  const path = join(cacheDir, 'install.lock');
  if (!tryTo(() => mkdirSync(cacheDir, { recursive: true }))) {
    throw new Error(bilingual(`Chưa cài đủ thư viện, mà thư mục ${root} không ghi được. Hãy chạy một lần bằng chủ của thư mục ấy.`, `Libraries are missing and ${root} cannot be written. Run once as the owner of that directory.`));
  }
  let isTold = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Error(bilingual(`Không ghi được vào ${cacheDir}. Hãy kiểm tra quyền.`, `${cacheDir} cannot be written. Check its permissions.`));
    }
    const holder = Number(tryTo(() => readFileSync(path, 'utf8')) || 0);
    if (holder > 0 && !isRunning(holder)) {
      rmSync(path, { force: true });
    } else {
      if (!isTold) say(`Đang đợi tiến trình ${holder} cài xong…`, `Waiting for process ${holder} to finish installing…`);
      isTold = true;
      await sleep(500);
    }
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function say(vi, en) {
  process.stderr.write(`${vi}  (${en})\n`);
}

function bilingual(vi, en) {
  return `${vi}\n${en}`;
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1000);
}

function readJson(path) {
  return tryTo(() => JSON.parse(readFileSync(path, 'utf8'))) || undefined;
}

/** The result of the work (true when it returns nothing), or false when it throws. */
function tryTo(work) {
  try {
    return work() ?? true;
  } catch {
    return false;
  }
}
