/**
 * Colours of the design system as numbers, so that a test can hold the promise of legibility.
 * Conversion: Björn Ottosson's OKLab; contrast: WCAG 2.2, "contrast ratio".
 */

export type Theme = 'light' | 'dark';

type Rgb = readonly [number, number, number];

/** Converts `oklch(L C H)` (L 0–1, H in degrees) to linear sRGB, clipped to the gamut as a screen does. */
function oklchToLinearRgb(lightness: number, chroma: number, hueDegrees: number): Rgb {
  const hue = (hueDegrees * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clip(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    clip(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    clip(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

/** WCAG contrast ratio of two `oklch()` colours, from 1 to 21. */
export function contrastRatio(first: string, second: string): number {
  const a = luminance(first);
  const b = luminance(second);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(color: string): number {
  const match = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(color);
  if (match === null) throw new Error(`not an oklch colour: ${color}`);
  const [red, green, blue] = oklchToLinearRgb(Number(match[1]), Number(match[2]), Number(match[3]));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Reads `--name: value;` declarations of a style sheet's `:root` blocks. Later declarations win. */
export function readTokens(css: string): Map<string, string> {
  const tokens = new Map<string, string>();
  for (const match of css.matchAll(/^\s*(--[\w-]+):\s*([^;]+);/gm)) {
    const [, name, value] = match;
    if (name !== undefined && value !== undefined) tokens.set(name, value.trim());
  }
  return tokens;
}

/**
 * Follows `var()` and `light-dark()` to the colour that one theme shows.
 * @throws Error when the token is missing or is no colour.
 */
export function resolveColor(tokens: ReadonlyMap<string, string>, name: string, theme: Theme): string {
  const value = tokens.get(name);
  if (value === undefined) throw new Error(`no token ${name}`);
  return resolveValue(tokens, value, theme);
}

function resolveValue(tokens: ReadonlyMap<string, string>, value: string, theme: Theme): string {
  const reference = /^var\((--[\w-]+)\)$/.exec(value);
  if (reference?.[1] !== undefined) return resolveColor(tokens, reference[1], theme);
  const pair = /^light-dark\((.+\)), (.+)\)$/.exec(value);
  if (pair?.[1] !== undefined && pair[2] !== undefined) {
    return resolveValue(tokens, theme === 'light' ? pair[1] : pair[2], theme);
  }
  return value;
}
