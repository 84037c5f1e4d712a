import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Subject } from './timeline.ts';

/** Something that lines of the record are about: their subject and, where one was asked for, one value of their data. */
export type Mention = { agencyId: Id<'agency'>; subject: Subject; key: string | null; value: string | null };

export type MentionsAsked = {
  /** The first line that was not read before: a place in the tree. */
  from: number;
  /** So many lines are looked at. */
  most: number;
  /** By type of event, the key of its data that is wanted; null where the subject is enough. */
  keys: Readonly<Record<string, string | null>>;
};

export type MentionsRead = {
  mentions: Mention[];
  /** Where to read on. */
  next: number;
  isEnd: boolean;
  /** Whatever was committed until then is sealed and can be read; null where nothing waits for its seal. */
  sealedUntil: Date | null;
};

/** How many lines the sealed record has: whatever is committed from now on gets a later place. */
export async function recordSize(q: Queryable): Promise<number> {
  return (await lookAtEnd(q)).size;
}

/**
 * Reads the record on in the order in which it was sealed, each line once whatever transaction ended before another: who keeps the place with what
 * he makes of it misses nothing and counts nothing twice, without a job an event. What is said often is told once.
 */
export async function mentionsSince(q: Queryable, { from, most, keys }: MentionsAsked): Promise<MentionsRead> {
  const end = await lookAtEnd(q);
  const next = Math.min(end.size, from + most);
  const mentions = next > from ? await readMentions(q, { from, next, keys }) : [];
  return { mentions, next: Math.max(from, next), isEnd: next >= end.size, sealedUntil: end.sealedUntil };
}

async function lookAtEnd(q: Queryable): Promise<{ size: number; sealedUntil: Date | null }> {
  const { rows } = await q.query(
    `select coalesce((select max(size) from audit.tree_head), 0) as size,
            case when exists (select from audit.pending) then coalesce((select at from audit.tree_head order by size desc limit 1), to_timestamp(0)) end as "sealedUntil"`,
  );
  // safe because the statement selects exactly these columns, in one row
  return rows[0] as { size: number; sealedUntil: Date | null };
}

async function readMentions(q: Queryable, { from, next, keys }: { from: number; next: number; keys: MentionsAsked['keys'] }): Promise<Mention[]> {
  const { rows } = await q.query(
    // "offset 0" keeps the way by the keys, whatever is believed about the sizes of the tables.
    `select distinct e.agency_id as "agencyId", e.subject_type as type, e.subject_id as id, k.key, case when k.key is not null then e.data ->> k.key end as value
       from audit.sealed s
      cross join lateral (select e.agency_id, e.type, e.subject_type, e.subject_id, e.data from audit.entry e where e.agency_id = s.agency_id and e.id = s.entry_id offset 0) e
       join unnest($3::text[], $4::text[]) as k (type, key) on k.type = e.type
      where s.leaf_index >= $1 and s.leaf_index < $2`,
    [from, next, Object.keys(keys), Object.values(keys)],
  );
  // safe because the statement selects exactly these columns
  return (rows as { agencyId: Id<'agency'>; type: string; id: string; key: string | null; value: string | null }[]).map(({ agencyId, type, id, key, value }) => ({ agencyId, subject: { type, id }, key, value }));
}
