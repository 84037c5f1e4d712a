import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { StoredReport, StoredSignature, Wording } from '#engines/signatures/index.ts';
import { contentName } from '../content-name.ts';
import { Mark, Rows } from './marks.ts';
import { publicPage, type PageFrame } from './page.ts';
import { fileRows, groupSignatures, signatureRows, technicalParts, timeText, todoOf, tones } from './report-rows.ts';
import { technicalWords } from './technical-words.ts';
import { words, type Language, type Words } from './words.ts';

export type ReportPage = PageFrame & {
  report: StoredReport;
  fileName: string;
  /** What an intact signature holds inside. */
  enclosed?: Buffer | undefined;
  /** What the download buttons send back; undefined for a report that is too long for it or that says nothing. */
  ticket: string | undefined;
};

/** The report: the verdict first, then who signed in which order, everything else behind "details". */
export function reportPage({ language, notice, report, fileName, enclosed, ticket }: ReportPage): string {
  const w = words[language];
  const groups = groupSignatures(report.signatures);
  return publicPage({
    language,
    notice,
    title: report.headline[language],
    children: html`
      <section class=${`verdict ${tones[report.indication]}`} aria-labelledby="verdict">
        <${Mark} tone=${tones[report.indication]} />
        <div>
          <h1 id="verdict">${report.headline[language]}</h1>
          ${report.cause === null ? null : html`<p>${report.cause[language]}</p>`}
          <p class="file-name">${fileName}</p>
          ${todoOf(report, language).map((todo) => html`<p><b>${w.todo}:</b> ${todo}</p>`)}
        </div>
      </section>
      ${groups.length === 0
        ? null
        : html`<h2>${w.signaturesTitle(report.signatures.length)}</h2>
            <ol class="route">
              ${groups.map((group) => html`<${Station} group=${group} report=${report} language=${language} said=${groups.length === 1 ? report.cause : null} />`)}
            </ol>`}
      ${enclosed === undefined ? null : html`<${Enclosed} content=${enclosed} report=${report} fileName=${fileName} w=${w} />`}
      ${containerFindings(report, language)}
      ${report.flags.length === 0 ? null : html`<${Flags} report=${report} w=${w} />`}
      <details>
        <summary>${w.fileTitle}</summary>
        <${Rows} rows=${fileRows(language, report, fileName)} />
      </details>
      <${Downloads} report=${report} ticket=${ticket} language=${language} />
      <p class="hint no-print">${w.print}</p>
      <p class="no-print"><a class="button" href=${`/kiem-tra?lang=${language}`}>${w.again}</a></p>
    `,
  });
}

/** `said`: what the verdict has said already and need not be said again. */
function Station({ group, report, language, said }: { group: StoredSignature[]; report: StoredReport; language: Language; said: Wording | null }): VNode | null {
  const w = words[language];
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return null;
  const findings = first.problems.filter((problem) => problem.text.vi !== said?.vi).slice(0, 3);
  const place = [first.organization, first.title].filter((part) => part !== null && part !== first.signer).join(' · ');
  return html`<li class=${tones[first.indication]}>
    <${Mark} tone=${tones[first.indication]} />
    <div>
      <h3>${first.signer}</h3>
      <p class="role">${w.roles[first.role]}${place === '' ? '' : ` · ${place}`}${group.length > 1 ? ` · ${w.times(group.length)}` : ''}</p>
      <p><b class="word">${first.verdict[language]}.</b> ${timeText(w, last)}</p>
      ${findings.map((problem) => html`<p>${problem.text[language]}</p>`)}
      <details>
        <summary>${w.details}<span class="read-by-screen-reader">: ${first.signer}</span></summary>
        ${group.map(
          (signature) => html`<${Rows} rows=${signatureRows(language, signature)} />
            <details class="technical">
              <summary>${technicalWords[language].title}<span class="read-by-screen-reader">: ${first.signer}</span></summary>
              ${technicalParts(language, report, signature).map(({ heading, rows }) => html`<h4>${heading}</h4><${Rows} rows=${rows} />`)}
            </details>`,
        )}
      </details>
    </div>
  </li>`;
}

/** More than this makes the page itself slow to load. */
const ENCLOSED_LIMIT_BYTES = 4 * 1024 * 1024;

/** Name and type of the content, and a link that saves it: the page carries it, since nothing is kept on the server. */
function Enclosed({ content, report, fileName, w }: { content: Buffer; report: StoredReport; fileName: string; w: Words }): VNode {
  const name = contentName(fileName);
  const mediaType = report.files?.find((file) => file.mediaType !== undefined)?.mediaType ?? '';
  return html`<section>
    <h2>${w.enclosed}</h2>
    <p class="file-name">${name} · ${mediaType} · ${String(Math.max(1, Math.round(content.length / 1000)))} kB</p>
    ${content.length > ENCLOSED_LIMIT_BYTES
      ? html`<p class="hint no-print">${w.enclosedTooLarge}</p>`
      : html`<p class="no-print"><a class="button" download=${name} href=${`data:application/octet-stream;base64,${content.toString('base64')}`}>${w.takeOut}</a></p>
          <p class="hint no-print">${w.takeOutHint}</p>`}
  </section>`;
}

/** What is wrong with a container beyond its signatures; what the verdict said already is not said twice. */
function containerFindings({ findings = [], cause }: StoredReport, language: Language): VNode | null {
  const more = findings.filter(({ text }) => text.vi !== cause?.vi);
  if (more.length === 0) return null;
  return html`<section class="box problem">
    <ul>
      ${more.map(({ text }) => html`<li>${text[language]}</li>`)}
    </ul>
  </section>`;
}

/** Three buttons of one form that carries the report with it, so that it works without scripts and nothing has to be kept. */
function Downloads({ report, ticket, language }: { report: StoredReport; ticket: string | undefined; language: Language }): VNode | null {
  const t = technicalWords[language];
  if (report.indication === 'UNREADABLE') return null;
  if (ticket === undefined) return html`<p class="hint no-print">${t.tooLong}</p>`;
  return html`<form class="downloads no-print" method="post" action=${`/kiem-tra/bao-cao?lang=${language}`}>
    <input type="hidden" name="report" value=${ticket} />
    <p id="download-label">${t.download}:</p>
    ${(['pdf', 'xml', 'json'] as const).map((format) => html`<button type="submit" name="format" value=${format} aria-describedby="download-label">${format.toUpperCase()}</button>`)}
    <p class="hint">${t.downloadHint}</p>
  </form>`;
}

function Flags({ report, w }: { report: StoredReport; w: Words }): VNode {
  const kinds = [...new Set(report.flags.map((flag) => flag.kind))];
  return html`<section class="box problem">
    <h2>${w.flagsTitle}</h2>
    <ul>
      ${kinds.map((kind) => html`<li>${w.flags[kind]}</li>`)}
    </ul>
    <p>${w.flagsText}</p>
  </section>`;
}
