import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { registerRoutes } from '#engines/registers/index.ts';
import { approval } from './commands/approve-document.ts';
import { initials } from './commands/initial-document.ts';
import { seal } from './commands/seal-document.ts';
import { eventData } from './contract.ts';
import { filesOfDocuments } from './file-guard.ts';
import { abilitiesInSigningRoom, abilitiesOnRegister } from './policy.ts';
import { routes } from './routes.ts';
import { sentRoutes } from './routes-sent.ts';
import { schedules } from './schedules.ts';
import { outgoingRegister } from './queries/outgoing-register.ts';
import { unsentDocuments } from './queries/unsent.ts';
import { onNoticeRefused } from './subscribers.ts';
import { signingRoutes } from './routes-signing.ts';

/** Văn bản đi: drafted, signed, numbered, sealed, issued. */
export const outgoingDocumentsModule: Module = {
  name: 'outgoing-documents',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...registerRoutes(outgoingRegister), ...signingRoutes, ...routes, ...sentRoutes],
  contributions: { 'signatures.purposes': [approval, initials, seal], 'identity.abilities': [abilitiesInSigningRoom, abilitiesOnRegister], 'exchange.unsent-documents': [unsentDocuments], 'files.guards': [filesOfDocuments] },
  subscriptions: [onNoticeRefused],
  schedules,
  events: {
    'document-recalled': { data: eventData['document-recalled'], vi: 'Thu hồi {numberAndNotation} tại {recipientCount} nơi nhận: {reason}', en: 'Recalled {numberAndNotation} from {recipientCount} recipients: {reason}' },
    'document-replaced': { data: eventData['document-replaced'], vi: 'Được thay thế bằng văn bản số {numberAndNotation}: {reason}', en: 'Replaced by {numberAndNotation}: {reason}' },
    'document-updated': { data: eventData['document-updated'], vi: 'Cập nhật (thêm {addedCount}, bỏ {removedCount} nơi nhận): {reason}', en: 'Updated ({addedCount} recipients added, {removedCount} removed): {reason}' },
    'document-resent': { data: eventData['document-resent'], vi: 'Gửi lại đến {recipientCount} nơi nhận', en: 'Sent again to {recipientCount} recipients' },
    'answers-read': { data: eventData['answers-read'], vi: 'Đã xem {count} trả lời không đồng ý', en: 'Read {count} refusals' },
    'draft-created': { data: eventData['draft-created'], vi: 'Tạo dự thảo “{summary}”', en: 'Drafted “{summary}”' },
    'reply-created': { data: eventData['reply-created'], vi: 'Soạn văn bản trả lời “{summary}”', en: 'Drafted the reply “{summary}”' },
    'reply-issued': { data: eventData['reply-issued'], vi: 'Phát hành văn bản trả lời {numberAndNotation}', en: 'Issued the reply {numberAndNotation}' },
    'draft-edited': { data: eventData['draft-edited'], vi: 'Sửa dự thảo, bản {revision}', en: 'Edited the draft, revision {revision}' },
    'recipients-changed': { data: eventData['recipients-changed'], vi: 'Chọn lại nơi nhận, {recipientCount} cơ quan', en: 'Changed the recipients, {recipientCount} agencies' },
    'document-submitted': { data: eventData['document-submitted'], vi: 'Trình ký {approverTitle} {approverName}', en: 'Submitted to {approverTitle} {approverName}' },
    'initials-asked': { data: eventData['initials-asked'], vi: 'Trình {initialsTitle} {initialsName} ký nháy, sau đó trình {approverTitle} {approverName}', en: 'Asked {initialsTitle} {initialsName} for initials, before {approverTitle} {approverName}' },
    'document-initialled': { data: eventData['document-initialled'], vi: '{signerName} ký nháy', en: '{signerName} initialled' },
    'practice-changed': { data: eventData['practice-changed'], vi: 'Chọn kiểu ký nháy của cơ quan: {initialsLook}', en: 'Chose the agency’s look of initials: {initialsLook}' },
    'document-returned': { data: eventData['document-returned'], vi: 'Trả lại: {reason}', en: 'Returned: {reason}' },
    'document-signed': { data: eventData['document-signed'], vi: '{signerName} ký số', en: '{signerName} signed' },
    'document-numbered': { data: eventData['document-numbered'], vi: 'Cấp số {numberAndNotation}, ngày {issuedOn}', en: 'Numbered {numberAndNotation}, dated {issuedOn}' },
    'file-sealed': { data: eventData['file-sealed'], vi: 'Ký số của cơ quan trên tệp {name}', en: 'Sealed the file {name}' },
    'document-sealed': { data: eventData['document-sealed'], vi: 'Đóng dấu văn bản {numberAndNotation}', en: 'Sealed {numberAndNotation}' },
    'document-issued': { data: eventData['document-issued'], vi: 'Phát hành {numberAndNotation} tới {recipientCount} nơi nhận', en: 'Issued {numberAndNotation} to {recipientCount} recipients' },
    'document-withdrawn': { data: eventData['document-withdrawn'], vi: 'Rút văn bản: {reason}', en: 'Withdrawn: {reason}' },
  },
};
