import type { ActorRecord } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';

export type Subject = { type: string; id: string };

export type TimelineRow = {
  entryId: Id<'event'>;
  type: string;
  /** ISO 8601 in UTC. */
  at: string;
  actor: ActorRecord;
  subject: Subject;
  data: Record<string, unknown>;
  /** The entry's leaf of the tree, hexadecimal. */
  leafHash: string;
  /** Size of the first signed tree that holds the entry; null until the sealer came by. */
  sealedTreeSize: number | null;
};

/** The row after which the next page begins. */
export type TimelineCursor = { at: string; entryId: string };

export type TimelineQuery = { agencyId: Id<'agency'>; subjects: readonly Subject[]; limit: number; before?: TimelineCursor | undefined };

/** What happened to the subjects in one agency's record, newest first, at most `limit` rows, paged by key. */
export async function timeline(q: Queryable, query: TimelineQuery): Promise<TimelineRow[]> {
  const { rows } = await q.query(
    `select hit.id, hit.type, hit.at, hit.actor, hit.subject_type, hit.subject_id, hit.data, hit.leaf_hash, s.tree_size
       from (select distinct * from unnest($2::text[], $3::text[])) as wanted (type, id)
      cross join lateral (
        select e.* from audit.entry e
         where e.agency_id = $1 and e.subject_type = wanted.type and e.subject_id = wanted.id and (e.at, e.id) < ($4::timestamptz, $5::uuid)
         order by e.at desc, e.id desc limit $6) as hit
       left join audit.sealed s on s.agency_id = hit.agency_id and s.entry_id = hit.id
      order by hit.at desc, hit.id desc limit $6`,
    [
      query.agencyId,
      query.subjects.map((subject) => subject.type),
      query.subjects.map((subject) => subject.id),
      query.before?.at ?? 'infinity',
      query.before?.entryId ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
      query.limit,
    ],
  );
  // safe because the columns of audit.entry have exactly these types
  return (rows as EntryColumns[]).map((row) => ({
    entryId: row.id,
    type: row.type,
    at: row.at.toISOString(),
    actor: row.actor,
    subject: { type: row.subject_type, id: row.subject_id },
    data: row.data,
    leafHash: row.leaf_hash.toString('hex'),
    sealedTreeSize: row.tree_size,
  }));
}

type EntryColumns = {
  id: Id<'event'>;
  type: string;
  at: Date;
  actor: ActorRecord;
  subject_type: string;
  subject_id: string;
  data: Record<string, unknown>;
  leaf_hash: Buffer;
  tree_size: number | null;
};
