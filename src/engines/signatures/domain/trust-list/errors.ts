/** Why a trusted list cannot be used; each with a text for the administrator. */
export const trustedListErrorTexts = {
  'trustedList.notXml': {
    vi: 'Tệp danh sách tin cậy không phải XML đúng quy cách. Hãy tải lại tệp từ nơi công bố.',
    en: 'The trusted list is not well-formed XML. Download it again from where it is published.',
  },
  'trustedList.notAList': {
    vi: 'Tệp không phải danh sách tin cậy theo ETSI TS 119 612 phiên bản 5 hoặc 6.',
    en: 'The file is not a trusted list of ETSI TS 119 612, version 5 or 6.',
  },
  'trustedList.incomplete': {
    vi: 'Danh sách tin cậy thiếu hoặc sai phần bắt buộc. Hãy tải lại tệp từ nơi công bố.',
    en: 'The trusted list lacks a mandatory part or has it wrong. Download it again from where it is published.',
  },
  'trustedList.unsigned': {
    vi: 'Danh sách tin cậy không có chữ ký nên không được dùng. Tải lại bản đã ký; nếu danh sách do chính bạn lập, đặt tên tệp kết thúc bằng .unsigned.xml.',
    en: 'The trusted list is not signed and is not used. Download the signed one; if you made the list yourself, let its name end in .unsigned.xml.',
  },
  'trustedList.unknownSigner': {
    vi: 'Danh sách tin cậy do người lạ ký nên không được dùng. Đặt chứng thư của nơi ký danh sách vào thư mục, tên tệp kết thúc bằng .list-signer.crt.',
    en: 'The trusted list was signed by somebody who is not named and is not used. Put the certificate of its signer into the folder under a name that ends in .list-signer.crt.',
  },
  'trustedList.badSignature': {
    vi: 'Chữ ký của danh sách tin cậy không đúng: danh sách đã bị sửa hoặc hỏng. Tải lại tệp từ nơi công bố.',
    en: 'The signature of the trusted list does not hold: the list was changed or is damaged. Download it again from where it is published.',
  },
  'trustedList.older': {
    vi: 'Danh sách tin cậy này cũ hơn bản đã đọc trước đó của cùng nơi công bố nên không được dùng: bản cũ có thể công nhận lại tổ chức đã bị loại. Tải bản mới nhất từ nơi công bố rồi bỏ tệp cũ khỏi thư mục; nếu bản mới bị phát hành nhầm, quản trị tỉnh có thể dùng lại bản cũ ở trang Danh sách tin cậy.',
    en: 'This trusted list is older than one of the same operator that was read before and is not used: it could bring back an authority that was taken out since. Download the newest one from where it is published and remove the old file; if the newer one was issued by mistake, the administrator of the province may use the older one on the page of trusted lists.',
  },
  'trustedList.expired': {
    vi: 'Danh sách tin cậy đã quá ngày phải cập nhật nên không được dùng. Tải bản mới từ nơi công bố.',
    en: 'The trusted list is past its next update and is not used. Download the new one from where it is published.',
  },
} as const;

export type TrustedListErrorCode = keyof typeof trustedListErrorTexts;

/** A coded error; `detail` says where, for the log. */
export class TrustedListError extends Error {
  override readonly name = 'TrustedListError';
  readonly code: TrustedListErrorCode;
  constructor(code: TrustedListErrorCode, detail: string, options?: ErrorOptions) {
    super(`${trustedListErrorTexts[code].en} (${detail})`, options);
    this.code = code;
  }
}
