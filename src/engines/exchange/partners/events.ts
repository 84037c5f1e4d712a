import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';

/** In both languages; earlier entries hold a single word. */
const wording = z.union([z.object({ vi: z.string(), en: z.string() }), z.string()]);
const partner = z.object({ partnerId: z.uuid(), partnerName: z.string() });

/** What operators do with partners, and what happens to the lines, parcels and arrivals. No content of documents. */
export const partnerEvents: EventCatalogue = {
  'partner-added': { data: partner.extend({ protocol: z.string() }), vi: 'Thêm đối tác liên thông {partnerName}', en: 'Partner {partnerName} added' },
  'partner-changed': { data: partner.extend({ changed: wording }), vi: 'Sửa đối tác {partnerName}: {changed}', en: 'Partner {partnerName} changed: {changed}' },
  'partner-confirmed': { data: partner.extend({ fingerprint: z.string() }), vi: 'Xác nhận khóa của đối tác {partnerName}', en: 'The key of partner {partnerName} confirmed' },
  'partner-passing-set': { data: partner.extend({ passedVi: z.string(), passedEn: z.string() }), vi: 'Đặt việc chuyển tiếp văn bản với {partnerName}: {passedVi}', en: 'What is passed on for {partnerName} set: {passedEn}' },
  'partner-suspended': { data: partner.extend({ reason: z.string() }), vi: 'Tạm dừng đối tác {partnerName}: {reason}', en: 'Partner {partnerName} suspended: {reason}' },
  'partner-resumed': { data: partner, vi: 'Mở lại đối tác {partnerName}', en: 'Partner {partnerName} resumed' },
  'partner-tested': { data: partner.extend({ result: wording }), vi: 'Thử kết nối {partnerName}: {result}', en: 'Connection to {partnerName} tested: {result}' },
  'partner-reconciled': { data: partner.extend({ recovered: z.int(), askedAgain: z.int(), problems: z.int() }), vi: 'Đối chiếu với {partnerName}: lấy lại {recovered}, xin gửi lại {askedAgain}, cần xem {problems}', en: 'Reconciled with {partnerName}: {recovered} recovered, {askedAgain} asked for again, {problems} to look at' },
  // Hash and id of the recipient are absent in records of before they were told.
  'envelope-recovered': { data: partner.extend({ envelopeId: z.uuid(), contentHash: z.string().optional(), number: z.string(), recipientAgencyId: z.uuid().optional(), recipientName: z.string() }), vi: 'Lấy lại văn bản {number} gửi {recipientName} từ {partnerName}', en: 'The document {number} to {recipientName} was recovered from {partnerName}' },
  'envelope-relayed': { data: partner.extend({ envelopeId: z.uuid(), number: z.string(), recipients: z.string() }), vi: 'Chuyển tiếp văn bản {number} từ {partnerName} đến {recipients}', en: 'The document {number} from {partnerName} was passed on to {recipients}' },
  'envelope-refused': { data: partner.extend({ senderName: z.string(), code: z.string() }), vi: 'Từ chối văn bản {partnerName} chuyển tiếp cho {senderName} ({code})', en: 'A document that {partnerName} passed on for {senderName} was refused ({code})' },
  'partner-rotated': { data: partner.extend({ fingerprint: z.string() }), vi: 'Thay khóa, mật khẩu nối với {partnerName}', en: 'The secrets for {partnerName} replaced' },
  'partner-limits-set': { data: partner.extend({ megabytes: z.string() }), vi: 'Đặt dung lượng nhận từ {partnerName}: {megabytes} MB', en: 'The most that is taken from {partnerName} set: {megabytes} MB' },
  'partner-reach-changed': { data: partner.extend({ address: z.string(), isFetching: z.boolean() }), vi: 'Đổi cách trao đổi với {partnerName}', en: 'The way of exchange with {partnerName} changed' },
  'partner-key-ended': { data: partner.extend({ fingerprint: z.string() }), vi: 'Kết thúc khóa cũ {fingerprint} của kết nối {partnerName}', en: 'Former key {fingerprint} of the connection to {partnerName} ended' },
  'partner-version-refused': { data: partner.extend({ version: z.string(), own: z.string() }), vi: '{partnerName} gọi đến bằng phiên bản giao thức {version}, hệ thống này dùng phiên bản {own}', en: '{partnerName} calls in version {version} of the protocol; here it is version {own}' },
  'partner-version-accepted': { data: partner, vi: '{partnerName} lại gọi đến bằng phiên bản giao thức chung', en: '{partnerName} calls in a common version of the protocol again' },
  'partner-anchor-added': { data: partner.extend({ subject: z.string(), fingerprint: z.string() }), vi: 'Tin chứng thư {subject} khi nối với {partnerName}', en: 'Certificate {subject} trusted for the connection to {partnerName}' },
  'partner-anchor-withdrawn': { data: partner.extend({ subject: z.string(), fingerprint: z.string() }), vi: 'Thôi tin chứng thư {subject} khi nối với {partnerName}', en: 'Certificate {subject} no longer trusted for the connection to {partnerName}' },
  'partner-agency-linked': { data: partner.extend({ agencyId: z.uuid(), agencyName: z.string() }), vi: 'Gửi đến {agencyName} qua {partnerName}', en: '{agencyName} is reached through {partnerName}' },
  'partner-agency-unlinked': { data: partner.extend({ agencyId: z.uuid(), agencyName: z.string() }), vi: 'Không gửi đến {agencyName} qua {partnerName} nữa', en: '{agencyName} is no longer reached through {partnerName}' },
  'partner-conflict-found': { data: partner.extend({ name: z.string(), problem: z.string() }), vi: 'Danh bạ của {partnerName} khác danh bạ tỉnh: {name}', en: 'The directory of {partnerName} differs: {name}' },
  'partner-conflict-accepted': { data: partner.extend({ name: z.string(), ours: z.string() }), vi: 'Theo danh bạ của {partnerName}: {ours} → {name}', en: 'Followed the directory of {partnerName}: {ours} → {name}' },
  'partner-conflict-settled': { data: partner.extend({ name: z.string() }), vi: 'Giữ danh bạ tỉnh trước khác biệt {name} của {partnerName}', en: 'Kept the own directory against the difference {name} of {partnerName}' },
  'record-witnessed': { data: partner.extend({ size: z.int() }), vi: 'Làm chứng cho nhật ký của {partnerName} ở kích thước {size}', en: 'Witnessed the record of {partnerName} at size {size}' },
  'record-contradicted': { data: partner.extend({ size: z.int(), problem: z.string() }), vi: 'Nhật ký của {partnerName} mâu thuẫn với lần làm chứng trước ({problem})', en: 'The record of {partnerName} contradicts what was witnessed before ({problem})' },
  'circuit-opened': { data: partner.extend({ code: wording }), vi: 'Ngắt đường nối {partnerName}: {code}', en: 'The line to {partnerName} was opened: {code}' },
  'circuit-closed': { data: partner, vi: 'Đường nối {partnerName} hoạt động lại', en: 'The line to {partnerName} works again' },
  'transfer-sent': { data: partner.extend({ transferId: z.uuid() }), vi: '{partnerName} đã nhận gói', en: '{partnerName} has taken the parcel' },
  'transfer-failed': { data: partner.extend({ transferId: z.uuid(), code: z.string() }), vi: 'Không chuyển được gói đến {partnerName} ({code})', en: 'The parcel could not be brought to {partnerName} ({code})' },
  'transfer-retried': { data: partner.extend({ transferId: z.uuid() }), vi: 'Gửi lại gói đến {partnerName}', en: 'The parcel to {partnerName} is sent again' },
  'withheld-retried': { data: partner.extend({ count: z.int() }), vi: 'Lấy lại ngay {count} gói tin mà {partnerName} chưa giao', en: '{count} packets that {partnerName} does not give are asked for at once' },
  'inbound-quarantined': { data: partner.extend({ inboundId: z.uuid(), code: z.string() }), vi: 'Cách ly gói đến từ {partnerName} ({code})', en: 'An arrival from {partnerName} was put into quarantine ({code})' },
  'inbound-retried': { data: partner.extend({ inboundId: z.uuid() }), vi: 'Xử lý lại gói đến từ {partnerName}', en: 'An arrival from {partnerName} is tried again' },
  'inbound-assigned': { data: partner.extend({ inboundId: z.uuid(), agencyName: z.string(), formerAgencyId: z.uuid().nullable().default(null) }), vi: 'Giao gói đến từ {partnerName} cho {agencyName}', en: 'An arrival from {partnerName} was handed to {agencyName}' },
  'inbound-opened': { data: partner.extend({ inboundId: z.uuid(), sha256: z.string() }), vi: 'Mở nguyên gốc gói đến từ {partnerName}', en: 'Opened the original of an arrival from {partnerName}' },
  'inbound-settled': { data: partner.extend({ inboundId: z.uuid(), resolution: z.string() }), vi: 'Xử lý xong gói đến từ {partnerName}: {resolution}', en: 'An arrival from {partnerName} was settled: {resolution}' },
};
