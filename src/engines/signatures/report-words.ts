import { createHash } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { CoveredFile, Grounds, RevocationSourceReport } from './adapters/document-reader/file-report.ts';
import type { SignedKind } from './adapters/document-reader/signed-kind.ts';
import { findingText, type AsicFinding } from './domain/asic/index.ts';
import { changeTexts } from './domain/validation/change-texts.ts';
import { problemText, type Indication, type Problem } from './domain/validation/problems.ts';
import type { CertificateReport, ChangeReport, SignatureReport, ValidationReport } from './domain/validation/report.ts';

export type Wording = { vi: string; en: string };
/** What was found, and what to do about it. */
export type Finding = { code: string; text: Wording; todo: Wording; values?: Problem['values'] };

export type StoredSignature = Omit<SignatureReport, 'problems' | 'changes'> & {
  verdict: Wording;
  problems: Finding[];
  changes: (ChangeReport & { text: Wording })[];
  /** What the verdict rests on; absent in reports that were kept before it was recorded, and for kinds that do not tell. */
  grounds?: Grounds;
  /** What the signature is about when that is not the file itself: names in a container, places in an XML file. */
  covers?: readonly string[];
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
  /** Absent in reports that were kept while only PDF files were judged. */
  kind?: SignedKind;
  /** Certificates and revocation sources that the signatures' grounds name. */
  certificates?: CertificateReport[];
  revocations?: RevocationSourceReport[];
  /** The files of a container, or the one beside a detached signature. */
  files?: CoveredFile[];
  /** What is wrong with a container beyond its signatures. */
  findings?: Finding[];
};

type JudgedReport = Omit<ValidationReport, 'signatures'> & {
  signatures: readonly (SignatureReport & Pick<StoredSignature, 'grounds' | 'covers'>)[];
  findings?: readonly AsicFinding[];
} & Pick<StoredReport, 'kind' | 'certificates' | 'revocations' | 'files'>;

/** Puts the report into words, heaviest finding first. */
export function storedReport({ findings: found, ...report }: JudgedReport): StoredReport {
  const isStamped = report.signatures.length > 0;
  const isUnsigned = report.signatures.every(({ role, indication }) => role === 'timestamp' && indication === 'TOTAL-PASSED') && (found ?? []).length === 0;
  const signatures = report.signatures.map(withWords);
  const findings = found?.map(containerFinding);
  const [heaviest] = signatures.find(({ indication }) => indication === report.indication)?.problems ?? findings ?? [];
  return {
    ...report,
    indication: isUnsigned ? 'UNSIGNED' : report.indication,
    headline: isUnsigned ? (isStamped ? onlyStamped : unsigned) : headlineOf(report, signatures),
    cause: report.indication === 'TOTAL-PASSED' ? null : (heaviest?.text ?? null),
    problem: null,
    signatures,
    ...(findings === undefined ? {} : { findings }),
  };
}

/** The report as it was before it was put into words, for those who write it in a form of their own. */
export function plainValidation(report: StoredReport): ValidationReport {
  return {
    ...report,
    indication: report.indication === 'UNSIGNED' || report.indication === 'UNREADABLE' ? 'INDETERMINATE' : report.indication,
    signatures: report.signatures.map((signature) => ({ ...signature, problems: signature.problems.map(problemOf) })),
  };
}

function problemOf({ code, values }: Finding): Problem {
  // safe because findings of signatures are made from problems
  return { code: code as Problem['code'], ...(values === undefined ? {} : { values }) };
}

function containerFinding(finding: AsicFinding): Finding {
  const [vi, en] = [findingText(finding, 'vi'), findingText(finding, 'en')];
  return { code: `container.${finding.code}`, text: { vi: vi.text, en: en.text }, todo: { vi: vi.todo, en: en.todo } };
}

/** The report of a file that cannot be read at all. */
export function unreadableReport(error: AppError, { bytes, now }: { bytes: Buffer; now: Date }): StoredReport {
  const { vi, en, fixVi, fixEn } = error.entry;
  return {
    indication: 'UNREADABLE',
    subIndication: 'FORMAT_FAILURE',
    headline: unreadable,
    cause: { vi, en },
    problem: { code: error.code, text: { vi, en }, todo: { vi: fixVi ?? '', en: fixEn ?? '' } },
    signatures: [],
    flags: [],
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    validatedAt: now.toISOString(),
  };
}

const lostFiles = {
  'files.notStored': { vi: 'Nội dung của tệp không còn trong kho lưu trữ nên không kiểm tra được chữ ký số.', en: 'The bytes of this file are not in the store, so its signatures cannot be checked.' },
  'files.damaged': { vi: 'Nội dung lưu trữ của tệp đã bị hỏng nên không kiểm tra được chữ ký số.', en: 'The stored bytes of this file are damaged, so its signatures cannot be checked.' },
} as const;

/** Whether an error says that the store has the bytes of a file no longer; one that does not answer is none of these. */
export function isLoss(error: unknown): error is AppError & { code: keyof typeof lostFiles } {
  return error instanceof AppError && error.code in lostFiles;
}

/** Whether a report was made when the bytes of the file were lost. */
export function isOfLostFile({ problem }: StoredReport): boolean {
  return problem !== null && problem.code in lostFiles;
}

/** The report on a file about whose signatures nothing is known for good, and whose bytes are lost. */
export function lostReport({ code }: { code: keyof typeof lostFiles }, { sha256, sizeBytes, now }: { sha256: string; sizeBytes: number; now: Date }): StoredReport {
  const todo = {
    vi: 'Báo quản trị viên khôi phục tệp từ bản sao lưu; khi tệp có lại, chữ ký số được kiểm tra lại.',
    en: 'Ask the administrator to restore the file from the backup; its signatures are checked again once it is back.',
  };
  return {
    indication: 'UNREADABLE',
    subIndication: 'SIGNED_DATA_NOT_FOUND',
    headline: unreadable,
    cause: lostFiles[code],
    problem: { code, text: lostFiles[code], todo },
    signatures: [],
    flags: [],
    sha256,
    sizeBytes,
    validatedAt: now.toISOString(),
  };
}

const unreadable: Wording = { vi: 'Không đọc được tệp.', en: 'The file cannot be read.' };
const onlyStamped: Wording = { vi: 'Tệp này chỉ có dấu thời gian, không có chữ ký số của ai.', en: 'This file carries a time stamp only: nobody has signed it.' };
const unsigned: Wording = { vi: 'Tệp này không có chữ ký số.', en: 'This file carries no digital signature.' };

function withWords(signature: JudgedReport['signatures'][number]): StoredSignature {
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
  return { code: problem.code, text: { vi: vi.text, en: en.text }, todo: { vi: vi.todo, en: en.todo }, ...(problem.values === undefined ? {} : { values: problem.values }) };
}

const verdicts: Record<Indication, Wording> = {
  'TOTAL-PASSED': { vi: 'Hợp lệ', en: 'Valid' },
  'TOTAL-FAILED': { vi: 'Không hợp lệ', en: 'Not valid' },
  INDETERMINATE: { vi: 'Chưa kết luận được', en: 'Undetermined' },
};

type Headed = Pick<JudgedReport, 'indication' | 'kind'>;

function headlineOf({ indication, kind }: Headed, signatures: readonly StoredSignature[]): Wording {
  // who signed is counted, not what proves when
  const count = signatures.filter(({ role }) => role !== 'timestamp').length;
  const isPartial = kind === 'xml' && !signatures.some(({ coversWholeFile }) => coversWholeFile);
  switch (indication) {
    case 'TOTAL-PASSED': {
      const intact = isPartial ? partIntact : kind === 'asic' ? filesIntact : documentIntact;
      return count === 1
        ? { vi: `Chữ ký hợp lệ, ${intact.vi}.`, en: `The signature is valid and ${intact.en}.` }
        : { vi: `Cả ${String(count)} chữ ký hợp lệ, ${intact.vi}.`, en: `All ${String(count)} signatures are valid and ${intact.en}.` };
    }
    case 'TOTAL-FAILED':
      return count <= 1
        ? { vi: 'Chữ ký không hợp lệ.', en: 'The signature is not valid.' }
        : { vi: 'Có chữ ký không hợp lệ.', en: 'A signature is not valid.' };
    case 'INDETERMINATE': {
      const isIntact = count > 0 && signatures.every(({ integrity, changesAfter }) => integrity === 'intact' && (changesAfter === 'none' || changesAfter === 'permitted'));
      return isIntact
        ? { vi: 'Nội dung khớp với chữ ký, nhưng chưa kết luận được hiệu lực.', en: 'The content fits the signatures; whether they are valid is undetermined.' }
        : { vi: 'Chưa kết luận được.', en: 'Undetermined.' };
    }
  }
}

const documentIntact: Wording = { vi: 'văn bản còn nguyên vẹn', en: 'the document is intact' };
const filesIntact: Wording = { vi: 'các tệp trong gói còn nguyên vẹn', en: 'the files of the container are intact' };
/** Whoever relies on an XML file must know that a signature says nothing of what lies outside its part. */
const partIntact: Wording = { vi: 'phần được ký còn nguyên vẹn; tệp còn phần không được ký', en: 'what was signed is intact; other parts of the file are not signed' };
