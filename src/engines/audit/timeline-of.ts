import type { Kernel } from '#kernel/kernel.ts';
import type { TimelineReply } from './contract.ts';
import { describeEvent } from './describe-event.ts';
import { timeline, type TimelineQuery } from './queries/timeline.ts';

const PAGE = 100;

/** One page of a timeline in words, newest first: the reply of every capability's timeline route. */
export async function timelineOf(
  kernel: Kernel,
  query: Omit<TimelineQuery, 'limit'> & { limit?: number; language: 'vi' | 'en' },
): Promise<TimelineReply> {
  const { language, limit = PAGE } = query;
  const rows = await timeline(kernel.database.pool, { ...query, limit });
  const last = rows.at(-1);
  return {
    entries: rows.map((row) => ({
      id: row.entryId,
      type: row.type,
      at: row.at,
      text: describeEvent(kernel.modules, row, language),
      actorName: row.actor.kind === 'person' ? (row.actor.name ?? null) : null,
      actorTitle: row.actor.postTitle ?? null,
      onBehalfOf: row.actor.onBehalfOf?.name ?? null,
      evidence: { leafHash: row.leafHash, sealedInTree: row.sealedTreeSize, sha256: typeof row.data['sha256'] === 'string' ? row.data['sha256'] : null },
    })),
    next: last === undefined || rows.length < limit ? null : { at: last.at, entryId: last.entryId },
  };
}
