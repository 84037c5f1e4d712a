import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { route, signedIn, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { uploadView, type UploadView } from './contract.ts';
import { CHECKSUM_ALGORITHMS, parseByteCount, parseChecksum, parseUploadMetadata, TUS_EXTENSIONS, TUS_VERSION } from './domain/tus.ts';
import { filesErrors } from './errors.ts';
import { createUpload, type NewUpload } from './uploads/create-upload.ts';
import { dropUpload } from './uploads/finish-upload.ts';
import { receivePart, type Part } from './uploads/receive-part.ts';
import { getUpload, type Upload } from './uploads/upload-record.ts';

type Http = RouteContext<PersonActor>;

const PART_TYPE = 'application/offset+octet-stream';
const params = z.object({ uploadId: z.uuid() });

/** Resumable uploads: tus 1.0.0 with creation, creation-with-upload, termination, checksum and expiration. */
export const uploadRoutes = [
  route({
    method: 'POST',
    url: '/api/v1/uploads',
    summary: 'Opens a resumable upload (tus 1.0.0); the first part may come along',
    access: signedIn,
    streamedBody: true,
    run: (http) =>
      speakTus(http, async () => {
        const upload = await createUpload(http.kernel, http.actor, newUploadOf(http));
        const hasPart = header(http, 'content-type') === PART_TYPE;
        const now = hasPart ? await receivePart(http.kernel, upload, partOf(http, 0)) : upload;
        return { special: 'empty', status: 201, headers: { location: `/api/v1/uploads/${upload.id}`, ...progressHeaders(now) } };
      }),
  }),
  route({
    method: 'HEAD',
    url: '/api/v1/uploads/:uploadId',
    summary: 'How many bytes of an own upload the server has',
    access: signedIn,
    params,
    run: (http, { params: { uploadId } }) =>
      speakTus(http, async () => {
        const upload = await ownUpload(http, uploadId);
        return { special: 'empty', status: 200, headers: { ...progressHeaders(upload), 'upload-length': String(upload.sizeBytes), 'cache-control': 'no-store' } };
      }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/uploads/:uploadId',
    summary: 'An own upload: how far it is, and what was found in it',
    access: signedIn,
    params,
    reply: uploadView,
    run: async (http, { params: { uploadId } }) => describeUpload(await ownUpload(http, uploadId)),
  }),
  route({
    method: 'PATCH',
    url: '/api/v1/uploads/:uploadId',
    summary: 'Sends the next part of an own upload',
    access: signedIn,
    params,
    streamedBody: true,
    run: (http, { params: { uploadId } }) =>
      speakTus(http, async () => {
        if (header(http, 'content-type') !== PART_TYPE) throw filesErrors.mediaTypeOfPart();
        const upload = await ownUpload(http, uploadId);
        const offset = parseByteCount(header(http, 'upload-offset') ?? '');
        if (offset === undefined) throw filesErrors.protocol({ values: { problem: 'Upload-Offset' } });
        return { special: 'empty', headers: progressHeaders(await receivePart(http.kernel, upload, partOf(http, offset))) };
      }),
  }),
  route({
    method: 'DELETE',
    url: '/api/v1/uploads/:uploadId',
    summary: 'Gives up an own upload',
    access: signedIn,
    params,
    run: (http, { params: { uploadId } }) =>
      speakTus(http, async () => {
        await dropUpload(http.kernel, await ownUpload(http, uploadId));
        return { special: 'empty' };
      }),
  }),
];

/** Sets the headers of the protocol, also on refusals, and keeps a refused client from sending on for long. */
async function speakTus(http: Http, answer: () => Promise<SpecialReply>): Promise<SpecialReply> {
  http.reply.headers({
    'tus-resumable': TUS_VERSION,
    'tus-version': TUS_VERSION,
    'tus-extension': TUS_EXTENSIONS,
    'tus-checksum-algorithm': CHECKSUM_ALGORITHMS.join(','),
    'tus-max-size': String(http.kernel.config.uploadLimitBytes),
  });
  try {
    if (header(http, 'tus-resumable') !== TUS_VERSION) throw filesErrors.protocolVersion();
    return await answer();
  } catch (error) {
    cutOffAfterReply(http);
    throw error;
  }
}

/** So long may a client that was refused go on sending, so that it gets to read the refusal. */
const LINGER_MS = 2000;

function cutOffAfterReply(http: Http): void {
  const { raw } = http.request;
  if (raw.complete) return;
  http.reply.raw.once('finish', () => {
    const timer = setTimeout(() => raw.destroy(), LINGER_MS);
    raw.once('end', () => {
      clearTimeout(timer);
    });
    raw.once('close', () => {
      clearTimeout(timer);
    });
  });
}

function ownUpload(http: Http, uploadId: string): Promise<Upload> {
  return getUpload(http.kernel.database.pool, http.actor, { uploadId, now: http.kernel.clock.now() });
}

function newUploadOf(http: Http): NewUpload {
  const sizeBytes = parseByteCount(header(http, 'upload-length') ?? '');
  if (sizeBytes === undefined) throw filesErrors.protocol({ values: { problem: 'Upload-Length' } });
  const metadata = parseUploadMetadata(header(http, 'upload-metadata') ?? '');
  const name = metadata?.get('filename') ?? metadata?.get('name');
  if (name === undefined || name.trim() === '') throw filesErrors.nameMissing();
  return { name, sizeBytes };
}

function partOf(http: Http, offset: number): Part {
  const given = header(http, 'upload-checksum');
  const checksum = given === undefined ? undefined : parseChecksum(given);
  if (given !== undefined && checksum === undefined) throw filesErrors.protocol({ values: { problem: 'Upload-Checksum' } });
  return { offset, source: bodyOf(http.request.raw), checksum };
}

/** The body chunk by chunk. Leaving it early does not close the connection: the refusal has to go out over it. */
async function* bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  // safe because no encoding was set, so the chunks are buffers
  for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
}

function header(http: Http, name: string): string | undefined {
  const value = http.request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function progressHeaders(upload: Upload): Record<string, string> {
  return { 'upload-offset': String(upload.receivedBytes), 'upload-expires': upload.expiresAt.toUTCString() };
}

function describeUpload(upload: Upload): UploadView {
  const { id, state, name, sizeBytes, receivedBytes, sha256, mediaType, flags } = upload;
  return { id, state, name, sizeBytes, receivedBytes, sha256, mediaType, flags, expiresAt: upload.expiresAt.toISOString() };
}
