import { PdfError } from '../domain/pdf/errors.ts';
import { listSignatures, openPdf, openRevision, type PdfSignature } from '../domain/pdf/reader/index.ts';
import { createReferenceIndex } from '../domain/validation/reference-index.ts';
import { compareRevisions } from '../domain/validation/revision-changes.ts';
import { changeOf } from '../domain/validation/revision-comparison.ts';
import type { IncrementAnswer, IncrementFindings, IncrementQuestion } from './inspect-increment.ts';

/** The other side of `inspect-increment.ts`: reads one file that nobody vouches for, answers, and is ended. */
process.on('message', (question: IncrementQuestion) => {
  process.send?.(answer(question));
});
process.on('disconnect', () => {
  process.exit();
});

function answer({ bytes, baseBytes }: IncrementQuestion): IncrementAnswer {
  try {
    return { ok: true, findings: inspect(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), baseBytes) };
  } catch (error) {
    if (error instanceof PdfError) return { ok: false, isFileAtFault: true, detail: `${error.code} ${error.detail}` };
    return { ok: false, isFileAtFault: false, detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** No program makes more signatures at once; each means comparing one more state of the file. */
const MOST_STATES = 20;

function inspect(bytes: Buffer, baseBytes: number): IncrementFindings {
  const before = openPdf(bytes.subarray(0, baseBytes));
  const ends = new Set(listSignatures(openPdf(bytes)).flatMap((signature) => endOf(signature, baseBytes)));
  if (ends.size > MOST_STATES) return { changes: [changeOf('revision.unreadable')] };
  // A base without signatures has no signer who could forbid more than the white list does; what earlier signers forbade is in the report.
  const permissions = { level: undefined, isFieldLocked: () => false };
  // Each new signature by itself: one that covers little must not stand for one that covers more.
  return { changes: [...ends].flatMap((end) => compareRevisions({ before, after: openRevision(bytes, end), permissions, references: createReferenceIndex(before) })) };
}

/** Where the file ended for a signature of the increment. */
function endOf({ contentsSpan, byteRange }: PdfSignature, baseBytes: number): number[] {
  const [, , start, length] = byteRange ?? [];
  if (contentsSpan === undefined || contentsSpan.start < baseBytes || start === undefined || length === undefined) return [];
  return [start + length];
}
