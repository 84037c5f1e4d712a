import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { approval } from './commands/approve-document.ts';
import { initials } from './commands/initial-document.ts';
import { seal } from './commands/seal-document.ts';
import { eventData } from './contract.ts';
import { abilitiesInSigningRoom } from './policy.ts';
import { routes } from './routes.ts';
import { signingRoutes } from './routes-signing.ts';

/** Văn bản đi: drafted, signed, numbered, sealed, issued. */
export const outgoingDocumentsModule: Module = {
  name: 'outgoing-documents',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...signingRoutes, ...routes],
  contributions: { 'signatures.purposes': [approval, initials, seal], 'identity.abilities': [abilitiesInSigningRoom] },
  events: {
    'draft-created': { data: eventData['draft-created'], vi: 'Tạo dự thảo “{summary}”', en: 'Drafted “{summary}”' },
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
