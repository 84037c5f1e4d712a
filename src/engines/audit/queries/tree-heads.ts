import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { signedCheckpoint, type CheckpointBody } from '../domain/checkpoint.ts';
import { auditErrors } from '../errors.ts';

/** A signed root of the tree, with everything that is needed to check it. */
export type TreeHead = CheckpointBody & {
  root: Buffer;
  keyId: string;
  publicKey: Buffer;
  signature: Buffer;
  /** The signed note as text (C2SP). */
  checkpoint: string;
  /** RFC 3161 token over the checkpoint text. */
  timestampToken: Buffer | null;
};

const SELECT_HEAD = `select h.size, h.root, h.at, h.key_id, h.signature, k.origin, k.public_key, t.token
   from audit.tree_head h join audit.signing_key k using (key_id) left join audit.tree_head_timestamp t on t.tree_size = h.size`;

/** The newest signed tree; undefined before the first seal. */
export async function latestTreeHead(q: Queryable): Promise<TreeHead | undefined> {
  return (await heads(q, 'order by h.size desc limit 1'))[0];
}

/** The signed tree of a size; undefined when no batch ended there. */
export async function findTreeHead(q: Queryable, size: number): Promise<TreeHead | undefined> {
  return (await heads(q, 'where h.size = $1', [size]))[0];
}

/** @throws AppError `audit.noTreeHead` when no batch ended at this size. */
export async function getTreeHead(q: Queryable, size: number): Promise<TreeHead> {
  const head = await findTreeHead(q, size);
  if (head === undefined) throw auditErrors.noTreeHead();
  return head;
}

/**
 * Tree heads newer than the newest timestamped one, newest first, at most `limit`. To timestamp the first of them is
 * enough: every earlier tree is its beginning.
 */
export async function treeHeadsWithoutTimestamp(q: Queryable, limit = 1): Promise<TreeHead[]> {
  return heads(q, 'where h.size > (select coalesce(max(tree_size), 0) from audit.tree_head_timestamp) order by h.size desc limit $1', [limit]);
}

/**
 * Keeps a timestamp token over the checkpoint text of a tree head; the first one stays. It records no event: the event
 * would make a new tree head, which would want a timestamp.
 */
export async function attachTimestamp(ctx: Pick<CommandContext, 'query' | 'now'>, input: { treeSize: number; token: Uint8Array }): Promise<void> {
  await ctx.query('insert into audit.tree_head_timestamp (tree_size, token, at) values ($1, $2, $3) on conflict (tree_size) do nothing', [
    input.treeSize,
    Buffer.from(input.token),
    ctx.now,
  ]);
}

/** Tree heads in the order of their sizes, from a size on. */
export async function treeHeadsFrom(q: Queryable, size: number, limit: number): Promise<TreeHead[]> {
  return heads(q, 'where h.size >= $1 order by h.size limit $2', [size, limit]);
}

/** The tree heads of some sizes, in their order. */
export async function treeHeadsOf(q: Queryable, sizes: readonly number[]): Promise<TreeHead[]> {
  return heads(q, 'where h.size = any($1::bigint[]) order by h.size', [sizes]);
}

async function heads(q: Queryable, rest: string, values: unknown[] = []): Promise<TreeHead[]> {
  const { rows } = await q.query(`${SELECT_HEAD} ${rest}`, values);
  // safe because the columns of the three tables have exactly these types
  return (rows as HeadColumns[]).map((row) => {
    const body = { origin: row.origin, size: row.size, root: row.root, at: row.at };
    return {
      ...body,
      keyId: row.key_id,
      publicKey: row.public_key,
      signature: row.signature,
      checkpoint: signedCheckpoint(body, row.public_key, row.signature),
      timestampToken: row.token,
    };
  });
}

type HeadColumns = { size: number; root: Buffer; at: Date; key_id: string; signature: Buffer; origin: string; public_key: Buffer; token: Buffer | null };
