import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';

export type PublicLanguage = 'vi' | 'en';

export type PublicPage = {
  language: PublicLanguage;
  title: string;
  /** What this part of the product is called, beside its name. */
  place: string;
  /** The last line of the page. */
  footer: string;
  /** Where the page is in the other language: its address without a query. */
  path: string;
  stylesheetUrl: string;
  /** A sentence above everything, such as where the certificates of this installation come from. */
  notice?: string | null;
  /** Search engines leave the page out. */
  isUnlisted?: boolean;
  children: ComponentChildren;
};

const words = {
  vi: { product: 'Liên Thông', otherLanguage: 'English', skip: 'Tới nội dung chính', notice: 'Lưu ý' },
  en: { product: 'Liên Thông', otherLanguage: 'Tiếng Việt', skip: 'Skip to the main content', notice: 'Please note' },
} as const;

/** A whole public page as HTML: works without scripts, in one column, 18 px, a phone first. */
export function publicPage(options: PublicPage): string {
  const { language, title, place, footer, path, stylesheetUrl, notice = null, isUnlisted = false, children } = options;
  const w = words[language];
  const other = language === 'vi' ? 'en' : 'vi';
  const page = html`<html lang=${language}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      ${isUnlisted ? html`<meta name="robots" content="noindex" />` : null}
      <title>${title} · ${w.product}</title>
      <link rel="icon" href="/app/sign.svg" type="image/svg+xml" />
      <link rel="stylesheet" href=${stylesheetUrl} />
    </head>
    <body>
      <a class="skip" href="#main">${w.skip}</a>
      ${notice === null ? null : html`<aside class="notice" aria-label=${w.notice}><p>${notice}</p></aside>`}
      <header class="top">
        <p class="brand"><span class="sign" aria-hidden="true"></span><b>${w.product}</b> <span class="where">${place}</span></p>
        <a class="language" lang=${other} hreflang=${other} href=${`${path}?lang=${other}`}>${w.otherLanguage}</a>
      </header>
      <main id="main">${children}</main>
      <footer class="bottom"><p>${footer}</p></footer>
    </body>
  </html>`;
  // safe because one root element was written
  return `<!doctype html>${render(page)}`;
}
