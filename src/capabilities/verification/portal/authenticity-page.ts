import { html } from 'htm/preact';
import { formatDay, formatInstant } from '#kernel/time.ts';
import type { StoredReport } from '#engines/signatures/index.ts';
import type { IssuedDocument } from '../authenticity.ts';
import { authenticityWords } from './authenticity-words.ts';
import { Mark, Rows, type Row, type Tone } from './marks.ts';
import { publicPage, type PageFrame } from './page.ts';
import { groupSignatures } from './report-rows.ts';

export type Comparison = { fileName: string; sha256: string; isSame: boolean };
export type AuthenticityPage = PageFrame & { document: IssuedDocument; report: StoredReport | undefined; limitMb: number; comparison?: Comparison };

const tones = { in_force: 'good', recalled: 'bad', replaced: 'open' } as const satisfies Record<IssuedDocument['state'], Tone>;

/** The public page of an issued document: that it is genuine and in force, who signed, and its hash; nothing of its content. */
export function authenticityPage({ language, notice, document, report, limitMb, comparison }: AuthenticityPage): string {
  const w = authenticityWords[language];
  const path = `/xac-thuc/${document.code}`;
  return publicPage({
    language,
    notice,
    path,
    title: `${document.numberAndNotation}: ${w.states[document.state]}`,
    children: html`
      <section class=${`verdict ${tones[document.state]}`} aria-labelledby="verdict">
        <${Mark} tone=${tones[document.state]} />
        <div>
          <h1 id="verdict">${w.states[document.state]}</h1>
          <p>${w.issuedBy(document.agencyName)}</p>
          ${document.endedAt === null ? null : html`<p>${w.ended[document.state]} ${formatInstant(new Date(document.endedAt))}.</p>`}
          ${document.replacedBy === null ? null : html`<p>${w.replacedBy} <a href=${`/xac-thuc/${document.replacedBy.code}?lang=${language}`}>${document.replacedBy.numberAndNotation}</a>.</p>`}
        </div>
      </section>
      ${comparison === undefined ? null : html`<${Compared} comparison=${comparison} language=${language} />`}
      <${Rows} rows=${factsOf(document, language)} />
      ${report === undefined || report.signatures.length === 0
        ? null
        : html`<h2>${w.signedBy}</h2>
            <ol class="route">
              ${groupSignatures(report.signatures).flatMap(([first]) => (first === undefined ? [] : [html`<${Signer} signature=${first} language=${language} />`]))}
            </ol>`}
      <h2>${w.compareTitle}</h2>
      <p class="hint">${w.compareLead}</p>
      <form method="post" enctype="multipart/form-data" action=${`${path}?lang=${language}`}>
        <label for="file">${w.fileLabel}</label>
        <p class="hint" id="file-hint">${w.fileHint.replace('{megabytes}', String(limitMb))}</p>
        <input type="file" id="file" name="file" required aria-describedby="file-hint" />
        <button type="submit">${w.compare}</button>
      </form>
      <details>
        <summary>${w.technical}</summary>
        <${Rows} rows=${document.files.map((file, index): Row => [`${w.roles[file.role]}${document.files.length > 1 ? ` ${String(index + 1)}` : ''}, SHA-256`, file.sha256])} />
      </details>
    `,
  });
}

function factsOf(document: IssuedDocument, language: 'vi' | 'en'): Row[] {
  const w = authenticityWords[language];
  const rows: (readonly [string, string | null])[] = [
    [w.number, document.numberAndNotation],
    [w.issuedOn, document.issuedOn === null ? null : formatDay(document.issuedOn)],
    [w.type, document.typeName],
    [w.agency, document.agencyName],
  ];
  return rows.filter((row): row is Row => row[1] !== null && row[1] !== '');
}

function Signer({ signature, language }: { signature: StoredReport['signatures'][number]; language: 'vi' | 'en' }) {
  const w = authenticityWords[language];
  const tone = signature.indication === 'TOTAL-PASSED' ? 'good' : signature.indication === 'TOTAL-FAILED' ? 'bad' : 'open';
  return html`<li class=${tone}>
    <${Mark} tone=${tone} />
    <div>
      <h3>${signature.signer}</h3>
      <p><b class="word">${signature.verdict[language]}.</b> ${signature.signingTime === null ? '' : `${w.signedAt} ${formatInstant(new Date(signature.signingTime))}.`}</p>
    </div>
  </li>`;
}

function Compared({ comparison, language }: { comparison: Comparison; language: 'vi' | 'en' }) {
  const w = authenticityWords[language];
  const tone = comparison.isSame ? 'good' : 'bad';
  return html`<section class=${`verdict ${tone}`} role="status">
    <${Mark} tone=${tone} />
    <div>
      <h2>${comparison.isSame ? w.same : w.different}</h2>
      <p class="file-name">${comparison.fileName}</p>
      <p>${comparison.isSame ? w.sameText : w.differentText}</p>
    </div>
  </section>`;
}
