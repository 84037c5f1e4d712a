/** Why a CMS container cannot be judged at all; each with a text for the person. */
const cmsErrorTexts = {
  'cms.malformed': { vi: 'Phần chữ ký bị hỏng, không đọc được.', en: 'The signature container is damaged and cannot be read.' },
  'cms.notSignedData': { vi: 'Phần chữ ký không phải là dữ liệu đã ký (CMS SignedData).', en: 'The signature container is not CMS SignedData.' },
  'cms.signers': { vi: 'Phần chữ ký phải có đúng một người ký.', en: 'The signature container must have exactly one signer.' },
  'cms.attributes': { vi: 'Các thuộc tính được ký thiếu, lặp lại hoặc sai.', en: 'The signed attributes are missing, repeated or wrong.' },
  'cms.unsupported': { vi: 'Chữ ký dùng thuật toán chưa được hỗ trợ.', en: 'The signature uses an algorithm that is not supported.' },
} as const;

export type CmsErrorCode = keyof typeof cmsErrorTexts;

export class CmsError extends Error {
  override readonly name = 'CmsError';
  readonly code: CmsErrorCode;
  readonly detail: string | undefined;
  constructor(code: CmsErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? cmsErrorTexts[code].en : `${cmsErrorTexts[code].en} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}
