import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { statIfThere } from './stat-if-there.ts';

test('what is not there is told from what cannot be read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-stat-'));
  try {
    writeFileSync(join(folder, 'file'), 'bốn');
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    assert.ok((await statIfThere(join(folder, 'file')))?.isFile());
    assert.equal(await statIfThere(join(folder, 'nothing')), undefined);
    assert.equal(await statIfThere(join(folder, 'file', 'below')), undefined);
    await assert.rejects(statIfThere(join(folder, 'loop')), { code: 'ELOOP' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
