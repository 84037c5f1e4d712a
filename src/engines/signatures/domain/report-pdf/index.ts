/** A report as pages to print and to keep: A4, PDF/A-2b, Vietnamese text that can be searched and copied. */
export { writeReportPdf } from './write.ts';
export type { PaperRow, PaperSection, PaperTone, ReportPaper } from './paper.ts';
