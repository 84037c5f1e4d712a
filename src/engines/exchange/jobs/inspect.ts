import { createHash } from 'node:crypto';
import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { openBytes } from '#engines/files/index.ts';
import { validateStored } from '#engines/signatures/index.ts';
import { releaseEnvelope } from '../commands/release-envelope.ts';
import type { EnvelopeFile } from '../contract.ts';
import { readEnvelope } from '../envelope.ts';
import type { FileInspection } from '../inspection.ts';

/**
 * Looks at the files of an envelope before it leaves: are the bytes there, is the hash theirs, what do the signatures
 * say. Once for all recipients and outside any transaction; then the deliveries are put to work.
 */
export const inspectJob = outsideJob({
  kind: 'exchange.inspect',
  // safe because only this engine writes these payloads
  payload: z.object({ envelopeId: z.uuid().transform((id) => id as Id<'envelope'>) }),
  handle: async (kernel, job) => {
    const { rows } = await kernel.database.pool.query<{ original: string }>(
      'select original from exchange.envelope where agency_id = $1 and id = $2 and inspected_at is null',
      [job.agencyId, job.payload.envelopeId],
    );
    const [row] = rows;
    // Done already: a repeated job has nothing left to do.
    if (row === undefined) return;
    const read = readEnvelope(row.original);
    const files = read.ok ? new Map(read.envelope.files.map((file) => [file.sha256, file])) : new Map<string, EnvelopeFile>();
    const inspection: FileInspection[] = [];
    for (const file of files.values()) inspection.push(await inspectFile(kernel, file));
    await run(kernel, releaseEnvelope, { agencyId: job.agencyId, envelopeId: job.payload.envelopeId, inspection }, { actor: systemActor('exchange.inspect') });
  },
});

async function inspectFile(kernel: Kernel, file: EnvelopeFile): Promise<FileInspection> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of await openBytes(kernel, file.sha256)) {
      // safe because the store reads bytes, not text
      const bytes = chunk as Buffer;
      sizeBytes += bytes.length;
      hash.update(bytes);
    }
  } catch (error) {
    // A file that is not there is a finding; a store that does not answer is tried again.
    if (!(error instanceof AppError) || error.code !== 'files.notStored') throw error;
    return { sha256: file.sha256, isPresent: false, hashMatches: false, sizeMatches: false, indication: 'UNREADABLE', signatureCount: 0 };
  }
  const hashMatches = hash.digest('hex') === file.sha256;
  const facts = { sha256: file.sha256, isPresent: true, hashMatches, sizeMatches: sizeBytes === file.sizeBytes };
  if (!hashMatches || file.mediaType !== 'application/pdf') return { ...facts, indication: 'UNSIGNED', signatureCount: 0 };
  const report = await validateStored(kernel, file.sha256);
  return { ...facts, indication: report.indication, signatureCount: report.signatures.length };
}
