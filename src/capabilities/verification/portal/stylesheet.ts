import { join } from 'node:path';
import { publicFonts, publicStylesheet } from '#ui/public/stylesheet.ts';

/** All public pages fetch their fonts here. */
export const fonts = publicFonts();

export const stylesheet = publicStylesheet({ at: '/kiem-tra', sheets: ['page.css', 'report.css'].map((name) => join(import.meta.dirname, name)) });
