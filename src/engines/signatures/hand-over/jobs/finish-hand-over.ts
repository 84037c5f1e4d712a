import { z } from 'zod';
import { outsideJob } from '#kernel/jobs.ts';
import { finishHandOver } from '../receive-hand-over.ts';

/** Finishes a signed file that was taken by a process that could not finish it; does nothing where it could. */
export const finishHandOverJob = outsideJob({
  kind: 'signatures.finish-hand-over',
  payload: z.object({ handOverId: z.uuid() }),
  handle: async (kernel, { agencyId, payload: { handOverId } }) => {
    await finishHandOver(kernel, { agencyId, handOverId });
  },
});
