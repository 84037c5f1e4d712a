#!/usr/bin/env node
// Verifies an evidence package and nothing else: no database, no server, none of what they need. `npx lienthong-evidence FILE …` is
// `npx lienthong evidence verify FILE …`.
import { ensureInstalled, root } from './install.mjs';
import { runOnNode24 } from './runtime.mjs';

try {
  await ensureInstalled({ dev: false });
  const program = `const { evidenceCommand } = await import(${JSON.stringify(new URL('../src/engines/exchange/offline.ts', import.meta.url).href)}); process.exitCode = await evidenceCommand(process.argv.slice(1));`;
  const given = process.argv.slice(2);
  process.exitCode = await runOnNode24({ root, args: ['--input-type=module', '--eval', program, '--', ...(given[0] === 'verify' ? [] : ['verify']), ...given] });
} catch (error) {
  console.error(error.message);
  process.exitCode = 3;
}
