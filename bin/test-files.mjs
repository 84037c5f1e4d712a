// Runs test files with node:test, each in its own process, and turns its events into counts, failures and skips.
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';

const minutes = 60_000;
const MOST_LINES = 150; // of what one failure says

/**
 * Runs the files three at a time: much of a test is waiting for another process, so that two of them leave two cores idle. A file that
 * hangs is ended after 15 minutes (two hours for the long run). What tests print is shown when `isChatty`, and at the end for a file
 * whose process failed.
 */
export async function runFiles({ root, files, signal, isChatty }) {
  const results = { passed: 0, failures: [], skips: [] };
  const path = [];
  const said = new Map(); // by file: the reason when its process fails
  const execArgv = [`--import=${new URL('./test-compile-cache.mjs', import.meta.url).href}`];
  const stream = run({ files, cwd: root, concurrency: 3, execArgv, signal, timeout: (process.env.LIENTHONG_LONG ? 120 : 15) * minutes });
  for await (const { type, data } of stream) {
    if (type === 'test:start') path.splice(data.nesting, Infinity, data.name);
    if (type === 'test:pass') pass({ data, path, root, results });
    if (type === 'test:fail') fail({ data, path, root, results, said });
    if (type === 'test:stdout' || type === 'test:stderr') {
      if (isChatty) process.stderr.write(data.message);
      note({ data, root, said });
    }
    if (type === 'test:diagnostic' && data.file) {
      // What a test has measured; the long run is there for it.
      if (isChatty || process.env.LIENTHONG_LONG) console.log(`ℹ ${data.message}`);
      note({ data, root, said });
    }
    if (type === 'test:summary' && data.file) tellFile(data, root);
  }
  return results;
}

function note({ data, root, said }) {
  const file = relative(root, resolve(root, data.file));
  said.set(file, `${said.get(file) ?? ''}${data.message.trimEnd()}\n`.slice(-4000));
}

function pass({ data, path, root, results }) {
  const name = nameOf({ data, path, root });
  const reason = data.skip ?? data.todo;
  if (reason !== undefined && reason !== false) results.skips.push({ name, reason: reason === true || reason === '' ? 'no reason given' : reason });
  else if (isFile(data)) results.failures.push({ name, message: 'the file holds no test' });
  else if (data.details.type !== 'suite') results.passed += 1;
}

function fail({ data, path, root, results, said }) {
  const error = data.details.error;
  // A suite or a file fails because of a test in it, which has been counted.
  if (error?.failureType === 'subtestsFailed') return;
  const cause = error?.cause ?? error;
  const message = isFile(data) ? `${String(cause)}\n${said.get(relative(root, data.file)) ?? ''}`.trim() : typeof cause === 'object' ? inspect(cause, { depth: 4 }) : String(cause);
  const failure = { name: nameOf({ data, path, root }), message: message.split('\n').slice(0, MOST_LINES).join('\n') };
  results.failures.push(failure);
  console.log(`✖ ${failure.name}\n${failure.message.replace(/^/gm, '    ')}`);
}

/** A file is reported as a test of its own when it holds none, or when its process fails. */
function isFile({ name, file, nesting }) {
  return nesting === 0 && file !== undefined && file.endsWith(relative('.', name)) && name.endsWith('.test.ts');
}

function nameOf({ data, path, root }) {
  const file = data.file ? relative(root, data.file) : '';
  const names = isFile(data) ? [] : [...path.slice(0, data.nesting), data.name];
  return [file, ...names].filter(Boolean).join(' › ');
}

function tellFile({ file, counts, duration_ms: durationMs, success }, root) {
  console.log(`${success ? '✔' : '✖'} ${relative(root, file)} (${counts.tests} tests, ${(durationMs / 1000).toFixed(1)} s)`);
}
