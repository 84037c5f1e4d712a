// npm test: installs what is missing (the tools of development included), then runs bin/run-tests.mjs on Node 24.
//   node bin/test.mjs            everything: type check, lint, import rules, all tests
//   node bin/test.mjs PATTERN…   only test files whose path holds a pattern, or fits it as a glob
//   node bin/test.mjs --long     also what takes minutes (LIENTHONG_LONG=1)
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';
import { runOnNode24 } from './runtime.mjs';

try {
  await ensureInstalled({ dev: true });
  process.exitCode = await runOnNode24({ root, args: [join(root, 'bin/run-tests.mjs'), ...process.argv.slice(2)] });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
