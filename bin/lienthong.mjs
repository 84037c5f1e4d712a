#!/usr/bin/env node
// The command-line tool: installs what is missing, then runs src/app/main.ts on Node 24.
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';
import { runOnNode24 } from './runtime.mjs';

try {
  await ensureInstalled({ dev: false });
  process.exitCode = await runOnNode24({ root, args: [join(root, 'src/app/main.ts'), ...process.argv.slice(2)] });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
