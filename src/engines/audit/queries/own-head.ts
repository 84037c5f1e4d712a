import type { Kernel } from '#kernel/kernel.ts';
import type { StatementClient } from '#kernel/prepared-statements.ts';
import { verifyCheckpoint } from '../domain/checkpoint.ts';
import { completeNodes, rootOf, type RightEdge, type TreeNode } from '../domain/tree.ts';
import { auditErrors } from '../errors.ts';
import { signingKey } from '../signing-key.ts';

type LastHead = { root: Buffer; at: Date; signature: Buffer; origin: string; publicKey: Buffer; hasSigned: boolean };

/**
 * The tree goes on from what was signed last, and from nothing else: otherwise whoever owns the database would get the installation's own
 * signature on a history of theirs. A key that was lost leaves heads of another one below; above a head of the present key there is none.
 * @throws `audit.treeRewritten`
 */
export async function assertSignedEdge(client: StatementClient, edge: RightEdge, publicKey: Buffer): Promise<void> {
  if (edge.size === 0) return;
  const { rows } = await client.query<LastHead>(
    `select h.root, h.at, h.signature, k.origin, k.public_key as "publicKey",
            exists (select from audit.signing_key own join audit.tree_head o on o.key_id = own.key_id where own.public_key = $2) as "hasSigned"
       from audit.tree_head h join audit.signing_key k using (key_id) where h.size = $1`,
    [edge.size, publicKey],
  );
  const [head] = rows;
  const isOurs = head !== undefined && (head.publicKey.equals(publicKey) || !head.hasSigned);
  const isWhole = head !== undefined && rootOf(edge).equals(head.root) && verifyCheckpoint({ origin: head.origin, size: edge.size, root: head.root, at: head.at }, head.publicKey, head.signature);
  if (!isOurs || !isWhole) throw auditErrors.treeRewritten({ internal: { size: edge.size } });
}

/** The size of the tree and its peaks: what is needed to go on, read by key. */
export async function readEdge(client: StatementClient): Promise<RightEdge> {
  const { rows: heads } = await client.query<{ size: number }>('select size from audit.tree_head order by size desc limit 1');
  const size = heads[0]?.size ?? 0;
  const peaks = completeNodes({ start: 0, end: size });
  const { rows } = await client.query<TreeNode>(
    `select n.level, n.position, n.hash from audit.node n
       join unnest($1::smallint[], $2::bigint[]) as wanted (level, position) using (level, position) order by n.level desc`,
    [peaks.map((peak) => peak.level), peaks.map((peak) => peak.position)],
  );
  if (rows.length !== peaks.length) throw new Error(`the tree of size ${String(size)} lacks ${String(peaks.length - rows.length)} of its nodes`);
  return { size, peaks: rows };
}

export type OtherKey = { keyId: string; from: Date; to: Date; heads: number };

/**
 * Keys other than the installation's present one under which heads stand. After a key was lost that is right; otherwise somebody signed a history
 * of theirs with a key that they put into the database, which no signature in it can tell.
 */
export async function otherKeys(kernel: Kernel): Promise<OtherKey[]> {
  const { rows } = await kernel.database.pool.query(
    `select k.key_id as "keyId", min(h.at) as "from", max(h.at) as "to", count(*)::int as heads
       from audit.tree_head h join audit.signing_key k using (key_id) where k.public_key <> $1 group by k.key_id order by min(h.size)`,
    [signingKey(kernel).publicKey],
  );
  // safe because the statement selects exactly these columns
  return rows as OtherKey[];
}
