import type { Kernel } from '#kernel/kernel.ts';
import { rawJson, type SpecialReply } from '#kernel/route.ts';
import { sealedPayload, sealedReportPdf, sealedReportXml } from '#engines/signatures/index.ts';
import { plainReport } from './plain-report.ts';
import { reportPaper } from './report-paper.ts';
import type { SealedReport } from './report-ticket.ts';
import type { Language } from './portal/words.ts';

export const reportFormats = ['json', 'jws', 'xml', 'pdf'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export const mediaTypes = { json: 'application/json', jws: 'application/jose', xml: 'application/xml', pdf: 'application/pdf' } as const satisfies Record<ReportFormat, string>;

/**
 * The report as data; or signed by the installation: the same data as a JWS, as XML after ETSI TS 119 102-2, as a PDF to read.
 * @throws signatures.authorityLocked · timestampUnavailable · timestampWrong
 */
export async function reportDocument(kernel: Kernel, sealed: SealedReport, { format, language }: { format: ReportFormat; language: Language }): Promise<SpecialReply> {
  switch (format) {
    case 'json':
      return rawJson(jsonOf(sealed));
    case 'jws':
      return { special: 'bytes', body: Buffer.from(await sealedPayload(kernel, Buffer.from(jsonOf(sealed)), 'json')), contentType: 'application/jose', fileName: fileNameOf(sealed, 'jws') };
    case 'xml':
      return { special: 'bytes', body: await sealedReportXml(kernel, sealed.report), contentType: 'application/xml; charset=utf-8', fileName: fileNameOf(sealed, 'xml') };
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

const jsonOf = ({ report }: SealedReport): string => JSON.stringify(plainReport(report) ?? null);

function fileNameOf({ fileName }: SealedReport, format: ReportFormat): string {
  const name = fileName.replace(/\.[^.]{1,8}$/, '');
  return `bao-cao-kiem-tra${name === '' ? '' : `-${name}`}.${format}`;
}
