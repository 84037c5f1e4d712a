/** The name of a document's type decides; the numbers of QCVN 102 are a hint, because their use is disputed. */

/** List B of QCVN 102 as SĐ1:2022 has it: the administrative types in the order of TT 01/2011, whose places are what messages carry. */
const listB = [
  'Nghị quyết (cá biệt)', 'Quyết định (cá biệt)', 'Chỉ thị', 'Quy chế', 'Quy định', 'Thông cáo', 'Thông báo', 'Hướng dẫn', 'Chương trình', 'Kế hoạch', 'Phương án', 'Đề án', 'Dự án', 'Báo cáo', 'Biên bản', 'Tờ trình',
  'Hợp đồng', 'Công văn', 'Công điện', 'Bản ghi nhớ', 'Bản cam kết', 'Bản thỏa thuận', 'Giấy chứng nhận', 'Giấy ủy quyền', 'Giấy mời', 'Giấy giới thiệu', 'Giấy nghỉ phép', 'Giấy đi đường', 'Giấy biên nhận hồ sơ',
  'Phiếu gửi', 'Phiếu chuyển', 'Thư công',
] as const;

/** A type of document as the register of types has it. */
export interface KnownDocumentType {
  readonly code: string;
  readonly name: string;
}

/** Names of the same type however they are written: letters without marks, without what stands in brackets. */
function plain(name: string): string {
  const letters = name.replace(/\(.*?\)/g, ' ').normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
  return letters.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
}

export interface FoundType {
  readonly code: string;
  readonly name: string;
  readonly isKnown: boolean;
}

export interface TypeHints {
  readonly typeName: string;
  readonly type: number | null;
  readonly typeDetail: number | null;
}

/** By the name; without one by the place in list B. A type that is not on the list keeps its name, with a code made from it. */
export function classifyType({ typeName, type, typeDetail }: TypeHints, known: readonly KnownDocumentType[]): FoundType {
  const place = type === 2 && (typeDetail ?? 0) > 0 ? typeDetail : type;
  const name = typeName !== '' ? typeName : place === null ? '' : (listB[place - 1]?.replace(/ \(.*\)/, '') ?? '');
  const found = known.find((each) => plain(each.name) === plain(name));
  if (found !== undefined) return { code: found.code, name, isKnown: true };
  return { code: plain(name).slice(0, 50) || 'khac', name: name || 'Văn bản', isKnown: false };
}

/** The numbers to write for a type; null where list B has no such type. */
export function typeNumbers(typeName: string, form: 'list-b' | 'detail'): { readonly type: number | null; readonly typeDetail: number | null } {
  const place = listB.findIndex((each) => plain(each) === plain(typeName)) + 1;
  if (form === 'list-b') return { type: place || null, typeDetail: 0 };
  return { type: 2, typeDetail: place || null };
}
