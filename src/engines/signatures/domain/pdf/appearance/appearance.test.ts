import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { demoSealPng, demoSignaturePng } from '../demo-images/demo-images.ts';
import { dictEntry, entryOf, findPage, isArray, isDict, isStream, listSignatures, openPdf, PdfError } from '../reader/index.ts';
import { dictOf, nameOf } from '../reader/objects.ts';
import { buildPdf } from '../testing.ts';
import { makeTestAuthority, makeTestSigner, signForTest } from '../testing-signer.ts';
import { readPageText } from '../text/content.ts';
import {
  agencySeal,
  arrivalMark,
  boundsOf,
  dayText,
  drawWidget,
  imageFromPng,
  monthText,
  numberText,
  personSignature,
  planWidgets,
  sealRect,
  textInBlank,
  textMark,
  toDisplay,
  toDisplayRect,
  toUserBox,
  toUserSpace,
  vietnamTime,
} from './index.ts';
import type { Drawing, PageGeometry } from './index.ts';
import { decodePng } from './png.ts';

const signer = await makeTestSigner(await makeTestAuthority(), 'p-256');
const upright: PageGeometry = { cropBox: [0, 0, 595, 842], rotate: 0, userUnit: 1 };

const geometries = fc.record({
  cropBox: fc.tuple(fc.nat(300), fc.nat(300), fc.integer({ min: 400, max: 900 }), fc.integer({ min: 400, max: 900 })),
  rotate: fc.constantFrom(0 as const, 90 as const, 180 as const, 270 as const),
  userUnit: fc.constant(1),
});

test('a displayed place and its place in the file say the same, on every rotation and crop box', () => {
  const place = fc.record({ left: fc.nat(200), top: fc.nat(200), width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 90 }) });
  fc.assert(
    fc.property(geometries, place, (page, rect) => {
      assert.deepEqual(toDisplay(page, toUserSpace(page, [rect.left, rect.top])), [rect.left, rect.top]);
      assert.deepEqual(toDisplayRect(page, toUserBox(page, rect)), { ...rect });
    }),
  );
});

test('the top left of what is shown is the right corner of the page for each rotation', () => {
  const corners = ([0, 90, 180, 270] as const).map((rotate) => toUserSpace({ cropBox: [10, 20, 110, 220], rotate, userUnit: 1 }, [0, 0]));
  assert.deepEqual(corners, [[10, 220], [10, 20], [110, 20], [110, 220]]);
});

test('the seal keeps its real size and covers a third of the signature, on its left, on one middle line', () => {
  const signature = { left: 300, top: 500, width: 150, height: 50 };
  const seal = sealRect(upright, signature, { widthMm: 36, heightMm: 36 });
  assert.ok(Math.abs(seal.width - (36 * 72) / 25.4) < 1e-9);
  assert.ok(Math.abs(seal.left + seal.width - (signature.left + 50)) < 1e-9);
  assert.ok(Math.abs(seal.top + seal.height / 2 - 525) < 1e-9);
  const atEdge = sealRect(upright, { left: 5, top: 830, width: 30, height: 10 }, { widthMm: 36, heightMm: 36 });
  assert.ok(atEdge.left === 0 && atEdge.top + atEdge.height <= 842 + 1e-9, 'it stays on the page');
});

test('a page with a larger unit gets the seal in its real size all the same', () => {
  const seal = sealRect({ ...upright, userUnit: 2 }, { left: 200, top: 200, width: 90, height: 30 }, { widthMm: 36, heightMm: 36 });
  assert.ok(Math.abs(seal.width * 2 - (36 * 72) / 25.4) < 1e-9);
});

test('numbers, days and months are written as the decree says', () => {
  assert.deepEqual([5, 12, 125].map(numberText), ['05', '12', '125']);
  assert.deepEqual([5, 21].map(dayText), ['05', '21']);
  assert.deepEqual([1, 2, 3, 11].map(monthText), ['01', '02', '3', '11']);
});

test('the mark on attachments stands at the top right in 10 points, with the time in Vietnam', () => {
  const marks = textMark(upright, ['15/QĐ-SNV'], new Date('2026-11-21T03:30:00Z'));
  assert.equal(vietnamTime(new Date('2026-11-21T03:30:00Z')), '2026-11-21T10:30:00+07:00');
  assert.deepEqual(marks.map((mark) => (mark.kind === 'text' ? mark.text : '')), ['15/QĐ-SNV', '2026-11-21T10:30:00+07:00']);
  for (const mark of marks) {
    assert.ok(mark.kind === 'text' && mark.size === 10 && mark.color === 'black' && mark.style === 'regular');
    const { left, width, top, height } = boundsOf(mark);
    assert.ok(Math.abs(left + width - 1 - (595 - (15 * 72) / 25.4)) < 0.01, 'flush right');
    assert.ok(top + height < (20 * 72) / 25.4, 'above the text area');
  }
});

test('the three lines on a copy end where the letters of the page’s head begin', () => {
  const marks = textMark(upright, ['SAO Y', 'Sở Tài chính tỉnh Thanh Hóa'], new Date('2026-11-21T03:30:00Z'));
  assert.equal(marks.length, 3);
  for (const { top, height } of marks.map(boundsOf)) assert.ok(top > (5 * 72) / 25.4 && top + height <= (18.5 * 72) / 25.4);
});

test('the arrival mark says who got it, number and day, on the left above the text; a long name takes two lines', () => {
  const marks = arrivalMark(upright, { agencyName: 'Ủy ban nhân dân phường Hạc Thành, tỉnh Thanh Hóa và các đơn vị', arrivalNumber: 7, arrivedOn: '2026-11-05' });
  assert.deepEqual(marks.map((mark) => (mark.kind === 'text' ? mark.text : '')), ['Ủy ban nhân dân phường Hạc Thành, tỉnh Thanh', 'Hóa và các đơn vị', 'ĐẾN. Số: 07. Ngày: 05/11/2026']);
  for (const { left, width, top, height } of marks.map(boundsOf)) assert.ok(left > 80 && left + width < 300 && top + height <= (18.5 * 72) / 25.4);
  assert.equal(planWidgets(marks.map((drawing) => ({ page: 0, drawing }))).length, 1, 'one signature');
});

test('number and date in the head of the letter share one widget, the seal has its own', () => {
  const blank = { page: 0, baseline: 130, fontSize: 13, width: 20 };
  const seal: Drawing = { kind: 'image', image: imageFromPng(demoSealPng('Sở Nội vụ', 60)), left: 300, top: 500, width: 100, height: 100 };
  const drawings = [textInBlank({ ...blank, left: 100 }, '12', 'regular'), textInBlank({ ...blank, left: 400 }, '05', 'italic'), seal];
  const plans = planWidgets(drawings.map((drawing, i) => ({ page: i === 2 ? 3 : 0, drawing })));
  assert.deepEqual(plans.map(({ page, drawings: list }) => [page, list.length]), [[0, 2], [3, 1]]);
});

test('the widget says its text to readers, letter by letter, and lands where it was wanted', () => {
  const drawing = textInBlank({ page: 0, left: 100, baseline: 130, width: 60, fontSize: 13 }, 'Nguyễn Đức Ẩn', 'italic');
  for (const rotate of [0, 90, 180, 270]) {
    const base = buildPdf({ pageEntries: `/Rotate ${rotate}/CropBox[20 30 560 800]` });
    const page = findPage(openPdf(base), 0);
    assert.ok(page !== undefined);
    const doc = openPdf(signForTest(base, signer, { fieldName: 'A', ...drawWidget(0, page, [drawing]) }));
    const [widget] = listSignatures(doc)[0]?.field.widgets ?? [];
    assert.ok(widget?.rect !== undefined);
    const shown = toDisplayRect(page, widget.rect);
    const wanted = boundsOf(drawing);
    for (const key of ['left', 'top', 'width', 'height'] as const) assert.ok(Math.abs(shown[key] - wanted[key]) < 0.001, `${rotate} ${key}`);
    const form = entryOf(doc, dictEntry(doc, widget.dict, 'AP'), 'N');
    assert.ok(isStream(form));
    const asPage = { ...page, dict: dictOf([['Contents', dictEntry(doc, widget.dict, 'AP')?.entries.get('N') ?? null]]), resources: dictEntry(doc, form, 'Resources') };
    assert.equal(readPageText(doc, asPage).map(({ text }) => text).join(''), 'Nguyễn Đức Ẩn');
  }
});

test('an image is embedded with its transparency and scaled without distortion', () => {
  const image = imageFromPng(demoSignaturePng('Lê Thị Hà', 120));
  const drawing = personSignature({ left: 300, top: 500, width: 200, height: 30 }, image);
  assert.ok(drawing.kind === 'image');
  assert.ok(Math.abs(drawing.width / drawing.height - 3) < 0.01 && drawing.height === 30 && drawing.left === 355);
  const page = findPage(openPdf(buildPdf()), 0);
  assert.ok(page !== undefined);
  const seal = agencySeal(page, drawing, { image: imageFromPng(demoSealPng('Sở Nội vụ', 60)), widthMm: 36 });
  const doc = openPdf(signForTest(buildPdf(), signer, { fieldName: 'A', ...drawWidget(0, page, [drawing, seal]) }));
  const form = entryOf(doc, dictEntry(doc, listSignatures(doc)[0]?.field.widgets[0]?.dict, 'AP'), 'N');
  const images = dictEntry(doc, dictEntry(doc, form, 'Resources'), 'XObject');
  assert.deepEqual([...(images?.entries.keys() ?? [])], ['I0', 'I1']);
  const xobject = entryOf(doc, images, 'I0');
  assert.equal(entryOf(doc, xobject, 'Width'), 120);
  assert.deepEqual(entryOf(doc, entryOf(doc, xobject, 'SMask'), 'ColorSpace'), nameOf('DeviceGray'));
  const matrix = entryOf(doc, form, 'BBox');
  assert.ok(isArray(matrix) && isDict(dictEntry(doc, form, 'Resources')));
});

test('a character that the font lacks is refused with a code', () => {
  assert.throws(() => boundsOf(textInBlank({ page: 0, left: 0, baseline: 9, width: 9, fontSize: 9 }, '漢', 'regular')), (error) => error instanceof PdfError && error.code === 'font.glyph-missing');
});

/** A PNG of one row, written by hand. */
function tinyPng({ width, depth, colorType, rows, extra = [] }: { width: number; depth: number; colorType: number; rows: number[][]; extra?: [string, number[]][] }): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, rows.length, depth, colorType, 0, 0, 0]);
  const magic = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([magic, chunk('IHDR', header), ...extra.map(([type, bytes]) => chunk(type, Buffer.from(bytes))), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

test('each colour type of PNG gives its pixels', () => {
  assert.deepEqual([...decodePng(tinyPng({ width: 2, depth: 8, colorType: 0, rows: [[0, 7, 200]] })).pixels], [7, 200]);
  assert.deepEqual([...decodePng(tinyPng({ width: 8, depth: 1, colorType: 0, rows: [[0, 0b10100000]] })).pixels], [255, 0, 255, 0, 0, 0, 0, 0]);
  assert.deepEqual([...decodePng(tinyPng({ width: 2, depth: 8, colorType: 2, rows: [[1, 1, 2, 3, 1, 1, 1]] })).pixels], [1, 2, 3, 2, 3, 4]);
  const withAlpha = decodePng(tinyPng({ width: 1, depth: 8, colorType: 6, rows: [[0, 1, 2, 3, 128]] }));
  assert.deepEqual([[...withAlpha.pixels], [...(withAlpha.alpha ?? [])]], [[1, 2, 3], [128]]);
  const grey = decodePng(tinyPng({ width: 1, depth: 8, colorType: 4, rows: [[0, 9, 77]] }));
  assert.deepEqual([[...grey.pixels], [...(grey.alpha ?? [])]], [[9], [77]]);
  const extra: [string, number[]][] = [['PLTE', [1, 2, 3, 4, 5, 6]], ['tRNS', [0]]];
  const palette = decodePng(tinyPng({ width: 2, depth: 4, colorType: 3, rows: [[0, 0x10]], extra }));
  assert.deepEqual([[...palette.pixels], [...(palette.alpha ?? [])]], [[4, 5, 6, 1, 2, 3], [255, 0]]);
});

test('images that are no PNG of our kind are refused with a code', () => {
  const good = demoSealPng('Sở Nội vụ', 40);
  const deep = tinyPng({ width: 1, depth: 16, colorType: 0, rows: [[0, 1, 2]] });
  const interlaced = Buffer.from(good);
  interlaced[28] = 1;
  for (const bytes of [Buffer.alloc(0), Buffer.from('GIF89a'), good.subarray(0, 200), deep, interlaced]) {
    assert.throws(() => decodePng(bytes), (error) => error instanceof PdfError && error.code === 'image.not-supported');
  }
});

test('the demonstration seal is red, the signature blue, both transparent around, and the same each time', () => {
  const seal = decodePng(demoSealPng('Sở Nội vụ tỉnh Thanh Hóa', 200));
  assert.equal(seal.alpha?.[0], 0);
  assert.equal(seal.alpha[100 * 200 + 100], 255, 'the star is in the middle');
  assert.ok((seal.pixels[0] ?? 0) > 150 && (seal.pixels[2] ?? 255) < 100);
  const signature = decodePng(demoSignaturePng('Nguyễn Văn A', 300));
  assert.ok((signature.pixels[2] ?? 0) > 150 && (signature.pixels[0] ?? 255) < 100);
  assert.ok(demoSignaturePng('Nguyễn Văn A', 90).equals(demoSignaturePng('Nguyễn Văn A', 90)));
  assert.ok(!demoSignaturePng('Nguyễn Văn A', 90).equals(demoSignaturePng('Trần Thị B', 90)));
});
