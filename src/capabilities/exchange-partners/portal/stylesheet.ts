import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PATH = '/ket-noi-thu';

const tokens = join(import.meta.dirname, '../../../ui/tokens');

// The fonts of the public pages stand at /kiem-tra for all of them.
const ranges = {
  latin: 'U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2000-206F,U+2122,U+2212',
  vietnamese: 'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB',
} as const;
const fontFaces = [400, 600].flatMap((weight) =>
  Object.entries(ranges).map(
    ([subset, range]) =>
      `@font-face{font-family:'Be Vietnam Pro';font-weight:${String(weight)};font-display:swap;src:url(/kiem-tra/be-vietnam-pro-${subset}-${String(weight)}-normal.woff2) format('woff2');unicode-range:${range}}`,
  ),
);

/** The palette and tokens of the whole product, and what these pages make of them. */
export const stylesheet: string = [...fontFaces, ...['palette.css', 'tokens.css'].map((name) => readFileSync(join(tokens, name), 'utf8')), readFileSync(join(import.meta.dirname, 'page.css'), 'utf8')].join('\n');

/** Changes with the content, so that browsers may keep it for ever. */
export const stylesheetName: string = `${createHash('sha256').update(stylesheet).digest('hex').slice(0, 12)}.css`;
export const stylesheetUrl: string = `${PATH}/kieu/${stylesheetName}`;
