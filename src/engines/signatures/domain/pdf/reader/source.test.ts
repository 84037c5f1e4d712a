import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../testing.ts';
import { fileSource, findPage, getObject, listObjectNumbers, listPages, memorySource, openPdf, openRebuilt } from './index.ts';
import type { PdfSource } from './index.ts';
import { findObjects } from './rebuild.ts';

const megabyte = 1024 * 1024;

/** Reads at most 100,000 bytes at a time, as a file system may. */
function inPieces(bytes: Buffer): PdfSource {
  return fileSource({ sizeBytes: bytes.length, readAt: (into, position) => bytes.copy(into, 0, position, position + Math.min(into.length, 100_000)) });
}

test('reading in pieces gives the same bytes and finds the same words, across the borders of blocks too', () => {
  const bytes = Buffer.alloc(10 * megabyte + 77, 'abcdefghijk');
  const places = [0, 5, megabyte - 9, megabyte - 1, 2 * megabyte, 3 * megabyte - 4, 9 * megabyte + 1, bytes.length - 9];
  for (const at of places) bytes.write('startxref', at, 'latin1');
  const [pieces, whole] = [inPieces(bytes), memorySource(bytes)];
  const found: number[] = [];
  for (let at = pieces.indexOf('startxref', 0); at >= 0; at = pieces.indexOf('startxref', at + 1)) found.push(at);
  assert.deepEqual(found, [0, 5, megabyte - 1, 2 * megabyte, 3 * megabyte - 4, 9 * megabyte + 1, bytes.length - 9].filter((at) => whole.indexOf('startxref', at) === at));
  for (const [start, end] of [[0, 10], [megabyte - 5, megabyte + 5], [-20, 3], [bytes.length - 3, bytes.length + 50], [100, 4 * megabyte], [7, 7]] as const) {
    assert.ok(pieces.read(start, end).equals(bytes.subarray(Math.max(0, start), end)), `${start} to ${end}`);
  }
});

test('a file that shrinks while it is read is noticed', () => {
  const source = fileSource({ sizeBytes: 5000, readAt: () => 0 });
  assert.throws(() => openPdf(source), /became shorter/);
});

test('objects that are larger than a window are read in pieces like small ones', () => {
  const bytes = buildPdf({ pages: 4000, fillerBytes: 3 * megabyte, content: () => '', objects: [`[${'(x) '.repeat(100_000)}]`] });
  const [pieces, whole] = [openPdf(inPieces(bytes)), openPdf(bytes)];
  assert.equal(listPages(pieces).length, 4000);
  assert.deepEqual(findPage(pieces, 3999)?.ref, findPage(whole, 3999)?.ref);
  assert.deepEqual(getObject(pieces, 10), getObject(whole, 10));
  assert.deepEqual(listObjectNumbers(openRebuilt(inPieces(bytes))), listObjectNumbers(whole).slice(1).filter((num) => getObject(whole, num) !== null));
});

const mb = (text: string): Buffer => Buffer.from(`%PDF-1.7\n${text.repeat(Math.ceil((4 * megabyte) / text.length))}`, 'latin1');

for (const [name, text] of [
  ['heads of objects', '1 0 obj '],
  ['heads of streams', '1 0 obj<<>>stream '],
  ['strings without end', '1 0 obj<</A( '],
  ['streams without end', '1 0 obj<</Length 9/A[(]stream '],
  ['trailers without end', 'trailer<</A('],
  ['ends of streams', 'endstream '],
  ['numbers', '1 '],
  ['brackets', '1 0 obj <<<< '],
] as const) {
  test(`looking for objects in a file of nothing but ${name} ends soon`, () => {
    const start = process.cpuUsage().user;
    const bytes = mb(text);
    try {
      findObjects(memorySource(bytes), openPdf(buildPdf()).limits);
    } catch (error) {
      assert.match(String(error), /nothing but fragments/);
    }
    assert.throws(() => openPdf(bytes), { name: 'PdfError' });
    const usedMs = (process.cpuUsage().user - start) / 1000;
    assert.ok(usedMs < 2000, `${usedMs.toFixed(0)} ms`);
  });
}

test('a file of no bytes and one of 2 GB are refused before anything is read', () => {
  const readAt = (): number => assert.fail('it was read');
  assert.throws(() => openPdf(fileSource({ sizeBytes: 0, readAt })), { code: 'pdf.not-a-pdf' });
  assert.throws(() => openPdf(fileSource({ sizeBytes: 2048 * megabyte, readAt })), { code: 'pdf.too-large' });
});
