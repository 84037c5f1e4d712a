import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { HealthCheck } from '#kernel/module.ts';
import { treeHeadSchema, type TreeHeadReply } from '#engines/audit/contract.ts';
import { signedCheckpoint, verifyCheckpoint, verifyConsistency } from '#engines/audit/offline.ts';
import type { PartnerId } from './adapter.ts';
import { recordPartnerEvent } from './record.ts';

/** The newest signed root of a partner's record, with the proof that it only adds to the one that is asked about. */
export const witnessReply = z.object({ head: treeHeadSchema.nullable(), path: z.array(z.string().max(100)).max(200) });
export type WitnessReply = z.output<typeof witnessReply>;

export type WitnessedHead = { origin: string; size: number; root: Buffer; keyId: string; checkpoint: string; problem: string | null; witnessedAt: Date };

/** The newest root of a partner's record that was in order. */
export async function newestWitnessed(q: Queryable, partnerId: PartnerId): Promise<WitnessedHead | undefined> {
  const { rows } = await q.query(
    `select origin, size, root, key_id as "keyId", checkpoint, problem, witnessed_at as "witnessedAt" from exchange.witnessed_head
      where partner_id = $1 and problem is null order by witnessed_at desc, size desc limit 1`,
    [partnerId],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as WitnessedHead | undefined;
}

/** Roots of others' records that were kept here, newest first, at most 1000: what a verifier compares an evidence package with. */
export async function witnessedHeads(q: Queryable, origin: string): Promise<WitnessedHead[]> {
  const { rows } = await q.query(
    `select origin, size, root, key_id as "keyId", checkpoint, problem, witnessed_at as "witnessedAt" from exchange.witnessed_head
      where origin = $1 order by witnessed_at desc, size desc limit 1000`,
    [origin],
  );
  // safe because the statement selects exactly these columns
  return rows as WitnessedHead[];
}

export type ContradictedRecord = { partnerId: string; name: string; since: Date };

/** Active partners whose record has contradicted what was witnessed of it, and has not come back to it since. */
export async function contradictedRecords(q: Queryable): Promise<ContradictedRecord[]> {
  const { rows } = await q.query(
    `select p.id as "partnerId", p.name, min(h.witnessed_at) as since
       from exchange.witnessed_head h join exchange.partner p on p.id = h.partner_id
      where p.state = 'active' and h.problem is not null
        and not exists (select from exchange.witnessed_head good where good.partner_id = h.partner_id and good.problem is null and good.witnessed_at > h.witnessed_at)
      group by p.id, p.name order by p.name`,
  );
  // safe because the statement selects exactly these columns
  return rows as ContradictedRecord[];
}

/**
 * Keeps a partner's root. One that contradicts the newest kept one is kept too, with what is wrong, and said aloud: that record was rewritten,
 * cut off, or is signed by somebody else. The same root again has no second effect.
 */
export async function keepWitnessed(ctx: CommandContext, { partner, reply }: { partner: { id: PartnerId; name: string }; reply: WitnessReply }): Promise<void> {
  const { head, path } = reply;
  const known = await newestWitnessed(ctx, partner.id);
  // A record that had a root and has none any more was cut off to the last line.
  if (head === null) return known === undefined ? undefined : keep(ctx, partner, { ...known, root: Buffer.alloc(32), checkpoint: '', problem: 'shorter' });
  await keep(ctx, partner, { ...head, root: Buffer.from(head.root, 'base64'), problem: problemOf(head, path, known) });
}

type Kept = Pick<WitnessedHead, 'origin' | 'size' | 'root' | 'keyId' | 'checkpoint' | 'problem'>;

async function keep(ctx: CommandContext, partner: { id: PartnerId; name: string }, { origin, size, root, keyId, checkpoint, problem }: Kept): Promise<void> {
  const { rowCount } = await ctx.query(
    `insert into exchange.witnessed_head (partner_id, origin, size, root, key_id, checkpoint, problem, witnessed_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [partner.id, origin, size, root, keyId, checkpoint, problem, ctx.now],
  );
  if (rowCount !== 1) return;
  recordPartnerEvent(ctx, problem === null ? 'record-witnessed' : 'record-contradicted', { partner, data: { size, ...(problem === null ? {} : { problem }) } });
}

function problemOf(head: TreeHeadReply, path: readonly string[], known: WitnessedHead | undefined): string | null {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  const body = { origin: head.origin, size: head.size, root: bytes(head.root), at: new Date(head.at) };
  const publicKey = bytes(head.publicKey);
  const isSigned = publicKey.length === 32 && verifyCheckpoint(body, publicKey, bytes(head.signature)) && head.checkpoint === signedCheckpoint(body, publicKey, bytes(head.signature));
  if (!isSigned) return 'signature';
  if (known === undefined) return null;
  // A key that was lost is replaced by another, of the same origin: a person has to look at that.
  if (known.keyId !== head.keyId || known.origin !== head.origin) return 'key';
  if (head.size < known.size) return 'shorter';
  return verifyConsistency({ first: known.size, second: head.size, firstRoot: known.root, secondRoot: body.root, path: path.map(bytes) }) ? null : 'rewritten';
}

export const witnessHealth: HealthCheck = {
  name: 'exchange-witnesses',
  check: async (kernel) => {
    const { rows } = await kernel.database.pool.query<{ partners: number; contradicted: string | null }>(
      `select (select count(distinct partner_id) from exchange.witnessed_head) as partners,
              (select string_agg(distinct p.name, ', ') from exchange.witnessed_head h join exchange.partner p on p.id = h.partner_id where h.problem is not null) as contradicted`,
    );
    const { partners, contradicted } = rows[0] ?? { partners: 0, contradicted: null };
    if (contradicted === null) return { status: 'ok', vi: `Làm chứng cho nhật ký của ${String(partners)} hệ thống khác`, en: `Witness of the records of ${String(partners)} other installations` };
    return {
      status: 'warn',
      vi: `Nhật ký của hệ thống khác mâu thuẫn với lần làm chứng trước: ${contradicted}`,
      en: `The record of another installation contradicts what was witnessed before: ${contradicted}`,
      fixVi: 'Hỏi quản trị viên bên đó vì sao; giữ nguyên bản đã làm chứng, nó là chứng cứ.',
      fixEn: 'Ask the administrator over there why; keep what was witnessed, it is evidence.',
    };
  },
};
