import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { storeBytes } from '../blobs.ts';
import { cleanFileName, extensionOf } from '../domain/file-name.ts';
import { filesErrors } from '../errors.ts';
import { inspectFile } from '../inspection.ts';
import { blobStore } from '../service.ts';
import type { Upload } from './upload-record.ts';

/**
 * All bytes are here: stores them under their hash, finds out what they are, and marks the upload as finished. Until
 * the mark is set, the upload counts as one whose last part is missing, so a crash costs that part and nothing else.
 * @throws AppError as `inspectFile` refuses: the upload is then gone; `kernel.storageFull`: it stays and may be resumed.
 */
export async function finishUpload(kernel: Kernel, upload: Upload): Promise<Upload> {
  const { parts } = blobStore(kernel);
  const blob = await storeBytes(kernel, parts.read(upload.id, upload.sizeBytes), { limitBytes: upload.sizeBytes, provisional: true });
  const inspected = await inspectFile(kernel, blob, upload.name).catch(async (error: unknown) => {
    if (isRefusal(error)) await dropUpload(kernel, upload);
    throw error;
  });
  const finished: Upload = {
    ...upload,
    state: 'finished',
    name: withExtension(upload.name, inspected.extension),
    receivedBytes: upload.sizeBytes,
    sha256: blob.sha256,
    mediaType: inspected.mediaType,
    flags: inspected.flags,
  };
  const marked = await kernel.database.pool.query(
    `update files.upload set state = 'finished', received_bytes = size_bytes, writer = null, name = $3, sha256 = $4, media_type = $5, flags = $6
      where agency_id = $1 and id = $2 and state = 'receiving'`,
    [upload.agencyId, upload.id, finished.name, Buffer.from(blob.sha256, 'hex'), inspected.mediaType, inspected.flags],
  );
  if (marked.rowCount === 0) throw filesErrors.uploadOusted();
  await parts.drop(upload.id);
  return finished;
}

/** Forgets an upload and its bytes. One that a command took is history and stays. */
export async function dropUpload(kernel: Kernel, upload: Pick<Upload, 'agencyId' | 'id'>): Promise<void> {
  await kernel.database.pool.query(`delete from files.upload where agency_id = $1 and id = $2 and state <> 'taken'`, [upload.agencyId, upload.id]);
  await blobStore(kernel).parts.drop(upload.id);
}

/** A refusal is about the file itself, so sending it again would not help. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.entry.status === 422;
}

function withExtension(name: string, extension: string): string {
  return extension === '' || extensionOf(name) === extension ? name : cleanFileName(`${name}.${extension}`);
}
