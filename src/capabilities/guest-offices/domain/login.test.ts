import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loginOf } from './login.ts';

test('a login is the folded short name with six digits, and never empty or too long', () => {
  assert.equal(loginOf('bao thanh hoa', 42), 'baothanhhoa.000042');
  assert.equal(loginOf('…', 123456), 'khach.123456');
  assert.ok(loginOf('x'.repeat(200), 1).length <= 60);
});
