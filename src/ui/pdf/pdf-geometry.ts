/**
 * Places on a PDF page, in points (1/72 inch, the unit of the file).
 * People and contracts speak of the displayed page: `x`, `y` from its upper left corner. The file speaks of its own
 * space: origin at the lower left of an unrotated page. Both are exact images of each other.
 */

/** A rectangle on the page as people see it; `page` counts from 1. */
export type Placement = { page: number; x: number; y: number; width: number; height: number };

/** The same rectangle in the file's own space: origin bottom left, before the page's rotation. */
export type PdfRect = { page: number; x: number; y: number; w: number; h: number; rotation: Rotation };

export type Rotation = 0 | 90 | 180 | 270;

/** The visible box of a page (its crop box) and how the file wants it turned, clockwise. */
export type PageShape = { box: readonly [number, number, number, number]; rotation: Rotation };

export type Size = { width: number; height: number };

/** Width and height of the page as it is shown. */
export function shownSize({ box, rotation }: PageShape): Size {
  const width = box[2] - box[0];
  const height = box[3] - box[1];
  return rotation === 0 || rotation === 180 ? { width, height } : { width: height, height: width };
}

/** Where a displayed rectangle lies in the file's own space. */
export function toPdfRect(placement: Placement, shape: PageShape): PdfRect {
  const { page, x, y, width, height } = placement;
  const { box, rotation } = shape;
  const [left, bottom, right, top] = box;
  const upright = { page, w: width, h: height, rotation };
  const turned = { page, w: height, h: width, rotation };
  switch (rotation) {
    case 0:
      return { ...upright, x: left + x, y: top - y - height };
    case 90:
      return { ...turned, x: left + y, y: bottom + x };
    case 180:
      return { ...upright, x: right - x - width, y: bottom + y };
    case 270:
      return { ...turned, x: right - y - height, y: top - x - width };
  }
}

/** Where a rectangle of the file is seen on the displayed page. */
export function toPlacement(rect: Omit<PdfRect, 'rotation'>, shape: PageShape): Placement {
  const { page, x, y, w, h } = rect;
  const { box, rotation } = shape;
  const [left, bottom, right, top] = box;
  switch (rotation) {
    case 0:
      return { page, x: x - left, y: top - y - h, width: w, height: h };
    case 90:
      return { page, x: y - bottom, y: x - left, width: h, height: w };
    case 180:
      return { page, x: right - x - w, y: y - bottom, width: w, height: h };
    case 270:
      return { page, x: top - y - h, y: right - x - w, width: h, height: w };
  }
}

/** The rectangle pushed back inside the page, and made smaller only where it is larger than the page. */
export function keepInside(placement: Placement, size: Size): Placement {
  const width = Math.min(placement.width, size.width);
  const height = Math.min(placement.height, size.height);
  return {
    page: placement.page,
    x: Math.max(0, Math.min(size.width - width, placement.x)),
    y: Math.max(0, Math.min(size.height - height, placement.y)),
    width,
    height,
  };
}

/** The rectangle with its lower right corner moved, not smaller than `least`, inside the page; with its proportions if `locked`. */
export function resized(placement: Placement, change: { byX: number; byY: number; least: Size; page: Size; locked: boolean }): Placement {
  const { byX, byY, least, page, locked } = change;
  const ratio = placement.height / placement.width;
  const mostWidth = page.width - placement.x;
  const mostHeight = page.height - placement.y;
  const wanted = Math.max(least.width, placement.width + byX);
  if (locked) {
    const width = Math.min(Math.max(wanted, least.height / ratio), mostWidth, mostHeight / ratio);
    return { ...placement, width, height: width * ratio };
  }
  return { ...placement, width: Math.min(wanted, mostWidth), height: Math.min(Math.max(least.height, placement.height + byY), mostHeight) };
}

/** Points as millimetres on paper, which is how people measure a page. */
export function millimetres(points: number): number {
  return Math.round((points / 72) * 25.4);
}

/** Rotation as files state it (any multiple of 90, also negative) to 0, 90, 180 or 270. */
export function toRotation(degrees: number): Rotation {
  const turned = ((degrees % 360) + 360) % 360;
  return turned === 90 || turned === 180 || turned === 270 ? turned : 0;
}
