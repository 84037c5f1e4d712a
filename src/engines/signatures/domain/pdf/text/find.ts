import type { Blank } from '../appearance/decree30.ts';
import { textWidth } from '../appearance/font.ts';
import type { DisplayRect } from '../appearance/geometry.ts';
import { displaySize, fromMm } from '../appearance/geometry.ts';
import { findPage, walkPages } from '../reader/index.ts';
import type { PdfDocument, PdfPage } from '../reader/index.ts';
import { readLines } from './lines.ts';
import type { LineChar, TextLine } from './lines.ts';

/** Where a text stands on the displayed page. */
export type FoundText = {
  readonly page: number;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly fontSize: number;
};

/** More pages than this are not searched: places are on the first page and near the signatures. */
const maxPagesSearched = 200;

/** Every place of a text, from the first page on. Case, and how wide the gaps between words are, do not matter. */
export function findText(doc: PdfDocument, needle: string): readonly FoundText[] {
  const wanted = simplify(needle).trim();
  if (wanted === '') return [];
  const found: FoundText[] = [];
  for (const page of walkPages(doc)) {
    if (page.index >= maxPagesSearched) break;
    for (const line of readLines(doc, page)) {
      const text = simplify(line.text);
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) found.push(placeOf(line, at, at + wanted.length));
    }
  }
  return found;
}

/** Lower case letter by letter, so that positions stay what they are. */
function simplify(text: string): string {
  return Array.from(text.normalize('NFC').replace(/\s+/g, ' '), (char) => {
    const lower = char.toLocaleLowerCase('vi');
    return lower.length === char.length ? lower : char;
  }).join('');
}

function placeOf(line: TextLine, from: number, to: number): FoundText {
  const first = line.chars[from];
  const last = line.chars[to - 1];
  return {
    page: line.page,
    left: first?.left ?? 0,
    right: last?.right ?? 0,
    baseline: line.baseline,
    fontSize: first?.fontSize ?? 0,
  };
}

/** The blanks that the clerk fills: undefined where the letter has none, or has it filled in already. */
export type IssuePlaces = {
  /** Behind "Số:", before the notation. */
  readonly number: Blank | undefined;
  readonly day: Blank | undefined;
  readonly month: Blank | undefined;
};

/** Number and date stand in the head of the letter; dates further down belong to what it says. */
const headShare = 0.35;

/** Looks for the blanks of number and date in the head of the first page (NĐ 30/2020 App. I.II.3 and 4). */
export function findIssuePlaces(doc: PdfDocument): IssuePlaces {
  const page = findPage(doc, 0);
  const headBottom = page === undefined ? 0 : displaySize(page).height * headShare;
  const lines = page === undefined ? [] : readLines(doc, page).filter(({ baseline }) => baseline < headBottom);
  const dateLines = lines.filter(({ text }) => /(?<![\p{L}])ngày[\s\d.…_]*tháng[\s\d.…_]*năm/iu.test(text)).slice(0, 1);
  return {
    number: firstMatch(lines, numberBlank),
    day: firstMatch(dateLines, (line) => blankAfter(line, /(?<![\p{L}])ngày(?=[\s.…_]*tháng)/iu)),
    month: firstMatch(dateLines, (line) => blankAfter(line, /ngày[\s\d.…_]*tháng(?=[\s.…_]*năm)/iu)),
  };
}

function firstMatch(lines: readonly TextLine[], find: (line: TextLine) => Blank | undefined): Blank | undefined {
  for (const line of lines) {
    const blank = find(line);
    if (blank !== undefined) return blank;
  }
  return undefined;
}

/** `Số:    /SNV-VP`: the blank ends at the slash. `Số:    ` with nothing behind it is taken as wide as four digits. */
function numberBlank(line: TextLine): Blank | undefined {
  return blankAfter(line, /(?<![\p{L}])Số\s?:(?=[\s.…_]*(?:\/|$))/u);
}

/** The white space, dots or underscores behind what the pattern matches, up to the next word. */
function blankAfter(line: TextLine, pattern: RegExp): Blank | undefined {
  const match = pattern.exec(line.text);
  if (match === null) return undefined;
  const from = match.index + match[0].length;
  let to = from;
  while (to < line.text.length && /[\s.…_]/.test(line.text[to] ?? '')) to += 1;
  const before = line.chars[from - 1];
  if (before === undefined) return undefined;
  const right = line.chars[to]?.left ?? before.right + textWidth('0000 ', before.fontSize, 'regular');
  return { page: line.page, left: before.right, baseline: line.baseline, width: Math.max(0, right - before.right), fontSize: before.fontSize };
}

/** How large the image of a signature is shown when nobody says otherwise. */
const signatureMm = { width: 50, height: 18, leastHeight: 14 } as const;

export type SignaturePlace = DisplayRect & { readonly page: number };

/**
 * The place of a person's signature: above the last line that holds nothing but the full name, centred on it, in the gap below the
 * office (NĐ 30/2020 App. I.II.7), or upon a mark on that page. Where the name does not stand alone anywhere, upon the last mark of the
 * file; undefined without one.
 */
export function findSignaturePlace(doc: PdfDocument, fullName: string): SignaturePlace | undefined {
  const wanted = simplify(fullName).trim();
  let byName: SignaturePlace | undefined;
  let byMark: SignaturePlace | undefined;
  for (const page of walkPages(doc)) {
    if (page.index >= maxPagesSearched) break;
    const lines = readLines(doc, page);
    for (const line of wanted === '' ? [] : lines) {
      const at = simplify(line.text).lastIndexOf(wanted);
      if (at >= 0 && standsAlone(line, at, at + wanted.length)) byName = placeAbove(page, lines, placeOf(line, at, at + wanted.length));
    }
    const mark = findMark(lines, 'signature');
    // A form in an appendix has marks of its own.
    if (mark !== undefined && (byName === undefined || byName.page === page.index)) byMark = placeUpon(page, mark, signatureMm);
  }
  return byMark !== undefined && (byName === undefined || byName.page === byMark.page) ? byMark : byName;
}

/** What a drafter may write where something belongs that is put in later. */
const marks = { signature: '[chữ ký]', initials: '[ký nháy]' } as const;

/** The last mark of a kind in these lines. That of initials may end a sentence; that of a signature stands alone in its column, since texts speak of it too. */
export function findMark(lines: readonly TextLine[], kind: keyof typeof marks): FoundText | undefined {
  for (const line of lines.toReversed()) {
    const at = simplify(line.text).lastIndexOf(marks[kind]);
    const to = at + marks[kind].length;
    if (at < 0 || (to < line.text.length && !isWideGap(line.chars[to]))) continue;
    if (kind === 'initials' || at === 0 || isWideGap(line.chars[at - 1])) return placeOf(line, at, to);
  }
  return undefined;
}

/** A picture of a size centred upon a mark, as far as the page lets it. */
export function placeUpon(page: PdfPage, mark: FoundText, sizeMm: { readonly width: number; readonly height: number }): SignaturePlace {
  const size = displaySize(page);
  const width = Math.min(fromMm(sizeMm.width, page), size.width);
  const height = Math.min(fromMm(sizeMm.height, page), size.height);
  const within = (start: number, most: number): number => Math.max(0, Math.min(start, most));
  return {
    page: page.index,
    left: within((mark.left + mark.right - width) / 2, size.width - width),
    top: within(mark.baseline - mark.fontSize * 0.3 - height / 2, size.height - height),
    width,
    height,
  };
}

/**
 * The receivers' list may share the base line on the left, behind a wide gap; a rank of up to three words may stand before the name
 * (armed forces and others keep theirs); nothing may follow it.
 */
function standsAlone(line: TextLine, from: number, to: number): boolean {
  let columnStart = from;
  while (columnStart > 0 && !isWideGap(line.chars[columnStart - 1])) columnStart -= 1;
  const before = line.text.slice(columnStart, from);
  const isWholeWord = before === '' || before.endsWith(' ');
  return isWholeWord && before.split(' ').filter(Boolean).length <= 3 && line.text.slice(to).trim() === '';
}

function isWideGap(char: LineChar | undefined): boolean {
  return char !== undefined && char.text === ' ' && char.right - char.left > char.fontSize;
}

function placeAbove(page: PdfPage, lines: readonly TextLine[], name: FoundText): SignaturePlace {
  const bottom = name.baseline - name.fontSize * 1.05;
  const above = lines.filter((line) => line.baseline < bottom && overlaps(line, name)).at(-1);
  const gapTop = above === undefined ? 0 : above.baseline + name.fontSize * 0.3;
  // models and drafts have a note in brackets where the signature belongs: a short gap is no reason to make the signature tiny
  const height = Math.max(fromMm(signatureMm.leastHeight, page), Math.min(fromMm(signatureMm.height, page), bottom - gapTop));
  const width = Math.min(fromMm(signatureMm.width, page), displaySize(page).width);
  const left = Math.max(0, Math.min((name.left + name.right - width) / 2, displaySize(page).width - width));
  return { page: page.index, left, top: bottom - height - Math.max(0, bottom - gapTop - height) / 2, width, height };
}

function overlaps(line: TextLine, name: FoundText): boolean {
  return line.chars.some(({ text, left, right }) => text.trim() !== '' && right > name.left && left < name.right);
}
