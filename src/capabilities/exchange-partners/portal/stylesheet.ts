import { join } from 'node:path';
import { publicStylesheet } from '#ui/public/stylesheet.ts';

export const PATH = '/ket-noi-thu';

export const stylesheet = publicStylesheet({ at: `${PATH}/kieu`, sheets: [join(import.meta.dirname, 'page.css')] });
