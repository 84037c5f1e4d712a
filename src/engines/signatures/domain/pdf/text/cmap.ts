import { cursorAt, hasMore, parseKeyword, parseObject } from '../reader/lexer.ts';
import { isArray, isString, PdfError } from '../reader/index.ts';
import type { PdfObject, PdfString } from '../reader/index.ts';

/** What a /ToUnicode map says: text by character code, and how many bytes a code has. */
export type ToUnicode = { readonly texts: ReadonlyMap<number, string>; readonly codeBytes: 1 | 2 };

/** More entries than a font can have glyphs are not a font. */
const maxEntries = 200_000;

/** Reads a CMap of the kind that ISO 32000-2, 9.10.3 describes; what it cannot read is left out. */
export function parseToUnicode(data: Buffer): ToUnicode {
  const texts = new Map<number, string>();
  let codeBytes: 1 | 2 = 2;
  const operands: PdfObject[] = [];
  for (const token of tokens(data)) {
    if (typeof token !== 'object' || token === null || !('operator' in token)) {
      operands.push(token);
      continue;
    }
    if (token.operator === 'endcodespacerange') codeBytes = isString(operands[0]) && operands[0].bytes.length === 1 ? 1 : 2;
    else if (token.operator === 'endbfchar') addChars(texts, operands);
    else if (token.operator === 'endbfrange') addRanges(texts, operands);
    operands.length = 0;
    if (texts.size > maxEntries) break;
  }
  return { texts, codeBytes };
}

type Operator = { readonly operator: string };

function* tokens(data: Buffer): Generator<PdfObject | Operator, void, void> {
  const cursor = cursorAt(data, 0);
  while (hasMore(cursor)) {
    const code = data[cursor.pos] ?? 0;
    const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (isLetter) yield { operator: parseKeyword(cursor) };
    else {
      try {
        yield parseObject(cursor);
      } catch (error) {
        if (!(error instanceof PdfError)) throw error;
        parseKeyword(cursor); // PostScript that is no PDF object: step over it
      }
    }
  }
}

function codeOf({ bytes }: PdfString): number {
  return bytes.length === 0 || bytes.length > 4 ? -1 : bytes.readUIntBE(0, bytes.length);
}

function textOf({ bytes }: PdfString): string {
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16().toString('utf16le');
}

function addChars(texts: Map<number, string>, operands: readonly PdfObject[]): void {
  for (let i = 0; i + 1 < operands.length; i += 2) {
    const [code, text] = [operands[i], operands[i + 1]];
    if (isString(code) && isString(text)) texts.set(codeOf(code), textOf(text));
  }
}

function addRanges(texts: Map<number, string>, operands: readonly PdfObject[]): void {
  for (let i = 0; i + 2 < operands.length; i += 3) {
    const [from, to, target] = [operands[i], operands[i + 1], operands[i + 2]];
    if (!isString(from) || !isString(to)) continue;
    const [first, last] = [codeOf(from), Math.min(codeOf(to), codeOf(from) + 65535)];
    for (let code = first; code <= last && texts.size <= maxEntries; code += 1) {
      const text = rangeText(target, code - first);
      if (text !== undefined) texts.set(code, text);
    }
  }
}

function rangeText(target: PdfObject | undefined, step: number): string | undefined {
  if (isArray(target)) {
    const item = target.items[step];
    return isString(item) ? textOf(item) : undefined;
  }
  if (!isString(target)) return undefined;
  const text = textOf(target);
  const last = text.codePointAt(text.length - 1) ?? 0;
  return text.slice(0, -1) + String.fromCharCode(last + step);
}
