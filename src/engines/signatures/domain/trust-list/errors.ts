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
