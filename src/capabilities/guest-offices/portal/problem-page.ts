import { html } from 'htm/preact';
import { publicPage, type Problem } from './page.ts';
import { words, type Language } from './words.ts';

/** A link that leads nowhere any more, with why and what to do. */
export function problemPage({ language, problem }: { language: Language; problem: Problem }): string {
  const w = words[language];
  return publicPage({
    language,
    path: '/dang-ky-gui-nhan',
    title: w.closedTitle,
    children: html`<h1>${w.closedTitle}</h1>
      <section class="box stopped"><p>${problem.text}</p><p>${problem.todo}</p></section>`,
  });
}
