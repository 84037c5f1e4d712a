import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { planSigning } from '../../../signing-plan.ts';
import { demoSignaturePng } from '../demo-images/demo-images.ts';
import { findPage, openPdf } from '../reader/index.ts';
import { buildPdf } from '../testing.ts';
import { findText } from '../text/index.ts';
import { boundsOf, displaySize, findInitialsPlace, imageFromPng, initialsImage, initialsText } from './index.ts';

const letter = readFileSync(join(import.meta.dirname, '../../../../../../seeds/letters/cong-van-mau.pdf'));
const mm = 72 / 25.4;

/** A font in which \200 is ơ and \201 is ậ, which no standard encoding has. */
const vietnamese = {
  objects: ['<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[128/uni01A1/uni1EAD]>>>>'],
  pageEntries: '/Resources<</Font<</F1 3 0 R/F2 10 0 R>>>>',
};
const RECEIVERS = 'N\\200i nh\\201n:';
const line = (y: number, text: string, x = 72): string => `BT /F2 13 Tf ${String(x)} ${String(y)} Td (${text}) Tj ET `;

test('initials stand behind the last line of the content, above the receivers and the office of the signer', () => {
  const place = findInitialsPlace(openPdf(letter));
  const [last] = findText(openPdf(letter), 'để được hướng dẫn./.');
  assert.ok(last !== undefined);
  assert.equal(place.page, last.page);
  assert.ok(place.left > last.right && place.left < last.right + 2 * mm);
  assert.ok(place.top < last.baseline && place.top + place.height > last.baseline, 'on the same line');
});

test('an office in capitals above the receivers is no content', () => {
  const content = () => line(700, 'Noi dung cuoi cung./.') + line(660, 'TM. UBND TINH', 350) + line(655, 'KT. CHU TICH', 350) + line(640, RECEIVERS) + line(625, '- Nhu tren;');
  const place = findInitialsPlace(openPdf(buildPdf({ ...vietnamese, content })));
  assert.ok(place.top < 142 && place.top + place.height > 142);
});

test('where the receivers begin a page, the initials end the page before', () => {
  const content = (page: number) => (page === 0 ? line(90, 'Noi dung cuoi cung./.') + line(40, '1', 290) : line(780, '2', 290) + line(760, RECEIVERS));
  assert.equal(findInitialsPlace(openPdf(buildPdf({ ...vietnamese, pages: 2, content }))).page, 0);
  const withAppendix = (page: number) => (page === 0 ? line(700, 'Noi dung') + line(600, RECEIVERS) : line(700, 'Phu luc kem theo'));
  assert.equal(findInitialsPlace(openPdf(buildPdf({ ...vietnamese, pages: 3, content: withAppendix }))).page, 0, 'an appendix comes behind the receivers');
});

test('behind a full line they become smaller and stay on the page; on a page without text they go to its lower right', () => {
  const full = openPdf(buildPdf({ content: () => `BT /F1 13 Tf 72 700 Td (${'Noi dung day het dong '.repeat(5)}) Tj ET` }));
  const place = findInitialsPlace(full);
  assert.ok(place.width >= 12 * mm - 0.01 && place.width < 25 * mm);
  assert.ok(place.left + place.width <= 595);
  for (const rotate of [0, 90, 180, 270]) {
    const doc = openPdf(buildPdf({ content: () => '', pageEntries: `/Rotate ${String(rotate)}` }));
    const page = findPage(doc, 0);
    assert.ok(page !== undefined);
    const corner = findInitialsPlace(doc);
    const size = displaySize(page);
    assert.ok(corner.left > size.width / 2 && corner.left + corner.width < size.width && corner.top > size.height / 2 && corner.top + corner.height < size.height);
  }
});

test('where the drafter wrote a mark the initials go upon it, wherever the content ends', () => {
  const marks = { ...vietnamese, objects: ['<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[128/uni01A1/uni1EAD/yacute/aacute]>>>>'] };
  const content = (page: number) => (page === 0 ? line(300, '[K\\202 nh\\203y]', 80) + line(700, 'Noi dung./.') : line(760, RECEIVERS));
  const doc = openPdf(buildPdf({ ...marks, pages: 2, content }));
  const [mark] = findText(doc, '[ký nháy]');
  const place = findInitialsPlace(doc);
  assert.ok(mark !== undefined);
  assert.equal(place.page, 0);
  assert.ok(Math.abs(place.left + place.width / 2 - (mark.left + mark.right) / 2) < 0.5);
  assert.ok(place.top < mark.baseline - mark.fontSize * 0.5 && place.top + place.height > mark.baseline);
});

test('as an image they are half a signature at most, as letters they fit their place', () => {
  const page = findPage(openPdf(letter), 0);
  const place = findInitialsPlace(openPdf(letter));
  assert.ok(page !== undefined);
  const image = initialsImage(place, imageFromPng(demoSignaturePng('Hoàng Hữu Dũng', 240)));
  assert.ok(boundsOf(image).width <= 25 * mm + 0.01 && boundsOf(image).height <= 9 * mm + 0.01);
  const text = initialsText(page, { ...place, width: 20 }, 'NTPTĐ');
  assert.ok(text.kind === 'text' && text.size < 12 && boundsOf(text).width <= 22.1);
});

test('initials say so in the file, also where nothing is to be seen', () => {
  const image = { image: imageFromPng(demoSignaturePng('Hoàng Hữu Dũng', 240)), widthMm: 50 };
  const plan = (look: 'image' | 'text' | 'none', withImage = true) =>
    planSigning(letter, { appearance: { kind: 'initials', look, letters: 'HHD', place: null }, image: withImage ? image : undefined, signingTime: new Date('2026-11-21T03:00:00Z'), fieldPrefix: 'A' });
  for (const parts of [plan('image'), plan('text'), plan('image', false), plan('none')]) {
    assert.equal(parts.length, 1);
    assert.equal(parts[0]?.reason, 'Ký nháy');
  }
  assert.equal(plan('none')[0]?.place, undefined);
  assert.ok(plan('image', false)[0]?.appearance !== undefined, 'a certificate without a picture shows the letters');
  const chosen = planSigning(letter, { appearance: { kind: 'initials', look: 'text', letters: 'HHD', place: { page: 1, x: 50, y: 700, width: 71, height: 25 } }, image, signingTime: new Date(), fieldPrefix: 'A' });
  assert.ok(Math.abs((chosen[0]?.place?.rect[0] ?? 0) - 50) < 2);
});
