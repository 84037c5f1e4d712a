import { AppError, defineErrors, errorCatalogue } from '#kernel/errors.ts';

export const handOverErrors = defineErrors('signatures', {
  handOverNotByAgent: {
    status: 409,
    vi: 'Chứng thư số này không nằm trong thiết bị cắm ở máy của bạn nên không ký bằng phần mềm ký số trên máy được.',
    en: 'The key of this certificate is not on a device at your computer, so the signing program there cannot use it.',
    fixVi: 'Chọn chứng thư trong USB token của bạn, hoặc ký bằng mã PIN như thường lệ.',
    fixEn: 'Choose the certificate on your USB token, or sign with the PIN as usual.',
  },
  handOverUnknown: {
    status: 404,
    vi: 'Địa chỉ tải tệp để ký này không đúng.',
    en: 'This address of a file to be signed is not right.',
    fixVi: 'Mở lại văn bản và bấm ký lần nữa.',
    fixEn: 'Open the document again and sign once more.',
  },
  handOverEnded: {
    status: 410,
    vi: 'Địa chỉ dùng một lần này đã được dùng hoặc đã đóng.',
    en: 'This one-time address was used already, or was closed.',
    fixVi: 'Mở lại văn bản và bấm ký lần nữa; văn bản vẫn giữ nguyên.',
    fixEn: 'Open the document again and sign once more; the document is kept as it is.',
  },
  handOverExpired: {
    status: 410,
    vi: 'Địa chỉ dùng một lần này đã hết hạn nên chưa nhận được tệp đã ký.',
    en: 'This one-time address has expired, so the signed file was not taken.',
    fixVi: 'Mở lại văn bản và bấm ký lần nữa; văn bản vẫn giữ nguyên.',
    fixEn: 'Open the document again and sign once more; the document is kept as it is.',
  },
  handOverNoFile: {
    status: 422,
    vi: 'Phần mềm ký số không gửi kèm tệp nào.',
    en: 'The signing program sent no file.',
    fixVi: 'Bấm ký lại; nếu vẫn vậy, cập nhật phần mềm ký số.',
    fixEn: 'Sign again; if it happens again, update the signing program.',
  },
  handOverNotOurFile: {
    status: 422,
    vi: 'Tệp gửi về không phải là tệp đã giao cộng thêm chữ ký: nội dung đã bị ghi lại.',
    en: 'The file that came back is not the file that was handed over plus a signature: its content was written anew.',
    fixVi: 'Không dùng tệp này. Bấm ký lại và không mở tệp bằng phần mềm khác giữa chừng; cập nhật phần mềm ký số nếu còn gặp.',
    fixEn: 'Do not use that file. Sign again without opening it in another program in between; update the signing program if it happens again.',
  },
  handOverNotSigned: {
    status: 422,
    vi: 'Tệp gửi về chưa có thêm chữ ký nào.',
    en: 'The file that came back carries no new signature.',
    fixVi: 'Bấm ký lại và hoàn tất các bước trong cửa sổ của phần mềm ký số.',
    fixEn: 'Sign again and finish the steps in the window of the signing program.',
  },
  handOverUnreadable: {
    status: 422,
    vi: 'Không đọc được tệp gửi về.',
    en: 'The file that came back cannot be read.',
    fixVi: 'Bấm ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Sign again; the document is kept as it is.',
  },
  handOverOtherCertificate: {
    status: 422,
    vi: 'Tệp được ký bằng chứng thư số của {found}, không phải chứng thư đã chọn của {expected}.',
    en: 'The file was signed with the certificate of {found}, not with the chosen one of {expected}.',
    fixVi: 'Cắm đúng USB token, chọn đúng chứng thư rồi ký lại. Chứng thư mới đổi thì đăng ký lại trong mục chứng thư số.',
    fixEn: 'Plug in the right USB token, choose the right certificate and sign again. Register the certificate anew if it was just renewed.',
  },
  handOverBroken: {
    status: 422,
    vi: 'Chữ ký trong tệp gửi về không khớp với nội dung của tệp.',
    en: 'The signature in the file that came back does not fit its content.',
    fixVi: 'Bấm ký lại; nếu vẫn vậy, cập nhật phần mềm ký số.',
    fixEn: 'Sign again; if it happens again, update the signing program.',
  },
  handOverNotWhole: {
    status: 422,
    vi: 'Sau chữ ký còn có phần thêm vào mà chữ ký không bao trùm.',
    en: 'Something was added behind the signature that it does not cover.',
    fixVi: 'Không dùng tệp này; bấm ký lại.',
    fixEn: 'Do not use that file; sign again.',
  },
  handOverChanged: {
    status: 422,
    vi: 'Tệp gửi về bị sửa nội dung ngoài việc thêm chữ ký: {change}',
    en: 'The content was changed beyond adding a signature: {changeEn}',
    fixVi: 'Không dùng tệp này. Kiểm tra máy tính và phần mềm ký số rồi ký lại.',
    fixEn: 'Do not use that file. Check the computer and the signing program, then sign again.',
  },
  handOverWeakHash: {
    status: 422,
    vi: 'Phần mềm ký số đã dùng thuật toán băm SHA-1, không còn được phép (Thông tư 15/2025/TT-BKHCN, Phụ lục I).',
    en: 'The signing program used SHA-1, which is no longer allowed (Circular 15/2025/TT-BKHCN, Annex I).',
    fixVi: 'Chọn SHA-256 trong cấu hình của phần mềm ký số rồi ký lại.',
    fixEn: 'Choose SHA-256 in the settings of the signing program, then sign again.',
  },
  handOverOldFormat: {
    status: 422,
    vi: 'Phần mềm ký số đã tạo chữ ký kiểu cũ, không theo chuẩn PAdES (Thông tư 15/2025/TT-BKHCN, Phụ lục I).',
    en: 'The signing program made a signature of the old kind, not PAdES (Circular 15/2025/TT-BKHCN, Annex I).',
    fixVi: 'Chọn định dạng PAdES (CAdES) trong cấu hình, hoặc cập nhật phần mềm ký số rồi ký lại.',
    fixEn: 'Choose the PAdES (CAdES) format in its settings, or update the signing program, then sign again.',
  },
  handOverNotTrusted: {
    status: 422,
    vi: 'Chữ ký trong tệp gửi về không được chấp nhận: {reason}',
    en: 'The signature in the file that came back is not accepted: {reasonEn}',
    fixVi: 'Kiểm tra hạn và tình trạng của chứng thư số rồi ký lại.',
    fixEn: 'Check the dates and the state of the certificate, then sign again.',
  },
  handOverClosed: {
    status: 409,
    vi: 'Người ký đã dừng việc ký bằng phần mềm trên máy.',
    en: 'The signer stopped signing with the program on the computer.',
    fixVi: 'Bấm ký lại khi sẵn sàng.',
    fixEn: 'Sign again when ready.',
  },
  agentAnswerWrong: {
    status: 422,
    vi: 'Chữ ký mà phần mềm ký số trả về không phải do khóa của chứng thư đã chọn tạo ra.',
    en: 'The signature that the signing program answered was not made with the key of the chosen certificate.',
    fixVi: 'Cắm đúng USB token, chọn đúng chứng thư rồi ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Plug in the right USB token, choose the right certificate and sign again; the document is kept as it is.',
  },
  agentNotAsked: {
    status: 409,
    vi: 'Lần ký này không còn chờ phần mềm ký số trên máy trả lời.',
    en: 'This signing no longer waits for the signing program on the computer.',
    fixVi: 'Tải lại trang để xem kết quả; nếu chưa ký thì bấm ký lần nữa.',
    fixEn: 'Reload to see the result; if nothing was signed, sign once more.',
  },
  agentCertificateUnreadable: {
    status: 422,
    vi: 'Không đọc được chứng thư số mà phần mềm ký số đưa ra.',
    en: 'The certificate that the signing program gave cannot be read.',
    fixVi: 'Cập nhật phần mềm ký số rồi thử lại.',
    fixEn: 'Update the signing program and try again.',
  },
});

/** What is kept of a refusal: enough to say it again in either language. */
export type KeptRefusal = { code: string; values: Record<string, string | number> };

export function keptRefusal({ code, details }: AppError): KeptRefusal {
  return { code, values: details.values ?? {} };
}

/** The words of a refusal that was kept. */
export function describeRefusal({ code, values }: KeptRefusal, language: 'vi' | 'en'): { code: string; message: string; fix?: string } {
  const entry = errorCatalogue().get(code);
  if (entry === undefined) throw new Error(`no error has the code ${code}`);
  const { message, fix } = new AppError(code, entry, { values }).describe(language);
  return { code, message, ...(fix === undefined ? {} : { fix }) };
}
