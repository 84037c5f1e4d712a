import type { Box, PdfPage } from '../reader/index.ts';

/**
 * Where things are as a person sees the page: /Rotate and /CropBox applied, origin at the top left, y downwards, in units of the page
 * (1/72 inch unless it has a /UserUnit). The screens, the text finder and the appearances all speak of places in this way.
 */
export type DisplayRect = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

export type PageGeometry = Pick<PdfPage, 'cropBox' | 'rotate' | 'userUnit'>;

/** Width and height of the page as shown. */
export function displaySize({ cropBox: [left, bottom, right, top], rotate }: PageGeometry): { readonly width: number; readonly height: number } {
  const [width, height] = [right - left, top - bottom];
  return rotate === 90 || rotate === 270 ? { width: height, height: width } : { width, height };
}

/** A displayed point in the page's default user space. */
export function toUserSpace({ cropBox: [left, bottom, right, top], rotate }: PageGeometry, [x, y]: Point): Point {
  if (rotate === 90) return [left + y, bottom + x];
  if (rotate === 180) return [right - x, bottom + y];
  if (rotate === 270) return [right - y, top - x];
  return [left + x, top - y];
}

/** A point of default user space as displayed: the inverse of `toUserSpace`. */
export function toDisplay({ cropBox: [left, bottom, right, top], rotate }: PageGeometry, [x, y]: Point): Point {
  if (rotate === 90) return [y - bottom, x - left];
  if (rotate === 180) return [right - x, y - bottom];
  if (rotate === 270) return [top - y, right - x];
  return [x - left, top - y];
}

export type Point = readonly [x: number, y: number];

/** The rectangle in default user space, for /Rect. */
export function toUserBox(page: PageGeometry, { left, top, width, height }: DisplayRect): Box {
  const [x1, y1] = toUserSpace(page, [left, top]);
  const [x2, y2] = toUserSpace(page, [left + width, top + height]);
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

/** A rectangle of default user space as displayed. */
export function toDisplayRect(page: PageGeometry, [left, bottom, right, top]: Box): DisplayRect {
  const [x1, y1] = toDisplay(page, [left, bottom]);
  const [x2, y2] = toDisplay(page, [right, top]);
  return { left: Math.min(x1, x2), top: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

/** The /Matrix that turns an upright appearance against the rotation of the page (the viewer moves and scales it into /Rect). */
export function uprightMatrix(rotate: PdfPage['rotate']): string {
  if (rotate === 90) return '/Matrix[0 1 -1 0 0 0]';
  if (rotate === 180) return '/Matrix[-1 0 0 -1 0 0]';
  if (rotate === 270) return '/Matrix[0 -1 1 0 0 0]';
  return '';
}

/** Millimetres on paper in units of the page. */
export function fromMm(mm: number, { userUnit }: Pick<PageGeometry, 'userUnit'>): number {
  return (mm * 72) / 25.4 / userUnit;
}

export function unionOf(rects: readonly DisplayRect[]): DisplayRect {
  const left = Math.min(...rects.map((rect) => rect.left));
  const top = Math.min(...rects.map((rect) => rect.top));
  const right = Math.max(...rects.map((rect) => rect.left + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.top + rect.height));
  return { left, top, width: right - left, height: bottom - top };
}

/** The largest rectangle of the picture's proportions inside the given one, centred. */
export function fitInto(rect: DisplayRect, picture: { readonly widthPx: number; readonly heightPx: number }): DisplayRect {
  const scale = Math.min(rect.width / picture.widthPx, rect.height / picture.heightPx);
  const [width, height] = [picture.widthPx * scale, picture.heightPx * scale];
  return { left: rect.left + (rect.width - width) / 2, top: rect.top + (rect.height - height) / 2, width, height };
}

/**
 * Where the agency's seal goes: its right edge covers a third of the image of the person's signature, on the left, and both are centred on
 * one line (NĐ 30/2020 App. I.II.8). The seal keeps its real size; it is only moved, and only to stay on the page.
 */
export function sealRect(page: PageGeometry, signature: DisplayRect, seal: { readonly widthMm: number; readonly heightMm: number }): DisplayRect {
  const size = displaySize(page);
  const width = fromMm(seal.widthMm, page);
  const height = fromMm(seal.heightMm, page);
  const left = signature.left + signature.width / 3 - width;
  const top = signature.top + (signature.height - height) / 2;
  return { left: clamp(left, size.width - width), top: clamp(top, size.height - height), width, height };
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(value, max));
}
