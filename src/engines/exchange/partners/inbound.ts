import { createHash } from 'node:crypto';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { storeBytes, type StoredBlob } from '#engines/files/index.ts';
import type { InboundContent, PartnerId } from './adapter.ts';
import { partnerErrors } from './errors.ts';
import { recordPartnerEvent } from './record.ts';

export type InboundId = Id<'inbound'>;
export type InboundState = 'incomplete' | 'waiting' | 'applied' | 'refused' | 'quarantined' | 'with_person' | 'resolved' | 'discarded';
export type InboundRow = {
  id: InboundId;
  partnerId: PartnerId;
  partnerName: string;
  partnerRef: string;
  originalHash: string;
  sizeBytes: number;
  receivedAt: Date;
  state: InboundState;
  /** What it turned out to be, once it was read. */
  kind: InboundContent['kind'] | 'claim' | null;
  problemCode: string | null;
  problem: string | null;
  agencyId: Id<'agency'> | null;
  /** Of a claim: the agency here in whose name it is. */
  claimedAgencyId: Id<'agency'> | null;
};

/** An original is text with facts and, on some axes, the files inside: larger ones are refused before they are read. */
export const ORIGINAL_LIMIT_BYTES = 512 * 1024 * 1024;

export type NewInbound = { partnerId: PartnerId; /** The partner's own id of the parcel. */ partnerRef: string; /** The bytes, or what the store has of them already. */ original: Buffer | StoredBlob; mediaType: string; /** True while files of it are still coming. */ isIncomplete?: boolean; /** What else is written down of it, in the same transaction: neither is ever there without the other. */ note?: (ctx: CommandContext) => Promise<void> };

/**
 * Keeps what came, untouched, before anything is read: durable when it returns, so that the partner may then be told so. The
 * same parcel again is the same row and has no second effect; it tells how far the first is.
 * @throws exchange.parcelChanged when a parcel with this id came before with another content.
 */
export async function keepInbound(kernel: Kernel, arrived: NewInbound): Promise<InboundRow> {
  const hash = Buffer.isBuffer(arrived.original) ? createHash('sha256').update(arrived.original).digest('hex') : arrived.original.sha256;
  const known = await findInbound(kernel.database.pool, arrived);
  const row = known ?? (await insertInbound(kernel, arrived));
  if (row.originalHash !== hash) throw partnerErrors.parcelChanged();
  return row;
}

async function insertInbound(kernel: Kernel, arrived: NewInbound): Promise<InboundRow> {
  const stored = Buffer.isBuffer(arrived.original) ? await storeBytes(kernel, arrived.original, { limitBytes: ORIGINAL_LIMIT_BYTES }) : arrived.original;
  return run(kernel, writeInbound, { ...arrived, ...stored }, { actor: systemActor('exchange.inbound') });
}

async function writeInbound(ctx: CommandContext, arrived: NewInbound & { sha256: string; sizeBytes: number }): Promise<InboundRow> {
  await arrived.note?.(ctx);
  const id = newId<'inbound'>();
  const state = arrived.isIncomplete === true ? 'incomplete' : 'waiting';
  const { rowCount } = await ctx.query(
    `insert into exchange.inbound (id, partner_id, partner_ref, original_hash, size_bytes, media_type, state, attempts, received_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8) on conflict (partner_id, partner_ref) do nothing`,
    [id, arrived.partnerId, arrived.partnerRef, Buffer.from(arrived.sha256, 'hex'), arrived.sizeBytes, arrived.mediaType, state, ctx.now],
  );
  if (rowCount === 1 && state === 'waiting') ctx.enqueue(takeInboundJob(id, ctx.now));
  const row = await findInbound(ctx, arrived);
  if (row === undefined) throw new Error('what was just kept is not there');
  return row;
}

// safe because the nil UUID names no real agency
const NO_AGENCY = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

/** The job that reads and applies an arrival. */
export function takeInboundJob(inboundId: InboundId, now: Date) {
  return { kind: 'exchange.take-inbound', agencyId: NO_AGENCY, payload: { inboundId }, dedupeKey: `${inboundId}:${String(now.getTime())}`, runAt: now };
}

const INBOUND = `select i.id, i.partner_id as "partnerId", p.name as "partnerName", i.partner_ref as "partnerRef", encode(i.original_hash, 'hex') as "originalHash", i.size_bytes as "sizeBytes", i.received_at as "receivedAt",
       i.state, i.kind, i.problem_code as "problemCode", i.problem, i.agency_id as "agencyId", i.claimed_agency_id as "claimedAgencyId"
  from exchange.inbound i join exchange.partner p on p.id = i.partner_id`;

/** What came from a partner under one of its ids. */
export async function findInbound(q: Queryable, of: { partnerId: PartnerId; partnerRef: string }): Promise<InboundRow | undefined> {
  const { rows } = await q.query(`${INBOUND} where i.partner_id = $1 and i.partner_ref = $2`, [of.partnerId, of.partnerRef]);
  // safe because the statement selects exactly these columns
  return rows[0] as InboundRow | undefined;
}

/** Whether something that came from the same partner before this has not been read yet. */
export async function isEarlierWaiting(q: Queryable, of: { id: InboundId; partnerId: PartnerId }): Promise<boolean> {
  const { rowCount } = await q.query(`select 1 from exchange.inbound where partner_id = $1 and state = 'waiting' and id < $2 limit 1`, [of.partnerId, of.id]);
  return rowCount !== 0;
}

/** An arrival by our id. @throws exchange.inboundNotFound */
export async function getInbound(q: Queryable, id: string): Promise<InboundRow> {
  const { rows } = await q.query(`${INBOUND} where i.id = $1`, [id]);
  // safe because the statement selects exactly these columns
  const row = rows[0] as InboundRow | undefined;
  if (row === undefined) throw partnerErrors.inboundNotFound();
  return row;
}

/** The same, locked until the end of the transaction. @throws exchange.inboundNotFound */
export async function lockInbound(ctx: CommandContext, id: string): Promise<InboundRow> {
  await ctx.query('select 1 from exchange.inbound where id = $1 for update', [id]);
  return getInbound(ctx, id);
}

/** All files of an arrival have come: it is read now. */
export async function completeInbound(ctx: CommandContext, id: InboundId): Promise<void> {
  const { rowCount } = await ctx.query(`update exchange.inbound set state = 'waiting', changed_at = $2 where id = $1 and state = 'incomplete'`, [id, ctx.now]);
  if (rowCount === 1) ctx.enqueue(takeInboundJob(id, ctx.now));
}

/** Whatever came before this document and is about it is read again: nobody has to try it by hand. */
export async function takeUpWhatWaited(ctx: CommandContext, inbound: InboundRow, documentId: string): Promise<void> {
  const { rows } = await ctx.query(
    `update exchange.inbound set state = 'waiting', problem_code = null, problem = null, awaits = null, changed_at = $3
      where partner_id = $1 and awaits = $2 and state in ('quarantined', 'with_person') returning id, agency_id as "agencyId"`,
    [inbound.partnerId, documentId, ctx.now],
  );
  // safe because the statement selects exactly these columns
  for (const { id, agencyId } of rows as { id: InboundId; agencyId: Id<'agency'> | null }[]) {
    ctx.enqueue(takeInboundJob(id, ctx.now));
    recordPartnerEvent(ctx, 'inbound-retried', { partner: { id: inbound.partnerId, name: inbound.partnerName }, ...(agencyId === null ? {} : { agencyId }), data: { inboundId: id } });
  }
}

export type InboundOutcome = { state: 'applied' | 'refused' | 'quarantined'; code?: string; problem?: string; seen?: Seen | undefined; awaits?: string | undefined };
export type Seen = { kind: InboundContent['kind']; senderName?: string; summary?: string };

/** Where an arrival has come to. What cannot be read or applied is put apart, in sight, with the reason. */
export async function settleInbound(
  ctx: CommandContext,
  inbound: InboundRow,
  outcome: InboundOutcome,
): Promise<void> {
  const { state, code, problem, seen, awaits } = outcome;
  await ctx.query(
    `update exchange.inbound set state = $2, problem_code = $3, problem = $4, kind = coalesce($5, kind), sender_name = coalesce($6, sender_name), summary = coalesce($7, summary),
            awaits = $9, attempts = attempts + 1, changed_at = $8
      where id = $1`,
    [inbound.id, state, code ?? null, problem?.slice(0, 2000) ?? null, seen?.kind ?? null, seen?.senderName ?? null, seen?.summary ?? null, ctx.now, awaits === undefined || awaits === '' ? null : awaits.slice(0, 300)],
  );
  if (state !== 'applied') {
    recordPartnerEvent(ctx, 'inbound-quarantined', { partner: { id: inbound.partnerId, name: inbound.partnerName }, data: { inboundId: inbound.id, code: code ?? '' } });
  }
}
