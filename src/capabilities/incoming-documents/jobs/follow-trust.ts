import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Schedule } from '#kernel/module.ts';
import { readFolderSince, trustVersion, verdictsNow } from '#engines/signatures/index.ts';
import { advanceRound, askRound, openRound, type VerdictRound } from '../commands/follow-trust.ts';
import type { Verdict } from '../contract.ts';
import { MAIN_FILE } from '../document-store.ts';

const actor = systemActor('incoming-documents');
/** A turn ends after this time, so that what people wait for has the readers to itself for most of a minute. */
const TURN_MS = 3000;
const EVERY_MS = 30_000;
const STEP = 50;

/** Judges documents that nobody opens by what is trusted now, a short turn at a time; the lists then say so. Where it stops, the next turn goes on. */
export const followTrustJob = outsideJob({
  kind: 'incoming-documents.follow-trust',
  payload: z.object({}),
  handle: async (kernel) => {
    const until = performance.now() + TURN_MS;
    let round = await run(kernel, openRound, { version: await trustVersion(kernel) }, { actor });
    // Another process may have begun it for a list that this one has not read.
    readFolderSince(kernel, round.began_at);
    while (round.ended_at === null && performance.now() < until) round = await step(kernel, round);
  },
});

/** Begins a round when something else is trusted than before or a revocation list came, and brings one back that is not at its end. */
export const followTrustSchedule: Schedule = {
  name: 'incoming-documents.follow-trust',
  everyMs: EVERY_MS,
  run: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ version: string | null }>(
      `select (select trust_version from incoming_documents.verdict_round where ended_at is not null) as version
        where exists (select 1 from incoming_documents.document where medium = 'electronic' limit 1)`,
    );
    if (rows[0] === undefined || rows[0].version === (await trustVersion(kernel))) return;
    await run(kernel, askRound, undefined, { actor });
  },
};

async function step(kernel: Kernel, round: VerdictRound): Promise<VerdictRound> {
  const found = await nextDocuments(kernel.database.pool, round);
  const { verdicts, judged } = await verdictsNow(kernel, [...new Set(found.map(({ sha256 }) => sha256))]);
  const documents = found.map(({ agencyId, documentId, before, sha256 }) => ({ agencyId, documentId, before, verdict: verdicts.get(sha256) ?? before }));
  return run(kernel, advanceRound, { round, documents, judged, isLast: found.length < STEP }, { actor });
}

type Found = { agencyId: Id<'agency'>; documentId: string; before: Verdict; sha256: string };

const DOUBTFUL = `verdict in ('INDETERMINATE', 'TOTAL-FAILED')`;

async function nextDocuments(q: Queryable, { stage, after_agency_id: agencyId, after_document_id: documentId }: VerdictRound): Promise<Found[]> {
  const { rows } = await q.query(
    `select agency_id as "agencyId", id as "documentId", verdict as before, ${MAIN_FILE} as sha256
       from incoming_documents.document
      where medium = 'electronic' and ${stage === 'doubtful' ? DOUBTFUL : `not (${DOUBTFUL})`} and (agency_id, id) > ($1, $2) order by agency_id, id limit ${String(STEP)}`,
    [agencyId ?? NONE, documentId ?? NONE],
  );
  // safe because the statement selects exactly these columns, and every electronic document has a main file
  return rows as Found[];
}

/** Before every id. */
const NONE = '00000000-0000-0000-0000-000000000000';
