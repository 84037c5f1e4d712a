import { defineErrors, type ErrorEntry } from '#kernel/errors.ts';
import { AsicError, asicErrorTexts, type AsicErrorCode } from '../../domain/asic/index.ts';
import { XmlError, xmlErrorTexts, type XmlErrorCode } from '../../domain/xml/index.ts';

/** Why a file cannot be judged at all, whatever it is. */
const readerErrors = defineErrors('signatures', {
  unknownKind: {
    status: 422,
    vi: 'Tệp này không phải PDF, XML, gói ASiC, tệp .p7s hay chuỗi JWS đã ký.',
    en: 'This file is not a PDF, an XML file, an ASiC container, a .p7s file or a signed JWS.',
    fixVi: 'Chọn đúng tệp đã ký. Tệp Word, Excel không mang chữ ký theo chuẩn: xin bản PDF đã ký.',
    fixEn: 'Choose the file that was signed. Word and Excel files carry no standard signature: ask for the signed PDF.',
  },
  emptyFile: {
    status: 422,
    vi: 'Tệp này rỗng (0 byte).',
    en: 'This file is empty (0 bytes).',
    fixVi: 'Tải lại tệp từ nơi gửi rồi kiểm tra lại.',
    fixEn: 'Fetch the file from its sender again, then check it again.',
  },
  signedFileMissing: {
    status: 422,
    vi: 'Thiếu tệp gốc: tệp chữ ký .p7s phải đi cùng tệp đã được ký.',
    en: 'A .p7s signature can be checked only together with the file that was signed.',
    fixVi: 'Chọn thêm tệp đã được ký (tệp gốc) rồi kiểm tra lại.',
    fixEn: 'Add the file that was signed, then check again.',
  },
  twoKinds: {
    status: 422,
    vi: 'Tệp này vừa là XML vừa mở được như PDF: nội dung nhìn thấy có thể không phải nội dung đã ký.',
    en: 'This file is XML and opens as a PDF as well: what is seen may not be what was signed.',
    fixVi: 'Không dùng tệp này. Xin nơi gửi gửi lại đúng tệp đã ký.',
    fixEn: 'Do not use this file. Ask the sender for the very file that was signed.',
  },
  contentNotNeeded: {
    status: 422,
    vi: 'Tệp này tự mang nội dung đã ký nên không đi cùng tệp thứ hai.',
    en: 'This file holds what it signs, so it takes no second file.',
    fixVi: 'Kiểm tra từng tệp một. Nếu đây là tệp gốc của một chữ ký .p7s, hãy đổi chỗ hai tệp.',
    fixEn: 'Check one file at a time. If this is the file that a .p7s signature is about, swap the two.',
  },
});

export type ReaderErrorCode = keyof typeof readerErrors;

/** What the reader's process throws for a file that cannot be judged; crosses to the other side as its code. */
export class UnjudgedFile extends Error {
  override readonly name = 'UnjudgedFile';
  readonly code: ReaderErrorCode;
  constructor(code: ReaderErrorCode) {
    super(code);
    this.code = code;
  }
}

type CoreText = { readonly vi: string; readonly en: string; readonly todoVi?: string; readonly todoEn?: string };
const entryOf = ({ vi, en, todoVi, todoEn }: CoreText): ErrorEntry => ({
  status: 422,
  vi,
  en,
  fixVi: todoVi ?? 'Xin nơi gửi gửi lại đúng tệp đã ký.',
  fixEn: todoEn ?? 'Ask the sender for the very file that was signed.',
});
const entriesOf = <Code extends string>(texts: Readonly<Record<Code, CoreText>>): Record<Code, ErrorEntry> =>
  // safe because the keys are those of the table
  Object.fromEntries(Object.entries<CoreText>(texts).map(([code, text]) => [code, entryOf(text)])) as Record<Code, ErrorEntry>;

const containerErrors = defineErrors('signatures', entriesOf<AsicErrorCode>(asicErrorTexts));
const xmlErrors = defineErrors('signatures', entriesOf<XmlErrorCode>(xmlErrorTexts));

/** The code and the detail (for the log) of an expected failure inside the reader's process; undefined for a defect. */
export function expectedFailure(error: unknown): { code: string; detail: string } | undefined {
  if (error instanceof UnjudgedFile) return { code: error.code, detail: '' };
  if (error instanceof AsicError || error instanceof XmlError) return { code: error.code, detail: error.detail ?? '' };
  return undefined;
}

/** The catalogued error of a code that `expectedFailure` gave; undefined for any other. */
export function errorOfCode(code: string, detail: string): Error | undefined {
  // safe because each code was just found in its table
  if (Object.hasOwn(asicErrorTexts, code)) return containerErrors[code as AsicErrorCode]({ internal: detail });
  if (Object.hasOwn(xmlErrorTexts, code)) return xmlErrors[code as XmlErrorCode]({ internal: detail });
  return Object.hasOwn(readerErrors, code) ? readerErrors[code as ReaderErrorCode]() : undefined;
}
