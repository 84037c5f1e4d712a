import { defineErrors } from '#kernel/errors.ts';

export const verificationErrors = defineErrors('verification', {
  noFile: {
    status: 422,
    vi: 'Bạn chưa chọn tệp nào, hoặc tệp rỗng.',
    en: 'No file was chosen, or the file is empty.',
    fixVi: 'Chọn một tệp PDF rồi bấm Kiểm tra.',
    fixEn: 'Choose a PDF file, then press Check.',
  },
  unreadable: {
    status: 422,
    vi: 'Không đọc được tệp: {reason}',
    en: 'The file cannot be read: {reasonEn}',
    fixVi: 'Gửi một tệp PDF còn nguyên vẹn, không có mật khẩu.',
    fixEn: 'Send a PDF file that is whole and has no password.',
  },
  wrongMediaType: {
    status: 415,
    vi: 'Địa chỉ này chỉ nhận PDF (Content-Type: application/pdf).',
    en: 'This address takes PDF only (Content-Type: application/pdf).',
    fixVi: 'Gửi nội dung tệp PDF làm thân yêu cầu.',
    fixEn: 'Send the PDF file as the body of the request.',
  },
});
