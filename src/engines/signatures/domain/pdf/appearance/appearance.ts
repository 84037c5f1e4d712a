import { joinFragments, local, streamObject } from '../signing/fragment.ts';
import type { FragmentObject, LocalRef, PdfFragment } from '../signing/fragment.ts';
import type { WidgetAppearance, WidgetPlace } from '../signing/prepare.ts';
import { writeNumber } from '../signing/serialise.ts';
import type { ColorRules } from './color-rules.ts';
import { embedFont, textWidth } from './font.ts';
import type { EmbeddedFont, FontStyle } from './font.ts';
import { toUserBox, unionOf, uprightMatrix } from './geometry.ts';
import type { DisplayRect, PageGeometry } from './geometry.ts';
import type { PdfImage } from './image.ts';

/** One thing to draw, at its place on the displayed page. */
export type Drawing =
  | ({ readonly kind: 'image'; readonly image: PdfImage } & DisplayRect)
  /** Black squares in a grid of `size` modules a side, row by row: a QR code. */
  | ({ readonly kind: 'modules'; readonly size: number; readonly isDark: (row: number, column: number) => boolean } & DisplayRect)
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly left: number;
      /** Distance of the base line from the top of the page. */
      readonly baseline: number;
      readonly size: number;
      readonly style: FontStyle;
      readonly color: 'black' | 'red';
    };

/** The page that is drawn on. Without colour rules it belongs to a file that has none. */
export type Canvas = PageGeometry & { readonly colors?: ColorRules };

/**
 * What black, red and the pictures mean where the file does not say it: sRGB's primaries and white point (IEC 61966-2-1), one gamma of 2.2.
 * As defaults (ISO 32000-1, 8.6.5.6) they hold for the plain operators and pictures of the appearance.
 */
const ownSpaces =
  '/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[0.9505 1 1.089]/Gamma 2.2>>]/DefaultRGB[/CalRGB<</WhitePoint[0.9505 1 1.089]' +
  '/Gamma[2.2 2.2 2.2]/Matrix[0.4124 0.2126 0.0193 0.3576 0.7152 0.1192 0.1805 0.0722 0.9505]>>]>>';

/** Room around text so that no part of a letter is cut off. */
const textPadding = 1;

/** The rectangle that a drawing fills. Throws PdfError `font.glyph-missing`. */
export function boundsOf(drawing: Drawing): DisplayRect {
  if (drawing.kind !== 'text') return drawing;
  const { text, left, baseline, size, style } = drawing;
  return {
    left: left - textPadding,
    top: baseline - size * 0.95,
    width: textWidth(text, size, style) + 2 * textPadding,
    height: size * 1.25,
  };
}

/**
 * One widget that shows these drawings: its rectangle is exactly their bounds. The drawings stand upright on rotated pages.
 * Throws PdfError `font.glyph-missing`.
 */
export function drawWidget(
  pageIndex: number,
  page: Canvas,
  drawings: readonly Drawing[],
): { readonly place: WidgetPlace; readonly appearance: WidgetAppearance } {
  const bounds = unionOf(drawings.map(boundsOf));
  return { place: { page: pageIndex, rect: toUserBox(page, bounds) }, appearance: drawAppearance(bounds, page, drawings) };
}

/** The same drawings for an existing field, whose rectangle stays as it is. */
function drawAppearance(bounds: DisplayRect, { rotate, colors }: Pick<Canvas, 'rotate' | 'colors'>, drawings: readonly Drawing[]): WidgetAppearance {
  const fonts = embedFonts(drawings);
  const images = [...new Set(drawings.flatMap((drawing) => (drawing.kind === 'image' ? [drawing.image] : [])))];
  const pictures = images.map((image) => (colors?.allowsTransparency === false ? image.hardEdged() : image.objects));
  const { objects, starts } = joinFragments([...pictures, ...[...fonts.values()].map((font) => font.objects)]);
  const imageNames = new Map(images.map((image, i) => [image, `I${i}`]));
  const fontNames = new Map([...fonts.keys()].map((style, i) => [style, `F${i}`]));
  const content = drawings.map((drawing) => {
    if (drawing.kind === 'image') return drawImage(drawing, bounds, imageNames.get(drawing.image) ?? '');
    if (drawing.kind === 'modules') return drawModules(drawing, bounds);
    return drawText(drawing, bounds, { name: fontNames.get(drawing.style) ?? '', font: fonts.get(drawing.style) });
  });
  const resources = [
    ...resourceEntries('XObject', [...imageNames.values()], starts),
    ...resourceEntries('Font', [...fontNames.values()], starts.slice(images.length)),
    ...(colors?.needsOwnSpaces === true ? [ownSpaces] : []),
  ];
  const form = formObject({ bounds, rotate, resources, content: content.join('\n') });
  return { objects: [...objects, form], form: objects.length } satisfies { objects: PdfFragment; form: number };
}

function embedFonts(drawings: readonly Drawing[]): ReadonlyMap<FontStyle, EmbeddedFont> {
  const texts = new Map<FontStyle, string[]>();
  for (const drawing of drawings) {
    if (drawing.kind === 'text') texts.set(drawing.style, [...(texts.get(drawing.style) ?? []), drawing.text]);
  }
  return new Map([...texts].map(([style, list]) => [style, embedFont(style, list)]));
}

function resourceEntries(category: string, names: readonly string[], starts: readonly number[]): (string | LocalRef)[] {
  if (names.length === 0) return [];
  return [`/${category}<<`, ...names.flatMap((name, i) => [`/${name} `, local(starts[i] ?? 0)]), '>>'];
}

function drawImage(rect: DisplayRect, bounds: DisplayRect, name: string): string {
  const x = rect.left - bounds.left;
  const y = bounds.top + bounds.height - rect.top - rect.height;
  return `q ${[rect.width, 0, 0, rect.height, x, y].map(writeNumber).join(' ')} cm /${name} Do Q`;
}

/** One rectangle for each run of dark modules in a row. */
function drawModules(drawing: Drawing & { kind: 'modules' }, bounds: DisplayRect): string {
  const left = drawing.left - bounds.left;
  const top = bounds.top + bounds.height - drawing.top;
  const side = drawing.width / drawing.size;
  const runs: string[] = [];
  for (let row = 0; row < drawing.size; row += 1) {
    for (let column = 0; column < drawing.size; column += 1) {
      const from = column;
      while (column < drawing.size && drawing.isDark(row, column)) column += 1;
      if (column > from) runs.push(`${[left + from * side, top - (row + 1) * side, (column - from) * side, side].map(writeNumber).join(' ')} re`);
    }
  }
  return `q 0 g ${runs.join(' ')} f Q`;
}

type NamedFont = { readonly name: string; readonly font: EmbeddedFont | undefined };

function drawText(drawing: Drawing & { kind: 'text' }, bounds: DisplayRect, { name, font }: NamedFont): string {
  const x = drawing.left - bounds.left;
  const y = bounds.top + bounds.height - drawing.baseline;
  const color = drawing.color === 'red' ? '1 0 0 rg' : '0 g';
  return `q ${color} BT /${name} ${writeNumber(drawing.size)} Tf ${writeNumber(x)} ${writeNumber(y)} Td ${font?.encode(drawing.text) ?? '<>'} Tj ET Q`;
}

type FormParts = {
  readonly bounds: DisplayRect;
  readonly rotate: PageGeometry['rotate'];
  readonly resources: readonly (string | LocalRef)[];
  readonly content: string;
};

function formObject({ bounds, rotate, resources, content }: FormParts): FragmentObject {
  const box = `[0 0 ${writeNumber(bounds.width)} ${writeNumber(bounds.height)}]`;
  const head = `/Type/XObject/Subtype/Form/BBox${box}${uprightMatrix(rotate)}/Resources<<`;
  return streamObject([head, ...resources, '>>'], Buffer.from(content, 'latin1'));
}
