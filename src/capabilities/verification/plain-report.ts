import type { StoredReport } from '#engines/signatures/index.ts';
import type { ValidationReply } from './contract.ts';

export type PlainReport = Omit<StoredReport, 'indication'> & Pick<ValidationReply, 'indication'>;

/**
 * The report in the three indications of EN 319 102-1: a file without signatures is undetermined. Undefined for a file that
 * could not be read, which has no report.
 */
export function plainReport(report: StoredReport): PlainReport | undefined {
  switch (report.indication) {
    case 'UNREADABLE':
      return undefined;
    case 'UNSIGNED':
      return { ...report, indication: 'INDETERMINATE' };
    default:
      return { ...report, indication: report.indication };
  }
}
