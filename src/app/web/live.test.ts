import assert from 'node:assert/strict';
import { test } from 'node:test';
import { belongsTo } from './live.ts';

test('a query grows old with the topic that its key begins with', () => {
  assert.equal(belongsTo('incoming-documents', ['incoming-documents', 'list'], undefined), true);
  assert.equal(belongsTo('incoming-documents', ['outgoing-documents', 'incoming-documents'], undefined), false);
});

test('a query may name further topics', () => {
  assert.equal(belongsTo('cases', ['count', '/api/v1/my-work/counts'], { topics: ['cases'] }), true);
  assert.equal(belongsTo('cases', ['count'], { topics: [] }), false);
});

test('after a lost connection everything may be old', () => {
  assert.equal(belongsTo('*', ['anything'], undefined), true);
});
