import { publicPage as pageOf, type PublicPage } from '#ui/public/public-page.ts';
import { stylesheet } from './stylesheet.ts';
import { words, type Language } from './words.ts';

export type PageFrame = {
  language: Language;
  /** A sentence above everything, such as where the certificates of this installation come from. */
  notice: string | null;
};

/** A page for checking signatures. */
export function publicPage({ language, path = '/kiem-tra', ...page }: PageFrame & Pick<PublicPage, 'title' | 'children'> & { path?: string }): string {
  const { place, footer } = words[language];
  return pageOf({ language, path, place, footer, stylesheetUrl: stylesheet.url, ...page });
}
