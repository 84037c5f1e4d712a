import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { formatDay, formatInstant, vietnamDay } from '#kernel/time.ts';
import type { StoredReport, StoredSignature, Wording } from '#engines/signatures/index.ts';
import { publicPage, type PageFrame } from './page.ts';
import { words, type Language, type Words } from './words.ts';

export type ReportPage = PageFrame & { report: StoredReport; fileName: string };

type Tone = 'good' | 'bad' | 'open';
type Row = readonly [label: string, value: string];

const tones = { 'TOTAL-PASSED': 'good', 'TOTAL-FAILED': 'bad', INDETERMINATE: 'open', UNSIGNED: 'open', UNREADABLE: 'bad' } as const satisfies Record<string, Tone>;

/** The report: the verdict first, then who signed in which order, everything else behind "details". */
export function reportPage({ language, notice, report, fileName }: ReportPage): string {
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
              ${groups.map((group) => html`<${Station} group=${group} language=${language} said=${groups.length === 1 ? report.cause : null} />`)}
            </ol>`}
      ${report.flags.length === 0 ? null : html`<${Flags} report=${report} w=${w} />`}
      <details>
        <summary>${w.fileTitle}</summary>
        <${Rows} rows=${fileRows(w, report, fileName)} />
      </details>
      <p class="hint no-print">${w.print}</p>
      <p class="no-print"><a class="button" href=${`/kiem-tra?lang=${language}`}>${w.again}</a></p>
    `,
  });
}

/** Said once each, the heaviest first. */
function todoOf(report: StoredReport, language: Language): string[] {
  const heaviest = report.signatures.find((signature) => signature.indication === report.indication)?.problems[0];
  const todo = report.problem ?? (report.indication === 'TOTAL-PASSED' ? undefined : heaviest);
  return todo === undefined || todo.todo[language] === '' ? [] : [todo.todo[language]];
}

/** Signatures that one holder made in one go, such as number, date and seal of an agency, are one station. */
export function groupSignatures(signatures: readonly StoredSignature[]): StoredSignature[][] {
  const groups: StoredSignature[][] = [];
  for (const signature of signatures) {
    const last = groups.at(-1);
    const before = last?.[0];
    const isSame =
      before !== undefined &&
      before.certificate !== null &&
      before.certificate.fingerprint === signature.certificate?.fingerprint &&
      before.indication === signature.indication &&
      before.problems[0]?.code === signature.problems[0]?.code &&
      before.role === signature.role;
    if (last !== undefined && isSame) last.push(signature);
    else groups.push([signature]);
  }
  return groups;
}

/** `said`: what the verdict has said already and need not be said again. */
function Station({ group, language, said }: { group: StoredSignature[]; language: Language; said: Wording | null }): VNode | null {
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
        ${group.map((signature) => html`<${Rows} rows=${signatureRows(w, signature)} />`)}
      </details>
    </div>
  </li>`;
}

function timeText(w: Words, signature: StoredSignature): string {
  return signature.signingTime === null ? `${w.timeUnknown}.` : `${w.signedAt} ${instantText(w, signature)}.`;
}

function instantText(w: Words, { signingTime, timeSource }: StoredSignature): string | null {
  if (signingTime === null) return null;
  return `${formatInstant(new Date(signingTime))} (${timeSource === 'timestamp' ? w.byTimestamp : w.byClaim})`;
}

/** The fields that 15/2025/TT-BKHCN wants shown come first, the technical ones after them. */
function signatureRows(w: Words, signature: StoredSignature): Row[] {
  const { certificate, timestamp, revocation } = signature;
  const rows: (readonly [string, string | null])[] = [
    [w.fields.signer, signature.signer],
    [w.fields.organization, signature.organization],
    [w.fields.title, signature.title],
    [w.fields.issuer, signature.issuer],
    [w.fields.signingTime, instantText(w, signature)],
    [w.fields.timestamp, timestamp === null ? null : `${formatInstant(new Date(timestamp.time))}, ${timestamp.authority}`],
    [w.fields.integrity, w.integrity[signature.integrity]],
    [w.fields.validityAtSigning, w.validityAtSigning[signature.validityAtSigning]],
    [w.fields.validity, certificate === null ? null : `${w.from} ${dayText(certificate.notBefore)} ${w.to} ${dayText(certificate.notAfter)}`],
    [w.fields.revocation, revocation.asOf === null ? w.revocation[revocation.status] : `${w.revocation[revocation.status]}, ${w.asOf} ${formatInstant(new Date(revocation.asOf))}`],
    [w.fields.trusted, signature.isChainTrusted ? w.trusted.yes : w.trusted.no],
    [w.fields.coverage, signature.coversWholeFile ? w.coversAll : w.coversPart],
    [w.fields.changes, w.changesAfter[signature.changesAfter]],
    [w.fields.algorithm, signature.algorithm],
    [w.fields.level, signature.level],
    [w.fields.serial, certificate?.serialNumber ?? null],
    [w.fields.reason, signature.reason],
  ];
  return rows.filter((row): row is Row => row[1] !== null && row[1] !== '');
}

function fileRows(w: Words, report: StoredReport, fileName: string): Row[] {
  return [
    [w.fields.fileName, fileName],
    [w.fields.size, `${String(Math.max(1, Math.round(report.sizeBytes / 1000)))} kB`],
    [w.fields.sha256, report.sha256],
    [w.fields.checkedAt, formatInstant(new Date(report.validatedAt))],
  ];
}

function dayText(instant: string): string {
  return formatDay(vietnamDay(new Date(instant)));
}

function Rows({ rows }: { rows: readonly Row[] }): VNode {
  return html`<dl>
    ${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

function Flags({ report, w }: { report: StoredReport; w: Words }): VNode {
  const kinds = [...new Set(report.flags.map((flag) => flag.kind))];
  return html`<section class="problem">
    <h2>${w.flagsTitle}</h2>
    <ul>
      ${kinds.map((kind) => html`<li>${w.flags[kind]}</li>`)}
    </ul>
    <p>${w.flagsText}</p>
  </section>`;
}

const shapes: Record<Tone, string> = { good: 'M7 12.5l3.2 3.2L17 9', bad: 'M8 8l8 8M16 8l-8 8', open: 'M9.2 9.4a2.9 2.9 0 1 1 4.4 2.6c-1 .6-1.6 1.1-1.6 2.2M12 17.2v.3' };

function Mark({ tone }: { tone: Tone }): VNode {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <circle cx="12" cy="12" r="11" />
    <path d=${shapes[tone]} />
  </svg>`;
}
