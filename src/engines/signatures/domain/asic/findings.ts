/** What a container can have wrong beyond its signatures, as one table: what it does to the verdict, and in plain words. */
import type { Indication, SubIndication } from '../validation/problems.ts';

interface FindingKind {
  readonly indication?: Exclude<Indication, 'TOTAL-PASSED'>;
  readonly subIndication?: SubIndication;
  readonly vi: string;
  readonly en: string;
  readonly todoVi: string;
  readonly todoEn: string;
}

const askAgain = { todoVi: 'Không dùng gói này. Đề nghị nơi gửi gửi lại đúng gói đã ký.', todoEn: 'Do not use this container. Ask the sender for the very container that was signed.' } as const;

const asicFindings = {
  'file.changed': { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', vi: 'Tệp “{name}” không còn là tệp đã ký.', en: 'The file “{name}” is no longer the one that was signed.', ...askAgain },
  'file.missing': { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', vi: 'Tệp “{name}” có trong bảng kê đã ký nhưng không có trong gói.', en: 'The file “{name}” is on the signed list but not in the container.', ...askAgain },
  'manifest.unreadable': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Bảng kê “{name}” không đọc được hoặc chứa thành phần bị cấm.', en: 'The manifest “{name}” cannot be read or holds forbidden parts.', ...askAgain },
  'manifest.unsigned': { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', vi: 'Bảng kê “{name}” trỏ tới chữ ký không có trong gói.', en: 'The manifest “{name}” points to a signature that is not in the container.', ...askAgain },
  'file.unlisted': { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', vi: 'Tệp “{name}” nằm trong gói nhưng không có chữ ký nào bao trùm.', en: 'The file “{name}” is in the container, but no signature covers it.', todoVi: 'Không coi tệp này là đã ký; hỏi lại nơi gửi.', todoEn: 'Do not take this file as signed; ask the sender.' },
  'signature.unlisted': { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', vi: 'Chữ ký “{name}” không thuộc bảng kê nào.', en: 'The signature “{name}” belongs to no manifest.', todoVi: 'Hỏi lại nơi gửi.', todoEn: 'Ask the sender.' },
  'signature.unsupported': { indication: 'INDETERMINATE', subIndication: 'FORMAT_FAILURE', vi: '“{name}” là loại chữ ký hay bằng chứng chưa được kiểm tra ở đây.', en: '“{name}” is a kind of signature or evidence that is not checked here.', todoVi: 'Kiểm tra bằng phần mềm của nơi ký.', todoEn: "Check it with the signer's own software." },
  'file.weakDigest': { indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE', vi: 'Bảng kê ghi tệp “{name}” bằng thuật toán băm không còn an toàn.', en: 'The manifest lists the file “{name}” by a hash that is no longer safe.', todoVi: 'Đối chiếu với bản gốc của nơi ban hành.', todoEn: "Compare with the issuer's original." },
  'mimetype.irregular': { vi: 'Tệp “{name}” không đứng đầu gói, bị nén hoặc thiếu; nội dung đã ký không bị ảnh hưởng.', en: 'The file “{name}” is not first, is compressed or is missing; what was signed is not affected.', todoVi: 'Không cần làm gì.', todoEn: 'Nothing to do.' },
  'archive.notChecked': { vi: 'Bằng chứng lưu trữ “{name}” không được dùng khi kiểm tra.', en: 'The archive evidence “{name}” was not used in this check.', todoVi: 'Không cần làm gì.', todoEn: 'Nothing to do.' },
} as const satisfies Record<string, FindingKind>;

export type AsicFindingCode = keyof typeof asicFindings;

export interface AsicFinding {
  readonly code: AsicFindingCode;
  /** The file of the container that is meant. */
  readonly name: string;
}

/** What the findings do to the verdict: the heaviest, or undefined when they are remarks only. */
export function heaviest(findings: readonly AsicFinding[]): { readonly indication: Exclude<Indication, 'TOTAL-PASSED'>; readonly subIndication: SubIndication } | undefined {
  const kinds = findings.map(({ code }): FindingKind => asicFindings[code]);
  const worst = kinds.find(({ indication }) => indication === 'TOTAL-FAILED') ?? kinds.find(({ indication }) => indication === 'INDETERMINATE');
  return worst?.indication && worst.subIndication ? { indication: worst.indication, subIndication: worst.subIndication } : undefined;
}

export function findingText({ code, name }: AsicFinding, language: 'vi' | 'en'): { readonly text: string; readonly todo: string } {
  const kind: FindingKind = asicFindings[code];
  return { text: kind[language].replace('{name}', () => name), todo: language === 'vi' ? kind.todoVi : kind.todoEn };
}
