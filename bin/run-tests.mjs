// The test run proper, on Node 24; started by bin/test.mjs.
import { existsSync, globSync } from 'node:fs';
import { dirname, matchesGlob, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChecks } from './test-checks.mjs';
import { startTestDatabase } from './test-database.mjs';
import { runFiles } from './test-files.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = ['src', 'seeds', 'tests', 'bench', 'journeys']; // units first, journeys last

async function main(args) {
  process.chdir(root);
  const patterns = args.filter((arg) => !arg.startsWith('--'));
  if (args.includes('--long')) process.env.LIENTHONG_LONG = '1';
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort());

  const total = { passed: 0, failures: [], skips: [] };
  if (patterns.length === 0) add(total, await runChecks({ root, signal: stop.signal }));
  const files = findFiles(patterns);
  if (files.length === 0) total.failures.push({ name: `no test file fits ${patterns.join(' ') || folders.join(', ')}`, message: '' });
  if (files.length > 0 && !stop.signal.aborted) {
    const database = await startTestDatabase(root);
    process.env.LIENTHONG_TEST_DATABASE_URL = database.url;
    try {
      const isLast = (file) => file.startsWith('journeys');
      for (const group of [files.filter((file) => !isLast(file)), files.filter(isLast)]) {
        if (group.length > 0 && !stop.signal.aborted) add(total, await runFiles({ root, files: group, signal: stop.signal, isChatty: patterns.length > 0 }));
      }
    } finally {
      await database.stop();
    }
  }
  if (stop.signal.aborted) total.failures.push({ name: 'the run was interrupted', message: '' });
  report(total);
  return total.failures.length > 0 ? 1 : 0;
}

function findFiles(patterns) {
  const all = folders.filter((folder) => existsSync(folder)).flatMap((folder) => globSync(`${folder}/**/*.test.ts`).sort());
  if (patterns.length === 0) return all;
  const wanted = patterns.map((pattern) => relative(root, pattern).replace(/^(\.\.\/)+/, '') || pattern);
  return all.filter((file) => [...patterns, ...wanted].some((pattern) => file.includes(pattern) || matchesGlob(file, pattern)));
}

function add(total, part) {
  total.passed += part.passed;
  total.failures.push(...part.failures);
  total.skips.push(...part.skips);
}

function report({ passed, failures, skips }) {
  if (skips.length > 0) console.log('\nSkipped:');
  for (const { name, reason } of skips) console.log(`  ﹣ ${name}: ${reason}`);
  if (failures.length > 0) console.log('\nFailed:');
  for (const { name, message } of failures) console.log(`  ✖ ${name}\n${message.replace(/^/gm, '      ')}`);
  console.log(`\n${passed} passed, ${failures.length} failed, ${skips.length} skipped`);
}

main(process.argv.slice(2)).then((code) => process.exit(code), (error) => {
  console.error(error);
  process.exit(1);
});
