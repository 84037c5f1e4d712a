import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notationOf, numberAndNotation, officialNumber } from './notation.ts';

test('a named type stands before the agency, an official letter names the drafting unit instead', () => {
  assert.equal(notationOf({ typeAbbreviation: 'QĐ', agencyAbbreviation: 'SNV', unitAbbreviation: 'VP' }), 'QĐ-SNV');
  assert.equal(notationOf({ typeAbbreviation: null, agencyAbbreviation: 'SNV', unitAbbreviation: 'VP' }), 'SNV-VP');
  assert.equal(notationOf({ typeAbbreviation: null, agencyAbbreviation: 'SNV', unitAbbreviation: null }), 'SNV');
});

test('numbers below ten carry one zero and no number more', () => {
  assert.equal(officialNumber(5), '05');
  assert.equal(officialNumber(10), '10');
  assert.equal(numberAndNotation(1234, 'UBND-VX'), '1234/UBND-VX');
});
