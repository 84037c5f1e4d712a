import { parentPort } from 'node:worker_threads';
import { PdfError } from '../../domain/pdf/errors.ts';
import { openPdf, scanActiveContent } from '../../domain/pdf/reader/index.ts';
import { parseRevocationList } from '../../domain/pki/crl.ts';
import { createValidationCache } from '../../domain/validation/cache.ts';
import { validatePdf } from '../../domain/validation/validate-pdf.ts';
import { findPlaces } from './places.ts';
import type { ThreadReply, ThreadRequest, ThreadResult } from './protocol.ts';

/** The other side of `pool.ts`: does one task after another until it is ended. */
const cache = createValidationCache();

parentPort?.on('message', (request: ThreadRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer(request: ThreadRequest): ThreadReply {
  try {
    return { id: request.id, ok: true, result: perform(request) };
  } catch (error) {
    if (error instanceof PdfError) return { id: request.id, ok: false, code: error.code, detail: error.detail };
    return { id: request.id, ok: false, code: 'defect', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function perform({ bytes: given, task }: ThreadRequest): ThreadResult {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  switch (task.kind) {
    case 'validate': {
      const { anchors, crls, now } = task.trust;
      return validatePdf(bytes, {
        trustAnchors: anchors.map((anchor) => cache.readCertificate(Buffer.from(anchor))),
        now: new Date(now),
        given: { crls: crls.map((crl) => parseRevocationList(Buffer.from(crl)).raw) },
        cache,
      });
    }
    case 'places':
      return findPlaces(bytes, task.signerName);
    case 'active':
      return [...new Set(scanActiveContent(openPdf(bytes)).found.map((found) => found.kind))];
  }
}
