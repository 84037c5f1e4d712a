// npm run bench -- NAME…: runs bench/NAME.ts on Node 24, each in its own process with a free garbage collector; without a name lists them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';
import { runOnNode24 } from './runtime.mjs';

const directory = join(root, 'bench');

/** Each file at the top of bench/ exports `run`; what they share lies in folders. */
function names() {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => name.slice(0, -3)).sort();
}

async function main(wanted) {
  const unknown = wanted.filter((name) => !names().includes(name));
  if (wanted.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) console.error(`Không có phép đo (no such benchmark): ${unknown.join(', ')}`);
    console.log(`Các phép đo (benchmarks): ${names().join(', ') || '—'}`);
    return unknown.length > 0 ? 1 : 0;
  }
  await ensureInstalled({ dev: true });
  let worst = 0;
  for (const name of wanted) {
    const program = `const { run } = await import(${JSON.stringify(pathToFileURL(join(directory, `${name}.ts`)).href)}); await run();`;
    worst = Math.max(worst, await runOnNode24({ root, args: ['--expose-gc', '--input-type=module', '--eval', program] }));
  }
  return worst;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
