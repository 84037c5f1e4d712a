import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { AuditEntry } from '../domain/entry.ts';
import { completeNodes, consistencyRanges, inclusionRanges, rangeHash, type LeafRange, type NodeRef, type TreeNode } from '../domain/tree.ts';
import { auditErrors } from '../errors.ts';
import { ENTRY_COLUMNS, toEntry, type EntryColumns } from './entries.ts';
import type { Subject } from './timeline.ts';
import { getTreeHead, latestTreeHead, treeHeadsOf, type TreeHead } from './tree-heads.ts';

export type InclusionProof = { entry: AuditEntry; leafHash: Buffer; leafIndex: number; path: Buffer[]; head: TreeHead };
export type ConsistencyProof = { first: TreeHead; second: TreeHead; path: Buffer[] };

/**
 * The proof that an entry stands in the newest signed tree: check it with `verifyInclusion` and `leafHash`.
 * @throws AppError `audit.entryNotFound` outside the agency; `audit.notSealedYet` for the seconds before the sealer came.
 */
export async function inclusionProof(q: Queryable, query: { agencyId: Id<'agency'>; entryId: string }): Promise<InclusionProof> {
  const { rows } = await q.query(
    `select ${ENTRY_COLUMNS}, e.leaf_hash, s.leaf_index from audit.entry e
       left join audit.sealed s on s.agency_id = e.agency_id and s.entry_id = e.id where e.agency_id = $1 and e.id = $2`,
    [query.agencyId, query.entryId],
  );
  // safe because the columns of audit.entry and audit.sealed have exactly these types
  const [row] = rows as (EntryColumns & { leaf_hash: Buffer; leaf_index: number | null })[];
  if (row === undefined) throw auditErrors.entryNotFound();
  const head = await latestTreeHead(q);
  if (row.leaf_index === null || head === undefined) throw auditErrors.notSealedYet();
  const path = await hashRanges(q, inclusionRanges(row.leaf_index, head.size));
  return { entry: toEntry(row), leafHash: row.leaf_hash, leafIndex: row.leaf_index, path, head };
}

/**
 * The proof that the tree of one size is the beginning of the tree of another: check it with `verifyConsistency`.
 * @throws AppError `audit.noTreeHead` when either size was never signed, or the first is the larger.
 */
export async function consistencyProof(q: Queryable, query: { first: number; second: number }): Promise<ConsistencyProof> {
  if (query.first > query.second) throw auditErrors.noTreeHead();
  const [first, second] = [await getTreeHead(q, query.first), await getTreeHead(q, query.second)];
  return { first, second, path: await hashRanges(q, consistencyRanges(first.size, second.size)) };
}

/** Entries of one agency about some subjects; where an entry's data has a field of this name, it must have this value. */
export type EntriesAbout = { agencyId: Id<'agency'>; subjects: readonly Subject[]; matching: Readonly<Record<string, string>>; head: TreeHead; limit: number };

/**
 * The proofs of all entries about some subjects in one signed tree, oldest first, with one look-up of hashes for all. Entries that the tree does
 * not hold yet are left out: seal before asking.
 */
export async function inclusionProofs(q: Queryable, about: EntriesAbout): Promise<InclusionProof[]> {
  const fields = Object.entries(about.matching);
  const { rows } = await q.query(
    `select ${ENTRY_COLUMNS}, e.leaf_hash, s.leaf_index
       from audit.entry e
       join unnest($2::text[], $3::text[]) as wanted (type, id) on e.subject_type = wanted.type and e.subject_id = wanted.id
       join audit.sealed s on s.agency_id = e.agency_id and s.entry_id = e.id
      where e.agency_id = $1 and s.leaf_index < $4
        and not exists (select from unnest($5::text[], $6::text[]) as field (name, value) where e.data ->> field.name <> field.value)
      order by e.at, e.id limit $7`,
    [
      about.agencyId,
      about.subjects.map((subject) => subject.type),
      about.subjects.map((subject) => subject.id),
      about.head.size,
      fields.map(([name]) => name),
      fields.map(([, value]) => value),
      about.limit,
    ],
  );
  // safe because the columns of audit.entry and audit.sealed have exactly these types
  const found = rows as (EntryColumns & { leaf_hash: Buffer; leaf_index: number })[];
  const ranges = found.map((row) => inclusionRanges(row.leaf_index, about.head.size));
  const hashes = await hashRanges(q, ranges.flat());
  let taken = 0;
  return found.map((row, index) => {
    const length = ranges[index]?.length ?? 0;
    taken += length;
    return { entry: toEntry(row), leafHash: row.leaf_hash, leafIndex: row.leaf_index, path: hashes.slice(taken - length, taken), head: about.head };
  });
}

/** An earlier tree of the same record, with the proof that a later one only added to it. */
export type EarlierHead = { head: TreeHead; path: Buffer[] };

/**
 * For each place in the tree, the first time-stamped tree that holds it and was signed by the same key: what proves by when an entry was there. Those
 * that no earlier one holds than `head` itself are left out.
 */
export async function stampedHeads(q: Queryable, { leafIndexes, head }: { leafIndexes: readonly number[]; head: TreeHead }): Promise<EarlierHead[]> {
  const { rows } = await q.query(
    `select distinct stamped.tree_size as size from unnest($1::bigint[]) as leaf (index)
      cross join lateral (
        select t.tree_size from audit.tree_head_timestamp t join audit.tree_head h on h.size = t.tree_size join audit.signing_key k on k.key_id = h.key_id
         where t.tree_size > leaf.index and t.tree_size < $2 and k.public_key = $3 and k.origin = $4 order by t.tree_size limit 1) as stamped`,
    [leafIndexes, head.size, head.publicKey, head.origin],
  );
  // safe because the statement selects exactly this column
  const earlier = await treeHeadsOf(q, (rows as { size: number }[]).map(({ size }) => size));
  const ranges = earlier.map((each) => consistencyRanges(each.size, head.size));
  const hashes = await hashRanges(q, ranges.flat());
  let taken = 0;
  return earlier.map((each, index) => {
    const length = ranges[index]?.length ?? 0;
    taken += length;
    return { head: each, path: hashes.slice(taken - length, taken) };
  });
}

/** One look-up for all complete subtrees that the ranges are made of: some dozens at most. */
async function hashRanges(q: Queryable, ranges: readonly LeafRange[]): Promise<Buffer[]> {
  const wanted = ranges.flatMap(completeNodes);
  const { rows } = await q.query(
    `select n.level, n.position, n.hash from audit.node n
       join unnest($1::smallint[], $2::bigint[]) as wanted (level, position) using (level, position)`,
    [wanted.map((node) => node.level), wanted.map((node) => node.position)],
  );
  // safe because the columns of audit.node have exactly these types
  const hashes = new Map((rows as TreeNode[]).map((node) => [keyOf(node), node.hash]));
  return ranges.map((range) =>
    rangeHash(range, (node) => {
      const found = hashes.get(keyOf(node));
      if (found === undefined) throw new Error(`the tree lacks its node ${keyOf(node)}`);
      return found;
    }),
  );
}

function keyOf(node: NodeRef): string {
  return `${String(node.level)}/${String(node.position)}`;
}
