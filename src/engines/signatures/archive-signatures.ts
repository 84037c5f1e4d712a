import type { Kernel } from '#kernel/kernel.ts';
import { readBytes, storeParts } from '#engines/files/index.ts';
import { documentReader } from './adapters/document-reader/reader.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import { prepareDocumentTimestamp } from './domain/pdf/levels/index.ts';
import { translateDomainError } from './errors.ts';
import { readWithLookups } from './read-with-lookups.ts';
import { storedReport, type StoredReport } from './report-words.ts';
import { trustSet } from './trust.ts';

export type ArchivedSignatures =
  /** A new file: the old one with an increment. Stored provisionally: the caller keeps it with `keepFile`. */
  | { state: 'archived'; sha256: string; sizeBytes: number; protectedUntil: Date }
  /** The document time stamp at hand holds long enough. */
  | { state: 'stillProtected'; until: Date }
  /** A signature does not hold, or cannot be checked today: nothing was made. */
  | { state: 'notValid'; report: StoredReport };

/** A time stamp is renewed this long before its certificate or an algorithm ends. */
export const RENEW_BEFORE_MS = 180 * 86_400_000;

/**
 * Makes the signatures of a stored file last (PAdES B-LTA, EN 319 142-1): appends what their validation rests on and a document time stamp
 * over everything. On a file that has one it does nothing until half a year before that weakens, then puts the next on top. Made twice, it is
 * made once: the second call finds the file protected. Runs outside any transaction.
 * @throws files.notStored; signatures.timestampUnavailable · timestampWrong; AppErrors of a file that cannot be read
 */
export async function archiveSignatures(kernel: Kernel, sha256: string): Promise<ArchivedSignatures> {
  const base = await readBytes(kernel, sha256);
  const { found } = await readWithLookups(kernel, await trustSet(kernel), (material) => documentReader.readLongTerm(base, material));
  if (found.store === undefined) return { state: 'notValid', report: storedReport(found.report) };
  const until = found.protectedUntil === undefined ? undefined : new Date(found.protectedUntil);
  if (until !== undefined && until.getTime() - kernel.clock.now().getTime() > RENEW_BEFORE_MS) return { state: 'stillProtected', until };
  const store = Buffer.from(found.store);
  const timestamps = await timestampSource(kernel);
  const prepared = prepare(Buffer.concat([base, store]), timestamps.tokenBytes);
  const { token } = await timestamps.stamp(Buffer.concat([prepared.base, prepared.written]));
  const { tail } = prepared.finish(token);
  const { sha256: made, sizeBytes } = await storeParts(kernel, [base, store, tail], { provisional: true });
  return { state: 'archived', sha256: made, sizeBytes, protectedUntil: await protectionOf(kernel, Buffer.concat([base, store, tail])) };
}

/** Reads what was made like anybody else's file: it counts only when its own time stamp is found to protect it. */
async function protectionOf(kernel: Kernel, bytes: Buffer): Promise<Date> {
  const { found } = await readWithLookups(kernel, await trustSet(kernel), (material) => documentReader.readLongTerm(bytes, material));
  if (found.protectedUntil === undefined) throw new Error('the archive time stamp does not protect the file that it was made for');
  return new Date(found.protectedUntil);
}

function prepare(pdf: Buffer, reserveBytes: number): ReturnType<typeof prepareDocumentTimestamp> {
  try {
    return prepareDocumentTimestamp(pdf, { reserveBytes });
  } catch (error) {
    throw translateDomainError(error);
  }
}
