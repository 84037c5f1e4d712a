import type { Kernel } from '#kernel/kernel.ts';
import { rawJson, type SpecialReply } from '#kernel/route.ts';
import { reportXml, sealedReportPdf } from '#engines/signatures/index.ts';
import { plainReport } from './plain-report.ts';
import { reportPaper } from './report-paper.ts';
import type { SealedReport } from './report-ticket.ts';
import type { Language } from './portal/words.ts';

export const reportFormats = ['json', 'xml', 'pdf'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export const mediaTypes = { json: 'application/json', xml: 'application/xml', pdf: 'application/pdf' } as const satisfies Record<ReportFormat, string>;

/** The report as data, as XML after ETSI TS 119 102-2, or as a PDF that the installation signs. @throws signatures.timestampUnavailable · timestampWrong */
export async function reportDocument(kernel: Kernel, sealed: SealedReport, { format, language }: { format: ReportFormat; language: Language }): Promise<SpecialReply> {
  switch (format) {
    case 'json':
      return rawJson(JSON.stringify(plainReport(sealed.report) ?? null));
    case 'xml':
      return { special: 'bytes', body: Buffer.from(reportXml(sealed.report)), contentType: 'application/xml; charset=utf-8', fileName: fileNameOf(sealed, 'xml') };
    case 'pdf':
      return { special: 'bytes', body: await sealedReportPdf(kernel, reportPaper(sealed, language)), contentType: 'application/pdf', fileName: fileNameOf(sealed, 'pdf') };
  }
}

/** The same, as a file to save. */
export async function downloadReply(kernel: Kernel, sealed: SealedReport, wanted: { format: ReportFormat; language: Language }): Promise<SpecialReply> {
  const reply = await reportDocument(kernel, sealed, wanted);
  if (reply.special !== 'json') return reply;
  return { special: 'bytes', body: Buffer.from(reply.text), contentType: 'application/json; charset=utf-8', fileName: fileNameOf(sealed, 'json') };
}

function fileNameOf({ fileName }: SealedReport, format: ReportFormat): string {
  const name = fileName.replace(/\.[^.]{1,8}$/, '');
  return `bao-cao-kiem-tra${name === '' ? '' : `-${name}`}.${format}`;
}
