import { defineErrors, type AppError } from '#kernel/errors.ts';
import { signatureErrors } from '../errors.ts';
import type { SigningDriverError } from './signing-driver.ts';

export const driverErrors = defineErrors('signatures', {
  devicePinWrong: {
    status: 422,
    vi: 'Mã PIN hoặc mã xác nhận không đúng.',
    en: 'The PIN or the confirmation code is wrong.',
    fixVi: 'Nhập lại cẩn thận: nhập sai nhiều lần, thiết bị hoặc dịch vụ giữ khóa sẽ tự khóa.',
    fixEn: 'Type it again with care: after several wrong ones the device or service locks itself.',
  },
  devicePinLastTry: {
    status: 422,
    vi: 'Mã PIN không đúng và chỉ còn một lần thử.',
    en: 'The PIN is wrong and only one attempt is left.',
    fixVi: 'Nếu không chắc mã PIN, đừng thử nữa; liên hệ nơi cấp thiết bị để đặt lại.',
    fixEn: 'If you are not sure of the PIN, do not try again; ask the issuer of the device to reset it.',
  },
  devicePinLocked: {
    status: 423,
    vi: 'Thiết bị hoặc tài khoản ký số đã bị khóa vì nhập sai mã nhiều lần.',
    en: 'The device or the signing account is locked after too many wrong codes.',
    fixVi: 'Liên hệ nơi cấp để mở khóa; văn bản vẫn giữ nguyên.',
    fixEn: 'Ask the issuer to unlock it; the document is kept as it is.',
  },
  devicePinExpired: {
    status: 422,
    vi: 'Mã PIN của thiết bị đã hết hạn.',
    en: 'The PIN of the device has expired.',
    fixVi: 'Đổi mã PIN bằng phần mềm đi kèm thiết bị rồi ký lại.',
    fixEn: 'Change the PIN with the software of the device, then sign again.',
  },
  oneTimeCodeMissing: {
    status: 422,
    vi: 'Dịch vụ giữ khóa cần thêm mã dùng một lần nên chưa ký.',
    en: 'The service that holds the key also wants a one-time code, so nothing was signed.',
    fixVi: 'Nhập mã vào ô “Mã dùng một lần” rồi ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Type it into “One-time code” and sign again; the document is kept as it is.',
  },
  oneTimeCodeWrong: {
    status: 422,
    vi: 'Mã dùng một lần không đúng nên chưa ký.',
    en: 'The one-time code is wrong, so nothing was signed.',
    fixVi: 'Nhập mã mới nhất bạn nhận được. Nhập sai nhiều lần, dịch vụ sẽ tự khóa chữ ký số.',
    fixEn: 'Type the newest code that you got. After several wrong ones the service locks the key.',
  },
  oneTimeCodeExpired: {
    status: 422,
    vi: 'Mã dùng một lần đã hết hạn nên chưa ký.',
    en: 'The one-time code has expired, so nothing was signed.',
    fixVi: 'Lấy mã mới rồi ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Get a new one and sign again; the document is kept as it is.',
  },
  oneTimeCodeUsed: {
    status: 422,
    vi: 'Mã dùng một lần này đã dùng cho chữ ký trước.',
    en: 'This one-time code was used for an earlier signature.',
    fixVi: 'Lấy mã mới rồi ký tiếp phần còn lại; những gì đã ký vẫn giữ nguyên.',
    fixEn: 'Get a new one and sign what is left; what is signed stays signed.',
  },
  oneTimeCodeTooSoon: {
    status: 429,
    vi: 'Mã vừa được gửi, chưa gửi lại được.',
    en: 'A code was sent a moment ago and cannot be sent again yet.',
    fixVi: 'Chờ {seconds} giây rồi bấm “Gửi lại mã”.',
    fixEn: 'Wait {seconds} seconds, then press “Send again”.',
  },
  oneTimeCodeNotSent: {
    status: 409,
    vi: 'Dịch vụ giữ khóa không gửi mã cho chữ ký số này.',
    en: 'The service sends no code for this key.',
    fixVi: 'Mở lại trang ký: ô nhập cho biết chữ ký số này cần gì, ví dụ mã hiện trên thiết bị của bạn.',
    fixEn: 'Open the page again: its fields say what this key wants, such as the code that your device shows.',
  },
  consentNeeded: {
    status: 409,
    vi: 'Dịch vụ ký từ xa chưa được bạn cho phép, hoặc lượt cho phép đã hết hạn.',
    en: 'You have not let this system into the signing service, or your consent has ended.',
    fixVi: 'Mở “Chữ ký của tôi” và bấm “Cho phép” để sang trang của dịch vụ; văn bản vẫn giữ nguyên.',
    fixEn: 'Open “My signing keys” and press “Allow” to go to the page of the service; the document is kept as it is.',
  },
  releasedOnPage: {
    status: 409,
    vi: 'Dịch vụ đòi bạn đồng ý từng chữ ký trên trang của dịch vụ, mà hệ thống chưa biết địa chỉ trang ấy.',
    en: 'The service wants your consent on its own page for every signature, and this system was not told where that page is.',
    fixVi: 'Báo quản trị viên thêm mục “release” cho dịch vụ này trong tệp SIGNING_SERVICES, hoặc dùng chữ ký số khác.',
    fixEn: 'Ask the administrator to add “release” to this service in the file named by SIGNING_SERVICES, or use another key.',
  },
  releaseNeeded: {
    status: 409,
    vi: 'Dịch vụ giữ khóa cần bạn đồng ý chữ ký này trên trang của dịch vụ nên chưa ký.',
    en: 'The service wants your consent to this signature on its own page, so nothing was signed.',
    fixVi: 'Bấm ký lại để sang trang của dịch vụ; văn bản vẫn giữ nguyên.',
    fixEn: 'Sign again to go to the page of the service; the document is kept as it is.',
  },
  releaseUnwanted: {
    status: 409,
    vi: 'Dịch vụ giữ khóa không còn hỏi ý bạn trên trang của dịch vụ nên chưa ký.',
    en: 'The service no longer asks for your consent on its page, so nothing was signed.',
    fixVi: 'Mở lại trang ký: ô nhập cho biết chữ ký số này nay cần gì.',
    fixEn: 'Open the page again: its fields say what this key wants now.',
  },
  releaseSpent: {
    status: 409,
    vi: 'Dịch vụ không nhận lượt đồng ý này: đã hết hạn, đã dùng, hoặc không đúng văn bản đang ký.',
    en: 'The service does not take this consent: it has ended, was used, or is for something else.',
    fixVi: 'Chưa ký gì cả, văn bản vẫn giữ nguyên. Sang trang của dịch vụ và đồng ý lại.',
    fixEn: 'Nothing was signed and the document is kept as it is. Go to the page of the service and consent again.',
  },
  releaseRefused: {
    status: 409,
    vi: 'Bạn đã từ chối trên trang của dịch vụ nên chưa ký.',
    en: 'You said no on the page of the service, so nothing was signed.',
    fixVi: 'Văn bản vẫn giữ nguyên; muốn ký, mở văn bản và bấm ký lại.',
    fixEn: 'The document is kept as it is; to sign it, open it and sign again.',
  },
  releaseFailed: {
    status: 502,
    vi: 'Trang của dịch vụ báo lỗi nên chưa ký.',
    en: 'The page of the service reported an error, so nothing was signed.',
    fixVi: 'Văn bản vẫn chờ bạn đồng ý. Thử sang trang của dịch vụ lần nữa; nếu vẫn lỗi, liên hệ nơi cấp chữ ký số.',
    fixEn: 'The document still waits for your consent. Go to the page again; if it fails again, ask the issuer of the key.',
  },
  releaseEnded: {
    status: 409,
    vi: 'Không còn văn bản nào chờ lượt đồng ý này: đã ký, đã dừng, hoặc đã bắt đầu ký lại.',
    en: 'Nothing waits for this consent any more: it was signed, stopped, or begun anew.',
    fixVi: 'Mở văn bản để xem: nếu chưa ký, bấm ký lại.',
    fixEn: 'Open the document: if it is not signed, sign it again.',
  },
  consentUnknown: {
    status: 409,
    vi: 'Lượt cho phép này không còn dùng được: đã dùng rồi, quá mười phút, hoặc bắt đầu ở phiên làm việc khác.',
    en: 'This consent is no longer good: it was used, is older than ten minutes, or was begun in another session.',
    fixVi: 'Mở “Chữ ký của tôi”: những gì còn chờ bạn đồng ý hiện ở đó.',
    fixEn: 'Open “My signing keys”: what still waits for your consent stands there.',
  },
  consentRefused: {
    status: 409,
    vi: 'Bạn chưa cho phép ở trang của dịch vụ nên chưa kết nối được.',
    en: 'You did not consent on the page of the service, so nothing was connected.',
    fixVi: 'Muốn dùng chữ ký số này, mở “Chữ ký của tôi” và làm lại.',
    fixEn: 'To use this key, open “My signing keys” and begin anew.',
  },
  deviceMissing: {
    status: 409,
    vi: 'Không thấy thiết bị giữ khóa.',
    en: 'The device that holds the key is not there.',
    fixVi: 'Cắm thiết bị vào máy chủ ký rồi bấm ký lại; không phải khởi động lại gì.',
    fixEn: 'Plug the device into the signing server and sign again; nothing has to be restarted.',
  },
  deviceRemoved: {
    status: 409,
    vi: 'Thiết bị giữ khóa bị rút ra trong khi đang ký nên chưa ký.',
    en: 'The device that holds the key was removed while signing, so nothing was signed.',
    fixVi: 'Cắm lại thiết bị rồi bấm ký lại; văn bản vẫn giữ nguyên.',
    fixEn: 'Plug it in again and sign once more; the document is kept as it is.',
  },
  keyNotOnDevice: {
    status: 409,
    vi: 'Thiết bị hoặc tài khoản này không có khóa của chứng thư số đã chọn.',
    en: 'This device or account does not hold the key of the chosen certificate.',
    fixVi: 'Dùng đúng thiết bị của chứng thư, hoặc chọn chứng thư khác.',
    fixEn: 'Use the device that belongs to the certificate, or choose another certificate.',
  },
  confirmationTimedOut: {
    status: 409,
    vi: 'Đã hết thời gian xác nhận trên điện thoại nên chưa ký.',
    en: 'The time to confirm on the phone ran out, so nothing was signed.',
    fixVi: 'Bấm ký lại và xác nhận trên điện thoại trong vài phút.',
    fixEn: 'Sign again and confirm on the phone within a few minutes.',
  },
  certificateRejected: {
    status: 409,
    vi: 'Nơi giữ khóa báo chứng thư số này đã hết hạn, tạm dừng hoặc bị thu hồi.',
    en: 'The holder of the key says that this certificate is expired, suspended or revoked.',
    fixVi: 'Liên hệ nơi cấp chứng thư, hoặc ký bằng chứng thư khác.',
    fixEn: 'Ask the issuer of the certificate, or sign with another one.',
  },
  serviceAccountRefused: {
    status: 502,
    vi: 'Dịch vụ ký từ xa không chấp nhận tài khoản kết nối của hệ thống nên chưa ký.',
    en: 'The remote signing service does not accept this system’s account, so nothing was signed.',
    fixVi: 'Báo quản trị viên kiểm tra tài khoản kết nối trong tệp SIGNING_SERVICES.',
    fixEn: 'Ask the administrator to check the account in the file named by SIGNING_SERVICES.',
  },
  signaturesUsedUp: {
    status: 409,
    vi: 'Tài khoản ký số này đã hết lượt ký.',
    en: 'This signing account has no signatures left.',
    fixVi: 'Mua thêm lượt ký ở nơi cấp chứng thư, hoặc ký bằng chứng thư khác.',
    fixEn: 'Buy more with the issuer of the certificate, or sign with another one.',
  },
});

/** After these the same signing may be tried again: the person or the administrator can mend it within minutes. */
export const RETRIABLE_DRIVER_CODES: readonly string[] = [
  'signatures.devicePinWrong',
  'signatures.devicePinLastTry',
  'signatures.devicePinExpired',
  'signatures.oneTimeCodeMissing',
  'signatures.oneTimeCodeWrong',
  'signatures.oneTimeCodeExpired',
  'signatures.oneTimeCodeUsed',
  'signatures.deviceMissing',
  'signatures.deviceRemoved',
  'signatures.keyNotOnDevice',
  'signatures.serviceAccountRefused',
  'signatures.consentNeeded',
  'signatures.releaseNeeded',
  'signatures.releaseUnwanted',
  'signatures.releaseSpent',
];

/** What a person is told about a driver's problem. */
export function toAppError(error: SigningDriverError): AppError {
  const details = { cause: error, internal: error.message };
  switch (error.problem) {
    case 'secretMissing':
      return signatureErrors.pinMissing(details);
    case 'wrongSecret':
      return error.isLastTry ? driverErrors.devicePinLastTry(details) : driverErrors.devicePinWrong(details);
    case 'secretLocked':
      return driverErrors.devicePinLocked(details);
    case 'secretExpired':
      return driverErrors.devicePinExpired(details);
    case 'codeMissing':
      return driverErrors.oneTimeCodeMissing(details);
    case 'wrongCode':
      return driverErrors.oneTimeCodeWrong(details);
    case 'codeExpired':
      return driverErrors.oneTimeCodeExpired(details);
    case 'codeUsed':
      return driverErrors.oneTimeCodeUsed(details);
    case 'keyMissing':
      return driverErrors.keyNotOnDevice(details);
    case 'deviceMissing':
      return driverErrors.deviceMissing(details);
    case 'deviceRemoved':
      return driverErrors.deviceRemoved(details);
    case 'refused':
      return signatureErrors.holderRefused(details);
    case 'timedOut':
      return driverErrors.confirmationTimedOut(details);
    case 'certificateRejected':
      return driverErrors.certificateRejected(details);
    case 'accountRefused':
      return driverErrors.serviceAccountRefused(details);
    case 'consentMissing':
      return driverErrors.consentNeeded(details);
    case 'releaseMissing':
      return driverErrors.releaseNeeded(details);
    case 'releaseImpossible':
      return driverErrors.releasedOnPage(details);
    case 'releaseUnwanted':
      return driverErrors.releaseUnwanted(details);
    case 'releaseSpent':
      return driverErrors.releaseSpent(details);
    case 'quotaUsedUp':
      return driverErrors.signaturesUsedUp(details);
    case 'failed':
    case 'unavailable':
      return signatureErrors.holderUnavailable(details);
  }
}
