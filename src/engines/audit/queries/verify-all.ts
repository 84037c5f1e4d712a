import type { Queryable } from '#kernel/database.ts';
import { verifyCheckpoint } from '../domain/checkpoint.ts';
import { leafHash } from '../domain/entry.ts';
import { append, emptyTree, rootOf, type RightEdge } from '../domain/tree.ts';
import { ENTRY_COLUMNS, toEntry, type EntryColumns } from './entries.ts';
import { treeHeadsFrom, type TreeHead } from './tree-heads.ts';

export type EntryName = { agencyId: string; entryId: string; type: string; leafIndex: number };

export type AuditProblem =
  /** The entry's content is not what was sealed. */
  | ({ kind: 'entryChanged' } & EntryName)
  /** The entry that stood at this place of the tree is gone. */
  | { kind: 'entryMissing'; agencyId: string | null; entryId: string | null; leafIndex: number }
  /** The stored tree was rewritten together with its entries: the change lies between these two signed sizes. */
  | { kind: 'treeChanged'; fromSize: number; toSize: number }
  /** A tree head's signature does not hold. */
  | { kind: 'signatureWrong'; treeSize: number }
  /** An entry that neither stands in the tree nor waits for the sealer. */
  | { kind: 'entryUnsealed'; agencyId: string; entryId: string };

export type AuditVerdict = { ok: true; size: number } | { ok: false; size: number; problem: AuditProblem };

const PAGE = 5000;

/**
 * Recomputes the whole tree from the entries and compares it with every stored leaf and every signed root. Reads in
 * pages and keeps one path of hashes, so its memory does not grow with the record. An entry whose content left the record must be old enough
 * at `now` for a rule of retention, by the time at which its tree was signed: whoever owns the database takes nothing younger away as expired.
 * @returns the first problem in the order of the tree, or that there is none.
 */
export async function verifyAll(q: Queryable, now = new Date()): Promise<AuditVerdict> {
  const rules = await retentionPeriods(q);
  let edge: RightEdge = emptyTree;
  for (;;) {
    const [head] = await treeHeadsFrom(q, edge.size + 1, 1);
    if (head === undefined) break;
    const mayExpire = (type: string): boolean => rules.some(({ typePrefix, keepYears }) => type.startsWith(typePrefix) && yearsLater(head.at, keepYears) < now);
    const result = await verifyUpTo(q, edge, { head, mayExpire });
    if ('problem' in result) return { ok: false, size: edge.size, problem: result.problem };
    edge = result.edge;
  }
  const problem = await findUnsealed(q);
  return problem === undefined ? { ok: true, size: edge.size } : { ok: false, size: edge.size, problem };
}

/** All rules that ever were: what went by one that has ended since went rightly. */
async function retentionPeriods(q: Queryable): Promise<{ typePrefix: string; keepYears: number }[]> {
  const { rows } = await q.query('select type_prefix as "typePrefix", keep_years as "keepYears" from audit.retention_rule');
  // safe because the statement selects exactly these columns
  return rows as { typePrefix: string; keepYears: number }[];
}

function yearsLater(instant: Date, years: number): Date {
  const later = new Date(instant);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}

/** From one signed tree to the next. */
async function verifyUpTo(q: Queryable, from: RightEdge, { head, mayExpire }: { head: TreeHead; mayExpire: (type: string) => boolean }): Promise<{ edge: RightEdge } | { problem: AuditProblem }> {
  let edge = from;
  while (edge.size < head.size) {
    const end = Math.min(head.size, edge.size + PAGE);
    const leaves = await readLeaves(q, edge.size, end);
    const problem = findChanged(leaves, { start: edge.size, end, mayExpire });
    if (problem !== undefined) return { problem };
    edge = append(
      edge,
      leaves.map((leaf) => leaf.computed),
    ).edge;
  }
  if (!rootOf(edge).equals(head.root)) return { problem: { kind: 'treeChanged', fromSize: from.size, toSize: head.size } };
  if (!verifyCheckpoint(head, head.publicKey, head.signature)) return { problem: { kind: 'signatureWrong', treeSize: head.size } };
  return { edge };
}

type Leaf = {
  index: number;
  /** Undefined when the entry is gone. */
  type: string | undefined;
  /** Its content left the record, by rule as it is said. */
  isExpired: boolean;
  sealedAs: { agencyId: string; entryId: string };
  computed: Buffer;
  stored: Buffer | null;
};

async function readLeaves(q: Queryable, start: number, end: number): Promise<Leaf[]> {
  const { rows } = await q.query(
    `select s.leaf_index, s.entry_id as sealed_id, s.agency_id as sealed_agency_id, n.hash as stored, x.leaf_hash as expired_hash, x.type as expired_type, ${ENTRY_COLUMNS}
       from audit.sealed s
       left join audit.entry e on e.agency_id = s.agency_id and e.id = s.entry_id
       left join audit.expired_entry x on x.agency_id = s.agency_id and x.entry_id = s.entry_id
       left join audit.node n on n.level = 0 and n.position = s.leaf_index
      where s.leaf_index >= $1 and s.leaf_index < $2 order by s.leaf_index`,
    [start, end],
  );
  // safe because these are the columns selected above; those of a left join may be null
  return (rows as LeafRow[]).map((row) => ({
    index: row.leaf_index,
    sealedAs: { agencyId: row.sealed_agency_id, entryId: row.sealed_id },
    stored: row.stored,
    ...contentOf(row),
  }));
}

type LeafRow = { leaf_index: number; sealed_id: string; sealed_agency_id: string; stored: Buffer | null } & ({ expired_hash: null; expired_type: null } | { expired_hash: Buffer; expired_type: string }) &
  (EntryColumns | { id: null });

/** Of an entry whose content left the record by rule the hash is left: who puts another one there breaks the root. */
function contentOf(row: LeafRow): Pick<Leaf, 'type' | 'isExpired' | 'computed'> {
  if (row.id !== null) return { type: row.type, isExpired: false, computed: leafHash(toEntry(row)) };
  return row.expired_hash === null ? { type: undefined, isExpired: false, computed: Buffer.alloc(0) } : { type: row.expired_type, isExpired: true, computed: row.expired_hash };
}

function findChanged(leaves: readonly Leaf[], { start, end, mayExpire }: { start: number; end: number; mayExpire: (type: string) => boolean }): AuditProblem | undefined {
  for (let index = start; index < end; index += 1) {
    const leaf = leaves[index - start];
    if (leaf?.index !== index) return { kind: 'entryMissing', agencyId: null, entryId: null, leafIndex: index };
    if (leaf.type === undefined || (leaf.isExpired && !mayExpire(leaf.type))) return { kind: 'entryMissing', ...leaf.sealedAs, leafIndex: index };
    if (leaf.stored === null || !leaf.computed.equals(leaf.stored)) return { kind: 'entryChanged', ...leaf.sealedAs, type: leaf.type, leafIndex: index };
  }
  return undefined;
}

/** Rows outside the signed trees. Each look is one statement, so a sealer at work does not look like a problem. */
async function findUnsealed(q: Queryable): Promise<AuditProblem | undefined> {
  const { rows } = await q.query(
    `select e.agency_id, e.id from audit.entry e
      where not exists (select from audit.sealed s where s.agency_id = e.agency_id and s.entry_id = e.id)
        and e.id not in (select encode(substr(p.entries, at + 17, 16), 'hex')::uuid from audit.pending p, generate_series(0, length(p.entries) - 1, 64) as at)
      order by e.id limit 1`,
  );
  // safe because these are the columns selected above
  const [row] = rows as { agency_id: string; id: string }[];
  if (row !== undefined) return { kind: 'entryUnsealed', agencyId: row.agency_id, entryId: row.id };
  const { rows: beyond } = await q.query(
    `select agency_id, entry_id, leaf_index from audit.sealed
      where leaf_index >= (select coalesce(max(size), 0) from audit.tree_head) order by leaf_index limit 1`,
  );
  // safe because these are the columns selected above
  const [extra] = beyond as { agency_id: string; entry_id: string; leaf_index: number }[];
  return extra === undefined ? undefined : { kind: 'entryMissing', agencyId: extra.agency_id, entryId: extra.entry_id, leafIndex: extra.leaf_index };
}
