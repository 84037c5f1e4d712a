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
  'signatures.deviceMissing',
  'signatures.deviceRemoved',
  'signatures.keyNotOnDevice',
  'signatures.serviceAccountRefused',
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
    case 'quotaUsedUp':
      return driverErrors.signaturesUsedUp(details);
    case 'failed':
    case 'unavailable':
      return signatureErrors.holderUnavailable(details);
  }
}
