import { html } from 'htm/preact';
import { publicPage, type PageFrame } from './page.ts';
import { words } from './words.ts';

export type AskProblem = {
  title: string;
  text: string;
  todo: string;
  /** The second field is needed: it is shown opened. */
  needsContent?: boolean;
};

/** A hint to the browser's file dialogue; what a file is, its content says. */
const acceptedFiles = '.pdf,.xml,.p7s,.p7m,.asice,.asics,.sce,.scs,.jws,.jose,application/pdf,application/xml';

/** The first page: one field, one button; above it what went wrong last time. */
export function askPage(options: PageFrame & { limitMb: number; problem?: AskProblem }): string {
  const { language, notice, limitMb, problem } = options;
  const w = words[language];
  return publicPage({
    language,
    notice,
    title: problem === undefined ? w.askTitle : `${w.errorTitle}: ${w.askTitle}`,
    children: html`
      ${problem === undefined
        ? null
        : html`<section class="box problem" role="alert" aria-labelledby="problem">
            <h2 id="problem">${problem.title}</h2>
            <p>${problem.text}</p>
            <p>${problem.todo}</p>
          </section>`}
      <h1>${w.askTitle}</h1>
      <p class="lead">${w.askLead}</p>
      <form method="post" enctype="multipart/form-data" action=${`/kiem-tra?lang=${language}`}>
        <label for="file">${w.fileLabel}</label>
        <p class="hint" id="file-hint">${w.fileHint.replace('{megabytes}', String(limitMb))}</p>
        <input type="file" id="file" name="file" accept=${acceptedFiles} required aria-describedby="file-hint" />
        <details class="second-file" open=${problem?.needsContent === true}>
          <summary>${w.contentTitle}</summary>
          <label for="content">${w.contentLabel}</label>
          <p class="hint" id="content-hint">${w.contentHint}</p>
          <input type="file" id="content" name="content" multiple aria-describedby="content-hint" />
        </details>
        <button type="submit">${w.check}</button>
        <p class="hint">${w.privacy}</p>
      </form>
      <details class="what">
        <summary>${w.whatTitle}</summary>
        <ul>
          ${w.what.map((line) => html`<li>${line}</li>`)}
        </ul>
      </details>
    `,
  });
}
