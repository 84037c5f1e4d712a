import { join } from 'node:path';
import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';
import type { Module } from '#kernel/module.ts';
import { abilitiesInRemoteSigning } from './policy.ts';
import { consentRoutes } from './routes-consents.ts';
import { cscRoutes } from './routes-csc.ts';
import { ownerApproval } from './owner-approval.ts';
import { ownerRoutes } from './routes-owner.ts';
import { clientRoutes } from './routes-clients.ts';
import { remoteSigningSchedules } from './schedules.ts';
import { onCredentialRevoked, onPinChanged } from './subscribers.ts';

const client = z.object({ client: z.string() });
const credential = z.object({ label: z.string() });
const asked = z.object({ client: z.string(), count: z.int() });

const events: EventCatalogue = {
  'client-registered': { data: client, vi: 'Đăng ký phần mềm “{client}” dùng ký số từ xa', en: 'Registered the application “{client}” for remote signing' },
  'client-secret-renewed': { data: client, vi: 'Cấp lại khóa bí mật cho phần mềm “{client}”', en: 'Gave the application “{client}” a new secret' },
  'client-disabled': { data: client, vi: 'Ngừng cho phần mềm “{client}” dùng ký số từ xa', en: 'Closed remote signing to the application “{client}”' },
  'client-resumed': { data: client, vi: 'Cho phần mềm “{client}” dùng lại ký số từ xa', en: 'Opened remote signing again to the application “{client}”' },
  'credential-enrolled': { data: credential.extend({ passkey: z.string() }), vi: 'Bật ký số từ xa cho chứng thư số của {label} bằng khóa truy cập “{passkey}”', en: 'Opened the certificate of {label} to remote signing with the passkey “{passkey}”' },
  'credential-withdrawn': { data: credential, vi: 'Tắt ký số từ xa cho chứng thư số của {label}', en: 'Closed the certificate of {label} to remote signing' },
  'pin-remembered': { data: credential.extend({ passkey: z.string() }), vi: 'Thiết bị “{passkey}” nhớ mã PIN của chứng thư số {label}', en: 'The device “{passkey}” remembers the PIN of the certificate of {label}' },
  'pin-forgotten': { data: z.object({ passkey: z.string() }), vi: 'Thiết bị “{passkey}” không còn nhớ mã PIN của chứng thư số', en: 'The device “{passkey}” no longer remembers the PIN of the certificate' },
  'consent-granted': { data: client, vi: 'Cho phép phần mềm “{client}” xem chứng thư số của mình', en: 'Let the application “{client}” see one’s own certificates' },
  'consent-revoked': { data: client, vi: 'Thu hồi quyền kết nối đã cho phần mềm “{client}”', en: 'Took back the consent given to the application “{client}”' },
  'consent-refused': { data: client, vi: 'Không cho phép phần mềm “{client}” kết nối', en: 'Did not let the application “{client}” in' },
  'authorization-asked': { data: asked.extend({ hashes: z.array(z.string()) }), vi: 'Phần mềm “{client}” xin ký {count} văn bản', en: 'The application “{client}” asked for {count} signatures' },
  'passkey-tried': { data: asked, vi: 'Thử xác nhận ký {count} văn bản cho “{client}”', en: 'Tried to approve {count} signatures for “{client}”' },
  'passkey-refused': { data: z.object({ client: z.string(), attempt: z.int() }), vi: 'Khóa truy cập sai khi xác nhận ký cho “{client}” (lần {attempt})', en: 'A wrong passkey for a request of “{client}” (attempt {attempt})' },
  'authorization-failed': { data: asked.extend({ code: z.string() }), vi: 'Xác nhận ký {count} văn bản cho “{client}” không thành, chưa trả chữ ký nào ({code})', en: 'The approval of {count} signatures for “{client}” failed, no signature was handed out ({code})' },
  'authorization-approved': { data: asked, vi: 'Xác nhận ký {count} văn bản cho “{client}”', en: 'Approved {count} signatures for “{client}”' },
  'hash-signed': { data: z.object({ client: z.string(), hash: z.string(), document: z.string() }), vi: 'Đã ký “{document}” cho “{client}”, mã băm {hash}', en: 'Signed “{document}” for “{client}”, hash {hash}' },
  'hash-withdrawn': { data: z.object({ client: z.string(), hash: z.string(), document: z.string() }), vi: 'Rút “{document}” khỏi yêu cầu ký của “{client}”, mã băm {hash}', en: 'Withdrew “{document}” from the request of “{client}”, hash {hash}' },
  'authorization-refused': { data: asked.extend({ reason: z.string() }), vi: 'Từ chối ký {count} văn bản cho “{client}”: {reason}', en: 'Refused {count} signatures for “{client}”: {reason}' },
  'authorization-expired': { data: asked, vi: 'Yêu cầu ký {count} văn bản của “{client}” hết hạn', en: 'The request of “{client}” for {count} signatures ran out' },
  'signatures-refused': { data: client.extend({ reason: z.string() }), vi: 'Không trả chữ ký cho “{client}”: dữ liệu kích hoạt đã dùng, hết hạn hoặc không khớp ({reason})', en: 'Handed no signature to “{client}”: its activation data were used up, too late or do not fit ({reason})' },
  'signatures-released': { data: asked, vi: 'Trả {count} chữ ký cho “{client}”', en: 'Handed {count} signatures to “{client}”' },
};

/** Ký số từ xa: a signing service for other applications (Cloud Signature Consortium API), whose keys are released by their owner alone. */
export const remoteSigningModule: Module = {
  name: 'remote-signing',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...cscRoutes, ...consentRoutes, ...ownerRoutes, ...clientRoutes],
  schedules: remoteSigningSchedules,
  subscriptions: [onCredentialRevoked, onPinChanged],
  events,
  contributions: { 'identity.abilities': [abilitiesInRemoteSigning], 'signatures.owner-approval': [ownerApproval] },
};
