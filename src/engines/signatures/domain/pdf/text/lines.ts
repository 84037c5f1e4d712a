import { toDisplay } from '../appearance/geometry.ts';
import type { PdfDocument, PdfPage } from '../reader/index.ts';
import { readPageText } from './content.ts';

/** A character of a line, on the displayed page: x from the left. `text` is one UTF-16 unit. */
export type LineChar = { readonly text: string; readonly left: number; readonly right: number; readonly fontSize: number };

/** What stands on one base line, from left to right. Gaps between words are single spaces; `text[i]` belongs to `chars[i]`. */
export type TextLine = { readonly page: number; readonly baseline: number; readonly text: string; readonly chars: readonly LineChar[] };

type Placed = LineChar & { readonly baseline: number };

/** The lines of upright text of a page, from top to bottom. */
export function readLines(doc: PdfDocument, page: PdfPage): readonly TextLine[] {
  const placed: Placed[] = [];
  for (const { text, start, end, fontSize } of readPageText(doc, page)) {
    const [left, baseline] = toDisplay(page, start);
    const [right, endLine] = toDisplay(page, end);
    const isUpright = Math.abs(endLine - baseline) < 0.01 * Math.max(1, right - left) && right >= left;
    if (text !== '' && isUpright && fontSize > 0) placed.push({ text, left, right, baseline, fontSize });
  }
  placed.sort((a, b) => a.baseline - b.baseline);
  const groups: Placed[][] = [];
  for (const char of placed) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group !== undefined && first !== undefined && char.baseline - first.baseline <= Math.max(1, char.fontSize * 0.2)) group.push(char);
    else groups.push([char]);
  }
  return groups.map((group) => makeLine(page.index, group)).filter(({ chars }) => chars.length > 0);
}

function makeLine(page: number, group: readonly Placed[]): TextLine {
  const chars: LineChar[] = [];
  for (const { text, left, right, fontSize } of group.toSorted((a, b) => a.left - b.left)) {
    const previous = chars.at(-1);
    const isSpace = text.trim() === '';
    const isGap = previous !== undefined && left - previous.right > fontSize * 0.15;
    if ((isSpace || isGap) && previous !== undefined && previous.text !== ' ') {
      chars.push({ text: ' ', left: previous.right, right: left, fontSize });
    }
    if (isSpace) {
      const space = chars.at(-1);
      if (space?.text === ' ') chars[chars.length - 1] = { ...space, right: Math.max(space.right, right) };
      continue;
    }
    // bold type is sometimes made by showing the same letter twice
    if (previous?.text === text && left - previous.left < fontSize * 0.1) continue;
    const space = chars.at(-1);
    if (space?.text === ' ') chars[chars.length - 1] = { ...space, right: left };
    chars.push(...splitUnits(text, { left, right, fontSize }));
  }
  return { page, baseline: group[0]?.baseline ?? 0, ...composed(chars) };
}

/** A glyph may stand for several letters (a ligature): they share its width. */
function splitUnits(text: string, { left, right, fontSize }: Omit<LineChar, 'text'>): LineChar[] {
  const units = text.normalize('NFC').split('');
  const width = (right - left) / units.length;
  return units.map((unit, i) => ({ text: unit, left: left + i * width, right: left + (i + 1) * width, fontSize }));
}

const combiningMark = /[\u0300-\u036f]/;

/** Joins letters and combining marks that were shown one after the other into the composed letters that people search for. */
function composed(chars: readonly LineChar[]): { readonly text: string; readonly chars: readonly LineChar[] } {
  const joined: LineChar[] = [];
  for (const char of chars) {
    const previous = joined.at(-1);
    const together = previous === undefined || !combiningMark.test(char.text) ? '' : (previous.text + char.text).normalize('NFC');
    if (previous !== undefined && together.length === 1) joined[joined.length - 1] = { ...previous, text: together };
    else joined.push(char);
  }
  return { text: joined.map(({ text }) => text).join(''), chars: joined };
}
