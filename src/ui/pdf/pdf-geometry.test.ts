import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { keepInside, resized, shownSize, toPdfRect, toPlacement, toRotation, type PageShape, type Placement, type Rotation } from './pdf-geometry.ts';

const rotations: readonly Rotation[] = [0, 90, 180, 270];
const close = (actual: number, expected: number, what: string) => assert.ok(Math.abs(actual - expected) < 1e-6, `${what}: ${String(actual)} is not ${String(expected)}`);

const a4: PageShape = { box: [0, 0, 595, 842], rotation: 0 };

test('on an upright page the upper left corner of the screen is the top of the file', () => {
  assert.deepEqual(toPdfRect({ page: 1, x: 100, y: 50, width: 120, height: 60 }, a4), { page: 1, x: 100, y: 732, w: 120, h: 60, rotation: 0 });
});

test('a crop box that does not begin at zero moves the rectangle with it', () => {
  assert.deepEqual(toPdfRect({ page: 2, x: 0, y: 0, width: 10, height: 10 }, { box: [20, 30, 420, 630], rotation: 0 }), { page: 2, x: 20, y: 620, w: 10, h: 10, rotation: 0 });
});

test('there and back again is the same place, for every rotation and crop box', () => {
  const number = fc.double({ min: -500, max: 500, noNaN: true });
  const size = fc.double({ min: 1, max: 2000, noNaN: true });
  fc.assert(
    fc.property(number, number, size, size, fc.constantFrom(...rotations), number, number, size, size, (left, bottom, width, height, rotation, x, y, w, h) => {
      const shape: PageShape = { box: [left, bottom, left + width, bottom + height], rotation };
      const placement: Placement = { page: 1, x, y, width: w, height: h };
      const back = toPlacement(toPdfRect(placement, shape), shape);
      for (const key of ['x', 'y', 'width', 'height'] as const) close(back[key], placement[key], key);
    }),
  );
});

test('the places agree with the viewport of pdf.js on a real file, turned in each direction', async (t) => {
  const sample = new URL('../../../../shared/samples/layout/mau_quyet_dinh_truc_tiep.pdf', import.meta.url);
  if (!existsSync(sample)) {
    t.skip('the sample ../shared/samples/layout/mau_quyet_dinh_truc_tiep.pdf is not here');
    return;
  }
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({ data: new Uint8Array(readFileSync(sample)), verbosity: 0 });
  const page = await (await task.promise).getPage(1);
  for (const rotation of rotations) {
    const viewport = page.getViewport({ scale: 1, rotation });
    const [left = 0, bottom = 0, right = 0, top = 0] = page.view;
    const shape: PageShape = { box: [left, bottom, right, top], rotation };
    const rect = toPdfRect({ page: 1, x: 30, y: 40, width: 120, height: 50 }, shape);
    // safe because pdf.js answers with two numbers, which its types do not say
    const corners = [viewport.convertToPdfPoint(30, 40), viewport.convertToPdfPoint(150, 90)] as number[][];
    close(rect.x, Math.min(...corners.map(([x = 0]) => x)), 'x');
    close(rect.y, Math.min(...corners.map(([, y = 0]) => y)), 'y');
    close(rect.w, Math.abs((corners[0]?.[0] ?? 0) - (corners[1]?.[0] ?? 0)), 'w');
    close(rect.h, Math.abs((corners[0]?.[1] ?? 0) - (corners[1]?.[1] ?? 0)), 'h');
    assert.deepEqual(shownSize(shape), { width: viewport.width, height: viewport.height });
  }
  await task.destroy();
});

test('a rectangle never leaves the page, and is made smaller only where the page is smaller', () => {
  assert.deepEqual(keepInside({ page: 1, x: 590, y: -10, width: 100, height: 50 }, { width: 595, height: 842 }), { page: 1, x: 495, y: 0, width: 100, height: 50 });
  assert.deepEqual(keepInside({ page: 1, x: 0, y: 0, width: 1000, height: 50 }, { width: 595, height: 842 }), { page: 1, x: 0, y: 0, width: 595, height: 50 });
});

test('resizing keeps the least size, the page and, if asked, the proportions', () => {
  const placement = { page: 1, x: 500, y: 100, width: 80, height: 40 };
  const common = { least: { width: 40, height: 20 }, page: { width: 595, height: 842 } };
  assert.deepEqual(resized(placement, { ...common, byX: -100, byY: -100, locked: false }), { ...placement, width: 40, height: 20 });
  assert.deepEqual(resized(placement, { ...common, byX: 100, byY: 0, locked: true }), { ...placement, width: 95, height: 47.5 });
});

test('a rotation is told in quarter turns, also when the file states it negative', () => {
  assert.deepEqual([0, 90, -90, 450, 360, 45].map(toRotation), [0, 90, 270, 90, 0, 0]);
});
