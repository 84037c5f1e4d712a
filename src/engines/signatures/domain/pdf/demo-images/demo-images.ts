import { createHash } from 'node:crypto';
import { letterOutlines } from './glyphs.ts';
import { encodePng } from './png-encode.ts';
import { createCanvas, fill, ring, star, stroke } from './raster.ts';
import type { Canvas, Outlines, XY } from './raster.ts';

const sealRed = [214, 24, 32] as const;
const inkBlue = [16, 52, 166] as const;

/**
 * A round red seal for demonstrations: the agency's name on the ring, a star, and the words that it has no value, so that nobody can
 * mistake it for a real one. Square PNG with transparent background.
 */
export function demoSealPng(agencyName: string, sizePx = 480): Buffer {
  const canvas = createCanvas(sizePx, sizePx);
  const center: XY = [sizePx / 2, sizePx / 2];
  const radius = sizePx / 2 - 2;
  fill(canvas, ring(center, radius, radius * 0.965));
  fill(canvas, ring(center, radius * 0.94, radius * 0.925));
  fill(canvas, ring(center, radius * 0.66, radius * 0.645));
  fill(canvas, star(center, radius * 0.34));
  const arc = { center, radius: radius * 0.73, capHeight: radius * 0.13 };
  writeOnArc(canvas, agencyName.toLocaleUpperCase('vi'), { ...arc, middle: -Math.PI / 2, maxAngle: 3.9, isInverted: false });
  writeOnArc(canvas, 'MẪU · KHÔNG CÓ GIÁ TRỊ', { ...arc, radius: radius * 0.845, capHeight: radius * 0.085, middle: Math.PI / 2, maxAngle: 1.7, isInverted: true });
  return encodePng(canvas, sealRed);
}

type Arc = {
  readonly center: XY;
  readonly radius: number;
  readonly capHeight: number;
  /** Angle of the middle of the text, clockwise from the right. */
  readonly middle: number;
  readonly maxAngle: number;
  /** Written along the lower half so that it reads from left to right. */
  readonly isInverted: boolean;
};

function writeOnArc(canvas: Canvas, text: string, arc: Arc): void {
  const letters = letterOutlines(text);
  const em = arc.capHeight / 0.66;
  const natural = (letters.reduce((sum, { advance }) => sum + advance, 0) * em) / arc.radius;
  const squeeze = Math.min(1, arc.maxAngle / natural);
  let along = (-natural * squeeze) / 2;
  for (const { outlines, advance } of letters) {
    const width = ((advance * em) / arc.radius) * squeeze;
    fill(canvas, outlines.map((outline) => outline.map((point) => onArc(point, { ...arc, em, squeeze, along }))) satisfies Outlines);
    along += width;
  }
}

function onArc([x, y]: XY, { center, radius, middle, isInverted, em, squeeze, along }: Arc & { em: number; squeeze: number; along: number }): XY {
  const offset = along + (x * em * squeeze) / radius;
  const angle = isInverted ? middle - offset : middle + offset;
  const distance = isInverted ? radius - y * em : radius + y * em;
  return [center[0] + distance * Math.cos(angle), center[1] + distance * Math.sin(angle)];
}

/**
 * A blue handwritten scribble for demonstrations, the same for the same name: a big first stroke, a loop for each letter, a flourish.
 * PNG of 3:1 with transparent background.
 */
export function demoSignaturePng(personName: string, widthPx = 720): Buffer {
  const heightPx = Math.round(widthPx / 3);
  const canvas = createCanvas(widthPx, heightPx);
  const random = randomFrom(personName.normalize('NFC'));
  const given = personName.normalize('NFC').trim().split(/\s+/).at(-1) ?? personName;
  const points = smooth(anchors(given, { widthPx, heightPx }, random));
  const thick = widthPx / 110;
  stroke(canvas, points, (i) => thick * (0.65 + 0.35 * Math.sin(i / 60 + random.phase)));
  return encodePng(canvas, inkBlue);
}

type Random = { readonly next: () => number; readonly phase: number };

/** Numbers from 0 to 1 that depend only on the text. */
function randomFrom(text: string): Random {
  const bytes = createHash('sha512').update(text).digest();
  let at = 0;
  const next = (): number => {
    at = (at + 1) % 62;
    return bytes.readUInt16BE(at) / 65535;
  };
  return { next, phase: next() * 6 };
}

function anchors(name: string, { widthPx, heightPx }: { widthPx: number; heightPx: number }, { next }: Random): XY[] {
  const at = (x: number, y: number): XY => [x * widthPx, y * heightPx];
  const points: XY[] = [at(0.1, 0.72), at(0.08 + next() * 0.05, 0.2), at(0.2, 0.1 + next() * 0.1), at(0.17, 0.85), at(0.12, 0.6 + next() * 0.2)];
  const loops = Math.max(4, Math.min(8, name.length + 2));
  for (let i = 0; i < loops; i += 1) {
    const x = 0.25 + (i / loops) * 0.5;
    const rise = 0.12 + next() * 0.22;
    points.push(at(x + 0.03, 0.55 - rise), at(x + 0.055 + next() * 0.02, 0.5), at(x + 0.01, 0.6 + next() * 0.1), at(x + 0.035, 0.66));
  }
  points.push(at(0.8, 0.4), at(0.93, 0.25 + next() * 0.15), at(0.86, 0.7), at(0.5, 0.82 + next() * 0.08), at(0.28, 0.9), at(0.6, 0.78), at(0.95, 0.74));
  return points;
}

/** A Catmull-Rom curve through the points, close enough together for round dabs. */
function smooth(points: readonly XY[]): XY[] {
  return points.slice(1).flatMap((end, i) => {
    const start = points[i] ?? end;
    const before = points[i - 1] ?? start;
    const after = points[i + 2] ?? end;
    const steps = Math.max(8, Math.ceil(Math.hypot(end[0] - start[0], end[1] - start[1]) * 1.5));
    return Array.from({ length: steps }, (_, step): XY => {
      const t = step / steps;
      return [spline([before[0], start[0], end[0], after[0]], t), spline([before[1], start[1], end[1], after[1]], t)];
    });
  });
}

function spline([a, b, c, d]: readonly [number, number, number, number], t: number): number {
  return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
}
