/** The report for `lienthong verify FILE…`: Vietnamese text for the terminal, JSON for programs, and the exit status. */
import { PdfError, pdfErrorTexts } from '../pdf/reader/index.ts';
import { describe } from './describe.ts';
import type { SignatureDescription } from './describe.ts';
import type { Indication } from './problems.ts';
import type { ValidationReport } from './report.ts';
import { validatePdf } from './validate-pdf.ts';
import type { ValidationOptions } from './validate-pdf.ts';

/** 0 all signatures valid, 1 at least one failed, 2 not decided, 3 the file could not be read. */
export type ExitStatus = 0 | 1 | 2 | 3;

/** What a file's verification gives the terminal. */
export interface CliResult {
  readonly exitStatus: ExitStatus;
  readonly text: string;
  /** For `--json`: the report, or an object with the error's code and texts. */
  readonly json: unknown;
}

const statuses: Readonly<Record<Indication, ExitStatus>> = { 'TOTAL-PASSED': 0, 'TOTAL-FAILED': 1, INDETERMINATE: 2 };

function exitStatusOf(report: ValidationReport): ExitStatus {
  return statuses[report.indication];
}

/** Of several files the one that needs most attention decides: unreadable, failed, undecided, passed. */
export function combineExitStatuses(all: readonly ExitStatus[]): ExitStatus {
  const order: readonly ExitStatus[] = [3, 1, 2, 0];
  return order.find((status) => all.includes(status)) ?? 0;
}

/** Validates one file and renders the answer. Never throws for what the file holds. */
export function verifyForCli(file: { readonly name: string; readonly bytes: Uint8Array }, options: ValidationOptions): CliResult {
  try {
    const report = validatePdf(file.bytes, options);
    return { exitStatus: exitStatusOf(report), text: renderReport(file.name, report), json: { file: file.name, ...report } };
  } catch (error) {
    if (!(error instanceof PdfError)) throw error;
    const { vi, en, todoVi, todoEn } = pdfErrorTexts[error.code];
    return {
      exitStatus: 3,
      text: `${file.name}\n  KHÔNG ĐỌC ĐƯỢC: ${vi}\n  → ${todoVi}\n`,
      json: { file: file.name, error: { code: error.code, vi, en, todoVi, todoEn } },
    };
  }
}

/** The report as Vietnamese text, lines of about 100 characters. */
export function renderReport(name: string, report: ValidationReport): string {
  const description = describe(report, 'vi');
  const sub = report.subIndication === null ? '' : ` / ${report.subIndication}`;
  const lines = [
    name,
    `  ${description.verdict.toUpperCase()} (${report.indication}${sub})`,
    `  ${description.summary}`,
    `  SHA-256: ${report.sha256}`,
    ...description.flags.map((flag) => `  ! ${flag}`),
    ...description.signatures.flatMap((signature, i) => ['', ...renderSignature(i + 1, signature)]),
  ];
  return `${lines.join('\n')}\n`;
}

function renderSignature(number: number, signature: SignatureDescription): string[] {
  const width = Math.max(...signature.fields.map((field) => field.label.length));
  return [
    `  ${number}. ${signature.title}`,
    `     ${signature.verdict}: ${signature.summary}`,
    ...signature.fields.map((field) => `     ${field.label.padEnd(width)}  ${field.text}`),
    ...signature.changes.map((change) => `     · ${change}`),
    ...signature.problems.flatMap((problem) => [`     - ${problem.text}`, `       → ${problem.todo}`]),
  ];
}
