/** What can go wrong with keys, certificates and their services; each with a text for the person and what to do. */
export const pkiErrorTexts = {
  'certificate.malformed': {
    vi: 'Không đọc được chứng thư số: tệp hỏng hoặc không phải chứng thư X.509. Hãy lấy lại chứng thư từ nơi cấp.',
    en: 'The certificate cannot be read: it is damaged or not an X.509 certificate. Get it again from its issuer.',
  },
  'algorithm.unknown': {
    vi: 'Thuật toán chữ ký hoặc thuật toán băm này chưa được hỗ trợ.',
    en: 'This signature or hash algorithm is not supported.',
  },
  'pkcs12.malformed': {
    vi: 'Tệp khóa PKCS#12 (.p12, .pfx) bị hỏng hoặc không phải tệp khóa. Hãy xuất lại tệp từ nơi giữ khóa.',
    en: 'The PKCS#12 key file (.p12, .pfx) is damaged or is not a key file. Export it again from where the key is kept.',
  },
  'pkcs12.wrongPassword': {
    vi: 'Mật khẩu (mã PIN) của tệp khóa không đúng. Hãy nhập lại; chú ý bộ gõ tiếng Việt và phím Caps Lock.',
    en: 'The password (PIN) of the key file is wrong. Type it again; mind the input method and Caps Lock.',
  },
  'pkcs12.unsupported': {
    vi: 'Tệp khóa dùng cách mã hóa chưa được hỗ trợ. Hãy xuất lại với AES-256.',
    en: 'The key file uses an encryption that is not supported. Export it again with AES-256.',
  },
  'pkcs12.tooCostly': {
    vi: 'Tệp khóa đòi số vòng tính khóa quá lớn nên bị từ chối. Hãy xuất lại với số vòng bình thường.',
    en: 'The key file asks for too many key derivation rounds and is refused. Export it again with an ordinary number.',
  },
  'pkcs12.noKey': {
    vi: 'Tệp khóa không có khóa riêng đi cùng chứng thư. Hãy xuất lại tệp kèm khóa riêng.',
    en: 'The key file holds no private key that belongs to a certificate. Export it again with the private key.',
  },
  'revocation.malformed': {
    vi: 'Không đọc được danh sách thu hồi hoặc câu trả lời OCSP.',
    en: 'The revocation list or OCSP answer cannot be read.',
  },
  'timestamp.malformed': {
    vi: 'Không đọc được dấu thời gian.',
    en: 'The time stamp cannot be read.',
  },
  'authority.expired': {
    vi: 'Chứng thư của cơ quan cấp chứng thư đã hết hạn hoặc chưa có hiệu lực. Hãy lập cơ quan cấp mới.',
    en: "The issuing authority's own certificate has expired or is not valid yet. Set up a new authority.",
  },
} as const;

export type PkiErrorCode = keyof typeof pkiErrorTexts;

/** A coded error; `detail` goes to the log and holds no personal data. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;
  readonly detail: string | undefined;
  constructor(code: PkiErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? pkiErrorTexts[code].en : `${pkiErrorTexts[code].en} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}
