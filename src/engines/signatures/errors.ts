import { AppError, defineErrors, type ErrorEntry } from '#kernel/errors.ts';
import { Asn1Error } from './domain/asn1/errors.ts';
import { PdfError, pdfErrorTexts, type PdfErrorCode } from './domain/pdf/errors.ts';
import { PkiError, pkiErrorTexts, type PkiErrorCode } from './domain/pki/errors.ts';

export const signatureErrors = defineErrors('signatures', {
  credentialNotFound: {
    status: 404,
    vi: 'Không tìm thấy chứng thư số này trong cơ quan của bạn.',
    en: 'There is no such certificate in your agency.',
    fixVi: 'Chọn lại chứng thư trong danh sách của bạn.',
    fixEn: 'Choose a certificate from your own list.',
  },
  notYourCredential: {
    status: 403,
    vi: 'Chứng thư số này cấp cho người khác nên bạn không được ký bằng chứng thư này.',
    en: 'This certificate was issued to another person, so you may not sign with it.',
    fixVi: 'Chọn chứng thư mang tên bạn.',
    fixEn: 'Choose the certificate in your own name.',
  },
  otherCitizenNumber: {
    status: 403,
    vi: 'Số định danh cá nhân trong chứng thư số này khác với số đã ghi cho bạn nên bạn không được ký bằng chứng thư này.',
    en: 'The citizen number in this certificate is another than the one recorded for you, so you may not sign with it.',
    fixVi: 'Chọn chứng thư của chính bạn. Nếu số đã ghi không đúng, đề nghị quản trị viên cơ quan sửa.',
    fixEn: 'Choose your own certificate. If the recorded number is wrong, ask your agency’s administrator to correct it.',
  },
  sealNeedsClerk: {
    status: 403,
    vi: 'Chỉ văn thư cơ quan được ký số của cơ quan (Nghị định 30/2020/NĐ-CP, Điều 32).',
    en: 'Only the agency’s clerk may apply the agency’s signature (Decree 30/2020, Article 32).',
    fixVi: 'Chuyển văn bản cho văn thư, hoặc chuyển sang chức danh văn thư của bạn.',
    fixEn: 'Pass the document to the clerk, or switch to your post as clerk.',
  },
  oneCredentialForAll: {
    status: 422,
    vi: 'Các văn bản ký cùng lúc phải dùng chung một chứng thư số.',
    en: 'Documents that are signed together must be signed with one certificate.',
    fixVi: 'Chọn một chứng thư cho cả lượt ký, hoặc ký thành nhiều lượt.',
    fixEn: 'Choose one certificate for all of them, or sign in several turns.',
  },
  ownerNotAsked: {
    status: 422,
    vi: 'Chứng thư số này không ký được bằng khóa truy cập ở đây.',
    en: 'This certificate cannot be used with a passkey here.',
    fixVi: 'Nhập mã PIN để ký, hoặc chọn chứng thư của chính bạn tại cơ quan này.',
    fixEn: 'Sign with the PIN, or choose your own certificate of this agency.',
  },
  certificateNotYetValid: {
    status: 409,
    vi: 'Chứng thư số của {subject} chưa có hiệu lực: bắt đầu từ {validFrom}.',
    en: 'The certificate of {subject} is not valid yet: it begins on {validFrom}.',
    fixVi: 'Ký sau thời điểm đó, hoặc dùng chứng thư khác đang có hiệu lực.',
    fixEn: 'Sign after that time, or use another certificate that is valid.',
  },
  certificateExpired: {
    status: 409,
    vi: 'Chứng thư số của {subject} đã hết hạn từ {validTo}.',
    en: 'The certificate of {subject} expired on {validTo}.',
    fixVi: 'Gia hạn hoặc xin cấp chứng thư mới rồi ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Renew it or obtain a new one, then sign again; the document is kept as it is.',
  },
  certificateEndedToday: {
    status: 409,
    vi: 'Chứng thư số của {subject} đã hết hạn hôm nay, lúc {validTo}.',
    en: 'The certificate of {subject} ended today, at {validTo}.',
    fixVi: 'Gia hạn hoặc xin cấp chứng thư mới rồi ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Renew it or obtain a new one, then sign again; the document is kept as it is.',
  },
  certificateRevoked: {
    status: 409,
    vi: 'Chứng thư số của {subject} đã bị thu hồi lúc {revokedAt}.',
    en: 'The certificate of {subject} was revoked on {revokedAt}.',
    fixVi: 'Dùng chứng thư khác; nếu bạn không yêu cầu thu hồi, báo ngay quản trị viên.',
    fixEn: 'Use another certificate; if you did not ask for this, tell your administrator at once.',
  },
  certificateUntrusted: {
    status: 409,
    vi: 'Chứng thư số này không thuộc tổ chức chứng thực nào mà hệ thống tin cậy.',
    en: 'This certificate does not come from an authority that this system trusts.',
    fixVi: 'Đề nghị quản trị viên thêm chứng thư gốc của nơi cấp vào danh sách tin cậy.',
    fixEn: 'Ask the administrator to add the issuer’s root certificate to the trusted list.',
  },
  certificateUnsuitable: {
    status: 409,
    vi: 'Chứng thư số này không dùng để ký văn bản được ({reason}).',
    en: 'This certificate cannot be used to sign documents ({reason}).',
    fixVi: 'Dùng chứng thư ký số cá nhân hoặc cơ quan.',
    fixEn: 'Use a signing certificate of a person or an agency.',
  },
  certificateAlreadyThere: {
    status: 409,
    vi: 'Chứng thư số này đã có trong danh sách.',
    en: 'This certificate is already on the list.',
    fixVi: 'Không phải làm gì thêm.',
    fixEn: 'There is nothing more to do.',
  },
  trustFileEmpty: {
    status: 422,
    vi: 'Tệp này không có chứng thư nào.',
    en: 'There is no certificate in this file.',
    fixVi: 'Chọn tệp .cer, .crt hoặc .pem do tổ chức chứng thực công bố.',
    fixEn: 'Choose a .cer, .crt or .pem file that the authority published.',
  },
  trustFileTooLong: {
    status: 422,
    vi: 'Tệp có hơn {most} chứng thư nên không ai xem hết được trước khi tin cậy.',
    en: 'The file holds more than {most} certificates: nobody would look through them before they are trusted.',
    fixVi: 'Tách thành nhiều tệp, chỉ giữ những nơi cấp cần tin cậy.',
    fixEn: 'Split it, and keep only the authorities that are needed.',
  },
  trustNotAuthority: {
    status: 422,
    vi: 'Chứng thư “{name}” không phải của một nơi cấp chứng thư.',
    en: 'The certificate “{name}” is not that of an authority.',
    fixVi: 'Chọn tệp chứng thư gốc của nơi cấp, không chọn chứng thư của người ký.',
    fixEn: 'Choose the root certificate of the authority, not the certificate of a signer.',
  },
  trustPeriodEmpty: {
    status: 422,
    vi: 'Thời gian tin cậy kết thúc trước khi bắt đầu.',
    en: 'The trust would end before it begins.',
    fixVi: 'Chọn ngày thôi tin cậy sau ngày bắt đầu, hoặc để trống.',
    fixEn: 'Choose an end after the beginning, or leave it empty.',
  },
  trustEndTooEarly: {
    status: 422,
    vi: 'Không thôi tin cậy từ một ngày đã qua: kết quả kiểm tra đã có sẽ đổi.',
    en: 'Trust cannot end on a day that is past: verdicts that were given would change.',
    fixVi: 'Chọn hôm nay để thôi tin cậy ngay, hoặc một ngày sau.',
    fixEn: 'Choose today to end it at once, or a later day.',
  },
  trustEndedAlready: {
    status: 409,
    vi: 'Đến ngày này chứng thư đã thôi được tin cậy từ trước.',
    en: 'By that day the certificate is no longer trusted anyhow.',
    fixVi: 'Tải lại trang để xem thời gian tin cậy hiện tại.',
    fixEn: 'Reload the page to see until when it is trusted.',
  },
  olderListNotThere: {
    status: 409,
    vi: 'Trong thư mục không còn danh sách cũ hơn này, hoặc nó đã được dùng.',
    en: 'This older list is not in the folder any more, or it is used already.',
    fixVi: 'Tải lại trang để xem các danh sách đang có.',
    fixEn: 'Reload the page to see which lists are there.',
  },
  trustNotFound: {
    status: 404,
    vi: 'Không có chứng thư này trong danh sách tin cậy, hoặc nó không do trang này quản lý.',
    en: 'This certificate is not among those trusted, or is not kept on this page.',
    fixVi: 'Quay về danh sách. Chứng thư nằm trong thư mục hay danh sách tin cậy được gỡ ở chính nơi đó.',
    fixEn: 'Go back to the list. What lies in the folder or in a trusted list is taken out there.',
  },
  wrongPin: {
    status: 422,
    vi: 'Mã PIN không đúng. Còn {remaining} lần thử.',
    en: 'The PIN is wrong. {remaining} attempts are left.',
    fixVi: 'Nhập lại; chú ý bộ gõ tiếng Việt và phím Caps Lock.',
    fixEn: 'Type it again; mind the input method and Caps Lock.',
  },
  pinMissing: {
    status: 422,
    vi: 'Chưa nhập mã PIN của chứng thư số.',
    en: 'The PIN of the certificate is missing.',
    fixVi: 'Nhập mã PIN rồi ký.',
    fixEn: 'Type the PIN, then sign.',
  },
  credentialLocked: {
    status: 423,
    vi: 'Chứng thư số bị khóa vì nhập sai mã PIN 5 lần.',
    en: 'The certificate is locked after five wrong PINs.',
    fixVi: 'Đề nghị quản trị viên cơ quan mở khóa. Văn bản vẫn giữ nguyên.',
    fixEn: 'Ask your agency’s administrator to unlock it. The document is kept as it is.',
  },
  imageMissing: {
    status: 409,
    vi: 'Chứng thư số này chưa có hình ảnh chữ ký hoặc con dấu để đặt lên văn bản.',
    en: 'This certificate has no signature or seal image to put on the document.',
    fixVi: 'Thêm ảnh PNG nền trong suốt vào mục chữ ký của bạn.',
    fixEn: 'Add a PNG image with a transparent background under your signature settings.',
  },
  imageNotInForce: {
    status: 409,
    vi: 'Hình ảnh chữ ký hoặc con dấu không còn (hoặc chưa) được dùng vào ngày {day}.',
    en: 'The signature or seal image is not in use on {day}.',
    fixVi: 'Cập nhật hình ảnh đang có hiệu lực.',
    fixEn: 'Add the image that is in force.',
  },
  alreadyBeingSigned: {
    status: 409,
    vi: 'Văn bản này đang được {name} ký.',
    en: 'This document is being signed by {name} at this moment.',
    fixVi: 'Chờ {seconds} giây rồi tải lại trang để xem kết quả.',
    fixEn: 'Wait {seconds} seconds, then reload to see the result.',
  },
  waitsForOwner: {
    status: 409,
    vi: 'Văn bản này đang chờ bạn xác nhận bằng khóa truy cập, từ {time}.',
    en: 'This document has been waiting for your passkey since {time}.',
    fixVi: 'Mở mục “Xác nhận ký từ xa” để xác nhận hoặc từ chối yêu cầu đang chờ; từ chối rồi thì ký lại được ngay.',
    fixEn: 'Open the request that waits under “Remote signing” and approve or refuse it; once refused, it can be signed anew.',
  },
  signingNotFound: {
    status: 404,
    vi: 'Không tìm thấy lần ký này.',
    en: 'There is no such signing.',
    fixVi: 'Mở lại văn bản và bấm ký lần nữa.',
    fixEn: 'Open the document again and sign once more.',
  },
  signingEnded: {
    status: 409,
    vi: 'Lần ký này đã kết thúc mà chưa có chữ ký.',
    en: 'This signing ended without a signature.',
    fixVi: 'Mở lại văn bản và bấm ký lần nữa.',
    fixEn: 'Open the document again and sign once more.',
  },
  clockUntrusted: {
    status: 503,
    vi: 'Đồng hồ của máy chủ không đáng tin ({why}) nên chưa ký: dấu thời gian sẽ sai.',
    en: 'The server’s clock cannot be trusted ({whyEn}), so nothing was signed: the timestamp would be wrong.',
    fixVi: 'Báo người giữ máy chủ sửa đồng bộ giờ (NTP) rồi thử lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Tell whoever keeps the server to mend NTP, then try again; the document is kept as it is.',
  },
  timestampUnavailable: {
    status: 503,
    vi: 'Dịch vụ cấp dấu thời gian không trả lời nên chưa ký.',
    en: 'The time-stamping service did not answer, so nothing was signed.',
    fixVi: 'Thử lại sau ít phút; văn bản vẫn giữ nguyên.',
    fixEn: 'Try again in a few minutes; the document is kept as it is.',
  },
  timestampWrong: {
    status: 502,
    vi: 'Dịch vụ cấp dấu thời gian trả lời không đúng yêu cầu nên chưa ký.',
    en: 'The time-stamping service answered something else than was asked, so nothing was signed.',
    fixVi: 'Báo quản trị viên kiểm tra địa chỉ TIMESTAMP_URL.',
    fixEn: 'Ask the administrator to check TIMESTAMP_URL.',
  },
  authorityLocked: {
    status: 500,
    vi: 'Không mở được khóa của cơ quan chứng thực nội bộ: APP_SECRET khác với lúc tạo khóa.',
    en: 'The keys of the built-in authority do not open: APP_SECRET is not the one they were made with.',
    fixVi: 'Khôi phục APP_SECRET cũ từ bản sao lưu.',
    fixEn: 'Restore the former APP_SECRET from the backup.',
  },
  notIssuedHere: {
    status: 409,
    vi: 'Chứng thư số này do nơi khác cấp; việc thu hồi phải làm tại nơi cấp.',
    en: 'This certificate was issued elsewhere and must be revoked by its issuer.',
    fixVi: 'Liên hệ nơi cấp; trong lúc chờ, gỡ chứng thư khỏi danh sách của bạn.',
    fixEn: 'Contact the issuer; meanwhile remove it from your list.',
  },
  holderRefused: {
    status: 409,
    vi: 'Yêu cầu ký đã bị từ chối trên thiết bị giữ khóa.',
    en: 'The request was refused on the device that holds the key.',
    fixVi: 'Bấm ký lần nữa và xác nhận trên thiết bị.',
    fixEn: 'Sign again and confirm it on the device.',
  },
  holderUnavailable: {
    status: 503,
    vi: 'Nơi giữ khóa không trả lời hoặc trả lời sai nên chưa ký.',
    en: 'Whoever holds the key did not answer, or answered wrongly, so nothing was signed.',
    fixVi: 'Thử lại sau ít phút; văn bản vẫn giữ nguyên.',
    fixEn: 'Try again in a few minutes; the document is kept as it is.',
  },
  bodyTooLarge: {
    status: 413,
    vi: 'Dữ liệu gửi lên lớn hơn {megabytes} MB nên bị từ chối.',
    en: 'What was sent is larger than {megabytes} MB and was refused.',
    fixVi: 'Gửi tệp nhỏ hơn.',
    fixEn: 'Send a smaller file.',
  },
  bodyTooSlow: {
    status: 408,
    vi: 'Dữ liệu gửi lên dừng giữa chừng hoặc đến quá chậm nên chưa nhận được.',
    en: 'What was sent stopped coming, or came too slowly, and was not taken.',
    fixVi: 'Kiểm tra đường truyền rồi gửi lại.',
    fixEn: 'Check the connection and send it again.',
  },
  readerNotStarted: {
    status: 503,
    // Read by citizens too; what the administrator does is said in the log and on the health page.
    vi: 'Hệ thống đang tạm thời chưa kiểm tra được tệp. Tệp của bạn không có lỗi gì.',
    en: 'Files cannot be checked for the moment. There is nothing wrong with your file.',
    fixVi: 'Thử lại sau ít phút. Nếu vẫn chưa được, báo cho cơ quan quản trị hệ thống này.',
    fixEn: 'Try again in some minutes. If it still cannot be done, tell the authority that runs this system.',
  },
  validationTooLong: {
    status: 422,
    vi: 'Tệp này mất quá nhiều thời gian hoặc bộ nhớ để kiểm tra nên đã dừng.',
    en: 'Checking this file took too long or too much memory and was stopped.',
    fixVi: 'Xin bên gửi xuất lại tệp PDF rồi kiểm tra lại.',
    fixEn: 'Ask the sender to export the PDF again, then check it again.',
  },
});

const pdfEntries = Object.fromEntries(
  Object.entries(pdfErrorTexts).map(([code, text]) => [
    code,
    { status: code.startsWith('signing.') ? 409 : 422, vi: text.vi, en: text.en, fixVi: text.todoVi, fixEn: text.todoEn } satisfies ErrorEntry,
  ]),
) as Record<PdfErrorCode, ErrorEntry>; // safe because the keys are those of the table
/** The core's texts about keys say in their last sentence what to do; an entry has the two apart. */
const pkiEntries = Object.fromEntries(
  Object.entries(pkiErrorTexts).map(([code, text]) => [code, { status: 422, ...apart(text) } satisfies ErrorEntry]),
) as Record<PkiErrorCode, ErrorEntry>; // safe because the keys are those of the table

function apart(text: { vi: string; en: string }): Pick<ErrorEntry, 'vi' | 'en' | 'fixVi' | 'fixEn'> {
  const [vi, fixVi] = lastSentence(text.vi);
  const [en, fixEn] = lastSentence(text.en);
  if (fixVi === '' || fixEn === '') return { ...text, fixVi: 'Kiểm tra lại tệp hoặc liên hệ nơi cấp.', fixEn: 'Check the file, or contact its issuer.' };
  return { vi, en, fixVi, fixEn };
}

function lastSentence(text: string): [string, string] {
  const at = text.search(/\.\s+\S[^.]*(?:\.[^\s][^.]*)*\.$/);
  return at < 0 ? [text, ''] : [text.slice(0, at + 1), text.slice(at + 1).trim()];
}

const pdfErrors = defineErrors('signatures', pdfEntries);
const pkiErrors = defineErrors('signatures', pkiEntries);

/** Gives the errors of the pure core their catalogued code and status; everything else passes unchanged. */
export function translateDomainError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof PdfError) return pdfErrors[error.code]({ cause: error, internal: error.detail });
  if (error instanceof PkiError) return pkiErrors[error.code]({ cause: error, internal: error.detail });
  if (error instanceof Asn1Error) return pkiErrors['certificate.malformed']({ cause: error });
  return error;
}
