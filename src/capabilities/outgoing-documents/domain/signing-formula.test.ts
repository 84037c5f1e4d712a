import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialsOf, signingFormulaOf } from './signing-formula.ts';

test('in the own post: acting head, deputy, collective, by order; the head signs in the own name', () => {
  const own = (...powers: Parameters<typeof signingFormulaOf>[0]['powers']) => signingFormulaOf({ powers, isDelegated: false });
  assert.deepEqual([own(), own('TM'), own('TM', 'KT'), own('TL'), own('KT', 'Q')], [null, 'TM', 'KT', 'TL', 'Q']);
});

test('under a delegation a deputy signs for the head and everybody else by authorisation', () => {
  assert.equal(signingFormulaOf({ powers: ['TM', 'KT'], isDelegated: true }), 'KT');
  assert.equal(signingFormulaOf({ powers: ['TL'], isDelegated: true }), 'TUQ');
  assert.equal(signingFormulaOf({ powers: [], isDelegated: true }), 'TUQ');
});

test('initials are the letters of the name, whatever its spaces and form', () => {
  assert.deepEqual(['Hoàng Hữu Dũng', '  Đỗ  Ánh ', 'y Moan Ênuôl', 'A '.repeat(20)].map(initialsOf), ['HHD', 'ĐÁ', 'YMÊ', 'A'.repeat(12)]);
  assert.equal(initialsOf('Đặng Ánh'.normalize('NFD')), 'ĐÁ');
});
