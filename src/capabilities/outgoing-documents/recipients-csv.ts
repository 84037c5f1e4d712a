import { formatInstant } from '#kernel/time.ts';
import type { OutgoingDetail } from './contract.ts';
import { deliveryWords, noticeStateWords, noticeKindWords } from './domain/delivery-words.ts';

type Recipient = OutgoingDetail['recipients'][number];
type Language = 'vi' | 'en';

const HEAD: Record<Language, string[]> = {
  vi: ['STT', 'Nơi nhận', 'Mã định danh', 'Trạng thái', 'Gửi lúc', 'Đến lúc', 'Mở lúc', 'Trả lời lúc', 'Người trả lời', 'Lý do', 'Số lần nhắc', 'Thông báo', 'Trả lời thông báo', 'Trả lời thông báo lúc', 'Lý do trả lời'],
  en: ['No.', 'Recipient', 'Code', 'State', 'Sent', 'Arrived', 'Opened', 'Answered', 'Answered by', 'Reason', 'Reminders', 'Notice', 'Answer to the notice', 'Notice answered', 'Reason of the answer'],
};

/** The recipients of an issued document as CSV (RFC 4180) with a byte order mark, without which Excel misreads Vietnamese. */
export function recipientsCsv(document: OutgoingDetail, language: Language): string {
  const rows = document.recipients.map((recipient, index) => rowOf(recipient, index + 1, language));
  return `\ufeff${[HEAD[language], ...rows].map((cells) => cells.map(cell).join(',')).join('\r\n')}\r\n`;
}

function rowOf({ name, code, delivery }: Recipient, place: number, language: Language): string[] {
  const at = (instant: string | null | undefined): string => (instant === null || instant === undefined ? '' : formatInstant(new Date(instant)));
  const notice = delivery?.notices.at(-1);
  return [
    String(place),
    name,
    code ?? '',
    delivery === null ? '' : deliveryWords(delivery.state)[language],
    at(delivery?.sentAt),
    at(delivery?.arrivedAt),
    at(delivery?.openedAt),
    at(delivery?.answeredAt),
    delivery?.answeredBy ?? '',
    delivery?.reason ?? '',
    String(delivery?.reminderCount ?? 0),
    notice === undefined ? '' : noticeKindWords[notice.kind][language],
    notice === undefined ? '' : noticeStateWords(notice.state)[language],
    at(notice?.answeredAt),
    notice?.answerReason ?? '',
  ];
}

/** Text that a spreadsheet would take for a formula gets an apostrophe. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
