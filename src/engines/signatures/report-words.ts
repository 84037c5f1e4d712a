import { createHash } from 'node:crypto';
import type { AppError } from '#kernel/errors.ts';
import { changeTexts } from './domain/validation/change-texts.ts';
import { problemText, type Indication, type Problem } from './domain/validation/problems.ts';
import type { ChangeReport, SignatureReport, ValidationReport } from './domain/validation/report.ts';

export type Wording = { vi: string; en: string };
/** What was found, and what to do about it. */
export type Finding = { code: string; text: Wording; todo: Wording };

export type StoredSignature = Omit<SignatureReport, 'problems' | 'changes'> & {
  verdict: Wording;
  problems: Finding[];
  changes: (ChangeReport & { text: Wording })[];
};

/** A validation report with its words: what is kept, what screens show, what the API answers. */
export type StoredReport = Omit<ValidationReport, 'indication' | 'signatures'> & {
  /** The three of EN 319 102-1, and two more for files without signatures and files that cannot be read. */
  indication: Indication | 'UNSIGNED' | 'UNREADABLE';
  /** The verdict in one short sentence, and why. */
  headline: Wording;
  cause: Wording | null;
  /** Why the file could not be read. */
  problem: Finding | null;
  signatures: StoredSignature[];
};

/** Puts the report into words, heaviest finding first. */
export function storedReport(report: ValidationReport): StoredReport {
  const isUnsigned = report.signatures.length === 0;
  const signatures = report.signatures.map(withWords);
  return {
    ...report,
    indication: isUnsigned ? 'UNSIGNED' : report.indication,
    headline: isUnsigned ? unsigned : headlineOf(report.indication, signatures),
    cause: report.indication === 'TOTAL-PASSED' ? null : (signatures.find(({ indication }) => indication === report.indication)?.problems[0]?.text ?? null),
    problem: null,
    signatures,
  };
}

/** The report of a file that cannot be read at all. */
export function unreadableReport(error: AppError, { bytes, now }: { bytes: Buffer; now: Date }): StoredReport {
  const { vi, en, fixVi, fixEn } = error.entry;
  return {
    indication: 'UNREADABLE',
    subIndication: 'FORMAT_FAILURE',
    headline: { vi: 'Không đọc được tệp.', en: 'The file cannot be read.' },
    cause: { vi, en },
    problem: { code: error.code, text: { vi, en }, todo: { vi: fixVi ?? '', en: fixEn ?? '' } },
    signatures: [],
    flags: [],
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    validatedAt: now.toISOString(),
  };
}

const unsigned: Wording = { vi: 'Tệp này không có chữ ký số.', en: 'This file carries no digital signature.' };

function withWords(signature: SignatureReport): StoredSignature {
  const problems = signature.problems.map(findingOf);
  return {
    ...signature,
    verdict: verdicts[signature.indication],
    problems,
    changes: signature.changes.map((change) => ({ ...change, text: changeTexts[change.code] })),
  };
}

function findingOf(problem: Problem): Finding {
  const vi = problemText(problem, 'vi');
  const en = problemText(problem, 'en');
  return { code: problem.code, text: { vi: vi.text, en: en.text }, todo: { vi: vi.todo, en: en.todo } };
}

const verdicts: Record<Indication, Wording> = {
  'TOTAL-PASSED': { vi: 'Hợp lệ', en: 'Valid' },
  'TOTAL-FAILED': { vi: 'Không hợp lệ', en: 'Not valid' },
  INDETERMINATE: { vi: 'Chưa kết luận được', en: 'Undetermined' },
};

function headlineOf(indication: Indication, signatures: readonly StoredSignature[]): Wording {
  const count = signatures.length;
  switch (indication) {
    case 'TOTAL-PASSED':
      return count === 1
        ? { vi: 'Chữ ký hợp lệ, văn bản còn nguyên vẹn.', en: 'The signature is valid and the document is intact.' }
        : { vi: `Cả ${String(count)} chữ ký hợp lệ, văn bản còn nguyên vẹn.`, en: `All ${String(count)} signatures are valid and the document is intact.` };
    case 'TOTAL-FAILED':
      return count === 1
        ? { vi: 'Chữ ký không hợp lệ.', en: 'The signature is not valid.' }
        : { vi: 'Có chữ ký không hợp lệ.', en: 'A signature is not valid.' };
    case 'INDETERMINATE': {
      const isIntact = signatures.every(({ integrity, changesAfter }) => integrity === 'intact' && (changesAfter === 'none' || changesAfter === 'permitted'));
      return isIntact
        ? { vi: 'Nội dung khớp với chữ ký, nhưng chưa kết luận được hiệu lực.', en: 'The content fits the signatures; whether they are valid is undetermined.' }
        : { vi: 'Chưa kết luận được.', en: 'Undetermined.' };
    }
  }
}
