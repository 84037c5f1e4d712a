// The checks that are not node:test files: types, lint, import rules. Each counts as one test.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const checks = [
  { name: 'type check (server)', script: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'type check (web)', script: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.web.json'] },
  { name: 'lint', script: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0', '--cache', '--cache-location', '.cache/eslint'] },
  { name: 'import rules', script: 'dependency-cruiser/bin/dependency-cruiser.mjs', args: ['--config', '.dependency-cruiser.cjs'], folders: ['src', 'seeds', 'bench', 'journeys', 'tests'] },
];

/** Runs the checks, two at a time, each in its own process. */
export async function runChecks({ root, signal }) {
  const results = { passed: 0, failures: [], skips: [] };
  const waiting = [...checks];
  const worker = async () => {
    for (let check = waiting.shift(); check && !signal.aborted; check = waiting.shift()) await runCheck({ check, root, signal, results });
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function runCheck({ check, root, signal, results }) {
  const started = Date.now();
  const folders = (check.folders ?? []).filter((folder) => existsSync(join(root, folder)));
  const { code, output } = await runScript([join(root, 'node_modules', check.script), ...check.args, ...folders], { cwd: root, signal });
  const time = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${code === 0 ? '✔' : '✖'} ${check.name} (${time})`);
  if (code === 0) results.passed += 1;
  else results.failures.push({ name: check.name, message: output.trim().split('\n').slice(0, 200).join('\n') });
}

function runScript(args, { cwd, signal }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: null, output: output + error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
