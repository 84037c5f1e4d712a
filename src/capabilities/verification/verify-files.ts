import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { validateAlone, type StoredReport } from '#engines/signatures/index.ts';
import { formatInstant } from '#kernel/time.ts';
import { plainReport } from './plain-report.ts';
import { technicalWords } from './portal/technical-words.ts';

export type VerifyFiles = {
  paths: readonly string[];
  json: boolean;
  /** The signed file beside a detached signature; without it, `x.p7s` is taken for the signature of the file `x` beside it. */
  content?: string | undefined;
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
export async function verifyFiles({ paths, json, content, trustFolders, now, write }: VerifyFiles): Promise<0 | 1 | 2 | 3> {
  const validator = await validateAlone({ folders: trustFolders, now });
  try {
    const results: Result[] = [];
    for (const path of paths) {
      try {
        const beside = content ?? (await findSignedFile(path));
        results.push({ path, report: await validator.validate(await readWhole(path), beside === undefined ? undefined : { name: basename(beside), bytes: await readWhole(beside) }) });
      } catch (error) {
        results.push({ path, problem: problemOf(error) });
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

/** Larger files are for a server with its own limits; Node reads no more than 2 GiB at once in any case. */
const LIMIT_BYTES = 1024 ** 3;

async function readWhole(path: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > LIMIT_BYTES) throw new FileTooLarge();
  return readFile(path);
}

class FileTooLarge extends Error {}

type FileProblem = { code: string; text: { vi: string; en: string } };

const problems: Readonly<Record<string, FileProblem>> = {
  ENOENT: { code: 'fileMissing', text: { vi: 'Không có tệp này.', en: 'There is no such file.' } },
  EISDIR: { code: 'isFolder', text: { vi: 'Đây là thư mục, không phải tệp.', en: 'This is a folder, not a file.' } },
  EACCES: { code: 'mayNotRead', text: { vi: 'Tài khoản này không được đọc tệp.', en: 'This account may not read the file.' } },
};

function problemOf(error: unknown): FileProblem {
  if (error instanceof FileTooLarge) {
    return { code: 'fileTooLarge', text: { vi: 'Tệp lớn hơn 1.024 MB nên không kiểm tra được bằng lệnh này.', en: 'The file is larger than 1,024 MB, more than this command checks.' } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return problems[code] ?? { code: 'file', text: { vi: message, en: message } };
}

/** `công-văn.docx` for `công-văn.docx.p7s`, if it is there. */
async function findSignedFile(path: string): Promise<string | undefined> {
  const [whole, beside] = /^(.+)\.(?:p7s|sig)$/i.exec(path) ?? [];
  if (whole === undefined || beside === undefined) return undefined;
  return stat(beside).then(
    (found) => (found.isFile() ? beside : undefined),
    () => undefined,
  );
}

type Result = { path: string; report: StoredReport } | { path: string; report?: undefined; problem: FileProblem };

function jsonOf(result: Result | undefined): unknown {
  if (result === undefined) return null;
  if (result.report === undefined) return { file: result.path, error: result.problem };
  const plain = plainReport(result.report);
  return plain === undefined ? { file: result.path, error: result.report.problem } : { file: result.path, ...plain };
}

function textsOf({ text }: FileProblem): string {
  return text.vi === text.en ? text.vi : `${text.vi} / ${text.en}`;
}

function textOf(result: Result): string {
  const { path, report } = result;
  if (report === undefined) return `${path}\n  ✗ ${textsOf(result.problem)}\n`;
  const kind = report.kind === undefined ? [] : [`  ${technicalWords.vi.kind}: ${technicalWords.vi.fileKinds[report.kind]}`];
  const lines = [path, ...kind, `  ${marks[report.indication]} ${[report.headline.vi, report.cause?.vi ?? ''].join(' ').trim()}`, ...report.signatures.flatMap(signatureLines)];
  lines.push(...(report.findings ?? []).map(({ text }) => `  - ${text.vi}`));
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
    ...(signature.covers === undefined || signature.covers.length === 0 ? [] : [`       ${technicalWords.vi.covers}: ${signature.covers.join('; ')}`]),
    ...signature.problems.map((problem) => `       - ${problem.text.vi}`),
  ];
}
