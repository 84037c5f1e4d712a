import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPdf } from '../reader/index.ts';
import { buildPdf } from '../testing.ts';
import { readSamples } from '../testing-signer.ts';
import { findIssuePlaces, findSignaturePlace, findText } from './index.ts';

function open(content: string, more: { pageEntries?: string; objects?: string[] } = {}) {
  return openPdf(buildPdf({ content: () => content, ...more }));
}

test('a text is found with its place, size and page, whatever the case and the gaps', () => {
  const doc = openPdf(buildPdf({ pages: 2, content: (i) => `BT /F1 13 Tf 72 700 Td (Trang so) Tj 60 0 Td [(m)-20(ot)] TJ 0 -20 Td (X${i}) Tj ET` }));
  const found = findText(doc, 'trang  SO mot');
  assert.deepEqual(found.map(({ page }) => page), [0, 1]);
  assert.deepEqual(found.map(({ left, baseline, fontSize }) => [left, baseline, fontSize])[0], [72, 142, 13]);
  assert.deepEqual(findText(doc, 'X1').map(({ page, baseline }) => [page, baseline]), [[1, 162]]);
  assert.deepEqual(findText(doc, 'not there'), []);
  assert.deepEqual(findText(doc, '   '), []);
});

test('positions are those of the displayed page: rotation and crop box count', () => {
  const doc = open('BT /F1 10 Tf 0 1 -1 0 300 100 Tm (Ben) Tj ET', { pageEntries: '/Rotate 90/CropBox[20 30 560 800]' });
  const [found] = findText(doc, 'Ben');
  assert.ok(found !== undefined);
  assert.deepEqual([found.left, found.baseline], [70, 280]);
});

test('scaled text, forms inside forms and saved states are followed', () => {
  const form = (content: string, entries: string): string => `<</Type/XObject/Subtype/Form/BBox[0 0 9 9]${entries}/Length ${content.length}>>stream\n${content}\nendstream`;
  const inner = form('BT /F1 5 Tf 10 10 Td (Trong) Tj ET', '');
  const outer = form('q 2 0 0 2 0 0 cm /B Do Q', '/Matrix[1 0 0 1 100 0]/Resources<</XObject<</B 11 0 R>>/Font<</F1 3 0 R>>>>');
  const doc = open('/A Do', { objects: [outer, inner], pageEntries: '/Resources<</XObject<</A 10 0 R>>>>' });
  const [found] = findText(doc, 'Trong');
  assert.ok(found !== undefined);
  assert.deepEqual([found.left, found.baseline, found.fontSize], [120, 822, 10]);
});

test('a form that shows itself ends', () => {
  const content = 'BT /F1 5 Tf (Vong) Tj ET /A Do';
  const form = `<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length ${content.length}>>stream\n${content}\nendstream`;
  const doc = open('/A Do', { objects: [form], pageEntries: '/Resources<</XObject<</A 10 0 R>>/Font<</F1 3 0 R>>>>' });
  assert.ok(findText(doc, 'Vong').length > 0);
});

test('glyph names of an encoding are understood, Vietnamese ones too', () => {
  const font = '<</Type/Font/Subtype/Type1/BaseFont/X/Encoding<</Differences[65/S/ocircumflexacute/colon/uni1EA1/dcroat]>>>>';
  const doc = open('BT /F1 10 Tf 50 500 Td (ABCDE) Tj ET', { objects: [font], pageEntries: '/Resources<</Font<</F1 10 0 R>>>>' });
  assert.equal(findText(doc, 'Số:ạđ').length, 1);
});

test('the blanks of number and date are found in the head of the layout models', (t) => {
  for (const { name, pdf } of readSamples(t, 'layout')) {
    const { number, day, month } = findIssuePlaces(openPdf(pdf));
    assert.ok(number !== undefined && number.left > 100 && number.left < 200 && Math.abs(number.baseline - 131) < 3, name);
    assert.ok(Math.abs(number.fontSize - 13) < 0.1, name);
    if (name === 'mau_bien_ban.pdf') {
      assert.equal(day, undefined, 'minutes carry no date in their head; the one in their text is not for the clerk');
      continue;
    }
    assert.ok(day !== undefined && month !== undefined && day.left < month.left && day.baseline === number.baseline, name);
  }
});

test('the blanks of a real letter are found, and the place above the signer, who keeps a rank', (t) => {
  const sample = readSamples(t, 'signed-pdf').find(({ name }) => name.startsWith('letter-2026'));
  if (sample === undefined) return;
  const doc = openPdf(sample.pdf);
  const { number, day, month } = findIssuePlaces(doc);
  assert.ok(number !== undefined && number.width > 40 && day !== undefined && day.width > 10 && month !== undefined);
  const place = findSignaturePlace(doc, 'Nguyễn Thanh Điệp');
  assert.ok(place !== undefined);
  assert.ok(place.top > 488.9 && place.top + place.height < 585.4, 'between the office and the name');
  assert.ok(Math.abs(place.left + place.width / 2 - 472) < 30);
  assert.equal(findSignaturePlace(doc, 'Trần Văn Không'), undefined);
});

/** A font in which \200 to \202 are ữ, ý and á, which no standard encoding has all of. */
const vietnamese = {
  objects: ['<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[128/uni1EEF/yacute/aacute]>>>>'],
  pageEntries: '/Resources<</Font<</F2 10 0 R>>>>',
};
const line = (x: number, y: number, text: string): string => `BT /F2 13 Tf ${String(x)} ${String(y)} Td (${text}) Tj ET `;
const MARK = '[Ch\\200 k\\201]';

test('where the drafter wrote a mark the signature goes upon it, centred, though its text names nobody', () => {
  const place = findSignaturePlace(openPdf(buildPdf({ ...vietnamese, pages: 2, content: (page) => (page === 0 ? line(72, 700, 'Noi dung') : line(300, 400, MARK)) })), '');
  const [mark] = findText(openPdf(buildPdf({ ...vietnamese, content: () => line(300, 400, MARK) })), '[chữ ký]');
  assert.ok(place !== undefined && mark !== undefined);
  assert.equal(place.page, 1);
  assert.ok(Math.abs(place.left + place.width / 2 - (mark.left + mark.right) / 2) < 0.5);
  assert.ok(place.top < mark.baseline - mark.fontSize && place.top + place.height > mark.baseline);
});

test('a mark beside the page’s edge leaves the signature on the page', () => {
  const place = findSignaturePlace(openPdf(buildPdf({ ...vietnamese, content: () => line(540, 3, MARK) })), '');
  assert.ok(place !== undefined && place.left + place.width <= 595 && place.top + place.height <= 842);
});

test('a mark on the page of the name decides; one elsewhere, or inside a sentence, does not', () => {
  const signed = line(350, 300, 'Nguyen Van Binh');
  const lettered = (first: string, second: string) => openPdf(buildPdf({ ...vietnamese, pages: 2, content: (page) => (page === 0 ? first : second) }));
  const byName = findSignaturePlace(lettered(signed, ''), 'Nguyen Van Binh');
  assert.deepEqual(findSignaturePlace(lettered(signed, line(72, 700, MARK)), 'Nguyen Van Binh'), byName, 'a form in an appendix');
  assert.deepEqual(findSignaturePlace(lettered(signed + line(72, 700, `Ghi ${MARK} vao cho ky cua mau`), ''), 'Nguyen Van Binh'), byName, 'a sentence about it');
  const byMark = findSignaturePlace(lettered(signed + line(370, 350, MARK), ''), 'Nguyen Van Binh');
  assert.ok(byMark?.page === 0 && byMark.top < 842 - 350 && byMark.top + byMark.height > 842 - 350);
});

test('what is filled in already is no blank', () => {
  const doc = open('BT /F1 13 Tf 72 700 Td (So: 12/SNV) Tj 200 0 Td (ngay 05 thang 11 nam 2026) Tj ET');
  assert.deepEqual(findIssuePlaces(doc), { number: undefined, day: undefined, month: undefined });
});
