import { createHash, type Hash } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { newId } from '#kernel/ids.ts';
import type { ChecksumAlgorithm } from '../domain/tus.ts';
import { filesErrors } from '../errors.ts';
import { blobStore } from '../service.ts';
import { finishUpload } from './finish-upload.ts';
import type { Upload } from './upload-record.ts';

export type Part = {
  offset: number;
  source: AsyncIterable<Buffer>;
  checksum?: { algorithm: ChecksumAlgorithm; digest: Buffer } | undefined;
};

/**
 * Takes the next bytes of an upload as they come, and finishes it with the last one. What arrived before a broken
 * connection is kept. The latest connection wins: an older one that still hangs stops at its next sign of life.
 * @returns the upload as it is now.
 * @throws AppError `files.offsetMismatch`, `.longerThanDeclared`, `.checksumMismatch`, `.uploadOusted`,
 *   `.connectionBroken`, `kernel.storageFull`, and whatever `finishUpload` refuses.
 */
export async function receivePart(kernel: Kernel, upload: Upload, part: Part): Promise<Upload> {
  if (upload.state !== 'receiving' || part.offset !== upload.receivedBytes) throw filesErrors.offsetMismatch({ values: { receivedBytes: upload.receivedBytes } });
  const writer = newId();
  await takeOver(kernel, upload, writer);
  const digest = part.checksum === undefined ? undefined : createHash(part.checksum.algorithm);
  let { receivedBytes } = upload;
  try {
    receivedBytes = await blobStore(kernel).parts.append({
      uploadId: upload.id,
      offset: part.offset,
      source: bounded(part.source, upload, digest),
      onProgress: async (received) => {
        // Bytes under a checksum count only when all of them have come and match.
        if (digest === undefined) await noteProgress(kernel, { ...upload, receivedBytes: received }, writer);
      },
    });
  } catch (error) {
    throw asBrokenConnection(error);
  }
  if (part.checksum !== undefined && digest !== undefined && !digest.digest().equals(part.checksum.digest)) throw filesErrors.checksumMismatch();
  const received = { ...upload, receivedBytes };
  if (receivedBytes === upload.sizeBytes) return finishUpload(kernel, received);
  await noteProgress(kernel, received, writer);
  return received;
}

async function takeOver(kernel: Kernel, upload: Upload, writer: string): Promise<void> {
  const taken = await kernel.database.pool.query(
    `update files.upload set writer = $3 where agency_id = $1 and id = $2 and state = 'receiving' and received_bytes = $4`,
    [upload.agencyId, upload.id, writer, upload.receivedBytes],
  );
  if (taken.rowCount === 0) throw filesErrors.uploadOusted();
}

async function noteProgress(kernel: Kernel, upload: Upload, writer: string): Promise<void> {
  const noted = await kernel.database.pool.query(
    `update files.upload set received_bytes = $4 where agency_id = $1 and id = $2 and state = 'receiving' and writer = $3`,
    [upload.agencyId, upload.id, writer, upload.receivedBytes],
  );
  if (noted.rowCount === 0) throw filesErrors.uploadOusted();
}

/** Passes chunks on until there are more bytes than were declared: the limit holds while streaming, not after. */
async function* bounded(source: AsyncIterable<Buffer>, upload: Upload, digest: Hash | undefined): AsyncIterable<Buffer> {
  let length = upload.receivedBytes;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > upload.sizeBytes) throw filesErrors.longerThanDeclared({ values: { declaredBytes: upload.sizeBytes } });
    digest?.update(chunk);
    yield chunk;
  }
}

const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'ERR_STREAM_DESTROYED']);

function asBrokenConnection(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && BROKEN.has(code) ? filesErrors.connectionBroken({ cause: error }) : error;
}
