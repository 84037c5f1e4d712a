import { html } from 'htm/preact';
import { formatInstant } from '#kernel/time.ts';
import type { ApplicationView } from '../contract.ts';
import { publicPage } from './page.ts';
import { say, words, type Language } from './words.ts';

/** Where an application stands; the only way for an applicant to learn it. */
export function statusPage({ language, token, application }: { language: Language; token: string; application: ApplicationView }): string {
  const w = words[language];
  const title = say(w.statusTitle, { name: application.name });
  const at = formatInstant(new Date(application.decidedAt ?? application.appliedAt));
  return publicPage({ language, path: `/dang-ky-gui-nhan/ho-so/${token}`, title, children: html`<h1>${title}</h1>${stateOf(application, { language, at })}` });
}

function stateOf(application: ApplicationView, { language, at }: { language: Language; at: string }) {
  const w = words[language];
  const login = html`<p>${w.login}: <b class="login">${application.login}</b></p>`;
  switch (application.state) {
    case 'waiting':
      return html`<section class="box"><h2>${w.waiting}</h2><p>${say(w.waitingText, { at })}</p></section>${login}<p>${w.keep}</p>`;
    case 'approved':
      return html`<section class="box done"><h2>${w.approved}</h2><p>${say(w.approvedText, { at })}</p></section>${login}<p><a class="button" href="/app/dang-nhap">${w.signIn}</a></p>`;
    case 'refused':
      return html`<section class="box stopped"><h2>${w.refused}</h2><p>${say(w.refusedText, { reason: application.refusalReason ?? '' })}</p></section>
        <p>${w.refusedTodo}</p>
        <p><a class="button" href="/dang-ky-gui-nhan">${w.again}</a></p>`;
  }
}
