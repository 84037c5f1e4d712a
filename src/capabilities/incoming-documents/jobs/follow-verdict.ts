import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { outsideJob } from '#kernel/jobs.ts';
import { readFolderSince, validateStored } from '#engines/signatures/index.ts';
import { noteVerdict } from '../commands/note-verdict.ts';

/** Judges the main file of a document by what is trusted now; the lists then say the same as the report. */
export const followVerdictJob = outsideJob({
  kind: 'incoming-documents.follow-verdict',
  payload: z.object({ documentId: z.uuid(), sha256: z.string(), askedAt: z.iso.datetime() }),
  handle: async (kernel, { agencyId, payload: { documentId, sha256, askedAt } }) => {
    readFolderSince(kernel, new Date(askedAt));
    const { indication } = await validateStored(kernel, sha256);
    await run(kernel, noteVerdict, { agencyId, documentId, verdict: indication }, { actor: systemActor('incoming-documents') });
  },
});
