/** Breaks a report into lines and pages. Lengths are points; y counts from the lower edge of the page, as PDF does. */
import { textWidth, tinos, type FontStyle } from '../pdf/appearance/font.ts';
import type { PaperRow, PaperSection, PaperTable, PaperTone, ReportPaper } from './paper.ts';

export type Style = Extract<FontStyle, 'regular' | 'bold'>;
export type Ink = 'text' | 'quiet' | 'line' | PaperTone;

export type Mark =
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly size: number; readonly style: Style; readonly ink: Ink; readonly text: string }
  | { readonly kind: 'box'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly ink: Ink };

/** A4, upright or across, with the margins of 30/2020/NĐ-CP Appendix I.I.2: 20 mm above, below and right, 30 mm left. */
export function pageOf({ turned = false }: Pick<ReportPaper, 'turned'>): Page {
  return turned ? { width: 841.89, height: 595.28 } : { width: 595.28, height: 841.89 };
}

type Page = { readonly width: number; readonly height: number };
const margin = { top: 56.7, bottom: 56.7, left: 85, right: 56.7 } as const;
const roomOf = ({ width }: Page): number => width - margin.left - margin.right;
const labelWidth = 132;
const body = 11;
const leading = 1.35;

type Cursor = { readonly page: Page; readonly pages: Mark[][]; y: number };

/** The marks of each page, footers with page numbers included. */
export function layOut(paper: ReportPaper): Mark[][] {
  const page = pageOf(paper);
  const cursor: Cursor = { page, pages: [[]], y: page.height - margin.top };
  write(cursor, paper.title, { size: 16, style: 'bold' });
  cursor.y -= 6;
  writeVerdict(cursor, paper);
  for (const section of paper.sections) writeSection(cursor, section);
  return cursor.pages.map((marks, index) => [...marks, ...footerOf(paper, index + 1, cursor.pages.length)]);
}

type LineOptions = { readonly size?: number; readonly style?: Style; readonly ink?: Ink; readonly x?: number; readonly width?: number };

function write(cursor: Cursor, text: string, { size = body, style = 'regular', ink = 'text', x = margin.left, width: room = roomOf(cursor.page) }: LineOptions = {}): void {
  for (const line of wrap(text, { size, style, width: room })) {
    makeRoom(cursor, size * leading);
    cursor.y -= size * leading;
    put(cursor, { kind: 'text', x, y: cursor.y + size * 0.3, size, style, ink, text: line });
  }
}

function put({ pages }: Cursor, mark: Mark): void {
  pages.at(-1)?.push(mark);
}

function makeRoom(cursor: Cursor, height: number): void {
  if (cursor.y - height >= margin.bottom) return;
  cursor.pages.push([]);
  cursor.y = cursor.page.height - margin.top;
}

/** A bar in the colour of the verdict beside its words, all on the first page. */
function writeVerdict(cursor: Cursor, { verdict, tone, lead }: ReportPaper): void {
  const top = cursor.y;
  const inside = { x: margin.left + 14, width: roomOf(cursor.page) - 14 };
  cursor.y -= 4;
  write(cursor, verdict, { size: 14, style: 'bold', ink: tone, ...inside });
  for (const text of lead) write(cursor, text, inside);
  cursor.y -= 6;
  put(cursor, { kind: 'box', x: margin.left, y: cursor.y, width: 4, height: top - cursor.y, ink: tone });
  cursor.y -= 8;
}

function writeSection(cursor: Cursor, { heading, tone, paragraphs = [], rows = [], table }: PaperSection): void {
  // A heading never stands alone at the foot of a page.
  makeRoom(cursor, 12.5 * leading + (table === undefined ? 2.5 * body * leading : 5 * body * leading) + 8);
  cursor.y -= 8;
  if (tone !== undefined) put(cursor, { kind: 'box', x: margin.left - 11, y: cursor.y - 12.5, width: 6, height: 9, ink: tone });
  write(cursor, heading, { size: 12.5, style: 'bold' });
  for (const text of paragraphs) write(cursor, text);
  if (paragraphs.length > 0) cursor.y -= 2;
  for (const row of rows) writeRow(cursor, row);
  if (table !== undefined) writeTable(cursor, table);
}

function writeRow(cursor: Cursor, [label, value]: PaperRow): void {
  const labels = wrap(label, { size: body, style: 'regular', width: labelWidth - 8 });
  const values = wrap(value, { size: body, style: 'regular', width: roomOf(cursor.page) - labelWidth });
  for (let i = 0; i < Math.max(labels.length, values.length); i += 1) {
    makeRoom(cursor, body * leading);
    cursor.y -= body * leading;
    const place = { kind: 'text', y: cursor.y + body * 0.3, size: body, style: 'regular' } as const;
    const [left, right] = [labels[i], values[i]];
    if (left !== undefined) put(cursor, { ...place, x: margin.left, ink: 'quiet', text: left });
    if (right !== undefined) put(cursor, { ...place, x: margin.left + labelWidth, ink: 'text', text: right });
  }
  makeRoom(cursor, 3);
  cursor.y -= 3;
}

const cellSize = 8;
const cellGap = 4;

/** The headings stand again on each page that the table goes over to; a row stays whole. */
function writeTable(cursor: Cursor, { columns, rows, foot }: PaperTable): void {
  const room = roomOf(cursor.page);
  const first = Math.max(room * 0.22, room - (columns.length - 1) * 80);
  const widths = columns.map((_, index) => (index === 0 ? first : (room - first) / (columns.length - 1)));
  const put = (cells: readonly string[], style: Style, ink: Ink): void => writeCells(cursor, cells, { widths, style, ink });
  put(columns, 'bold', 'quiet');
  for (const [index, cells] of [...rows, foot].entries()) {
    const page = cursor.pages.length;
    makeRoom(cursor, heightOf(cells, widths, 'bold'));
    if (cursor.pages.length > page) put(columns, 'bold', 'quiet');
    put(cells, index === rows.length ? 'bold' : 'regular', 'text');
  }
  cursor.y -= 6;
}

function heightOf(cells: readonly string[], widths: readonly number[], style: Style): number {
  return Math.max(...cells.map((cell, index) => linesOf(cell, widths[index] ?? 0, style).length)) * cellSize * leading + cellGap;
}

function linesOf(cell: string, width: number, style: Style): string[] {
  return wrap(cell, { size: cellSize, style, width: width - cellGap });
}

/** One row of a table, with a line below it: words begin at the left, figures end at the right. */
function writeCells(cursor: Cursor, cells: readonly string[], { widths, style, ink }: { readonly widths: readonly number[]; readonly style: Style; readonly ink: Ink }): void {
  const top = cursor.y;
  let left: number = margin.left;
  for (const [index, cell] of cells.entries()) {
    const width = widths[index] ?? 0;
    for (const [line, text] of linesOf(cell, width, style).entries()) {
      const x = index === 0 ? left : left + width - textWidth(text, cellSize, style);
      put(cursor, { kind: 'text', x, y: top - (line + 1) * cellSize * leading + cellSize * 0.3, size: cellSize, style, ink, text });
    }
    left += width;
  }
  cursor.y = top - heightOf(cells, widths, style);
  put(cursor, { kind: 'box', x: margin.left, y: cursor.y + cellGap / 4, width: roomOf(cursor.page), height: 0.5, ink: 'line' });
}

function footerOf(paper: ReportPaper, number: number, count: number): Mark[] {
  const { footer, pageLabel } = paper;
  const width = roomOf(pageOf(paper));
  const size = 9;
  const y = margin.bottom - 20;
  const label = drawable(pageLabel.replace('{page}', String(number)).replace('{pages}', String(count)), 'regular');
  const [text = ''] = wrap(footer, { size, style: 'regular', width: width - textWidth(label, size, 'regular') - 20 });
  const line = { kind: 'box', x: margin.left, y: y + 12, width, height: 0.6, ink: 'line' } as const;
  const common = { kind: 'text', y, size, style: 'regular', ink: 'quiet' } as const;
  return [line, { ...common, x: margin.left, text }, { ...common, x: margin.left + width - textWidth(label, size, 'regular'), text: label }];
}

type Wrapping = { readonly size: number; readonly style: Style; readonly width: number };

/** Lines that fit; a word longer than a line, such as a hash, is broken wherever it must be. */
export function wrap(text: string, { size, style, width: room }: Wrapping): string[] {
  const fits = (line: string): boolean => textWidth(line, size, style) <= room;
  const lines: string[] = [];
  let line = '';
  for (const word of drawable(text, style).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (!fits(line)) {
      const head = longestHead(line, fits);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

/** At least one character, so that every call makes progress. */
function longestHead(word: string, fits: (head: string) => boolean): string {
  const characters = Array.from(word);
  let [low, high] = [1, characters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(characters.slice(0, middle).join(''))) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('');
}

/** Certificates and file names may hold anything: controls and marks of direction go, what the font lacks becomes a question mark. */
function drawable(text: string, style: Style): string {
  const font = tinos(style);
  const plain = text.normalize('NFC').replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return Array.from(plain, (char) => (font.hasGlyphForCodePoint(char.codePointAt(0) ?? 0) ? char : '?')).join('');
}
