import { html } from 'htm/preact';
import { fieldOf, passwordFields, problemBox, publicPage, type Filled } from './page.ts';
import { say, words, type Language } from './words.ts';

/** What an invited colleague fills in. */
export function joinPage(options: Filled & { language: Language; action: string; invitedBy: string }): string {
  const { language, action, values, problem, invitedBy } = options;
  const w = words[language];
  return publicPage({
    language,
    path: action,
    title: w.joinTitle,
    children: html`
      ${problemBox(language, problem)}
      <h1>${w.joinTitle}</h1>
      <p class="lead">${say(w.joinLead, { name: invitedBy })}</p>
      <form method="post" enctype="multipart/form-data" action=${`${action}?lang=${language}`}>
        <fieldset>
          ${fieldOf({ name: 'fullName', label: w.contactName, autocomplete: 'name' }, { values, problem })}
          ${fieldOf({ name: 'title', label: w.contactTitle, autocomplete: 'organization-title' }, { values, problem })}
          <p class="hint">${w.accountHint}</p>
          ${passwordFields(language, { values, problem })}
        </fieldset>
        <button type="submit">${w.join}</button>
      </form>
    `,
  });
}

/** The login of the new colleague, shown once. */
export function joinedPage({ language, login }: { language: Language; login: string }): string {
  const w = words[language];
  return publicPage({
    language,
    path: '/dang-ky-gui-nhan',
    title: w.joinedTitle,
    children: html`
      <h1>${w.joinedTitle}</h1>
      <section class="box done"><p>${w.joinedText}</p></section>
      <p>${w.login}: <b class="login">${login}</b></p>
      <p><a class="button" href="/app/dang-nhap">${w.signIn}</a></p>
    `,
  });
}
