import { defineErrors } from '#kernel/errors.ts';

/** What the administrator of vendors' systems is told. What the systems themselves are told stands in axis-problem.ts. */
export const axisErrors = defineErrors('exchange', {
  axisSystemOnly: {
    status: 422,
    vi: 'Chỉ hệ thống của nhà cung cấp khác mới có khóa, hạn mức và chế độ thử nghiệm.',
    en: 'Only the system of another vendor has keys, quotas and a sandbox.',
    fixVi: 'Chọn một hệ thống kết nối qua API trục tỉnh.',
    fixEn: 'Choose a system that is connected by the API of the provincial axis.',
  },
  axisSystemTaken: {
    status: 409,
    vi: 'Mã hệ thống “{systemId}” đã được dùng.',
    en: 'The system id “{systemId}” is taken.',
    fixVi: 'Đặt mã khác.',
    fixEn: 'Choose another one.',
  },
  axisKeysEnough: {
    status: 409,
    vi: 'Hệ thống này đã có {most} khóa còn dùng được.',
    en: 'This system has {most} keys that are good already.',
    fixVi: 'Thu hồi khóa cũ trước khi cấp khóa mới.',
    fixEn: 'Revoke an old one first.',
  },
  axisKeyNotFound: {
    status: 404,
    vi: 'Không tìm thấy khóa này, hoặc khóa đã bị thu hồi.',
    en: 'There is no such key, or it was revoked.',
    fixVi: 'Tải lại trang.',
    fixEn: 'Reload the page.',
  },
  axisExpiryWrong: {
    status: 422,
    vi: 'Hạn của khóa phải sau hôm nay và không quá hai năm.',
    en: 'A key ends after today and within two years.',
    fixVi: 'Chọn ngày hết hạn khác.',
    fixEn: 'Choose another day.',
  },
  axisSigningKeyMissing: {
    status: 422,
    vi: 'Chưa có khóa để ký gói tin cho hệ thống này.',
    en: 'There is no key yet to sign packets for this system with.',
    fixVi: 'Chọn tệp chứng thư và tệp khóa riêng.',
    fixEn: 'Choose the files of the certificate and of its private key.',
  },
  axisSigningCertificateEnded: {
    status: 422,
    vi: 'Chứng thư đã hết hạn hoặc chưa có hiệu lực.',
    en: 'The certificate has expired or is not valid yet.',
    fixVi: 'Chọn chứng thư đang có hiệu lực.',
    fixEn: 'Choose one that is valid today.',
  },
  axisAgencyTaken: {
    status: 409,
    vi: 'Mã cơ quan “{code}” đang thuộc {name}.',
    en: 'The agency code “{code}” belongs to {name}.',
    fixVi: 'Kiểm tra lại mã; cơ quan dùng hệ thống của tỉnh không gửi qua hệ thống khác.',
    fixEn: 'Check the code; an agency that works here is not reached through another system.',
  },
  axisSandboxCode: {
    status: 422,
    vi: 'Mã bắt đầu bằng Z99 dành cho cơ quan thử nghiệm.',
    en: 'Codes that begin with Z99 are for agencies for trying.',
    fixVi: 'Nhập mã định danh thật của cơ quan.',
    fixEn: 'Enter the real code of the agency.',
  },
});
