/** The report in plain sentences for a clerk, Vietnamese or English. Codes stay in the data; here are words. */
import { changeTexts } from './change-texts.ts';
import { problemKinds, problemText } from './problems.ts';
import type { Problem } from './problems.ts';
import type { RevocationReport, SignatureReport, ValidationReport } from './report.ts';

export type Language = 'vi' | 'en';

export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

export interface SignatureDescription {
  /** Who signed as what: one line. */
  readonly title: string;
  /** Valid, not valid, or not decided yet. */
  readonly verdict: string;
  /** Integrity and trust in one or two sentences. */
  readonly summary: string;
  /** The fields that TT 15/2025/TT-BKHCN wants shown, in its order. */
  readonly fields: readonly LabelledText[];
  /** What is wrong or doubtful, worst first, and what to do about it. */
  readonly problems: readonly { readonly text: string; readonly todo: string }[];
  readonly changes: readonly string[];
}

export interface ReportDescription {
  readonly verdict: string;
  readonly summary: string;
  readonly signatures: readonly SignatureDescription[];
  readonly flags: readonly string[];
}

const words = {
  vi: {
    verdict: { 'TOTAL-PASSED': 'Hợp lệ', 'TOTAL-FAILED': 'Không hợp lệ', INDETERMINATE: 'Chưa đủ căn cứ kết luận' },
    role: { person: 'Chữ ký cá nhân', agency: 'Chữ ký (con dấu) của cơ quan, tổ chức', initials: 'Ký nháy', timestamp: 'Dấu thời gian' },
    noSignature: 'Tệp không có chữ ký số nào.',
    all: (count: number) => (count === 1 ? 'Chữ ký duy nhất trong tệp hợp lệ.' : `Cả ${count} chữ ký trong tệp đều hợp lệ.`),
    failed: (bad: number, count: number) => (count === 1 ? 'Chữ ký trong tệp không hợp lệ.' : `${bad} trong ${count} chữ ký không hợp lệ.`),
    undecided: (count: number, isIntact: boolean) =>
      `${count === 1 ? 'Tệp có một chữ ký' : `Tệp có ${count} chữ ký`}${isIntact ? ', nội dung còn nguyên vẹn' : ''}; chưa đủ căn cứ để kết luận.`,
    intact: 'Chữ ký còn nguyên vẹn',
    broken: 'Chữ ký không còn giá trị',
    unknown: 'Không kiểm tra được tính toàn vẹn',
    fine: 'Chữ ký còn nguyên vẹn; chứng thư được tin cậy và còn hiệu lực khi ký.',
    fields: ['Tổ chức cấp chứng thư', 'Người ký', 'Cơ quan, đơn vị', 'Thời điểm ký', 'Tính toàn vẹn', 'Hiệu lực khi ký', 'Thời hạn chứng thư', 'Thu hồi', 'Phạm vi và thay đổi sau khi ký', 'Thuật toán', 'Mức chữ ký'],
    integrity: { intact: 'Nguyên vẹn', broken: 'Bị phá vỡ', unknown: 'Không xác định được' },
    validity: { valid: 'Còn hiệu lực khi ký', expired: 'Đã hết hạn khi ký', 'not-yet-valid': 'Chưa có hiệu lực khi ký', revoked: 'Đã bị thu hồi khi ký', unknown: 'Chưa xác định được' },
    time: { timestamp: 'theo dấu thời gian', claimed: 'do máy của người ký khai', none: '' },
    noTime: 'Không rõ',
    changes: { none: 'không có thay đổi sau khi ký', permitted: 'sau đó chỉ có thay đổi được phép', suspicious: 'sau đó có thay đổi không rõ mục đích', forbidden: 'sau đó bị sửa trái phép' },
    covers: ['Ký toàn bộ tệp', 'Ký toàn bộ nội dung có tại lúc ký'],
    revocation: { good: 'Không bị thu hồi', revoked: 'Đã bị thu hồi', unknown: 'Chưa biết', 'not-checked': 'Chưa kiểm tra' },
    asOf: 'tính đến',
    from: 'từ',
    to: 'đến',
    flags: { javascript: 'Tệp có mã JavaScript', launch: 'Tệp có lệnh chạy chương trình', 'uri-on-open': 'Tệp tự mở địa chỉ mạng', 'submit-form': 'Tệp có lệnh gửi dữ liệu đi', 'import-data': 'Tệp có lệnh nạp dữ liệu', 'remote-goto': 'Tệp có liên kết mở tệp khác', 'embedded-file': 'Tệp có tệp đính kèm bên trong', 'rich-media': 'Tệp có nội dung đa phương tiện', xfa: 'Tệp có biểu mẫu XFA' },
    neverRun: '(không được chạy khi kiểm tra)',
  },
  en: {
    verdict: { 'TOTAL-PASSED': 'Valid', 'TOTAL-FAILED': 'Not valid', INDETERMINATE: 'Undecided' },
    role: { person: 'Signature of a person', agency: 'Signature (seal) of an agency', initials: 'Initials', timestamp: 'Time stamp' },
    noSignature: 'The file has no digital signature.',
    all: (count: number) => (count === 1 ? 'The only signature of the file is valid.' : `All ${count} signatures of the file are valid.`),
    failed: (bad: number, count: number) => (count === 1 ? 'The signature of the file is not valid.' : `${bad} of ${count} signatures are not valid.`),
    undecided: (count: number, isIntact: boolean) => `The file has ${count === 1 ? 'one signature' : `${count} signatures`}${isIntact ? ', its content is intact' : ''}; there is not enough to decide.`,
    intact: 'The signature is intact',
    broken: 'The signature no longer holds',
    unknown: 'The integrity could not be checked',
    fine: 'The signature is intact; the certificate is trusted and was valid at signing.',
    fields: ['Issuing authority', 'Signer', 'Organisation', 'Time of signing', 'Integrity', 'Validity at signing', 'Certificate period', 'Revocation', 'Coverage and later changes', 'Algorithm', 'Signature level'],
    integrity: { intact: 'Intact', broken: 'Broken', unknown: 'Cannot be determined' },
    validity: { valid: 'Valid when signing', expired: 'Had expired when signing', 'not-yet-valid': 'Not valid yet when signing', revoked: 'Had been revoked when signing', unknown: 'Not determined yet' },
    time: { timestamp: 'by a time stamp', claimed: "claimed by the signer's computer", none: '' },
    noTime: 'Unknown',
    changes: { none: 'no change after signing', permitted: 'only permitted changes afterwards', suspicious: 'changes of unclear purpose afterwards', forbidden: 'forbidden changes afterwards' },
    covers: ['Covers the whole file', 'Covers all that was there when signing'],
    revocation: { good: 'Not revoked', revoked: 'Revoked', unknown: 'Unknown', 'not-checked': 'Not checked' },
    asOf: 'as of',
    from: 'from',
    to: 'to',
    flags: { javascript: 'The file holds JavaScript', launch: 'The file holds a command that starts a program', 'uri-on-open': 'The file opens a web address by itself', 'submit-form': 'The file holds a command that sends data', 'import-data': 'The file holds a command that loads data', 'remote-goto': 'The file links to another file', 'embedded-file': 'The file has files inside', 'rich-media': 'The file has multimedia content', xfa: 'The file has an XFA form' },
    neverRun: '(never executed here)',
  },
} as const satisfies Record<Language, unknown>;

/** Describes the whole report. */
export function describe(report: ValidationReport, language: Language): ReportDescription {
  const w = words[language];
  return {
    verdict: w.verdict[report.indication],
    summary: summarise(report, language),
    signatures: report.signatures.map((signature) => describeSignature(signature, language)),
    flags: [...new Set(report.flags.map((flag) => `${w.flags[flag.kind]}${flag.target === '' ? '' : `: ${printable(flag.target)}`} ${w.neverRun}`))],
  };
}

function summarise({ signatures, indication }: ValidationReport, language: Language): string {
  const w = words[language];
  const count = signatures.length;
  if (count === 0) return w.noSignature;
  if (indication === 'TOTAL-PASSED') return w.all(count);
  const failed = signatures.filter((each) => each.indication === 'TOTAL-FAILED').length;
  if (failed > 0) return w.failed(failed, count);
  return w.undecided(count, signatures.every((each) => each.integrity === 'intact'));
}

function describeSignature(signature: SignatureReport, language: Language): SignatureDescription {
  const w = words[language];
  return {
    title: `${w.role[signature.role]}: ${printable(signature.signer)}`,
    verdict: w.verdict[signature.indication],
    summary: signatureSummary(signature, language),
    fields: describeFields(signature, language),
    problems: signature.problems.map((problem) => problemText(problem, language)),
    changes: [...new Set(signature.changes.map((change) => changeTexts[change.code][language]))],
  };
}

function signatureSummary({ problems, integrity }: SignatureReport, language: Language): string {
  const w = words[language];
  const [worst] = problems.filter(isDecisive);
  if (worst === undefined) return w.fine;
  const text = problemText(worst, language).text;
  const start = integrity === 'intact' ? w.intact : integrity === 'broken' ? w.broken : w.unknown;
  return `${start}; ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function isDecisive(problem: Problem): boolean {
  return 'indication' in problemKinds[problem.code];
}

function describeFields(signature: SignatureReport, language: Language): LabelledText[] {
  const w = words[language];
  const { certificate, organization, title } = signature;
  const time = signature.signingTime === null ? w.noTime : `${formatInstant(signature.signingTime)} (${w.time[signature.timeSource]})`;
  const values = [
    signature.issuer,
    title === null ? signature.signer : `${signature.signer} (${title})`,
    organization ?? '–',
    time,
    w.integrity[signature.integrity],
    w.validity[signature.validityAtSigning],
    certificate ? `${w.from} ${formatInstant(certificate.notBefore)} ${w.to} ${formatInstant(certificate.notAfter)}` : '–',
    revocationText(signature.revocation, language),
    coverageText(signature, language),
    signature.algorithm,
    signature.level,
  ];
  return w.fields.map((label, i) => ({ label, text: printable(values[i] ?? '') }));
}

function coverageText({ integrity, coversWholeFile, changesAfter }: SignatureReport, language: Language): string {
  const w = words[language];
  if (integrity !== 'intact') return '–';
  return `${coversWholeFile ? w.covers[0] : w.covers[1]}; ${w.changes[changesAfter]}`;
}

function revocationText({ status, source, asOf }: RevocationReport, language: Language): string {
  const w = words[language];
  const detail = source === null || asOf === null ? '' : ` (${source.toUpperCase()}, ${w.asOf} ${formatInstant(asOf)})`;
  return `${w.revocation[status]}${detail}`;
}

/** An instant as people in Vietnam read it: dd/mm/yyyy hh:mm:ss, UTC+7 (the country has one zone and no summer time). */
export function formatInstant(iso: string): string {
  const local = new Date(new Date(iso).getTime() + 7 * 3_600_000).toISOString();
  return `${local.slice(8, 10)}/${local.slice(5, 7)}/${local.slice(0, 4)} ${local.slice(11, 19)}`;
}

/** Text from the file without control and direction characters, which could forge lines on a terminal or a page. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '');
}
