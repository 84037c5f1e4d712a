import { damaged, PdfError } from '../errors.ts';
import { dictEntry, entryOf, getCatalog, resolve } from './document.ts';
import type { PdfDocument } from './document.ts';
import { isArray, isDict, isInteger, isName, isRef } from './objects.ts';
import type { PdfDict, PdfObject, PdfRef } from './objects.ts';

/** [left, bottom, right, top] in default user space, in order. */
export type Box = readonly [left: number, bottom: number, right: number, top: number];

export type PdfPage = {
  readonly index: number;
  /** Undefined for a page that stands directly in /Kids, which the standard forbids but files have. */
  readonly ref: PdfRef | undefined;
  readonly dict: PdfDict;
  readonly mediaBox: Box;
  /** What a viewer shows: /CropBox cut to the media box. */
  readonly cropBox: Box;
  /** Clockwise turn for display. */
  readonly rotate: 0 | 90 | 180 | 270;
  /** Size of one unit in 1/72 inch. */
  readonly userUnit: number;
  readonly resources: PdfDict | undefined;
};

type Inherited = {
  readonly mediaBox: PdfObject | undefined;
  readonly cropBox: PdfObject | undefined;
  readonly rotate: PdfObject | undefined;
  readonly resources: PdfObject | undefined;
};

type Branch = { readonly kids: readonly PdfObject[]; next: number; readonly inherited: Inherited };

const maxTreeDepth = 200;

const nothing: Inherited = { mediaBox: undefined, cropBox: undefined, rotate: undefined, resources: undefined };
const a4: Box = [0, 0, 595, 842];

/** All pages in order. Throws `pdf.damaged` for a broken tree, `pdf.too-large` for one with too many pages. */
export function listPages(doc: PdfDocument): readonly PdfPage[] {
  return [...walkPages(doc)];
}

/** The page with this index from 0, or undefined; reads no further than that page. */
export function findPage(doc: PdfDocument, index: number): PdfPage | undefined {
  for (const page of walkPages(doc)) if (page.index === index) return page;
  return undefined;
}

/** The number of pages that the tree claims; counted when it claims nothing sensible. */
export function countPages(doc: PdfDocument): number {
  const count = entryOf(doc, entryOf(doc, getCatalog(doc), 'Pages'), 'Count');
  return isInteger(count) && count > 0 && count <= doc.limits.maxPages ? count : listPages(doc).length;
}

/** Walks the tree in order, each node at most once, so that a tree that bites its tail ends. */
export function* walkPages(doc: PdfDocument): Generator<PdfPage, void, void> {
  const seen = new Set<number>();
  const open: Branch[] = [{ kids: [getCatalog(doc).entries.get('Pages') ?? null], next: 0, inherited: nothing }];
  let index = 0;
  for (let branch = open.at(-1); branch !== undefined; branch = open.at(-1)) {
    const value = branch.kids[branch.next];
    branch.next += 1;
    if (value === undefined) {
      open.pop();
      continue;
    }
    if (isRef(value)) {
      if (seen.has(value.num)) continue;
      seen.add(value.num);
    }
    const dict = resolve(doc, value);
    if (!isDict(dict)) {
      if (open.length === 1) throw damaged('no page tree');
      continue;
    }
    const kids = entryOf(doc, dict, 'Kids');
    const inherited = inherit(dict, branch.inherited);
    if (isArray(kids) && !isName(entryOf(doc, dict, 'Type'), 'Page')) {
      if (open.length > maxTreeDepth) throw damaged('the page tree is too deep');
      open.push({ kids: kids.items, next: 0, inherited });
      continue;
    }
    if (index >= doc.limits.maxPages) throw new PdfError('pdf.too-large', 'too many pages');
    yield makePage(doc, { index, ref: isRef(value) ? value : undefined, dict, inherited });
    index += 1;
  }
}

function inherit({ entries }: PdfDict, above: Inherited): Inherited {
  return {
    mediaBox: entries.get('MediaBox') ?? above.mediaBox,
    cropBox: entries.get('CropBox') ?? above.cropBox,
    rotate: entries.get('Rotate') ?? above.rotate,
    resources: entries.get('Resources') ?? above.resources,
  };
}

type PageParts = { readonly index: number; readonly ref: PdfRef | undefined; readonly dict: PdfDict; readonly inherited: Inherited };

function makePage(doc: PdfDocument, { index, ref, dict, inherited }: PageParts): PdfPage {
  const mediaBox = readBox(doc, inherited.mediaBox) ?? a4;
  const crop = readBox(doc, inherited.cropBox);
  const resources = resolve(doc, inherited.resources);
  const userUnit = entryOf(doc, dict, 'UserUnit');
  return {
    index,
    ref,
    dict,
    mediaBox,
    cropBox: (crop && intersect(crop, mediaBox)) ?? mediaBox,
    rotate: readRotation(resolve(doc, inherited.rotate)),
    userUnit: typeof userUnit === 'number' && userUnit > 0 ? userUnit : 1,
    resources: isDict(resources) ? resources : undefined,
  };
}

/** A rectangle with its corners put in order; undefined if it is none or has no area. */
export function readBox(doc: PdfDocument, value: PdfObject | undefined): Box | undefined {
  const array = resolve(doc, value);
  if (!isArray(array)) return undefined;
  const [x1, y1, x2, y2] = array.items.map((item) => resolve(doc, item));
  if (typeof x1 !== 'number' || typeof y1 !== 'number' || typeof x2 !== 'number' || typeof y2 !== 'number') return undefined;
  if (![x1, y1, x2, y2].every(Number.isFinite)) return undefined;
  const box: Box = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

function intersect(a: Box, b: Box): Box | undefined {
  const box: Box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

function readRotation(value: PdfObject): PdfPage['rotate'] {
  const turn = isInteger(value) ? ((value % 360) + 360) % 360 : 0;
  return turn === 90 || turn === 180 || turn === 270 ? turn : 0;
}

export function acroFormOf(doc: PdfDocument): PdfDict | undefined {
  return dictEntry(doc, getCatalog(doc), 'AcroForm');
}
