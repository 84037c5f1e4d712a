import { test } from 'node:test';
import fc from 'fast-check';
import { foldText as foldOnTheServer } from '#kernel/search-text.ts';
import { foldText as foldInTheBrowser } from '#ui/search-text.ts';

const vietnamese = 'aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ';
const letters = Array.from(vietnamese + vietnamese.toUpperCase());
const typed = fc.array(fc.oneof(fc.constantFrom(...letters, ' ', '/', '-', '.', '1'), fc.string({ unit: 'grapheme', maxLength: 2 })), { maxLength: 40 }).map((parts) => parts.join(''));

test('a browser folds what is typed as the server folds what is searched', () => {
  fc.assert(fc.property(typed, (text) => foldInTheBrowser(text) === foldOnTheServer(text).replace(/\s+/g, ' ').trim()));
  fc.assert(fc.property(typed, (text) => foldInTheBrowser(text.normalize('NFD')) === foldInTheBrowser(text.normalize('NFC'))));
});
