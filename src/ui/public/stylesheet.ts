import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tokens = join(import.meta.dirname, '../tokens');
const fontFiles = join(createRequire(import.meta.url).resolve('@fontsource/be-vietnam-pro/package.json'), '../files');

const ranges = {
  latin: 'U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2000-206F,U+2122,U+2212',
  vietnamese: 'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB',
} as const;
const weights = [400, 600] as const;

/** The fonts of all public pages stand here, so that a browser fetches them once. */
const FONTS_AT = '/kiem-tra';

const faces = weights.flatMap((weight) => Object.entries(ranges).map(([subset, range]) => ({ weight, range, file: `be-vietnam-pro-${subset}-${String(weight)}-normal.woff2` })));

/** The font files of the public pages by the names in their addresses. */
export function publicFonts(): ReadonlyMap<string, Buffer> {
  return new Map(faces.map(({ file }) => [file, readFileSync(join(fontFiles, file))]));
}

export type PublicStylesheet = { css: string; name: string; url: string };

/**
 * The palette and tokens of the whole product, what all public pages make of them, and `sheets`: the files of a capability's own
 * pages. Its name changes with the content, so that browsers may keep what stands at `at` for ever.
 */
export function publicStylesheet({ at, sheets }: { at: string; sheets: readonly string[] }): PublicStylesheet {
  const fontFaces = faces.map(({ weight, range, file }) => `@font-face{font-family:'Be Vietnam Pro';font-weight:${String(weight)};font-display:swap;src:url(${FONTS_AT}/${file}) format('woff2');unicode-range:${range}}`);
  const files = [join(tokens, 'palette.css'), join(tokens, 'tokens.css'), join(import.meta.dirname, 'public-page.css'), ...sheets];
  const css = [...fontFaces, ...files.map((file) => shortened(readFileSync(file, 'utf8')))].join('\n');
  const name = `${createHash('sha256').update(css).digest('hex').slice(0, 12)}.css`;
  return { css, name, url: `${at}/${name}` };
}

/** Without comments and indentation: on 2G each kilobyte is felt. */
function shortened(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\n\s*/g, '\n').trim();
}
