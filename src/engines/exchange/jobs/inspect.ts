import { createHash, hash as hashOnce } from 'node:crypto';
import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { outsideBatchJob, type ClaimedJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { openBytes, readStated } from '#engines/files/index.ts';
import { validateTogether, type Validating } from '#engines/signatures/index.ts';
import { releaseEnvelopes } from '../commands/release-envelope.ts';
import type { EnvelopeFile } from '../contract.ts';
import { readEnvelope } from '../envelope.ts';
import type { FileInspection } from '../inspection.ts';

// safe because only this engine writes these payloads
const payload = z.object({ envelopeId: z.uuid().transform((id) => id as Id<'envelope'>) });

/** Few enough that the first of them does not wait long for the last, enough that a statement is worth its way. */
const BATCH = 40;
/** So many files of a batch are in memory at the same time. */
const FILES_AT_ONCE = 2;

/**
 * Looks at the files of envelopes before they leave: are the bytes there, is the hash theirs, what do the signatures
 * say. Once for all recipients and outside any transaction; then the deliveries are put to work.
 */
export const inspectJob = outsideBatchJob({
  kind: 'exchange.inspect',
  payload,
  batchSize: BATCH,
  handle: async (kernel, jobs) => {
    const waiting = await waitingEnvelopes(kernel, jobs);
    // Done already: a repeated job has nothing left to do.
    if (waiting.length === 0) return;
    const found = await inspectFiles(kernel, waiting.flatMap(({ files }) => files));
    const inputs = waiting.map(({ agencyId, envelopeId, files }) => ({ agencyId, envelopeId, inspection: files.flatMap((file) => found.get(keyOf(file)) ?? []) }));
    await run(kernel, releaseEnvelopes, inputs, { actor: systemActor('exchange.inspect') });
  },
});

type WaitingEnvelope = { agencyId: Id<'agency'>; envelopeId: Id<'envelope'>; /** Each file once. */ files: EnvelopeFile[] };

async function waitingEnvelopes(kernel: Kernel, jobs: readonly ClaimedJob<z.output<typeof payload>>[]): Promise<WaitingEnvelope[]> {
  const { rows } = await kernel.database.pool.query<{ agencyId: Id<'agency'>; envelopeId: Id<'envelope'>; original: string }>(
    `select e.agency_id as "agencyId", e.id as "envelopeId", e.original from unnest($1::uuid[], $2::uuid[]) as j (agency_id, id)
       join exchange.envelope e on e.agency_id = j.agency_id and e.id = j.id where e.inspected_at is null`,
    [jobs.map((job) => job.agencyId), jobs.map((job) => job.payload.envelopeId)],
  );
  return rows.map(({ original, ...envelope }) => {
    const read = readEnvelope(original);
    return { ...envelope, files: read.ok ? [...new Map(read.envelope.files.map((file) => [file.sha256, file])).values()] : [] };
  });
}

/** The same bytes under another stated size or type are another finding. */
function keyOf({ sha256, sizeBytes, mediaType }: EnvelopeFile): string {
  return `${sha256} ${String(sizeBytes)} ${mediaType}`;
}

/** What can be found out about files, by `keyOf`: are they there, are they whole, what do their signatures say. */
async function inspectFiles(kernel: Kernel, files: readonly EnvelopeFile[]): Promise<Map<string, FileInspection>> {
  const wanted = [...new Map(files.map((file) => [keyOf(file), file]))];
  const found = new Map<string, FileInspection>();
  const validating = await validateTogether(kernel, [...new Set(files.filter(isPdf).map(({ sha256 }) => sha256))]);
  const inTurn = async (): Promise<void> => {
    const memory = spareMemory.pop() ?? Buffer.allocUnsafeSlow(MEMORY_BYTES);
    try {
      for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) found.set(next[0], await look(kernel, next[1], { validating, memory }));
    } finally {
      spareMemory.push(memory);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, inTurn));
  await validating.keep();
  return found;
}

/** A file up to this size is read in one piece: a stream costs as much as the reading. */
const ONE_PIECE_BYTES = 4_000_000;
/** Files up to this size lie in memory that others had before them; new memory for each keeps the garbage collector busy. */
const MEMORY_BYTES = 1_000_000;
const spareMemory: Buffer[] = [];

/** What can be found out about one file. */
export async function inspectFile(kernel: Kernel, file: EnvelopeFile): Promise<FileInspection> {
  const found = (await inspectFiles(kernel, [file])).get(keyOf(file));
  if (found === undefined) throw new Error('a file that was looked at has a finding');
  return found;
}

async function look(kernel: Kernel, file: EnvelopeFile, { validating, memory }: { validating: Validating; memory: Buffer }): Promise<FileInspection> {
  const whole = isPdf(file) && file.sizeBytes <= ONE_PIECE_BYTES ? await readStated(kernel, file, memory) : undefined;
  if (whole === undefined) return lookPieceByPiece(kernel, file, validating);
  const { report, isNew } = await validating.reportOf(file.sha256, () => Promise.resolve(whole));
  // Whoever judges a file hashes it: here only where a kept report answered.
  if ((isNew ? report.sha256 : hashOnce('sha256', whole, 'hex')) !== file.sha256) return lookPieceByPiece(kernel, file, validating);
  return { sha256: file.sha256, isPresent: true, hashMatches: true, sizeMatches: true, indication: report.indication, signatureCount: report.signatures.length };
}

/** A file of any size, or one with which something is wrong. */
async function lookPieceByPiece(kernel: Kernel, file: EnvelopeFile, validating: Validating): Promise<FileInspection> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of await openBytes(kernel, file.sha256)) {
      // safe because the store reads bytes, not text
      const bytes = chunk as Buffer;
      sizeBytes += bytes.length;
      hash.update(bytes);
      // a report needs the whole; whatever else may be large and needs its hash only
      if (isPdf(file)) chunks.push(bytes);
    }
  } catch (error) {
    // A file that is not there is a finding; a store that does not answer is tried again.
    if (!(error instanceof AppError) || error.code !== 'files.notStored') throw error;
    return { sha256: file.sha256, isPresent: false, hashMatches: false, sizeMatches: false, indication: 'UNREADABLE', signatureCount: 0 };
  }
  const hashMatches = hash.digest('hex') === file.sha256;
  const facts = { sha256: file.sha256, isPresent: true, hashMatches, sizeMatches: sizeBytes === file.sizeBytes };
  if (!hashMatches || !isPdf(file)) return { ...facts, indication: 'UNSIGNED', signatureCount: 0 };
  const { report } = await validating.reportOf(file.sha256, () => Promise.resolve(Buffer.concat(chunks)));
  return { ...facts, indication: report.indication, signatureCount: report.signatures.length };
}

function isPdf({ mediaType }: EnvelopeFile): boolean {
  return mediaType === 'application/pdf';
}
