import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { route, signedIn, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import type { ByteRange } from './adapters/store.ts';
import { openBytes } from './blobs.ts';
import { capabilitiesView } from './contract.ts';
import { findOffice } from './convert-to-pdf.ts';
import { parseRange } from './domain/range.ts';
import { filesErrors } from './errors.ts';
import { openableFile } from './guards.ts';
import type { StoredFile } from './queries/get-file.ts';
import { recordOpening } from './record-opening.ts';

type Http = RouteContext<PersonActor>;

export const fileRoutes = [
  route({
    method: 'GET',
    url: '/api/v1/files/capabilities',
    summary: 'What the server can do with files: the size limit, and whether it turns DOCX into PDF',
    access: signedIn,
    reply: capabilitiesView,
    run: async (http) => {
      const docxToPdf = (await findOffice()) !== undefined;
      const missing = filesErrors.libreofficeMissing().describe(http.language);
      return {
        uploadLimitBytes: http.kernel.config.uploadLimitBytes,
        docxToPdf,
        docxToPdfHint: docxToPdf ? null : `${missing.message} ${missing.fix ?? ''}`.trim(),
      };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/files/:fileId',
    summary: 'The bytes of a file of the own agency, or a range of them, for whoever sees what it belongs to',
    access: signedIn,
    params: z.object({ fileId: z.uuid() }),
    run: async (http, { params: { fileId } }) => {
      const file = await openableFile(http.kernel, { actor: http.actor, fileId });
      await recordOpening(http, file);
      return sendFile(http, file);
    },
  }),
];

/** A PDF opens in the viewer, everything else is saved; and whatever it is, it cannot run anything in our name. */
async function sendFile(http: Http, file: StoredFile): Promise<SpecialReply> {
  const etag = `"${file.sha256}"`;
  if (asks(http, 'if-none-match').includes(etag)) return { special: 'empty', status: 304, headers: { etag } };
  const range = rangeOf(http, file, etag);
  const body = await openBytes(http.kernel, file.sha256, range);
  http.reply.headers({ 'accept-ranges': 'bytes', 'content-security-policy': "default-src 'none'; sandbox", 'cross-origin-resource-policy': 'same-origin' });
  if (range !== undefined) {
    http.reply.code(206).header('content-range', `bytes ${String(range.start)}-${String(range.end)}/${String(file.sizeBytes)}`);
  }
  return {
    special: 'bytes',
    body,
    contentType: file.mediaType,
    fileName: file.name,
    inline: file.mediaType === 'application/pdf',
    etag: file.sha256,
    sizeBytes: range === undefined ? file.sizeBytes : range.end - range.start + 1,
  };
}

/** One range, as viewers of PDF ask for it; several, or a malformed one, get the whole file (RFC 9110 §14.2). */
function rangeOf(http: Http, file: StoredFile, etag: string): ByteRange | undefined {
  const condition = asks(http, 'if-range');
  if (condition !== '' && condition !== etag) return undefined;
  const range = parseRange(asks(http, 'range'), file.sizeBytes);
  if (range !== 'unsatisfiable') return range;
  http.reply.header('content-range', `bytes */${String(file.sizeBytes)}`);
  throw filesErrors.rangeNotSatisfiable({ values: { sizeBytes: file.sizeBytes } });
}

function asks(http: Http, name: string): string {
  const value = http.request.headers[name];
  return typeof value === 'string' ? value : '';
}
