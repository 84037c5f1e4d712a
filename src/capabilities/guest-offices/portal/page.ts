import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { publicPage as pageOf, type PublicPage } from '#ui/public/public-page.ts';
import { stylesheet } from './stylesheet.ts';
import { words, type Language } from './words.ts';

/** What went wrong last time: as a whole, and field by field. */
export type Problem = { text: string; todo: string; fields: readonly { path: string; message: string }[] };

/** A page of guest offices; nobody finds it by searching. */
export function publicPage({ language, ...page }: Pick<PublicPage, 'language' | 'title' | 'path' | 'children'>): string {
  const { place, footer } = words[language];
  return pageOf({ language, place, footer, stylesheetUrl: stylesheet.url, isUnlisted: true, ...page });
}

/** What stands above a form that was not taken, with a way to each field. */
export function problemBox(language: Language, problem: Problem | undefined): ComponentChildren {
  if (problem === undefined) return null;
  return html`<section class="box stopped" role="alert" aria-labelledby="problem">
    <h2 id="problem">${words[language].problem}</h2>
    <p>${problem.text} ${problem.fields.length === 0 ? problem.todo : ''}</p>
    ${problem.fields.length === 0 ? null : html`<ul>${problem.fields.map(({ path, message }) => html`<li><a href=${`#${path}`}>${message}</a></li>`)}</ul>`}
  </section>`;
}

export type Field = { name: string; label: string; hint?: string; type?: string; autocomplete?: string; accept?: string; multiple?: boolean; required?: boolean };
export type Filled = { values: Record<string, string>; problem: Problem | undefined };

/** One labelled field with its hint and what is wrong with it. Passwords and files are never filled in again. */
export function fieldOf(field: Field, { values, problem }: Filled): ComponentChildren {
  const { name, label, hint, type = 'text', autocomplete, accept, multiple, required = true } = field;
  const wrong = problem?.fields.filter(({ path }) => path === name) ?? [];
  const described = [...(hint === undefined ? [] : [`${name}-hint`]), ...(wrong.length === 0 ? [] : [`${name}-wrong`])].join(' ');
  const value = type === 'password' || type === 'file' ? undefined : (values[name] ?? '');
  return html`<div class="field">
    <label for=${name}>${label}</label>
    ${hint === undefined ? null : html`<p class="hint" id=${`${name}-hint`}>${hint}</p>`}
    <input id=${name} name=${name} type=${type} value=${value} required=${required} autocomplete=${autocomplete} accept=${accept} multiple=${multiple} aria-describedby=${described === '' ? undefined : described} aria-invalid=${wrong.length > 0 ? 'true' : undefined} />
    ${wrong.length === 0 ? null : html`<p class="wrong" id=${`${name}-wrong`}>${wrong.map(({ message }) => message).join(' ')}</p>`}
  </div>`;
}

/** The two fields of a new password. */
export function passwordFields(language: Language, filled: Filled): ComponentChildren {
  const w = words[language];
  return [
    fieldOf({ name: 'password', label: w.password, hint: w.passwordHint, type: 'password', autocomplete: 'new-password' }, filled),
    fieldOf({ name: 'passwordAgain', label: w.passwordAgain, type: 'password', autocomplete: 'new-password' }, filled),
  ];
}
