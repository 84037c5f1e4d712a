import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';
import type { Id } from '#kernel/ids.ts';

/** Events of the installation itself stand under the nil agency. */
// safe because the nil UUID belongs to no agency and marks exactly that
export const installation = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

export const signatureEvents: EventCatalogue = {
  'authority-created': {
    data: z.object({ organization: z.string(), fingerprint: z.string() }),
    vi: 'Lập cơ quan chứng thực nội bộ của {organization}',
    en: 'Created the built-in certificate authority of {organization}',
  },
  'ceremony-recorded': {
    data: z.object({
      organization: z.string(),
      generation: z.int(),
      witnesses: z.array(z.string()),
      certificates: z.array(z.object({ role: z.string(), subject: z.string(), serial: z.string(), sha256: z.string() })),
      minutesSha256: z.string(),
    }),
    vi: 'Lập biên bản tạo khóa cơ quan chứng thực nội bộ thế hệ {generation} của {organization}, mã băm {minutesSha256}',
    en: 'Recorded the key ceremony of generation {generation} of the built-in authority of {organization}, hash of the minutes {minutesSha256}',
  },
  'service-key-renewed': {
    data: z.object({ service: z.string(), fingerprint: z.string() }),
    vi: 'Thay khóa dịch vụ {service} của cơ quan chứng thực nội bộ',
    en: 'Renewed the {service} key of the built-in authority',
  },
  'revocation-list-published': {
    data: z.object({ issuer: z.string(), number: z.number(), revoked: z.number() }),
    vi: 'Công bố danh sách thu hồi số {number} ({revoked} chứng thư)',
    en: 'Published revocation list no. {number} ({revoked} certificates)',
  },
  'trust-anchor-added': {
    data: z.object({ name: z.string(), fingerprint: z.string(), legalBasis: z.string() }),
    vi: 'Tin cậy chứng thư gốc {name} theo {legalBasis}',
    en: 'Trusted the root certificate {name} under {legalBasis}',
  },
  'trust-anchor-ended': {
    data: z.object({ name: z.string(), fingerprint: z.string(), endsAt: z.string(), reason: z.string() }),
    vi: 'Thôi tin cậy chứng thư gốc {name} từ {endsAt}: {reason}',
    en: 'Ended the trust in the root certificate {name} from {endsAt}: {reason}',
  },
  'trusted-list-reinstated': {
    data: z.object({ file: z.string(), operator: z.string(), territory: z.string(), number: z.number(), issuedAt: z.string(), newerNumber: z.number(), newerIssuedAt: z.string(), reason: z.string() }),
    vi: 'Dùng lại danh sách tin cậy cũ hơn của {operator} ({territory}): số {number} ngày {issuedAt} thay cho số {newerNumber} ngày {newerIssuedAt}: {reason}',
    en: 'Used an older trusted list of {operator} ({territory}) again: no. {number} of {issuedAt} in place of no. {newerNumber} of {newerIssuedAt}: {reason}',
  },
  'credential-issued': {
    data: z.object({ subject: z.string(), serial: z.string(), validTo: z.string() }),
    vi: 'Cấp chứng thư số cho {subject}',
    en: 'Issued a certificate to {subject}',
  },
  'credential-imported': {
    data: z.object({ subject: z.string(), issuer: z.string(), serial: z.string() }),
    vi: 'Đưa vào chứng thư số của {subject} do {issuer} cấp',
    en: 'Added the certificate of {subject} issued by {issuer}',
  },
  'credential-revoked': {
    data: z.object({ subject: z.string(), serial: z.string(), reason: z.string() }),
    vi: 'Thu hồi chứng thư số của {subject} ({reason})',
    en: 'Revoked the certificate of {subject} ({reason})',
  },
  'credential-reinstated': {
    data: z.object({ subject: z.string(), serial: z.string() }),
    vi: 'Nơi cấp đã bỏ tạm dừng chứng thư số của {subject}',
    en: 'The authority lifted the suspension of the certificate of {subject}',
  },
  'pin-tried': {
    data: z.object({ subject: z.string(), attempt: z.number() }),
    vi: 'Nhập mã PIN của chứng thư {subject}, lần {attempt}',
    en: 'Entered the PIN of the certificate of {subject}, attempt {attempt}',
  },
  'credential-locked': {
    data: z.object({ subject: z.string() }),
    vi: 'Khóa chứng thư {subject} vì sai mã PIN nhiều lần',
    en: 'Locked the certificate of {subject} after too many wrong PINs',
  },
  'credential-unlocked': {
    data: z.object({ subject: z.string() }),
    vi: 'Mở khóa chứng thư {subject}',
    en: 'Unlocked the certificate of {subject}',
  },
  'pin-changed': { data: z.object({ subject: z.string() }), vi: 'Đổi mã PIN của chứng thư {subject}', en: 'Changed the PIN of the certificate of {subject}' },
  'one-time-code-asked': { data: z.object({ subject: z.string() }), vi: 'Yêu cầu dịch vụ gửi mã dùng một lần cho chứng thư {subject}', en: 'Asked the service for a one-time code for the certificate of {subject}' },
  'one-time-code-failed': { data: z.object({ subject: z.string() }), vi: 'Dịch vụ không gửi mã dùng một lần cho chứng thư {subject}', en: 'The service sent no one-time code for the certificate of {subject}' },
  'credential-changed': { data: z.object({ subject: z.string(), code: z.string() }), vi: 'Dịch vụ đổi cách xác nhận khi ký bằng chứng thư {subject}', en: 'The service changed what it wants when signing with the certificate of {subject}' },
  'consent-asked': { data: z.object({ service: z.string() }), vi: 'Sang trang của dịch vụ {service} để cho phép', en: 'Went to the page of the service {service} to consent' },
  'consent-answered': { data: z.object({ service: z.string() }), vi: 'Trở về từ trang của dịch vụ {service}', en: 'Came back from the page of the service {service}' },
  'consent-approved': { data: z.object({ service: z.string() }), vi: 'Cho phép hệ thống dùng dịch vụ {service}', en: 'Let this system into the service {service}' },
  'consent-refused': { data: z.object({ service: z.string() }), vi: 'Không cho phép ở trang của dịch vụ {service}', en: 'Did not consent on the page of the service {service}' },
  'consent-renewed': { data: z.object({ subject: z.string() }), vi: 'Gia hạn quyền vào dịch vụ của chứng thư {subject}', en: 'Renewed the access to the service of the certificate of {subject}' },
  'image-set': {
    data: z.object({ subject: z.string(), sha256: z.string(), widthMm: z.number() }),
    vi: 'Đặt hình ảnh chữ ký cho chứng thư {subject}',
    en: 'Set the signature image of the certificate of {subject}',
  },
  'signing-opened': {
    data: z.object({ signingId: z.string(), purpose: z.string(), signer: z.string(), baseSha256: z.string() }),
    vi: '{signer} bắt đầu ký',
    en: '{signer} began to sign',
  },
  'signing-started': { data: z.object({ signingId: z.string() }), vi: 'Gửi yêu cầu ký tới nơi giữ khóa', en: 'Asked the key holder to sign' },
  'signing-awaited': { data: z.object({ signingId: z.string() }), vi: 'Chờ người ký xác nhận trên thiết bị', en: 'Waiting for the signer to confirm on a device' },
  'signing-completed': {
    data: z.object({
      signingId: z.string(),
      purpose: z.string(),
      signer: z.string(),
      baseSha256: z.string(),
      resultSha256: z.string(),
      serial: z.string(),
      timestamp: z.string().nullable(),
    }),
    vi: '{signer} đã ký số',
    en: '{signer} signed',
  },
  'signing-failed': {
    data: z.object({ signingId: z.string(), signer: z.string(), code: z.string() }),
    vi: 'Lần ký của {signer} không thành công',
    en: 'The signing by {signer} did not succeed',
  },
  'archive-asked': { data: z.object({ name: z.string(), sha256: z.string() }), vi: 'Yêu cầu lập bản lưu trữ lâu dài của {name}', en: 'Asked for a lasting copy of {name}' },
  'file-archived': {
    data: z.object({ name: z.string(), sha256: z.string(), archivedSha256: z.string(), protectedUntil: z.string() }),
    vi: 'Lập bản lưu trữ lâu dài của {name} (PAdES B-LTA)',
    en: 'Made a lasting copy of {name} (PAdES B-LTA)',
  },
  'archive-refused': { data: z.object({ name: z.string(), reason: z.string() }), vi: 'Không lập được bản lưu trữ của {name}: {reason}', en: 'No lasting copy of {name} was made: {reason}' },
  'archive-renewal-failed': {
    data: z.object({ name: z.string(), reason: z.string() }),
    vi: 'Chưa gia hạn được bản lưu trữ lâu dài của {name}: {reason}',
    en: 'The lasting copy of {name} could not be renewed: {reason}',
  },
  'signing-expired': { data: z.object({ signingId: z.string() }), vi: 'Lần ký bị bỏ dở đã được đóng lại', en: 'An abandoned signing was closed' },
};
