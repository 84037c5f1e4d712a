import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldText, searchTextOf, searchWords } from './search-text.ts';

const vietnamese = 'aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ';
const word = fc.array(fc.constantFrom(...Array.from(vietnamese + vietnamese.toUpperCase())), { minLength: 1, maxLength: 7 }).map((letters) => letters.join(''));
const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));

test('folded Vietnamese is made of plain lower-case letters', () => {
  fc.assert(fc.property(name, (text) => /^[a-z]+( [a-z]+)*$/.test(foldText(text))));
});

test('folding does not depend on how the diacritics are encoded, nor on case, and folding twice changes nothing', () => {
  fc.assert(
    fc.property(name, (text) => {
      const folded = foldText(text);
      assert.equal(foldText(text.normalize('NFD')), folded);
      assert.equal(foldText(text.normalize('NFC').toUpperCase()), folded);
      assert.equal(foldText(folded), folded);
    }),
  );
});

test('every beginning of every word of a name finds the name', () => {
  fc.assert(
    fc.property(name, fc.nat(), fc.nat(), (text, pick, length) => {
      const words = foldText(text).split(' ');
      const chosen = words[pick % words.length] ?? '';
      const typed = chosen.slice(0, 1 + (length % chosen.length));
      assert.ok(searchTextOf(text).includes(` ${typed}`));
    }),
  );
});

test('any text is folded without an error and yields at most eight words', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => searchWords(text).length <= 8));
});

test('initials find a name', () => {
  assert.ok(searchTextOf('Sở Nội vụ').includes(' snv'));
});
