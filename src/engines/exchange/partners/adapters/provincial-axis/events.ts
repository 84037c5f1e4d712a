import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';

const partner = z.object({ partnerId: z.uuid(), partnerName: z.string() });

/** What an administrator does with the systems of other vendors. Never a key, only its last characters. */
export const axisEvents: EventCatalogue = {
  'axis-key-issued': { data: partner.extend({ hint: z.string(), expiresAt: z.string() }), vi: 'Cấp khóa …{hint} cho hệ thống {partnerName}', en: 'Key …{hint} issued to {partnerName}' },
  'axis-key-revoked': { data: partner.extend({ hint: z.string() }), vi: 'Thu hồi khóa …{hint} của hệ thống {partnerName}', en: 'Key …{hint} of {partnerName} revoked' },
  'axis-sandbox-entered': { data: partner, vi: 'Chuyển hệ thống {partnerName} sang chế độ thử nghiệm', en: '{partnerName} put into sandbox mode' },
  'axis-sandbox-left': { data: partner, vi: 'Chuyển hệ thống {partnerName} sang chế độ thật', en: '{partnerName} put into real operation' },
};
