/** What can be wrong with a PDF, an image or a signing request, as codes that the layers above translate into answers. */
export type PdfErrorCode = keyof typeof pdfErrorTexts;

type ErrorText = { readonly vi: string; readonly en: string; readonly todoVi: string; readonly todoEn: string };

export const pdfErrorTexts = {
  'pdf.not-a-pdf': {
    vi: 'Tệp này không phải là PDF.',
    en: 'This file is not a PDF.',
    todoVi: 'Chọn đúng tệp PDF, hoặc xuất văn bản ra PDF rồi tải lên lại.',
    todoEn: 'Choose the right PDF file, or export the document to PDF and upload it again.',
  },
  'pdf.damaged': {
    vi: 'Tệp PDF bị hỏng hoặc bị cắt cụt.',
    en: 'The PDF file is damaged or cut short.',
    todoVi: 'Xuất lại tệp từ phần mềm soạn thảo, hoặc xin bên gửi gửi lại.',
    todoEn: 'Export the file again from the program that made it, or ask the sender to send it again.',
  },
  'pdf.damaged-signed': {
    vi: 'Tệp PDF đã có chữ ký số nhưng cấu trúc bị hỏng. Sửa tệp sẽ làm mất giá trị các chữ ký đã có.',
    en: 'The PDF file carries signatures but its structure is damaged. Mending it would destroy the signatures it has.',
    todoVi: 'Xin bên gửi gửi lại đúng tệp đã ký, không qua phần mềm nén hoặc chuyển đổi.',
    todoEn: 'Ask the sender for the signed file again, as it was, without any program that shrinks or converts it.',
  },
  'pdf.junk-before-header': {
    vi: 'Tệp PDF có dữ liệu thừa ở đầu tệp, nên mỗi phần mềm có thể hiểu chữ ký theo một cách khác nhau.',
    en: 'There is foreign data before the beginning of the PDF, so that programs could read a signature in different ways.',
    todoVi: 'Mở tệp bằng phần mềm đọc PDF, in hoặc lưu thành tệp PDF mới rồi tải lên lại.',
    todoEn: 'Open the file in a PDF reader, print or save it as a new PDF, and upload that.',
  },
  'pdf.encrypted': {
    vi: 'Tệp PDF cần mật khẩu mới mở được, hoặc được mã hóa theo cách không đọc được.',
    en: 'The PDF file needs a password to be opened, or is encrypted in a way that cannot be read.',
    todoVi: 'Bỏ mật khẩu mở tệp, rồi tải lên lại.',
    todoEn: 'Remove the password for opening the file, then upload it again.',
  },
  'pdf.too-large': {
    vi: 'Tệp PDF quá lớn, hoặc nội dung nén trong tệp phình ra quá giới hạn.',
    en: 'The PDF file is too large, or compressed content inside it expands beyond the limit.',
    todoVi: 'Giảm kích thước tệp (ví dụ giảm độ phân giải ảnh quét) rồi tải lên lại.',
    todoEn: 'Make the file smaller (for example scan at a lower resolution) and upload it again.',
  },
  'pdf.unsupported': {
    vi: 'Tệp PDF dùng một tính năng chưa được hỗ trợ.',
    en: 'The PDF file uses a feature that is not supported.',
    todoVi: 'Xuất lại tệp bằng phần mềm soạn thảo khác.',
    todoEn: 'Export the file again with another program.',
  },
  'signing.field-already-signed': {
    vi: 'Ô chữ ký này đã được ký.',
    en: 'This signature field is already signed.',
    todoVi: 'Tải lại văn bản và chọn một ô chữ ký khác.',
    todoEn: 'Reload the document and choose another signature field.',
  },
  'signing.field-unsuitable': {
    vi: 'Trường có tên này không phải là ô chữ ký.',
    en: 'The field of this name is not a signature field.',
    todoVi: 'Chọn tên khác cho ô chữ ký.',
    todoEn: 'Choose another name for the signature field.',
  },
  'signing.not-permitted': {
    vi: 'Người ký trước đã khóa văn bản, không cho phép thêm chữ ký.',
    en: 'An earlier signer locked the document: no further signature is permitted.',
    todoVi: 'Liên hệ người đã khóa văn bản.',
    todoEn: 'Contact the person who locked the document.',
  },
  'signing.field-locked': {
    vi: 'Người ký trước đã khóa ô này, không được điền hoặc ký nữa.',
    en: 'An earlier signer locked this field: it can no longer be filled in or signed.',
    todoVi: 'Chọn ô khác, hoặc liên hệ người đã khóa.',
    todoEn: 'Choose another field, or contact the person who locked it.',
  },
  'signing.page-not-found': {
    vi: 'Văn bản không có trang này.',
    en: 'The document has no such page.',
    todoVi: 'Chọn lại vị trí chữ ký.',
    todoEn: 'Choose the place of the signature again.',
  },
  'signing.reserve-too-small': {
    vi: 'Chữ ký lớn hơn chỗ đã dành trong tệp.',
    en: 'The signature is larger than the space reserved in the file.',
    todoVi: 'Ký lại; nếu vẫn lỗi, báo quản trị viên tăng dung lượng dành cho chữ ký.',
    todoEn: 'Sign again; if it fails again, ask the administrator to raise the reserve.',
  },
  'signing.base-changed': {
    vi: 'Văn bản đã thay đổi trong khi chờ chữ ký.',
    en: 'The document changed while the signature was awaited.',
    todoVi: 'Mở lại văn bản mới nhất và ký lại.',
    todoEn: 'Open the newest document and sign again.',
  },
  'image.not-supported': {
    vi: 'Ảnh chữ ký hoặc con dấu không phải PNG 8 bit không xen kẽ.',
    en: 'The signature or seal image is not an 8-bit, non-interlaced PNG.',
    todoVi: 'Lưu lại ảnh dưới dạng PNG 8 bit, nền trong suốt, không xen kẽ.',
    todoEn: 'Save the image as an 8-bit PNG with a transparent background, not interlaced.',
  },
  'font.glyph-missing': {
    vi: 'Phông chữ không có ký tự cần in lên văn bản.',
    en: 'The font lacks a character that has to be printed on the document.',
    todoVi: 'Bỏ ký tự lạ khỏi số, ký hiệu hoặc ngày.',
    todoEn: 'Remove the unusual character from the number or the date.',
  },
} as const satisfies Record<string, ErrorText>;

/** An expected failure with a catalogued code; `detail` is for the log, not for the person. */
export class PdfError extends Error {
  readonly code: PdfErrorCode;
  readonly detail: string;

  constructor(code: PdfErrorCode, detail: string) {
    super(`${pdfErrorTexts[code].en} (${detail})`);
    this.name = 'PdfError';
    this.code = code;
    this.detail = detail;
  }
}

export function damaged(detail: string): PdfError {
  return new PdfError('pdf.damaged', detail);
}

/** Turns an unexpected exception of hostile input into a coded one; coded ones pass. */
export function asPdfError(error: unknown, where: string): PdfError {
  if (error instanceof PdfError) return error;
  return damaged(`${where}: ${error instanceof Error ? error.message : String(error)}`);
}
