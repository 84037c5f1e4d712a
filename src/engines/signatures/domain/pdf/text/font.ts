import { decodeStream, entryOf, isArray, isDict, isInteger, isName, isStream, PdfError, resolve } from '../reader/index.ts';
import type { PdfDict, PdfDocument, PdfObject } from '../reader/index.ts';
import { parseToUnicode } from './cmap.ts';
import type { ToUnicode } from './cmap.ts';
import { baseEncodingChar, glyphNameText } from './encodings.ts';

/** One shown character: its text ('' if unknown) and its advance in thousandths of the font size. */
export type ShownChar = { readonly text: string; readonly width: number; readonly isSpace: boolean };

export type TextFont = { readonly decode: (bytes: Buffer) => ShownChar[] };

/** Makes a font of the page's resources readable. Never throws for a font that it does not understand: its text is then unknown. */
export function openFont(doc: PdfDocument, font: PdfDict): TextFont {
  const toUnicode = readToUnicode(doc, font);
  return isName(entryOf(doc, font, 'Subtype'), 'Type0') ? openComposite(doc, font, toUnicode) : openSimple(doc, font, toUnicode);
}

function readToUnicode(doc: PdfDocument, font: PdfDict): ToUnicode | undefined {
  const stream = entryOf(doc, font, 'ToUnicode');
  if (!isStream(stream)) return undefined;
  try {
    return parseToUnicode(decodeStream(doc, stream));
  } catch (error) {
    if (error instanceof PdfError) return undefined;
    throw error;
  }
}

function openSimple(doc: PdfDocument, font: PdfDict, toUnicode: ToUnicode | undefined): TextFont {
  const first = entryOf(doc, font, 'FirstChar');
  const list = entryOf(doc, font, 'Widths');
  const widths = isArray(list) ? list.items.map((item) => numberOf(resolve(doc, item), 0)) : [];
  const missing = numberOf(entryOf(doc, entryOf(doc, font, 'FontDescriptor'), 'MissingWidth'), widths.length > 0 ? 0 : 500);
  const texts = simpleTexts(doc, font);
  const start = isInteger(first) ? first : 0;
  return {
    decode: (bytes) =>
      Array.from(bytes, (code) => ({
        text: toUnicode?.texts.get(code) ?? texts(code),
        width: widths[code - start] ?? missing,
        isSpace: code === 32,
      })),
  };
}

function simpleTexts(doc: PdfDocument, font: PdfDict): (code: number) => string {
  const encoding = entryOf(doc, font, 'Encoding');
  const base = isName(encoding) ? encoding : entryOf(doc, encoding, 'BaseEncoding');
  const baseName = isName(base) ? base.name : 'StandardEncoding';
  const named = new Map<number, string>();
  const differences = isDict(encoding) ? entryOf(doc, encoding, 'Differences') : null;
  let code = 0;
  for (const item of isArray(differences) ? differences.items : []) {
    if (isInteger(item)) code = item;
    else if (isName(item)) {
      const text = glyphNameText(item.name);
      if (text !== undefined) named.set(code, text);
      code += 1;
    }
  }
  return (at) => named.get(at) ?? baseEncodingChar(baseName, at);
}

function openComposite(doc: PdfDocument, font: PdfDict, toUnicode: ToUnicode | undefined): TextFont {
  const descendants = entryOf(doc, font, 'DescendantFonts');
  const cidFont = resolve(doc, isArray(descendants) ? descendants.items[0] : null);
  const widths = readCidWidths(doc, entryOf(doc, cidFont, 'W'));
  const usual = numberOf(entryOf(doc, cidFont, 'DW'), 1000);
  // with Identity-H, which all producers in use write, code and CID are the same two bytes
  return {
    decode(bytes) {
      const chars: ShownChar[] = [];
      for (let i = 0; i + 1 < bytes.length; i += 2) {
        const code = bytes.readUInt16BE(i);
        chars.push({ text: toUnicode?.texts.get(code) ?? '', width: widths.get(code) ?? usual, isSpace: false });
      }
      return chars;
    },
  };
}

function readCidWidths(doc: PdfDocument, list: PdfObject): ReadonlyMap<number, number> {
  const widths = new Map<number, number>();
  if (!isArray(list)) return widths;
  for (let i = 0; i + 1 < list.items.length; ) {
    const first = numberOf(resolve(doc, list.items[i]), 0);
    const second = resolve(doc, list.items[i + 1]);
    if (isArray(second)) {
      second.items.forEach((item, step) => widths.set(first + step, numberOf(resolve(doc, item), 0)));
      i += 2;
      continue;
    }
    const last = Math.min(numberOf(second, first), first + 65535);
    const width = numberOf(resolve(doc, list.items[i + 2]), 0);
    for (let cid = first; cid <= last; cid += 1) widths.set(cid, width);
    i += 3;
  }
  return widths;
}

function numberOf(value: PdfObject, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
