import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { fileOpenedData, fileUploadedData } from './contract.ts';
import { fileRoutes } from './file-routes.ts';
import { damageHealth, isNight, scrub } from './scrub.ts';
import { blobStore } from './service.ts';
import { expireUploads, sweepBlobs } from './sweep.ts';
import { uploadRoutes } from './upload-routes.ts';
import { UPLOAD_LIFE_MS } from './uploads/upload-record.ts';

export { keepBytes, openBytes, pathOfBytes, readBytes, readStated, storeBytes, storeParts, type StoredBlob } from './blobs.ts';
export { takeUpload, type TakenUpload } from './commands/take-upload.ts';
export { convertToPdf, convertUpload, findOffice } from './convert-to-pdf.ts';
export { cleanFileName, extensionOf } from './domain/file-name.ts';
export { sniff } from './domain/sniff.ts';
export { filesErrors } from './errors.ts';
export { defineFileGuard, visibleFile } from './guards.ts';
export { defineFileInspector } from './inspection.ts';
export { keepFile, keepFiles } from './keep-files.ts';
export { getFile, type StoredFile } from './queries/get-file.ts';
export { listDamaged, scrub } from './scrub.ts';
export { assertFinished, getUpload } from './uploads/upload-record.ts';

/** So long may one slice of the nightly check take: the worker has other work too. */
const SLICE_MS = 2000;

/** Immutable bytes by their hash, files on them, and the way in for uploads. */
export const filesModule: Module = {
  name: 'files',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...uploadRoutes, ...fileRoutes],
  events: {
    'file-opened': { data: fileOpenedData, vi: '{actor} mở tệp “{name}”', en: '{actor} opened the file “{name}”' },
    'file-uploaded': { data: fileUploadedData, vi: '{actor} tải lên tệp “{name}”', en: '{actor} uploaded the file “{name}”' },
  },
  schedules: [
    {
      name: 'files.sweep',
      everyMs: 3_600_000,
      run: async (kernel) => {
        await expireUploads(kernel);
        await sweepBlobs(kernel);
        await blobStore(kernel).cleanUp(new Date(kernel.clock.now().getTime() - UPLOAD_LIFE_MS));
      },
    },
    {
      name: 'files.scrub',
      everyMs: 30_000,
      run: async (kernel) => {
        if (isNight(kernel.clock.now())) await scrub(kernel, { budgetMs: SLICE_MS });
      },
    },
  ],
  health: [damageHealth],
};
