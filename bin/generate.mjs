// Writes the generated files (db/schema.sql, table types, openapi.json): runs src/app/generate.ts on Node 24.
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';
import { runOnNode24 } from './runtime.mjs';

try {
  await ensureInstalled({ dev: true });
  process.exitCode = await runOnNode24({ root, args: [join(root, 'src/app/generate.ts'), ...process.argv.slice(2)] });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
