import { defineErrors, kernelErrors } from '#kernel/errors.ts';

export const filesErrors = defineErrors('files', {
  empty: {
    status: 422,
    vi: 'Tệp “{name}” không có nội dung (0 byte).',
    en: 'The file “{name}” is empty (0 bytes).',
    fixVi: 'Mở tệp trên máy để kiểm tra, lưu lại rồi chọn lại.',
    fixEn: 'Open the file on your computer, save it again, then choose it again.',
  },
  tooLarge: {
    status: 413,
    vi: 'Tệp lớn hơn mức cho phép là {limitMb} MB.',
    en: 'The file is larger than the limit of {limitMb} MB.',
    fixVi: 'Giảm dung lượng (ví dụ quét ở 200–300 dpi) hoặc chia thành nhiều tệp. Quản trị viên có thể nâng mức bằng biến UPLOAD_LIMIT_MB.',
    fixEn: 'Make it smaller (for instance scan at 200–300 dpi) or split it. The administrator can raise the limit with UPLOAD_LIMIT_MB.',
  },
  longerThanDeclared: {
    status: 413,
    vi: 'Dữ liệu gửi lên dài hơn dung lượng đã khai báo ({declaredBytes} byte).',
    en: 'More data was sent than the size that was declared ({declaredBytes} bytes).',
    fixVi: 'Tệp có thể đã bị thay đổi trong lúc gửi: chọn lại tệp và gửi từ đầu.',
    fixEn: 'The file may have changed while it was sent: choose it again and start anew.',
  },
  nameMissing: {
    status: 422,
    vi: 'Thiếu tên tệp.',
    en: 'The file has no name.',
    fixVi: 'Gửi tên tệp trong tiêu đề Upload-Metadata (khóa filename, giá trị base64 của UTF-8).',
    fixEn: 'Send the name in the Upload-Metadata header (key filename, value base64 of UTF-8).',
  },
  contentMismatch: {
    status: 422,
    vi: 'Tệp “{name}” có đuôi .{extension} nhưng nội dung là {actualVi}.',
    en: 'The file “{name}” ends in .{extension}, but its content is {actualEn}.',
    fixVi: 'Kiểm tra xem có chọn nhầm tệp không; nếu đúng tệp, mở bằng phần mềm gốc và lưu lại đúng định dạng.',
    fixEn: 'Check that it is the right file; if it is, open it in its program and save it in the right format.',
  },
  executable: {
    status: 422,
    vi: 'Tệp “{name}” là chương trình hoặc trang có mã chạy được nên không được nhận.',
    en: 'The file “{name}” is a program or a page with runnable code and is not accepted.',
    fixVi: 'Gửi nội dung dưới dạng PDF, tài liệu văn phòng hoặc hình ảnh.',
    fixEn: 'Send the content as PDF, office document or picture.',
  },
  macros: {
    status: 422,
    vi: 'Tệp “{name}” chứa macro nên không được nhận.',
    en: 'The file “{name}” contains macros and is not accepted.',
    fixVi: 'Lưu lại ở định dạng không có macro (.docx, .xlsx, .pptx) hoặc PDF rồi gửi.',
    fixEn: 'Save it in a format without macros (.docx, .xlsx, .pptx) or as PDF, then send it.',
  },
  archiveBomb: {
    status: 422,
    vi: 'Tệp nén “{name}” khi giải nén sẽ phình to bất thường ({expandedMb} MB) nên bị từ chối.',
    en: 'The archive “{name}” would expand beyond measure ({expandedMb} MB) and was refused.',
    fixVi: 'Giải nén trên máy, kiểm tra nội dung và gửi từng tệp cần thiết.',
    fixEn: 'Unpack it on your computer, check what is inside, and send the files that are needed.',
  },
  archiveTooDeep: {
    status: 422,
    vi: 'Tệp nén “{name}” chứa quá nhiều lớp tệp nén lồng nhau hoặc quá nhiều mục.',
    en: 'The archive “{name}” holds too many archives inside each other, or too many entries.',
    fixVi: 'Giải nén bớt các lớp bên trong rồi gửi lại.',
    fixEn: 'Unpack the inner archives and send it again.',
  },
  archiveDamaged: {
    status: 422,
    vi: 'Tệp “{name}” bị hỏng: không đọc được danh mục bên trong.',
    en: 'The file “{name}” is damaged: its table of contents cannot be read.',
    fixVi: 'Mở tệp trên máy để kiểm tra, lưu hoặc nén lại rồi gửi.',
    fixEn: 'Open the file on your computer, save or pack it again, then send it.',
  },
  uploadNotFound: {
    status: 404,
    vi: 'Không tìm thấy lượt tải lên này.',
    en: 'There is no such upload.',
    fixVi: 'Lượt tải lên có thể đã hết hạn hoặc bị hủy: chọn lại tệp.',
    fixEn: 'It may have expired or been cancelled: choose the file again.',
  },
  uploadExpired: {
    status: 410,
    vi: 'Lượt tải lên đã quá 24 giờ nên hết hạn.',
    en: 'The upload is older than 24 hours and has expired.',
    fixVi: 'Chọn lại tệp và gửi từ đầu.',
    fixEn: 'Choose the file again and start anew.',
  },
  uploadUnfinished: {
    status: 409,
    vi: 'Tệp “{name}” chưa tải lên xong ({percent} %).',
    en: 'The file “{name}” has not been uploaded completely ({percent} %).',
    fixVi: 'Chờ tải xong hoặc bấm tiếp tục, sau đó thực hiện lại.',
    fixEn: 'Wait until it is complete, or resume it, then do this again.',
  },
  uploadTaken: {
    status: 409,
    vi: 'Tệp “{name}” của lượt tải lên này đã được dùng rồi.',
    en: 'The file “{name}” of this upload has already been used.',
    fixVi: 'Mở lại trang để xem kết quả; nếu cần dùng thêm lần nữa, hãy tải tệp lên lại.',
    fixEn: 'Open the page again to see the result; to use the file once more, upload it again.',
  },
  tooManyUploads: {
    status: 429,
    vi: 'Bạn đang có {count} lượt tải lên dở dang.',
    en: 'You have {count} unfinished uploads.',
    fixVi: 'Hoàn tất hoặc hủy bớt các lượt tải lên cũ rồi thử lại.',
    fixEn: 'Finish or cancel some of them, then try again.',
  },
  offsetMismatch: {
    status: 409,
    vi: 'Vị trí tiếp tục không khớp: máy chủ đã nhận {receivedBytes} byte.',
    en: 'The upload cannot go on from there: the server has {receivedBytes} bytes.',
    fixVi: 'Hỏi lại vị trí bằng yêu cầu HEAD rồi gửi tiếp từ đó.',
    fixEn: 'Ask for the offset with a HEAD request and go on from there.',
  },
  uploadOusted: {
    status: 423,
    vi: 'Tệp này đang được gửi tiếp từ một kết nối khác.',
    en: 'This upload is being continued over another connection.',
    fixVi: 'Chỉ giữ một cửa sổ đang gửi tệp này.',
    fixEn: 'Keep only one window that sends this file.',
  },
  uploadLost: {
    status: 410,
    vi: 'Phần đã tải lên không còn trên máy chủ.',
    en: 'What had been uploaded is no longer on the server.',
    fixVi: 'Chọn lại tệp và gửi từ đầu.',
    fixEn: 'Choose the file again and start anew.',
  },
  connectionBroken: {
    status: 400,
    vi: 'Kết nối bị ngắt khi đang gửi tệp. Phần đã nhận được giữ lại.',
    en: 'The connection broke while the file was sent. What had arrived is kept.',
    fixVi: 'Kết nối lại và bấm tiếp tục.',
    fixEn: 'Connect again and resume.',
  },
  checksumMismatch: {
    status: 460,
    vi: 'Đoạn dữ liệu nhận được khác với mã kiểm tra gửi kèm.',
    en: 'The part that arrived does not match its checksum.',
    fixVi: 'Gửi lại đoạn này.',
    fixEn: 'Send this part again.',
  },
  protocol: {
    status: 400,
    vi: 'Yêu cầu tải lên không đúng giao thức tus 1.0: {problem}.',
    en: 'The upload request does not keep the tus 1.0 protocol: {problem}.',
    fixVi: 'Tải lại trang; nếu dùng chương trình riêng, xem tài liệu tích hợp.',
    fixEn: 'Reload the page; if this is a program of your own, see the integrator’s guide.',
  },
  protocolVersion: {
    status: 412,
    vi: 'Chỉ hỗ trợ giao thức tus phiên bản 1.0.0.',
    en: 'Only version 1.0.0 of the tus protocol is supported.',
    fixVi: 'Gửi tiêu đề Tus-Resumable: 1.0.0.',
    fixEn: 'Send the header Tus-Resumable: 1.0.0.',
  },
  mediaTypeOfPart: {
    status: 415,
    vi: 'Đoạn dữ liệu phải có kiểu application/offset+octet-stream.',
    en: 'A part must have the type application/offset+octet-stream.',
    fixVi: 'Sửa tiêu đề Content-Type.',
    fixEn: 'Correct the Content-Type header.',
  },
  notFound: {
    status: 404,
    vi: 'Không tìm thấy tệp này trong cơ quan của bạn.',
    en: 'There is no such file in your agency.',
    fixVi: 'Quay lại văn bản và mở tệp từ đó.',
    fixEn: 'Go back to the document and open the file from there.',
  },
  notStored: {
    status: 409,
    vi: 'Nội dung của tệp không còn trong kho lưu trữ.',
    en: 'The bytes of this file are not in the store.',
    fixVi: 'Tải tệp lên lại.',
    fixEn: 'Upload the file again.',
  },
  damaged: {
    status: 500,
    vi: 'Nội dung lưu trữ của tệp không còn khớp với mã băm, nên không được dùng.',
    en: 'The stored bytes of this file no longer match their hash, so they are not used.',
    fixVi: 'Báo quản trị viên khôi phục tệp {sha256} từ bản sao lưu.',
    fixEn: 'Ask the administrator to restore the file {sha256} from the backup.',
  },
  storeUnavailable: {
    status: 503,
    vi: 'Kho lưu trữ tệp tạm thời không trả lời.',
    en: 'The file store does not answer for the moment.',
    fixVi: 'Chờ ít phút rồi thử lại; phần đã gửi được giữ lại.',
    fixEn: 'Wait a few minutes and try again; what was sent is kept.',
  },
  rangeNotSatisfiable: {
    status: 416,
    vi: 'Đoạn được yêu cầu nằm ngoài tệp ({sizeBytes} byte).',
    en: 'The requested range lies outside the file ({sizeBytes} bytes).',
    fixVi: 'Tải lại cả tệp.',
    fixEn: 'Download the whole file again.',
  },
  libreofficeMissing: {
    status: 422,
    vi: 'Máy chủ chưa cài LibreOffice nên không chuyển được DOCX sang PDF.',
    en: 'LibreOffice is not installed on the server, so DOCX cannot be turned into PDF.',
    fixVi: 'Mở tệp bằng Word hoặc LibreOffice trên máy, chọn “Lưu thành PDF” rồi tải bản PDF lên. Quản trị viên có thể cài gói libreoffice-writer.',
    fixEn: 'Open the file in Word or LibreOffice, save it as PDF and upload that. The administrator may install libreoffice-writer.',
  },
  conversionFailed: {
    status: 422,
    vi: 'LibreOffice không chuyển được tệp này sang PDF.',
    en: 'LibreOffice could not turn this file into PDF.',
    fixVi: 'Mở tệp trên máy để kiểm tra, lưu thành PDF rồi tải bản PDF lên.',
    fixEn: 'Open the file on your computer, save it as PDF and upload that.',
  },
  conversionTooSlow: {
    status: 422,
    vi: 'Việc chuyển sang PDF quá {seconds} giây nên đã dừng.',
    en: 'Turning the file into PDF took longer than {seconds} seconds and was stopped.',
    fixVi: 'Lưu tệp thành PDF trên máy rồi tải bản PDF lên.',
    fixEn: 'Save the file as PDF on your computer and upload that.',
  },
});

/** No room left: on the device, in the quota of the user, or in the largest file that the system allows. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The failures of a file system that people can act on; other errors pass unchanged. */
export function translateStorageError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && NO_ROOM.has(code) ? kernelErrors.storageFull({ cause: error }) : error;
}

export function tooLarge(limitBytes: number): Error {
  return filesErrors.tooLarge({ values: { limitMb: Math.floor((limitBytes / 1_048_576) * 100) / 100 } });
}
