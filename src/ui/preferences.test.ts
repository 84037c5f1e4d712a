import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChosen } from './preferences.ts';

test('only known choices are taken from storage', () => {
  assert.deepEqual(parseChosen('{"theme":"dark","density":"huge","language":"en","colour":"red"}'), { theme: 'dark', language: 'en' });
});

test('damaged or missing storage leaves the defaults', () => {
  for (const stored of [null, '', '{', '[]', '"dark"', 'null']) assert.deepEqual(parseChosen(stored), {}, String(stored));
});
