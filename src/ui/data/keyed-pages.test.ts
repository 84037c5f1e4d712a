import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneOf, turnByKey } from './keyed-pages.ts';

test('the first page is asked without a key, the next with the one that was handed out, and the last ends the list', () => {
  assert.equal(turnByKey.initialPageParam, undefined);
  assert.equal(turnByKey.getNextPageParam({ next: '2026-11-20T08:00:00Z_0196' }), '2026-11-20T08:00:00Z_0196');
  assert.equal(turnByKey.getNextPageParam({ next: null }), undefined);
});

test('a filter in the address that names nothing filters nothing', () => {
  assert.equal(oneOf(['draft', 'issued'], 'issued'), 'issued');
  assert.equal(oneOf(['draft', 'issued'], 'bogus'), undefined);
  assert.equal(oneOf(['draft', 'issued'], undefined), undefined);
});
