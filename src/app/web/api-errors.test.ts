import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorFrom } from './api-errors.ts';

test('a refusal of the server keeps its code, words, way out, fields and request id', () => {
  const error = errorFrom(422, { code: 'kernel.invalidInput', message: 'Sai', fix: 'Sửa', fields: [{ path: 'summary', message: 'Nhập trích yếu.' }, { path: 3 }], requestId: 'r', data: { a: 1 } });
  assert.equal(error.code, 'kernel.invalidInput');
  assert.equal(error.message, 'Sai');
  assert.equal(error.fix, 'Sửa');
  assert.equal(error.fieldMessage('summary'), 'Nhập trích yếu.');
  assert.equal(error.fields.length, 1);
  assert.equal(error.requestId, 'r');
  assert.deepEqual(error.data, { a: 1 });
});

test('the page of a proxy becomes an error that tells the status and what to do', () => {
  const error = errorFrom(502, undefined);
  assert.equal(error.code, 'http.502');
  assert.match(error.message, /502/);
  assert.notEqual(error.fix, undefined);
});
