import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { outsideJob } from '#kernel/jobs.ts';
import { isWaiting, validateStored } from '#engines/signatures/index.ts';
import { noteAnswer } from '../commands/note-verdict.ts';
import { MAIN_FILE } from '../document-store.ts';

/** Judges a document again whose verdict waits for an authority's word, though nobody opens it; the lists then say what came of it. */
export const askAgainJob = outsideJob({
  kind: 'incoming-documents.ask-again',
  payload: z.object({ documentId: z.uuid(), asked: z.int() }),
  handle: async (kernel, { agencyId, payload: { documentId, asked } }) => {
    const sha256 = await doubtfulFile(kernel.database.pool, { agencyId, documentId });
    if (sha256 === undefined) return;
    const report = await validateStored(kernel, sha256);
    await run(kernel, noteAnswer, { agencyId, documentId, verdict: report.indication, isWaiting: isWaiting(report), asked }, { actor: systemActor('incoming-documents') });
  },
});

/** The main file of a document that is still in doubt, or whose file was lost when it was asked for. */
async function doubtfulFile(q: Queryable, { agencyId, documentId }: { agencyId: string; documentId: string }): Promise<string | undefined> {
  const { rows } = await q.query(`select ${MAIN_FILE} as sha256 from incoming_documents.document where agency_id = $1 and id = $2 and verdict in ('INDETERMINATE', 'UNREADABLE')`, [agencyId, documentId]);
  return rows[0] === undefined ? undefined : String(rows[0]['sha256']);
}
