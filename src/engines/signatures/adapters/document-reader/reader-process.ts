import { PdfError } from '../../domain/pdf/errors.ts';
import { openPdf, scanActiveContent } from '../../domain/pdf/reader/index.ts';
import { parseRevocationList } from '../../domain/pki/crl.ts';
import { createValidationCache } from '../../domain/validation/cache.ts';
import { validatePdf } from '../../domain/validation/validate-pdf.ts';
import { findPlaces } from './places.ts';
import type { ReaderReply, ReaderRequest, ReaderResult } from './protocol.ts';

/** The other side of `reader.ts`: does one task after another until it is ended, or until whoever started it is gone. */
const cache = createValidationCache();

process.on('message', (request: ReaderRequest) => {
  process.send?.(answer(request));
});
process.on('disconnect', () => {
  process.exit();
});

function answer(request: ReaderRequest): ReaderReply {
  try {
    return { id: request.id, ok: true, result: perform(request) };
  } catch (error) {
    if (error instanceof PdfError) return { id: request.id, ok: false, code: error.code, detail: error.detail };
    return { id: request.id, ok: false, code: 'defect', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function perform({ bytes: given, task }: ReaderRequest): ReaderResult {
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
