import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

test('every wrong variable is named at once, with its mend', () => {
  assert.throws(
    () => readConfig({ PORT: 'eighty', DATABASE_URL: 'mysql://x', UPLOAD_LIMIT_MB: '0', APP_SECRET: 'short' }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      for (const name of ['PORT', 'DATABASE_URL', 'UPLOAD_LIMIT_MB', 'APP_SECRET']) assert.match(error.message, new RegExp(`Biến môi trường ${name} .*how to mend`));
      assert.doesNotMatch(error.message, /LOG_LEVEL/);
      return true;
    },
  );
});

test('an empty environment is enough, and the secret made for it is kept and readable by its owner only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-config-'));
  const first = readConfig({ DATA_DIR: folder });
  const second = readConfig({ DATA_DIR: folder });
  assert.equal(first.appSecret, second.appSecret);
  assert.ok(first.appSecret.length >= 32);
  assert.equal(statSync(join(folder, 'secrets', 'app-secret')).mode & 0o077, 0);
  assert.equal(first.uploadLimitBytes, 100 * 1024 * 1024);
  rmSync(folder, { recursive: true });
});
