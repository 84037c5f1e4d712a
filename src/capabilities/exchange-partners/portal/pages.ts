import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { formatInstant } from '#kernel/time.ts';
import type { Conformance } from '#engines/exchange/index.ts';
import { publicPage as pageOf } from '#ui/public/public-page.ts';
import { PATH, stylesheet } from './stylesheet.ts';
import { words, type Language } from './words.ts';

function publicPage(language: Language, title: string, children: ComponentChildren): string {
  const { place, footer } = words[language];
  return pageOf({ language, title, place, footer, path: PATH, stylesheetUrl: stylesheet.url, isUnlisted: true, children });
}

/** Asks for the id and the key; `wrong` when those given open nothing. */
export function askPage(language: Language, wrong: { systemId: string } | undefined): string {
  const w = words[language];
  return publicPage(
    language,
    w.askTitle,
    html`
      ${wrong === undefined ? null : html`<section class="box stopped" role="alert"><b>${w.wrong}</b><p>${w.wrongTodo}</p></section>`}
      <h1>${w.askTitle}</h1>
      <p class="lead">${w.askLead}</p>
      <form method="post" action=${`${PATH}?lang=${language}`}>
        <label for="systemId">${w.systemId}</label>
        <input id="systemId" name="systemId" value=${wrong?.systemId ?? ''} required autocomplete="off" spellcheck="false" />
        <label for="secret">${w.secret}</label>
        <p class="hint" id="secret-hint">${w.secretHint}</p>
        <input id="secret" name="secret" type="password" required autocomplete="off" aria-describedby="secret-hint" />
        <button type="submit">${w.open}</button>
      </form>
    `,
  );
}

/** The checklist with the last error of each step. The key goes along in a hidden field, so that one button looks again. */
export function checklistPage(language: Language, given: { conformance: Conformance; secret: string; address: string }): string {
  const { conformance, secret, address } = given;
  const w = words[language];
  const done = conformance.steps.filter((each) => each.doneAt !== null).length;
  const title = w.title(conformance.name);
  return publicPage(
    language,
    title,
    html`
      <h1>${title}</h1>
      <p class="lead">${done === conformance.steps.length ? w.all : w.lead(done, conformance.steps.length)}</p>
      ${conformance.isSandbox ? null : html`<p class="box">${w.notSandbox}</p>`}
      ${conformance.sandboxCode === null ? null : html`<p class="lead">${w.facts(conformance.sandboxCode, conformance.counterparts.join(', '))}</p>`}
      <p class="lead">${w.address}: <code>${address}/v1</code></p>
      <ol class="steps">
        ${conformance.steps.map((each) => html`<${StepLine} step=${each} language=${language} />`)}
      </ol>
      <form method="post" action=${`${PATH}?lang=${language}`}>
        <input type="hidden" name="systemId" value=${conformance.systemId} />
        <input type="hidden" name="secret" value=${secret} />
        <button type="submit">${w.refresh}</button>
      </form>
    `,
  );
}

function StepLine({ step: { step, doneAt, problem }, language }: { step: Conformance['steps'][number]; language: Language }) {
  const w = words[language];
  const { title, how } = w.steps[step];
  return html`<li class=${doneAt === null ? 'open' : 'done'}>
    <h2>${title}</h2>
    <p class="state">${doneAt === null ? w.notYet : `${w.done}, ${formatInstant(doneAt)}`}</p>
    ${doneAt === null ? html`<p class="hint">${how}</p>` : null}
    ${problem === null ? null : html`<p class="wrong">${w.lastError} (${formatInstant(problem.at)}): ${problem.code} · ${problem[language]}</p>`}
  </li>`;
}
