import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('a mistyped option is told as such with what the command takes, and not as a defect', () => {
  for (const args of [['seed', '--help'], ['start', '--servces=web'], ['doctor', 'all']]) {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { encoding: 'utf8' });
    assert.equal(status, 64, stderr);
    assert.match(stderr, new RegExp(`^Lệnh ${args[0] ?? ''} không hiểu`));
    assert.match(stderr, /is not understood.*\n\n.*·/s);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
});
