import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';
import type * as Fontkit from 'fontkit';
import type { Font, Glyph } from 'fontkit';
import { PdfError } from '../errors.ts';
import { local, streamObject } from '../signing/fragment.ts';
import type { PdfFragment } from '../signing/fragment.ts';

export type FontStyle = 'regular' | 'italic' | 'bold';

/** The part of a font that some texts need, ready to be embedded. The Type 0 font is the first object of the fragment. */
export type EmbeddedFont = {
  readonly objects: PdfFragment;
  /** The text as a hexadecimal string for `Tj`. */
  readonly encode: (text: string) => string;
};

/** Tinos has the metrics of Times New Roman, which NĐ 30/2020 App. I prescribes, and may be shipped. */
const tinosFiles = {
  regular: '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf',
  italic: '@expo-google-fonts/tinos/400Regular_Italic/Tinos_400Regular_Italic.ttf',
  bold: '@expo-google-fonts/tinos/700Bold/Tinos_700Bold.ttf',
} as const satisfies Record<FontStyle, string>;

const loaded = new Map<FontStyle, Font>();

/** Opens the font once per process. */
export function tinos(style: FontStyle): Font {
  const known = loaded.get(style);
  if (known !== undefined) return known;
  const require = createRequire(import.meta.url);
  // A server that signs nothing does without the library's memory; safe because this is the very package of the type.
  const { create } = require('fontkit') as typeof Fontkit;
  const font = create(readFileSync(require.resolve(tinosFiles[style])));
  loaded.set(style, font);
  return font;
}

/** Width of a text in the units of `size`. Throws PdfError `font.glyph-missing`. */
export function textWidth(text: string, size: number, style: FontStyle): number {
  const font = tinos(style);
  const units = glyphsOf(font, text).reduce((sum, { advanceWidth }) => sum + advanceWidth, 0);
  return (units * size) / font.unitsPerEm;
}

function glyphsOf(font: Font, text: string): Glyph[] {
  return Array.from(text.normalize('NFC'), (char) => {
    const codePoint = char.codePointAt(0) ?? 0;
    if (!font.hasGlyphForCodePoint(codePoint)) throw new PdfError('font.glyph-missing', `U+${codePoint.toString(16)}`);
    return font.glyphForCodePoint(codePoint);
  });
}

/** Embeds the glyphs of these texts. Throws PdfError `font.glyph-missing`. */
export function embedFont(style: FontStyle, texts: readonly string[]): EmbeddedFont {
  const font = tinos(style);
  const subset = font.createSubset();
  const codes = new Map<string, number>();
  const widths = new Map<number, number>([[0, 0]]);
  for (const char of new Set(texts.flatMap((text) => Array.from(text.normalize('NFC'))))) {
    const [glyph] = glyphsOf(font, char);
    if (glyph === undefined) continue;
    const code = subset.includeGlyph(glyph.id);
    codes.set(char, code);
    widths.set(code, Math.round((glyph.advanceWidth * 1000) / font.unitsPerEm));
  }
  const file = Buffer.from(subset.encode());
  const name = `/${subsetTag(file)}+${font.postscriptName}`;
  return {
    objects: fontObjects({ font, name, file, widths, codes, glyphCount: subset.glyphs.length }),
    encode: (text) => `<${Array.from(text.normalize('NFC'), (char) => hex4(codes.get(char) ?? 0)).join('')}>`,
  };
}

type FontParts = {
  readonly font: Font;
  readonly name: string;
  readonly file: Buffer;
  readonly widths: ReadonlyMap<number, number>;
  readonly codes: ReadonlyMap<string, number>;
  readonly glyphCount: number;
};

function fontObjects({ font, name, file, widths, codes, glyphCount }: FontParts): PdfFragment {
  const scale = (units: number): number => Math.round((units * 1000) / font.unitsPerEm);
  const { minX, minY, maxX, maxY } = font.bbox;
  const widthList = [...widths].map(([code, width]) => `${code}[${width}]`).join('');
  return [
    [`<</Type/Font/Subtype/Type0/BaseFont${name}/Encoding/Identity-H/DescendantFonts[`, local(1), ']/ToUnicode ', local(4), '>>'],
    [
      `<</Type/Font/Subtype/CIDFontType2/BaseFont${name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>`,
      `/CIDToGIDMap/Identity/W[${widthList}]/FontDescriptor `,
      local(2),
      '>>',
    ],
    [
      `<</Type/FontDescriptor/FontName${name}/Flags 4/FontBBox[${[minX, minY, maxX, maxY].map(scale).join(' ')}]`,
      `/ItalicAngle ${font.italicAngle}/Ascent ${scale(font.ascent)}/Descent ${scale(font.descent)}/CapHeight ${scale(font.capHeight)}/StemV 80/CIDSet `,
      local(5),
      '/FontFile2 ',
      local(3),
      '>>',
    ],
    streamObject([`/Length1 ${file.length}/Filter/FlateDecode`], deflateSync(file)),
    streamObject(['/Filter/FlateDecode'], deflateSync(toUnicodeMap(codes))),
    streamObject([], cidSet(glyphCount)),
  ];
}

/** Which characters the subset holds: all of its glyphs. PDF/A-1 asks for it (ISO 19005-1, 6.3.5); later parts want it whole where it is. */
function cidSet(glyphCount: number): Buffer {
  const bits = Buffer.alloc(Math.ceil(glyphCount / 8));
  for (let glyph = 0; glyph < glyphCount; glyph += 1) bits[glyph >> 3] = (bits[glyph >> 3] ?? 0) | (0x80 >> (glyph & 7));
  return bits;
}

/** ISO 32000-2, 9.10.3: lets readers search and copy the text. */
function toUnicodeMap(codes: ReadonlyMap<string, number>): string {
  const rows = [...codes].map(([char, code]) => `<${hex4(code)}> <${Buffer.from(char, 'utf16le').swap16().toString('hex')}>`);
  const blocks: string[] = [];
  for (let i = 0; i < rows.length; i += 100) {
    const block = rows.slice(i, i + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <FFFF> endcodespacerange',
    ...blocks,
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n');
}

/** Six letters that differ between different subsets (ISO 32000-2, 9.9.2). */
function subsetTag(file: Buffer): string {
  return [...createHash('sha256').update(file).digest().subarray(0, 6)].map((byte) => String.fromCharCode(65 + (byte % 26))).join('');
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}
