import type { ActorRecord } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { TimelineCursor, TimelineRow } from './timeline.ts';

/** What an inspector asks of the record; everything that is given must hold. */
export type EntrySearch = {
  /** Of one agency; of all when absent. */
  agencyId?: Id<'agency'> | undefined;
  /** The span of time, its end not included. */
  from: Date;
  to: Date;
  personId?: string | undefined;
  /** The beginning of the type, such as a module's name. */
  typePrefix?: string | undefined;
  subject?: { type: string; id: string } | undefined;
  /** One entry by its id. */
  entryId?: string | undefined;
  /** Stands in the actor's name or in the data, upper or lower case. */
  text?: string | undefined;
  /** Words are looked for in the data of this agency's entries only: who may not read data must not find by them. */
  dataOf?: Id<'agency'> | undefined;
  before?: TimelineCursor | undefined;
  limit: number;
};

export type FoundEntry = TimelineRow & { agencyId: Id<'agency'>; leafIndex: number | null; requestId: string };

/** Entries of a span of time, newest first, at most `limit`, paged by key. The span is what bounds the work: see the index over time. */
export async function searchEntries(q: Queryable, search: EntrySearch): Promise<FoundEntry[]> {
  const { rows } = await q.query(
    `select hit.*, s.tree_size, s.leaf_index
       from (select e.agency_id, e.id, e.at, e.type, e.actor, e.subject_type, e.subject_id, e.data, e.request_id, e.leaf_hash
               from audit.entry e
              where e.at >= $1 and e.at < $2
                and ($3::uuid is null or e.agency_id = $3)
                and ($4::text is null or e.actor ->> 'personId' = $4 or e.actor -> 'onBehalfOf' ->> 'personId' = $4)
                and ($5::text is null or starts_with(e.type, $5))
                and ($6::text is null or (e.subject_type = $6 and e.subject_id = $7))
                and ($8::text is null or e.actor ->> 'name' ilike $8 or (($13::uuid is null or e.agency_id = $13) and e.data::text ilike $8))
                and ($12::uuid is null or e.id = $12)
                and (e.at, e.id) < ($9::timestamptz, $10::uuid)
              order by e.at desc, e.id desc limit $11) as hit
       left join audit.sealed s on s.agency_id = hit.agency_id and s.entry_id = hit.id
      order by hit.at desc, hit.id desc`,
    [
      search.from,
      search.to,
      search.agencyId ?? null,
      search.personId ?? null,
      search.typePrefix ?? null,
      search.subject?.type ?? null,
      search.subject?.id ?? null,
      search.text === undefined ? null : `%${search.text.replace(/[\\%_]/g, '\\$&')}%`,
      search.before?.at ?? 'infinity',
      search.before?.entryId ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
      search.limit,
      search.entryId ?? null,
      search.dataOf ?? null,
    ],
  );
  // safe because the columns of audit.entry and audit.sealed have exactly these types
  return (rows as EntryRow[]).map((row) => ({
    agencyId: row.agency_id,
    entryId: row.id,
    type: row.type,
    at: row.at.toISOString(),
    actor: row.actor,
    subject: { type: row.subject_type, id: row.subject_id },
    data: row.data,
    requestId: row.request_id,
    leafHash: row.leaf_hash.toString('hex'),
    leafIndex: row.leaf_index,
    sealedTreeSize: row.tree_size,
  }));
}

type EntryRow = {
  agency_id: Id<'agency'>;
  id: Id<'event'>;
  at: Date;
  type: string;
  actor: ActorRecord;
  subject_type: string;
  subject_id: string;
  data: Record<string, unknown>;
  request_id: string;
  leaf_hash: Buffer;
  leaf_index: number | null;
  tree_size: number | null;
};
