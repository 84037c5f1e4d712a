import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { outsideJob } from '#kernel/jobs.ts';
import { openBytes } from '#engines/files/index.ts';
import { failNationalImport, importNationalList, ListUnreadable, readList, runningImport, type ImportId } from '#engines/identity/index.ts';

const JOB = 'accounts.import-national-list';
/** What fails so often is told to the person who began it, and no other reading has to wait any longer. */
const MOST_ATTEMPTS = 5;

/** Reads an uploaded list into the directory. After a crash it goes on behind the last batch that was taken. */
export const importNationalListJob = outsideJob({
  kind: JOB,
  // safe because only this capability writes these payloads
  payload: z.object({ importId: z.uuid().transform((id) => id as ImportId) }),
  maxAttempts: MOST_ATTEMPTS,
  handle: async (kernel, job) => {
    const { importId } = job.payload;
    const actor = systemActor(JOB);
    const begun = await runningImport(kernel, importId);
    if (begun === undefined || begun.fileHash === null) return;
    try {
      // safe because the store reads bytes, not text
      const bytes = (await openBytes(kernel, begun.fileHash)) as AsyncIterable<Buffer>;
      await importNationalList(kernel, { importId, items: readList(bytes), actor });
    } catch (error) {
      if (!(error instanceof ListUnreadable) && job.attempts < MOST_ATTEMPTS) throw error;
      await run(kernel, failNationalImport, { importId, problem: error instanceof ListUnreadable ? error.message : `Máy chủ gặp lỗi khi đọc tệp: ${error instanceof Error ? error.message : String(error)}` }, { actor });
    }
  },
});
