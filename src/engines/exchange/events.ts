import type { EventCatalogue } from '#kernel/events.ts';
import {
  contradictionKept,
  deliveriesArrived,
  deliveryAnswered,
  deliveryRetried,
  deliveryReturned,
  envelopeInspected,
  envelopeSent,
  messageAnswered,
  messageArrived,
  messageRefused,
} from './contract.ts';

export const events: EventCatalogue = {
  'envelope-sent': { data: envelopeSent, vi: 'Gửi liên thông đến {recipientCount} nơi nhận', en: 'Sent to {recipientCount} recipients' },
  'envelope-inspected': { data: envelopeInspected, vi: 'Kiểm tra tệp và chữ ký số trước khi chuyển', en: 'Files and signatures checked before delivery' },
  'deliveries-arrived': { data: deliveriesArrived, vi: 'Đã đến {count} nơi nhận', en: 'Arrived at {count} recipients' },
  'delivery-answered': { data: deliveryAnswered, vi: '{recipientName}: {statusVi}', en: '{recipientName}: {statusEn}' },
  'delivery-returned': { data: deliveryReturned, vi: 'Không gửi được đến {recipientName}: {problem}', en: 'Could not be delivered to {recipientName}: {problem}' },
  'delivery-retried': { data: deliveryRetried, vi: 'Gửi lại đến {recipientName}', en: 'Delivery to {recipientName} tried again' },
  'message-arrived': { data: messageArrived, vi: 'Văn bản của {senderName} đã đến', en: 'A document of {senderName} arrived' },
  'message-refused': { data: messageRefused, vi: 'Hệ thống từ chối gói tin của {senderName}: {reason}', en: 'An envelope of {senderName} was refused: {reason}' },
  'message-answered': { data: messageAnswered, vi: 'Trả lời nơi gửi: {statusVi}', en: 'Answered the sender: {statusEn}' },
  'contradiction-kept': {
    data: contradictionKept,
    vi: 'Gói tin của {senderName} đến lần hai với nội dung khác: từ chối và lưu lại',
    en: 'An envelope of {senderName} came again with another content: refused and kept',
  },
};
