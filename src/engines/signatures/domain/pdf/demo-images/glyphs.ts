import type { PathCommand } from 'fontkit';
import { tinos } from '../appearance/font.ts';
import type { Outlines, XY } from './raster.ts';

type PlacedGlyph = { readonly outlines: Outlines; readonly advance: number };

/** The outlines of a text in a bold face, one entry a letter, base line at 0, y upwards, in units where the em is 1. */
export function letterOutlines(text: string): readonly PlacedGlyph[] {
  const font = tinos('bold');
  return Array.from(text.normalize('NFC'), (char) => {
    const glyph = font.glyphForCodePoint(char.codePointAt(0) ?? 32);
    const scale = 1 / font.unitsPerEm;
    return { outlines: flatten(glyph.path.commands, scale), advance: glyph.advanceWidth * scale };
  });
}

const curveSteps = 6;

function flatten(commands: readonly PathCommand[], scale: number): Outlines {
  const outlines: XY[][] = [];
  let current: XY[] = [];
  for (const { command, args } of commands) {
    const points = args.reduce<XY[]>((list, value, i) => (i % 2 === 0 ? [...list, [value * scale, (args[i + 1] ?? 0) * scale]] : list), []);
    if (command === 'moveTo') {
      current = points;
      outlines.push(current);
    } else if (command === 'closePath') current = [];
    else if (command === 'lineTo') current.push(...points);
    else current.push(...curve([current.at(-1) ?? [0, 0], ...points]));
  }
  return outlines;
}

/** De Casteljau for the quadratic and the cubic curve alike. */
function curve(control: readonly XY[]): XY[] {
  return Array.from({ length: curveSteps }, (_, step) => {
    const t = (step + 1) / curveSteps;
    let points = control;
    while (points.length > 1) {
      points = points.slice(1).map(([x, y], i): XY => {
        const [px, py] = points[i] ?? [x, y];
        return [px + (x - px) * t, py + (y - py) * t];
      });
    }
    return points[0] ?? [0, 0];
  });
}
