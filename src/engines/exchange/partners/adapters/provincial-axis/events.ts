import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';

const partner = z.object({ partnerId: z.uuid(), partnerName: z.string() });

/** What an administrator does with the systems of other vendors. Never a key, only its last characters. */
export const axisEvents: EventCatalogue = {
  'axis-key-issued': { data: partner.extend({ hint: z.string(), expiresAt: z.string() }), vi: 'Cấp khóa …{hint} cho hệ thống {partnerName}', en: 'Key …{hint} issued to {partnerName}' },
  'axis-key-ends': { data: partner.extend({ hint: z.string(), expiresAt: z.string() }), vi: 'Khóa cũ …{hint} của hệ thống {partnerName} chỉ còn dùng được đến {expiresAt}', en: 'Former key …{hint} of {partnerName} is good until {expiresAt} only' },
  'axis-key-revoked': { data: partner.extend({ hint: z.string() }), vi: 'Thu hồi khóa …{hint} của hệ thống {partnerName}', en: 'Key …{hint} of {partnerName} revoked' },
  'axis-fetching-set': { data: partner.extend({ minutes: z.int().nullable() }), vi: 'Đặt nhịp đến lấy gói của hệ thống {partnerName}', en: 'How often {partnerName} comes for its parcels was set' },
  'axis-quotas-set': { data: partner.extend({ messagesPerDay: z.int(), megabytesPerDay: z.int(), requestsPerMinute: z.int() }), vi: 'Đặt hạn mức của hệ thống {partnerName}: {messagesPerDay} gói/ngày, {megabytesPerDay} MB/ngày, {requestsPerMinute} yêu cầu/phút', en: 'Quotas of {partnerName} set: {messagesPerDay} packets a day, {megabytesPerDay} MB a day, {requestsPerMinute} requests a minute' },
  'axis-signing-set': { data: partner.extend({ form: z.object({ vi: z.string(), en: z.string() }), fingerprint: z.string() }), vi: 'Đặt chữ ký gói tin gửi {partnerName}: {form}', en: 'Signature of packets for {partnerName} set: {form}' },
  'axis-sandbox-entered': { data: partner, vi: 'Chuyển hệ thống {partnerName} sang chế độ thử nghiệm', en: '{partnerName} put into sandbox mode' },
  'axis-sandbox-left': { data: partner, vi: 'Chuyển hệ thống {partnerName} sang chế độ thật', en: '{partnerName} put into real operation' },
};
