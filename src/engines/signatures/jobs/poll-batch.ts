import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { outsideJob } from '#kernel/jobs.ts';
import { resumeSigningBatch } from '../perform-batch.ts';

/** Asks a slow key holder for the signatures of a batch, and goes on asking until there is an answer. */
export const pollBatch = outsideJob({
  kind: 'signatures.poll-batch',
  payload: z.object({ batchId: z.uuid(), turn: z.number().int() }),
  handle: (kernel, { agencyId, payload }) => resumeSigningBatch(kernel, { agencyId, ...payload }, systemActor('signatures.poll-batch')),
});
