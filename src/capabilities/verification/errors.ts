import { defineErrors } from '#kernel/errors.ts';

export const verificationErrors = defineErrors('verification', {
  noFile: {
    status: 422,
    vi: 'Bạn chưa chọn tệp nào.',
    en: 'No file was chosen.',
    fixVi: 'Chọn tệp đã ký rồi bấm Kiểm tra.',
    fixEn: 'Choose the signed file, then press Check.',
  },
  unreadable: {
    status: 422,
    vi: 'Không đọc được tệp: {reason}',
    en: 'The file cannot be read: {reasonEn}',
    fixVi: '{todo}',
    fixEn: '{todoEn}',
  },
  unknownCode: {
    status: 404,
    vi: 'Không có văn bản nào được phát hành với mã này.',
    en: 'No document was issued under this code.',
    fixVi: 'Quét lại mã QR, hoặc nhập lại địa chỉ in trên văn bản. Nếu mã vẫn không có, văn bản có thể không phải do hệ thống này phát hành: hãy hỏi cơ quan ghi trên văn bản.',
    fixEn: 'Scan the QR code again, or type the printed address again. If the code is still unknown, the document may not come from this system: ask the agency named on it.',
  },
  wrongMediaType: {
    status: 415,
    vi: 'Địa chỉ này nhận PDF, XML, gói ASiC, JWS, hoặc multipart/form-data gồm chữ ký (file) và một hoặc nhiều tệp gốc (content).',
    en: 'This address takes PDF, XML, ASiC, JWS, or multipart/form-data with a signature (file) and the signed file or files (content).',
    fixVi: 'Gửi nội dung tệp làm thân yêu cầu với Content-Type application/pdf, application/xml, application/vnd.etsi.asic-e+zip, application/pkcs7-signature, application/pkcs7-mime hoặc application/jose.',
    fixEn: 'Send the file as the body with Content-Type application/pdf, application/xml, application/vnd.etsi.asic-e+zip, application/pkcs7-signature, application/pkcs7-mime or application/jose.',
  },
  noContentInside: {
    status: 422,
    vi: 'Tệp này không mang nội dung nào bên trong chữ ký.',
    en: 'This file holds no content inside its signature.',
    fixVi: 'Chọn tệp .p7m mang sẵn nội dung; chữ ký tách rời (.p7s) thì tệp gốc nằm ở ngoài.',
    fixEn: 'Choose a .p7m file that holds its content; of a detached signature (.p7s) the file is elsewhere.',
  },
  contentBroken: {
    status: 422,
    vi: 'Nội dung bên trong không khớp với chữ ký nên không được lấy ra.',
    en: 'The content inside does not fit the signature and is not handed out.',
    fixVi: 'Đề nghị nơi gửi gửi lại đúng tệp đã ký.',
    fixEn: 'Ask the sender for the very file that was signed.',
  },
  notAcceptable: {
    status: 406,
    vi: 'Báo cáo chỉ có ở dạng JSON, XML và PDF.',
    en: 'The report comes as JSON, XML or PDF only.',
    fixVi: 'Đặt Accept là application/json, application/xml hoặc application/pdf.',
    fixEn: 'Set Accept to application/json, application/xml or application/pdf.',
  },
  reportUnknown: {
    status: 422,
    vi: 'Đây không phải báo cáo do hệ thống này lập, hoặc nội dung đã bị sửa.',
    en: 'This is not a report that this system made, or it was changed.',
    fixVi: 'Kiểm tra lại tệp, rồi bấm tải báo cáo trên trang kết quả.',
    fixEn: 'Check the file again, then press a download button on the page of the result.',
  },
  reportExpired: {
    status: 410,
    vi: 'Kết quả này đã quá 1 giờ nên không tải báo cáo được nữa.',
    en: 'This result is more than an hour old and can no longer be downloaded.',
    fixVi: 'Kiểm tra lại tệp để có báo cáo mới.',
    fixEn: 'Check the file again for a new report.',
  },
});
