/** What can be wrong with a piece of ASN.1, each with a text for the person who reads it. */
const asn1ErrorTexts = {
  'asn1.truncated': { vi: 'Dữ liệu ASN.1 bị cụt.', en: 'The ASN.1 data ends too early.' },
  'asn1.trailing': { vi: 'Sau dữ liệu ASN.1 còn byte thừa.', en: 'There are surplus bytes after the ASN.1 data.' },
  'asn1.length': { vi: 'Độ dài trong dữ liệu ASN.1 không đúng quy tắc.', en: 'A length inside the ASN.1 data breaks the rules.' },
  'asn1.tag': { vi: 'Dữ liệu ASN.1 có thành phần khác với thành phần được chờ đợi.', en: 'The ASN.1 data holds another element than the expected one.' },
  'asn1.depth': { vi: 'Dữ liệu ASN.1 lồng quá sâu.', en: 'The ASN.1 data is nested too deeply.' },
  'asn1.size': { vi: 'Dữ liệu ASN.1 quá lớn hoặc có quá nhiều phần tử.', en: 'The ASN.1 data is too large or has too many elements.' },
  'asn1.value': { vi: 'Giá trị trong dữ liệu ASN.1 không hợp lệ.', en: 'A value inside the ASN.1 data is not valid.' },
} as const;

export type Asn1ErrorCode = keyof typeof asn1ErrorTexts;

/** A coded error about ASN.1 bytes; `detail` is for the log and holds no personal data. */
export class Asn1Error extends Error {
  override readonly name = 'Asn1Error';
  readonly code: Asn1ErrorCode;
  constructor(code: Asn1ErrorCode, detail?: string) {
    super(detail === undefined ? asn1ErrorTexts[code].en : `${asn1ErrorTexts[code].en} (${detail})`);
    this.code = code;
  }
}
