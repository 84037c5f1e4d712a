import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from './arrival-outcome.ts';

const page = (...ids: string[]) => ids.map((id) => ({ id }));

test('an arrival that was read again failed, is still read, or went its way', () => {
  assert.equal(outcomeOf({ id: '5' }, { standing: page('7', '5'), working: [], pageSize: 3 }), 'failed');
  assert.equal(outcomeOf({ id: '5' }, { standing: page('7'), working: page('5'), pageSize: 3 }), 'open');
  assert.equal(outcomeOf({ id: '5' }, { standing: page('7'), working: page('8'), pageSize: 3 }), 'done');
});

test('what may stand on the next page is not called done', () => {
  assert.equal(outcomeOf({ id: '5' }, { standing: page('9', '8', '7'), working: [], pageSize: 3 }), 'open');
  assert.equal(outcomeOf({ id: '5' }, { standing: page('9', '8', '4'), working: [], pageSize: 3 }), 'done');
  assert.equal(outcomeOf({ id: '5' }, { standing: [], working: page('9', '8', '7'), pageSize: 3 }), 'open');
});
