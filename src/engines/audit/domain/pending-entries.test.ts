import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '#kernel/ids.ts';
import { packEntries, PENDING_BYTES, unpackEntries } from './pending-entries.ts';
import { leafHashOf } from './tree.ts';

test('entries come out of the queue as they went in', () => {
  const entries = Array.from({ length: 5 }, (_, index) => ({ agencyId: newId(), entryId: newId(), leafHash: leafHashOf(String(index)) }));
  const packed = packEntries(entries);
  assert.equal(packed.length, 5 * PENDING_BYTES);
  assert.deepEqual(unpackEntries(packed), entries);
});
