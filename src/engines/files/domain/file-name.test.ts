import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanFileName, extensionOf } from './file-name.ts';

test('a name loses its path, its invisible characters and what cannot be stored, and nothing else', () => {
  const cases: [given: string, kept: string][] = [
    ['Công văn số 12.pdf', 'Công văn số 12.pdf'],
    ['12/QĐ-UBND.pdf', '12-QĐ-UBND.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['/var/lib/thư.pdf', 'thư.pdf'],
    ['C:\\Users\\mai\\Desktop\\thư.pdf', 'thư.pdf'],
    ['thư\u202Efdp.exe', 'thưfdp.exe'],
    ['\u200Bth\u200Dư\uFEFF.pdf\u2069', 'thư.pdf'],
    ['thư\u0000\u0007\r\n.pdf', 'thư .pdf'],
    ['a:b*c?"d<e>|f.pdf', 'a-b-c--d-e--f.pdf'],
    ['  ...ẩn.pdf . ', 'ẩn.pdf'],
    ['con.pdf', '_con.pdf'],
    ['\u202E\u200B', 'tệp không tên'],
    ['', 'tệp không tên'],
    ['../..', 'tệp không tên'],
    ['Que\u0302\u0301.pdf', 'Quế.pdf'],
    ['x\ud800.pdf', 'x.pdf'],
  ];
  for (const [given, kept] of cases) assert.equal(cleanFileName(given), kept, JSON.stringify(given));
});

test('a name of 300 characters is cut to 200 and keeps its extension', () => {
  const cut = cleanFileName(`${'Quyếtđịnh'.repeat(40)}.docx`);
  assert.equal(Array.from(cut).length, 200);
  assert.match(cut, /\.docx$/);
  assert.equal(Array.from(cleanFileName('ă'.repeat(300))).length, 200);
  assert.equal(Array.from(cleanFileName(`a.${'b'.repeat(300)}`)).length, 200);
});

test('whatever is given, the name is safe, short, not empty, and stays as it is when cleaned again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = cleanFileName(given);
      assert.ok(name !== '' && Array.from(name).length <= 200);
      assert.ok(name.isWellFormed());
      assert.doesNotMatch(name, /[\p{Cc}\p{Cf}/\\<>:"|?*]|^\s|^\.|\s$/u);
      assert.equal(cleanFileName(name), name);
    }),
    { numRuns: 2000 },
  );
});

test('an extension begins with a letter, so that a number at the end of a sentence is none', () => {
  assert.equal(extensionOf('thư.PDF'), 'pdf');
  assert.equal(extensionOf('Tờ trình số 5.2026'), '');
  assert.equal(extensionOf('kho.tar.gz'), 'gz');
  assert.equal(extensionOf('ảnh.7z'), '7z');
  assert.equal(extensionOf('không đuôi'), '');
});
