import { join } from 'node:path';
import { publicStylesheet } from '#ui/public/stylesheet.ts';

export const stylesheet = publicStylesheet({ at: '/dang-ky-gui-nhan/kieu', sheets: [join(import.meta.dirname, 'page.css')] });
