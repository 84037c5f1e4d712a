import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';
import { stylesheetUrl } from './stylesheet.ts';
import { words, type Language } from './words.ts';

export type PageFrame = {
  language: Language;
  /** A sentence above everything, such as where the certificates of this installation come from. */
  notice: string | null;
};

/** A whole public page: works without scripts, in one column, 18 px. */
export function publicPage(options: PageFrame & { title: string; path?: string; children: ComponentChildren }): string {
  const { language, notice, title, path = '/kiem-tra', children } = options;
  const w = words[language];
  const other = language === 'vi' ? 'en' : 'vi';
  const page = html`<html lang=${language}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} · ${w.product}</title>
      <link rel="icon" href="/app/sign.svg" type="image/svg+xml" />
      <link rel="stylesheet" href=${stylesheetUrl} />
    </head>
    <body>
      <a class="skip" href="#main">${w.skip}</a>
      ${notice === null ? null : html`<aside class="notice" aria-label=${w.noticeLabel}><p>${notice}</p></aside>`}
      <header class="top">
        <p class="brand"><span class="sign" aria-hidden="true"></span><b>${w.product}</b> <span class="where">${w.place}</span></p>
        <a class="language" lang=${other} hreflang=${other} href=${`${path}?lang=${other}`}>${w.otherLanguage}</a>
      </header>
      <main id="main">${children}</main>
      <footer class="bottom"><p>${w.notice}</p></footer>
    </body>
  </html>`;
  // safe because one root element was written
  return `<!doctype html>${render(page)}`;
}
