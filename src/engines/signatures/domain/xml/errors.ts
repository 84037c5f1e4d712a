/** Why an XML file cannot be read or signed; each with a text for the person and what to do. */
interface ErrorText {
  readonly vi: string;
  readonly en: string;
  readonly todoVi: string;
  readonly todoEn: string;
}

const sendAgain = {
  todoVi: 'Đề nghị nơi gửi xuất lại tệp XML từ phần mềm của họ và gửi lại.',
  todoEn: 'Ask the sender to export the XML file again from their software and send it once more.',
} as const;

export const xmlErrorTexts = {
  'xml.malformed': { vi: 'Tệp không phải XML đúng quy cách.', en: 'The file is not well-formed XML.', ...sendAgain },
  'xml.encoding': { vi: 'Tệp XML không dùng bảng mã UTF-8.', en: 'The XML file is not encoded as UTF-8.', todoVi: 'Lưu lại tệp bằng bảng mã UTF-8 trước khi ký.', todoEn: 'Save the file as UTF-8 before it is signed.' },
  'xml.doctype': {
    vi: 'Tệp XML có khai báo DOCTYPE, bị từ chối vì có thể giấu nội dung hoặc đọc tệp khác.',
    en: 'The XML file has a DOCTYPE, which is refused because it can hide content or read other files.',
    todoVi: 'Bỏ khai báo DOCTYPE trước khi ký.',
    todoEn: 'Remove the DOCTYPE before the file is signed.',
  },
  'xml.entity': { vi: 'Tệp XML dùng một thực thể không có sẵn trong XML.', en: 'The XML file uses an entity that XML does not predefine.', ...sendAgain },
  'xml.namespace': { vi: 'Tệp XML dùng không gian tên chưa khai báo hoặc không phải địa chỉ tuyệt đối.', en: 'The XML file uses a namespace that is not declared or not absolute.', ...sendAgain },
  'xml.tooLarge': {
    vi: 'Tệp XML quá lớn hoặc lồng nhau quá sâu.',
    en: 'The XML file is too large or nested too deeply.',
    todoVi: 'Tách tệp đính kèm ra khỏi tệp XML rồi thử lại.',
    todoEn: 'Take attachments out of the XML file and try again.',
  },
  'xml.duplicateId': {
    vi: 'Mã định danh của phần cần ký có ở nhiều chỗ trong tệp, không biết phần nào được ký.',
    en: 'The identifier of the part to be signed stands at several places of the file; which one is meant cannot be told.',
    todoVi: 'Đặt lại mã định danh (Id) cho khác nhau rồi ký.',
    todoEn: 'Give the parts different identifiers (Id), then sign.',
  },
  'xml.elementNotFound': {
    vi: 'Không tìm thấy phần cần ký, hoặc chỗ đặt chữ ký, trong tệp XML.',
    en: 'The part to be signed, or the place for the signature, is not in the XML file.',
    todoVi: 'Kiểm tra lại mã định danh hoặc tên các phần của tệp.',
    todoEn: 'Check the identifier or the names of the parts of the file.',
  },
  'xml.breaksEarlier': {
    vi: 'Thêm vào chỗ này sẽ làm hỏng chữ ký đã có trong tệp.',
    en: 'An addition at this place would break a signature that is already in the file.',
    todoVi: 'Chọn chỗ đặt chữ ký nằm ngoài phần đã được ký.',
    todoEn: 'Choose a place outside the part that is already signed.',
  },
  'xml.baseChanged': {
    vi: 'Tệp đã thay đổi kể từ khi chuẩn bị ký.',
    en: 'The file has changed since signing was prepared.',
    todoVi: 'Bắt đầu ký lại từ đầu.',
    todoEn: 'Start signing again.',
  },
  'xml.signatureValue': {
    vi: 'Giá trị chữ ký nhận về không đúng dạng của khóa.',
    en: 'The signature value that came back does not have the shape that the key makes.',
    todoVi: 'Ký lại; nếu vẫn lỗi, kiểm tra thiết bị ký.',
    todoEn: 'Sign again; if it fails again, check the signing device.',
  },
} as const satisfies Record<string, ErrorText>;

export type XmlErrorCode = keyof typeof xmlErrorTexts;

/** An expected failure with a catalogued code; `detail` is for the log and holds nothing of the document's content but names. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly code: XmlErrorCode;
  readonly detail: string;
  constructor(code: XmlErrorCode, detail: string, options?: ErrorOptions) {
    super(`${xmlErrorTexts[code].en} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}
