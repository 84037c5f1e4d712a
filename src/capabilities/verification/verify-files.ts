import { readFile } from 'node:fs/promises';
import { validateAlone, type StoredReport } from '#engines/signatures/index.ts';
import { formatInstant } from '#kernel/time.ts';
import { plainReport } from './plain-report.ts';

export type VerifyFiles = {
  paths: readonly string[];
  json: boolean;
  /** Folders with root certificates and revocation lists, such as TRUST_ANCHORS and DATA_DIR/pki; missing ones are left out. */
  trustFolders: readonly string[];
  now: Date;
  write: (text: string) => void;
};

/** How a file came out, as the exit status of `lienthong verify`. */
const statuses = { 'TOTAL-PASSED': 0, 'TOTAL-FAILED': 1, INDETERMINATE: 2, UNSIGNED: 2, UNREADABLE: 3 } as const;
const worstFirst = [3, 1, 2, 0] as const;

/**
 * Validates files from the disk without a database and prints the reports; with `json` the object of the API, or an array of
 * them for several files.
 * @returns 0 all passed · 1 one failed · 2 one undetermined · 3 one could not be read; the worst of several files.
 */
export async function verifyFiles({ paths, json, trustFolders, now, write }: VerifyFiles): Promise<0 | 1 | 2 | 3> {
  const validator = await validateAlone({ folders: trustFolders, now });
  try {
    const results: { path: string; report: StoredReport | undefined; problem: string }[] = [];
    for (const path of paths) {
      try {
        results.push({ path, report: await validator.validate(await readFile(path)), problem: '' });
      } catch (error) {
        results.push({ path, report: undefined, problem: error instanceof Error ? error.message : String(error) });
      }
    }
    if (json) write(`${JSON.stringify(results.length === 1 ? jsonOf(results[0]) : results.map(jsonOf), null, 2)}\n`);
    else for (const result of results) write(textOf(result));
    const found = new Set(results.map(({ report }) => (report === undefined ? 3 : statuses[report.indication])));
    return worstFirst.find((status) => found.has(status)) ?? 3;
  } finally {
    validator.close();
  }
}

type Result = { path: string; report: StoredReport | undefined; problem: string };

function jsonOf(result: Result | undefined): unknown {
  if (result === undefined) return null;
  const plain = result.report && plainReport(result.report);
  if (plain !== undefined) return { file: result.path, ...plain };
  return { file: result.path, error: result.report?.problem ?? { code: 'file', text: { vi: result.problem, en: result.problem } } };
}

function textOf({ path, report, problem }: Result): string {
  if (report === undefined) return `${path}\n  ✗ ${problem}\n`;
  const lines = [path, `  ${marks[report.indication]} ${[report.headline.vi, report.cause?.vi ?? ''].join(' ').trim()}`, ...report.signatures.flatMap(signatureLines)];
  if (report.flags.length > 0) lines.push(`  ! Tệp có thành phần tự chạy: ${[...new Set(report.flags.map((flag) => flag.kind))].join(', ')}`);
  return `${lines.join('\n')}\n`;
}

const marks = { 'TOTAL-PASSED': '✓', 'TOTAL-FAILED': '✗', INDETERMINATE: '?', UNSIGNED: '?', UNREADABLE: '✗' } as const;
const roles = { person: 'Người ký', agency: 'Cơ quan ký', initials: 'Ký nháy', timestamp: 'Dấu thời gian' } as const;

function signatureLines(signature: StoredReport['signatures'][number], index: number): string[] {
  const at = signature.signingTime === null ? 'không rõ thời điểm' : formatInstant(new Date(signature.signingTime));
  const source = signature.timeSource === 'timestamp' ? 'theo dấu thời gian' : 'theo máy của người ký';
  return [
    `  ${String(index + 1)}. ${marks[signature.indication]} ${signature.verdict.vi} · ${roles[signature.role]}: ${signature.signer}`,
    `       ${at} (${source}) · ${signature.level} · ${signature.algorithm} · cấp bởi ${signature.issuer}`,
    ...signature.problems.map((problem) => `       - ${problem.text.vi}`),
  ];
}
