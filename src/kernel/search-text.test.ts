import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldText, toTsquery, toTsvector } from './search-text.ts';

test('text is found without its tone marks', () => {
  assert.equal(foldText('Đặng Thị ƯỚC'), 'dang thi uoc');
  assert.equal(foldText('Đặng'.normalize('NFD')), 'dang');
});

test('a document number is looked up from its beginning, with and without the zero of the paper', () => {
  assert.match(toTsvector('Công văn 15/QĐ-SNV về việc nghỉ Tết'), /'#15\/qd-snv'/);
  assert.equal(toTsquery('15/QĐ-SNV'), `'#15/qd-snv':*`);
  assert.equal(toTsquery('1/SNV'), `('#1/snv':* | '#01/snv':*)`);
  assert.equal(toTsquery('01/SNV'), toTsquery('1/SNV'));
  assert.equal(toTsquery('nghỉ tế'), `'nghi' & 'te':*`);
  assert.equal(toTsquery(' /,. '), undefined);
});

test('whatever people type makes a literal without stray quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const literal = `${toTsvector(text)} ${toTsquery(text) ?? ''}`;
      assert.equal((literal.match(/'/g) ?? []).length % 2, 0);
      assert.doesNotMatch(literal, /[\\]/);
    }),
  );
});
