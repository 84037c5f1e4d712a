import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { eventData } from './contract.ts';
import { routes } from './routes.ts';
import { onMessageArrived } from './subscribers.ts';

/** Văn bản đến: what reaches the agency, seen by its clerk within a second, registered or refused. */
export const incomingDocumentsModule: Module = {
  name: 'incoming-documents',
  migrations: join(import.meta.dirname, 'migrations'),
  routes,
  subscriptions: [onMessageArrived],
  events: {
    'document-arrived': {
      data: eventData['document-arrived'],
      vi: 'Văn bản {numberAndNotation} của {senderName} đã đến',
      en: '{numberAndNotation} of {senderName} arrived',
    },
    'document-registered': { data: eventData['document-registered'], vi: 'Tiếp nhận, số đến {arrivalNumber}', en: 'Registered with arrival number {arrivalNumber}' },
    'document-refused': { data: eventData['document-refused'], vi: 'Từ chối nhận: {reason}', en: 'Refused: {reason}' },
  },
};
