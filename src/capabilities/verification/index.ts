import { join } from 'node:path';
import { z } from 'zod';
import type { Module } from '#kernel/module.ts';
import { authenticityRoutes } from './routes-authenticity.ts';
import { reportRoutes } from './routes-reports.ts';
import { verificationRoutes } from './routes.ts';
import { onDocumentIssued, onDocumentRecalled, onDocumentReplaced } from './subscribers.ts';

/** Anybody checks the signatures of a file (/kiem-tra, the API, the command line), and whether a paper is an issued document (/xac-thuc). */
export const verificationModule: Module = {
  name: 'verification',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...verificationRoutes, ...reportRoutes, ...authenticityRoutes],
  subscriptions: [onDocumentIssued, onDocumentRecalled, onDocumentReplaced],
  events: {
    'public-page-opened': {
      data: z.object({ numberAndNotation: z.string(), code: z.string() }),
      vi: 'Mở trang xác thực công khai của {numberAndNotation}',
      en: 'Opened the public page of {numberAndNotation}',
    },
    'public-page-changed': { data: z.object({ stateVi: z.string(), stateEn: z.string(), code: z.string() }), vi: 'Trang xác thực công khai: {stateVi}', en: 'The public page says: {stateEn}' },
  },
};

export { main } from './command-line.ts';
export { verifyFiles, type VerifyFiles } from './verify-files.ts';
