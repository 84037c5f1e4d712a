import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isId, newId } from './ids.ts';

test('ids of one process increase strictly, also within a millisecond and when the clock runs backwards', () => {
  const ids = [...Array.from({ length: 6000 }, () => newId(1_700_000_000_000)), newId(1_600_000_000_000), newId(1_700_000_000_001)];
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => isId(id) && id[14] === '7' && '89ab'.includes(id[19] ?? '')));
});
