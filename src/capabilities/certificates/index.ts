import { join } from 'node:path';
import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';
import type { Module } from '#kernel/module.ts';
import { askStatusJob } from './commands/ask-status.ts';
import { declineReasons } from './contract.ts';
import { certificateRoutes } from './routes.ts';
import { certificateSchedules } from './schedules.ts';
import { onCredentialImported, onCredentialIssued, onCredentialRevoked, onDecidingPosts, onPostEnded } from './subscribers.ts';

const certificate = z.object({ holder: z.string(), serial: z.string() });
const request = z.object({ form: z.string(), holder: z.string() });

const events: EventCatalogue = {
  'certificate-listed': { data: certificate.extend({ issuer: z.string() }), vi: 'Đưa chứng thư số {serial} của {holder} vào danh sách', en: 'Listed certificate {serial} of {holder}' },
  'certificates-imported': { data: z.object({ count: z.int(), serials: z.array(z.string()) }), vi: 'Nạp {count} chứng thư số từ tệp', en: 'Took in {count} certificates from files' },
  'certificate-edited': { data: certificate.extend({ tokenSerial: z.string() }), vi: 'Sửa thông tin chứng thư số của {holder}', en: 'Edited the certificate of {holder}' },
  'certificate-reviewed': {
    data: certificate.extend({ reason: z.string(), tasks: z.array(z.string()) }),
    vi: 'Đã xem xét chứng thư số của {holder}: {reason}',
    en: 'Considered the certificate of {holder}: {reason}',
  },
  'renewal-declined': {
    data: certificate.extend({ reason: z.enum(declineReasons), note: z.string() }),
    vi: 'Không gia hạn chứng thư số {serial} của {holder}',
    en: 'Certificate {serial} of {holder} is not to be renewed',
  },
  'renewal-resumed': { data: certificate, vi: 'Hoàn tác không gia hạn chứng thư số {serial} của {holder}', en: 'Certificate {serial} of {holder} is to be renewed after all' },
  'revocation-noted': {
    data: certificate.extend({ reason: z.string(), revokedOn: z.string() }),
    vi: 'Ghi nhận chứng thư số của {holder} bị thu hồi: {reason}',
    en: 'Recorded that the certificate of {holder} was revoked: {reason}',
  },
  'status-asked': { data: certificate, vi: 'Hỏi nơi cấp về tình trạng chứng thư số của {holder}', en: 'Asked the authority about the certificate of {holder}' },
  'status-unanswered': {
    data: certificate.extend({ problem: z.string() }),
    vi: 'Không hỏi được nơi cấp về chứng thư số {serial} của {holder}',
    en: 'The authority of certificate {serial} of {holder} could not be asked',
  },
  'revocation-found': {
    data: certificate.extend({ reason: z.string(), revokedOn: z.string() }),
    vi: 'Nơi cấp trả lời: chứng thư số của {holder} bị thu hồi từ ngày {revokedOn} ({reason})',
    en: 'The authority answered: the certificate of {holder} is revoked since {revokedOn} ({reason})',
  },
  'suspension-found': {
    data: certificate.extend({ reason: z.string(), revokedOn: z.string() }),
    vi: 'Nơi cấp trả lời: chứng thư số của {holder} bị tạm dừng từ ngày {revokedOn}',
    en: 'The authority answered: the certificate of {holder} is suspended since {revokedOn}',
  },
  'suspension-lifted': { data: certificate, vi: 'Nơi cấp trả lời: chứng thư số của {holder} được dùng lại', en: 'The authority answered: the certificate of {holder} is in force again' },
  'certificate-removed': { data: certificate, vi: 'Xóa chứng thư số {serial} của {holder} khỏi danh sách', en: 'Removed certificate {serial} of {holder} from the list' },
  'end-announced': {
    data: certificate.extend({ days: z.int(), validTo: z.string() }),
    vi: 'Nhắc: chứng thư số của {holder} hết hạn ngày {validTo}',
    en: 'Reminder: the certificate of {holder} ends on {validTo}',
  },
  'request-submitted': { data: request.extend({ kind: z.string() }), vi: 'Gửi “{form}” ({holder})', en: 'Submitted “{form}” ({holder})' },
  'request-withdrawn': { data: request, vi: 'Rút “{form}” ({holder})', en: 'Withdrew “{form}” ({holder})' },
  'request-approved': { data: request.extend({ reason: z.string() }), vi: 'Duyệt “{form}” ({holder})', en: 'Approved “{form}” ({holder})' },
  'request-refused': { data: request.extend({ reason: z.string() }), vi: 'Từ chối “{form}” ({holder}): {reason}', en: 'Refused “{form}” ({holder}): {reason}' },
  'refusal-read': { data: request, vi: 'Đã xem lý do từ chối “{form}” ({holder})', en: 'Read why “{form}” was refused ({holder})' },
  'request-completed': { data: request, vi: 'Hoàn thành “{form}” ({holder})', en: 'Completed “{form}” ({holder})' },
};

/** Chứng thư số: whose certificates an agency manages, until when they hold, and the requests for new ones. */
export const certificatesModule: Module = {
  name: 'certificates',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: certificateRoutes,
  subscriptions: [onCredentialIssued, onCredentialImported, onCredentialRevoked, onPostEnded, ...onDecidingPosts],
  jobs: [askStatusJob],
  schedules: certificateSchedules,
  events,
};
