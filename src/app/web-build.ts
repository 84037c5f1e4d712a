import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withLock } from '#kernel/postgres/lock.ts';

const root = resolve(import.meta.dirname, '../..');

/** Where the built workplace lies. */
export const webFolder = join(root, 'build', 'web');

const stampFile = join(root, 'build', 'web-stamp');

/**
 * Builds the workplace when its sources changed since the last build. In a process of its own, so that the server's
 * memory never holds a bundler.
 * @returns whether it was built now.
 */
export async function ensureWebBuilt(onProgress?: (text: string) => void): Promise<boolean> {
  const stamp = sourceStamp();
  const isBuilt = (): boolean => existsSync(join(webFolder, 'index.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (isBuilt()) return false;
  onProgress?.('Dựng giao diện (chỉ lần đầu hoặc sau khi mã nguồn đổi)');
  mkdirSync(join(root, 'build'), { recursive: true });
  return withLock(
    join(root, 'build', 'web.lock'),
    async () => {
      if (isBuilt()) return false;
      await buildAside();
      writeFileSync(stampFile, stamp);
      return true;
    },
    BUILD_PATIENCE_MS,
  );
}

const BUILD_PATIENCE_MS = 300_000;

/** Built beside the old one and put into its place whole: a server that is killed in the middle leaves the old one. */
async function buildAside(): Promise<void> {
  const next = `${webFolder}-next`;
  await runVite(next);
  rmSync(webFolder, { recursive: true, force: true });
  renameSync(next, webFolder);
}

function runVite(outDir: string): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const child = spawn(process.execPath, [vite, 'build', '-c', join(root, 'src/app/web/vite.config.ts'), '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done();
      else failed(new Error(`Không dựng được giao diện / the web client could not be built:\n${output}`));
    });
  });
}

/** A hash over every source file that the browser gets, and over the locked dependencies. */
function sourceStamp(): string {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  };
  add(join(root, 'package-lock.json'));
  const walk = (folder: string, inside: boolean): void => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path, inside || name === 'web' || path === join(root, 'src', 'ui'));
      else if (inside || name === 'contract.ts') add(path);
    }
  };
  walk(join(root, 'src'), false);
  return hash.digest('hex');
}
