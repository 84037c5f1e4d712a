import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { outsideJob } from '#kernel/jobs.ts';
import { resumeSigning } from '../perform-signing.ts';

/**
 * Asks a slow key holder for its answer, and goes on asking until there is one: a signature, a refusal, the end of its time.
 * It fails, and is tried again, only while another process has the signing in hand or the database is away.
 */
export const pollSigning = outsideJob({
  kind: 'signatures.poll-signing',
  payload: z.object({ signingId: z.uuid(), turn: z.number().int().optional() }),
  handle: (kernel, { agencyId, payload: { signingId, turn } }) => resumeSigning(kernel, { agencyId, signingId, turn }, systemActor('signatures.poll-signing')),
});
