import { resolve } from 'node:path';
import { service, type Kernel } from '#kernel/kernel.ts';
import { openLocalStore } from './adapters/local-store.ts';
import { openS3Store } from './adapters/s3-store.ts';
import type { BlobStore } from './adapters/store.ts';

/** The store that FILES_URL names, opened once per process. */
export const blobStore: (kernel: Kernel) => BlobStore = service(Symbol('blob store'), ({ config }) =>
  config.filesUrl.startsWith('s3://') ? openS3Store(config.filesUrl, config.dataDir) : openLocalStore(resolve(config.filesUrl)),
);
