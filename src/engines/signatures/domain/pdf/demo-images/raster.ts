/** A square-pixel canvas that only knows how much of each pixel is covered (0 to 1): one colour is added when it is written as PNG. */
export type Canvas = { readonly width: number; readonly height: number; readonly coverage: Float32Array };

export type XY = readonly [x: number, y: number];
/** Closed outlines; where they overlap, the winding number decides (non-zero rule), so holes run the other way round. */
export type Outlines = readonly (readonly XY[])[];

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, coverage: new Float32Array(width * height) };
}

const subRows = 4;

/** Fills outlines with soft edges. */
export function fill(canvas: Canvas, outlines: Outlines): void {
  const ys = outlines.flatMap((outline) => outline.map(([, y]) => y));
  if (ys.length === 0) return;
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  const bottom = Math.min(canvas.height - 1, Math.ceil(Math.max(...ys)));
  for (let row = top; row <= bottom; row += 1) {
    for (let sub = 0; sub < subRows; sub += 1) {
      for (const [from, to] of spansAt(outlines, row + (sub + 0.5) / subRows)) addSpan(canvas, row, { from, to, weight: 1 / subRows });
    }
  }
}

type Crossing = { readonly x: number; readonly turn: 1 | -1 };

function spansAt(outlines: Outlines, y: number): [number, number][] {
  const crossings: Crossing[] = [];
  for (const outline of outlines) {
    outline.forEach(([x1, y1], i) => {
      const [x2, y2] = outline[(i + 1) % outline.length] ?? [x1, y1];
      if (y1 <= y === y2 <= y) return;
      crossings.push({ x: x1 + ((y - y1) * (x2 - x1)) / (y2 - y1), turn: y2 > y1 ? 1 : -1 });
    });
  }
  crossings.sort((a, b) => a.x - b.x);
  const spans: [number, number][] = [];
  let winding = 0;
  let from = 0;
  for (const { x, turn } of crossings) {
    if (winding === 0) from = x;
    winding += turn;
    if (winding === 0) spans.push([from, x]);
  }
  return spans;
}

function addSpan(canvas: Canvas, row: number, { from, to, weight }: { from: number; to: number; weight: number }): void {
  const first = Math.max(0, Math.floor(from));
  const last = Math.min(canvas.width - 1, Math.floor(to));
  for (let x = first; x <= last; x += 1) {
    const part = Math.min(to, x + 1) - Math.max(from, x);
    const at = row * canvas.width + x;
    canvas.coverage[at] = Math.min(1, (canvas.coverage[at] ?? 0) + part * weight);
  }
}

/** Draws a line of round pen strokes; `pen` is the diameter at each point. */
export function stroke(canvas: Canvas, points: readonly XY[], pen: (index: number) => number): void {
  points.forEach(([x, y], i) => dab(canvas, [x, y], pen(i) / 2));
}

function dab(canvas: Canvas, [cx, cy]: XY, radius: number): void {
  const reach = Math.ceil(radius + 1);
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(canvas.height - 1, cy + reach); y += 1) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(canvas.width - 1, cx + reach); x += 1) {
      const covered = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(x + 0.5 - cx, y + 0.5 - cy)));
      const at = y * canvas.width + x;
      canvas.coverage[at] = Math.max(canvas.coverage[at] ?? 0, covered);
    }
  }
}

/** A ring between two radii. */
export function ring(center: XY, outer: number, inner: number): Outlines {
  return [circle(center, outer, 1), circle(center, inner, -1)];
}

function circle([cx, cy]: XY, radius: number, turn: 1 | -1): XY[] {
  const steps = 180;
  return Array.from({ length: steps }, (_, i): XY => {
    const angle = (turn * i * 2 * Math.PI) / steps;
    return [cx + radius * Math.cos(angle), cy + radius * Math.sin(angle)];
  });
}

/** A star with its points on `outer`, the first one up. */
export function star([cx, cy]: XY, outer: number, points = 5): Outlines {
  const inner = outer * 0.382;
  return [
    Array.from({ length: points * 2 }, (_, i): XY => {
      const angle = -Math.PI / 2 + (i * Math.PI) / points;
      const radius = i % 2 === 0 ? outer : inner;
      return [cx + radius * Math.cos(angle), cy + radius * Math.sin(angle)];
    }),
  ];
}
