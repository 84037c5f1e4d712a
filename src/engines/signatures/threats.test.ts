import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../../..');

test('each attack that docs/signatures.md names has its test, under the name that it is given there', () => {
  const table = readFileSync(join(root, 'docs/signatures.md'), 'utf8').split('## Threats')[1] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (attack|---)/.test(line));
  assert.ok(rows.length > 30);
  for (const row of rows) {
    const [, attack = '', , shownBy = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const groups = shownBy.split('; ').map((group) => /^`([^`]+\.test\.ts)`: (.+)$/.exec(group));
    assert.ok(groups.length > 0);
    for (const group of groups) {
      const [, file = '', names = ''] = group ?? assert.fail(`${attack}: ${shownBy}`);
      const path = join(root, file.startsWith('src/') ? file : join('src/engines/signatures', file));
      assert.ok(existsSync(path), `${attack}: there is no ${file}`);
      const text = readFileSync(path, 'utf8');
      const quoted = names.match(/(?<=")[^",][^"]*(?=")/g) ?? [];
      assert.ok(quoted.length > 0, `${attack}: ${file} without the name of a test`);
      for (const name of quoted) assert.ok(text.includes(name), `${attack}: ${file} has no test “${name}”`);
    }
  }
});
