import type { Selectable } from 'kysely';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Verdict } from '../contract.ts';
import type { Tables } from '../tables.ts';
import { noteVerdict } from './note-verdict.ts';

export type VerdictRound = Selectable<Tables['incoming_documents.verdict_round']>;
export type JudgedDocument = { agencyId: Id<'agency'>; documentId: string; before: Verdict; verdict: Verdict };

/** What concerns the whole installation stands under the nil agency. */
// safe because the nil UUID names no real agency
const installation = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

/** Has documents judged by what is trusted now, where that is not done; the job stands in the queue once. */
export function askRound(ctx: CommandContext): Promise<void> {
  ctx.enqueue({ kind: 'incoming-documents.follow-trust', agencyId: installation, payload: {}, dedupeKey: 'round' });
  return Promise.resolve();
}

/**
 * The round of a trust set, as far as it is; a round of another one ends here, since every document is judged again. Where only revocation lists came since, it goes
 * on to its end, and the next one is theirs: they come every few hours, and no round would ever end.
 */
export async function openRound(ctx: CommandContext, { version }: { version: string }): Promise<VerdictRound> {
  const table = ctx.tables<Tables>();
  const round: VerdictRound | undefined = await table.selectFrom('incoming_documents.verdict_round').selectAll().forUpdate().executeTakeFirst();
  if (round !== undefined && (round.trust_version === version || (round.ended_at === null && withoutLists(round.trust_version) === withoutLists(version)))) return round;
  if (round?.ended_at === null) recordRound(ctx, round);
  const begun = { trust_version: version, stage: 'doubtful' as const, after_agency_id: null, after_document_id: null, judged: 0, changed: 0, began_at: ctx.now, ended_at: null };
  return table
    .insertInto('incoming_documents.verdict_round')
    .values({ id: 1, ...begun })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(begun))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The trust set of a version alone; what stands behind it are revocation lists. */
function withoutLists(version: string): string | undefined {
  return version.split(' ')[0];
}

export type Followed = { round: VerdictRound; documents: readonly JudgedDocument[]; judged: number; isLast: boolean };

/** Writes down what a step of a round found, and how far the round is. A step that somebody else did meanwhile has no effect. */
export async function advanceRound(ctx: CommandContext, { round, documents, judged, isLast }: Followed): Promise<VerdictRound> {
  const table = ctx.tables<Tables>();
  const now: VerdictRound = await table.selectFrom('incoming_documents.verdict_round').selectAll().forUpdate().executeTakeFirstOrThrow();
  if (now.trust_version !== round.trust_version || now.stage !== round.stage || now.after_document_id !== round.after_document_id || now.ended_at !== null) return now;
  const changed = documents.filter(({ before, verdict }) => before !== verdict);
  for (const { agencyId, documentId, verdict } of changed) await noteVerdict(ctx, { agencyId, documentId, verdict });
  const last = isLast ? undefined : documents.at(-1);
  const advanced: VerdictRound = {
    ...now,
    stage: isLast ? 'others' : now.stage,
    after_agency_id: last?.agencyId ?? null,
    after_document_id: last?.documentId ?? null,
    judged: now.judged + judged,
    changed: now.changed + changed.length,
    ended_at: isLast && now.stage === 'others' ? ctx.now : null,
  };
  if (advanced.ended_at !== null) recordRound(ctx, advanced);
  await table.updateTable('incoming_documents.verdict_round').set(advanced).execute();
  return advanced;
}

/** A round that found nothing to judge is not worth a line. */
function recordRound(ctx: CommandContext, { judged, changed }: VerdictRound): void {
  if (judged === 0 && changed === 0) return;
  ctx.record({ type: 'incoming-documents.verdicts-updated', agencyId: installation, subject: { type: 'trust-store', id: installation }, data: { judged, changed } });
}
