import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { AppError } from '#kernel/errors.ts';
import { outsideJob } from '#kernel/jobs.ts';
import { AGAIN, resumeSigning } from '../perform-signing.ts';

/** Asks a slow key holder for its answer. A refusal or an end of the time is an answer too; a silent service is asked again. */
export const pollSigning = outsideJob({
  kind: 'signatures.poll-signing',
  payload: z.object({ signingId: z.uuid() }),
  handle: async (kernel, job) => {
    try {
      await resumeSigning(kernel, { agencyId: job.agencyId, signingId: job.payload.signingId }, systemActor('signatures.poll-signing'));
    } catch (error) {
      const isSettled = error instanceof AppError && error.code.startsWith('signatures.') && !AGAIN.has(error.code);
      // What is settled stands in the signing's own row, with its code; to ask again would change nothing.
      if (!isSettled) throw error;
    }
  },
});
