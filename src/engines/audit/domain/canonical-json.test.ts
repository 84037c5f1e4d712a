import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';
import { writeEntry } from './entry.ts';

test('the examples of RFC 8785 come out byte for byte', () => {
  const numbersAndText = { numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001], string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/', literals: [null, true, false] };
  assert.equal(
    canonicalJson(numbersAndText),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = { '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\ud83d\ude00': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis' };
  // safe because it was written from an object
  assert.deepEqual(Object.values(JSON.parse(canonicalJson(keys)) as object), ['One', 'Carriage Return', 'Control', 'Latin Small Letter O With Diaeresis', 'Euro Sign', 'Emoji: Grinning Face', 'Hebrew Letter Dalet With Dagesh']);
});

test('the order in which members were written does not matter, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(reversed(value)), text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test('what has no JSON form is refused, never written as something else', () => {
  for (const value of [Number.NaN, Infinity, 10n, '\ud800', { key: '\udfff' }, undefined]) assert.throws(() => canonicalJson(value), TypeError);
});

test('an entry is written as the canonical JSON of all of it', () => {
  const entry = { id: '7', agencyId: 'a', at: '2026-01-01T00:00:00.000Z', type: 'm.e', actor: { name: 'Hạnh "x"', kind: 'person' }, subject: { type: 't', id: 's' }, data: { b: [1, { z: 1, y: 2 }], a: '\n' }, requestId: 'r' };
  assert.equal(writeEntry({ ...entry, actor: canonicalJson(entry.actor), data: canonicalJson(entry.data) }), canonicalJson(entry));
});
