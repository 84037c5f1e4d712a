/** The validation report as XML after ETSI TS 119 102-2. */
export { validationReportXml } from './report-xml.ts';
