import type { ReportPaper } from '#engines/signatures/index.ts';
import { certificateParts, fileRows, groupSignatures, signatureRows, technicalPartsInBrief, timeText, todoOf, tones } from './portal/report-rows.ts';
import { technicalWords } from './portal/technical-words.ts';
import { words, type Language } from './portal/words.ts';
import type { SealedReport } from './report-ticket.ts';

/** The report as a document: the verdict first, who signed in which order with all that 15/2025/TT-BKHCN lists, then the technical part. */
export function reportPaper({ report, fileName }: SealedReport, language: Language): ReportPaper {
  const t = technicalWords[language];
  const w = words[language];
  const groups = groupSignatures(report.signatures);
  const flags = [...new Set(report.flags.map(({ kind }) => w.flags[kind]))];
  const findings = (report.findings ?? []).map(({ text }) => text[language]);
  return {
    language,
    title: t.paperTitle,
    verdict: report.headline[language],
    tone: tones[report.indication],
    lead: [...(report.cause === null ? [] : [report.cause[language]]), ...todoOf(report, language).map((todo) => `${w.todo}: ${todo}`)],
    sections: [
      { heading: t.fileSection, rows: fileRows(language, report, fileName) },
      ...groups.map((group, index) => stationSection(group, { index, language })),
      ...(findings.length === 0 ? [] : [{ heading: t.findings, paragraphs: findings }]),
      ...(flags.length === 0 ? [] : [{ heading: w.flagsTitle, paragraphs: [flags.join('; '), w.flagsText] }]),
      ...report.signatures.flatMap((signature, index) =>
        technicalPartsInBrief(language, report, signature).map(({ heading, rows }, part) => ({
          heading: part === 0 ? `${t.title}: ${t.signature(index + 1)}, ${signature.signer}` : `${t.signature(index + 1)} · ${heading}`,
          rows,
        })),
      ),
      ...certificateParts(language, report).map(({ heading, rows }) => ({ heading: `${t.certificate}: ${heading}`, rows })),
      { heading: w.noticeLabel, paragraphs: [t.seal] },
    ],
    footer: t.footer,
    pageLabel: t.pageLabel,
    madeAt: new Date(report.validatedAt),
  };
}

type Group = ReturnType<typeof groupSignatures>[number];

function stationSection(group: Group, { index, language }: { index: number; language: Language }): ReportPaper['sections'][number] {
  const w = words[language];
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return { heading: '' };
  const times = group.length > 1 ? ` (${w.times(group.length)})` : '';
  return {
    heading: `${String(index + 1)}. ${w.roles[first.role]}: ${first.signer}${times}`,
    tone: tones[first.indication],
    paragraphs: [`${first.verdict[language]}. ${timeText(w, last)}`, ...first.problems.map(({ text }) => text[language])],
    rows: signatureRows(language, last),
  };
}
