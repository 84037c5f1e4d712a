import { countPages, findPage } from '../reader/index.ts';
import type { PdfDocument, PdfPage } from '../reader/index.ts';
import { findMark, placeUpon } from '../text/find.ts';
import { readLines } from '../text/lines.ts';
import type { TextLine } from '../text/lines.ts';
import type { Drawing } from './appearance.ts';
import { textWidth } from './font.ts';
import { displaySize, fitInto, fromMm } from './geometry.ts';
import type { DisplayRect, PageGeometry } from './geometry.ts';
import type { PdfImage } from './image.ts';

/** Half of what a person's signature is shown at, so that nobody takes one for the other. */
const sizeMm = { width: 25, height: 9, leastWidth: 12 } as const;
/** Nothing is put closer to the edge of the sheet; printers leave about as much white. */
const edgeMm = 4;
const gapMm = 1;

/** Where the signature block stands is near the end: appendices of the same file come behind it, and are rarely longer. */
const pagesSearched = 12;

export type InitialsPlace = DisplayRect & { readonly page: number };

/**
 * Where initials ("ký nháy") go: behind the last line of the content, which ends where "Nơi nhận" and the office of the signer begin
 * (NĐ 30/2020 App. I.IV, boxes 6, 7 and 9b; where initials stand is custom, no rule), or upon a mark that the drafter wrote for them. Without
 * such a block it is the last line of the last page, and the lower right corner of a page that has no text at all. The page is counted from 0.
 */
export function findInitialsPlace(doc: PdfDocument): InitialsPlace {
  const last = countPages(doc) - 1;
  const pages = Array.from({ length: Math.min(pagesSearched, last + 1) }, (_, i) => findPage(doc, last - i)).filter((page) => page !== undefined);
  for (const page of pages) {
    const mark = findMark(readLines(doc, page), 'initials');
    if (mark !== undefined) return placeUpon(page, mark, sizeMm);
  }
  for (const [i, page] of pages.entries()) {
    const lines = readLines(doc, page);
    const block = lines.findIndex(({ text }) => /^nơi nhận\s?:/iu.test(text.trim()));
    if (block < 0) continue;
    const line = lastOfContent(lines.slice(0, block));
    if (line !== undefined) return behind(page, line);
    const before = pages[i + 1];
    const lineBefore = before === undefined ? undefined : lastOfContent(readLines(doc, before));
    if (before !== undefined && lineBefore !== undefined) return behind(before, lineBefore);
  }
  const [page] = pages;
  if (page === undefined) return { page: 0, left: 0, top: 0, width: fromMm(sizeMm.width, { userUnit: 1 }), height: fromMm(sizeMm.height, { userUnit: 1 }) };
  const line = lastOfContent(readLines(doc, page));
  return line === undefined ? corner(page) : behind(page, line);
}

/** The office of the signer may begin a little above "Nơi nhận", in capitals; page numbers and rules are no content either. */
function lastOfContent(lines: readonly TextLine[]): TextLine | undefined {
  return lines.findLast(({ text }) => {
    const letters = text.replace(/[^\p{L}]/gu, '');
    return letters !== '' && letters !== letters.toLocaleUpperCase('vi');
  });
}

function behind(page: PdfPage, line: TextLine): InitialsPlace {
  const lastChar = line.chars.at(-1);
  const fontSize = lastChar?.fontSize ?? 0;
  const start = (lastChar?.right ?? 0) + fromMm(gapMm, page);
  const size = displaySize(page);
  const free = size.width - fromMm(edgeMm, page) - start;
  const width = Math.max(fromMm(sizeMm.leastWidth, page), Math.min(fromMm(sizeMm.width, page), free));
  const height = fromMm(sizeMm.height, page);
  const left = Math.max(0, Math.min(start, size.width - fromMm(edgeMm, page) - width));
  return { page: page.index, left, top: Math.max(0, Math.min(line.baseline - fontSize * 0.3 - height / 2, size.height - height)), width, height };
}

function corner(page: PdfPage): InitialsPlace {
  const size = displaySize(page);
  const [width, height, edge] = [fromMm(sizeMm.width, page), fromMm(sizeMm.height, page), fromMm(20, page)];
  return { page: page.index, left: Math.max(0, size.width - edge - width), top: Math.max(0, size.height - edge - height), width, height };
}

/** The person's own signature, small. */
export function initialsImage(place: DisplayRect, image: PdfImage): Drawing {
  return { kind: 'image', image, ...fitInto(place, image) };
}

/** The letters of the name in italics, as large as the place allows and at most 12 points. Throws PdfError `font.glyph-missing`. */
export function initialsText(page: PageGeometry, place: DisplayRect, text: string): Drawing {
  const most = Math.min(12 / page.userUnit, place.height);
  const size = Math.min(most, (most * place.width) / Math.max(1, textWidth(text, most, 'italic')));
  return { kind: 'text', text, left: place.left, baseline: place.top + place.height / 2 + size * 0.35, size, style: 'italic', color: 'black' };
}
