import type { Kernel } from '#kernel/kernel.ts';
import type { StatementClient } from '#kernel/prepared-statements.ts';
import { append, rootOf, type RightEdge, type TreeNode } from './domain/tree.ts';
import { PENDING_BYTES, unpackEntries } from './domain/pending-entries.ts';
import { assertSignedEdge, readEdge } from './queries/own-head.ts';
import { signingKey } from './signing-key.ts';

/** Any number that is ours: one sealer at a time in the whole installation. */
const SEAL_LOCK = 7_249_003;
/** A batch ends with the command that brings it to so many entries. */
const BATCH = 20_000;
const BATCH_BYTES = BATCH * PENDING_BYTES;

/**
 * Puts every entry that waits into the tree, in signed batches, and returns when none that was committed before the
 * call is left. A batch is one transaction: whoever dies in it leaves the queue and the tree as they were.
 * @returns how many entries were sealed.
 * @throws `audit.treeRewritten`
 */
export async function sealNow(kernel: Kernel): Promise<number> {
  let sealed = 0;
  for (;;) {
    const count = await kernel.database.transaction((_tx, client) => sealBatch(kernel, client));
    sealed += count;
    if (count < BATCH) return sealed;
  }
}

type PendingRow = { agency_id: string; id: string; entries: Buffer };

async function sealBatch(kernel: Kernel, client: StatementClient): Promise<number> {
  // Whoever waits here reads the tree afterwards, with a snapshot that has the winner's batch.
  await client.query('select pg_advisory_xact_lock($1)', [SEAL_LOCK]);
  const { rows } = await client.query<PendingRow>(
    `select agency_id, id, entries
       from (select *, sum(length(entries)) over (order by id, agency_id) - length(entries) as before from audit.pending) as waiting
      where before < $1 order by id, agency_id`,
    [BATCH_BYTES],
  );
  if (rows.length === 0) return 0;
  const pending = rows.flatMap((row) => unpackEntries(row.entries));
  const leaves = pending.map((entry) => entry.leafHash);
  const before = await readEdge(client);
  await assertSignedEdge(client, before, signingKey(kernel).publicKey);
  const { edge, nodes } = append(before, leaves);
  await writeNodes(client, nodes);
  await client.query(
    `insert into audit.sealed (agency_id, entry_id, leaf_index, tree_size)
     select a, e, $3::bigint + n - 1, $4::bigint from unnest($1::uuid[], $2::uuid[]) with ordinality as t (a, e, n)`,
    [pending.map((entry) => entry.agencyId), pending.map((entry) => entry.entryId), before.size, edge.size],
  );
  await writeHead(kernel, client, edge);
  const removed = await client.query('delete from audit.pending where agency_id = any($1::uuid[]) and id = any($2::uuid[])', [
    [...new Set(rows.map((row) => row.agency_id))],
    rows.map((row) => row.id),
  ]);
  if (removed.rowCount !== rows.length) throw new Error('the sealer’s queue changed under its lock');
  return leaves.length;
}

async function writeNodes(client: StatementClient, nodes: readonly TreeNode[]): Promise<void> {
  await client.query('insert into audit.node (level, position, hash) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])', [
    nodes.map((node) => node.level),
    nodes.map((node) => node.position),
    nodes.map((node) => node.hash),
  ]);
}

async function writeHead(kernel: Kernel, client: StatementClient, edge: RightEdge): Promise<void> {
  const key = signingKey(kernel);
  const at = kernel.clock.now();
  const root = rootOf(edge);
  await client.query('insert into audit.signing_key (key_id, origin, public_key, created_at) values ($1, $2, $3, $4) on conflict do nothing', [
    key.keyId,
    key.origin,
    key.publicKey,
    at,
  ]);
  await client.query('insert into audit.tree_head (size, root, at, key_id, signature) values ($1, $2, $3, $4, $5)', [
    edge.size,
    root,
    at,
    key.keyId,
    key.sign({ origin: key.origin, size: edge.size, root, at }),
  ]);
}
