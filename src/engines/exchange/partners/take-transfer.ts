import type { CommandContext } from '#kernel/command.ts';
import { furthestProbe, mayCall, PROBE_MS, type LineState } from '../domain/line.ts';
import { adapterOf, type PartnerId, type TransferId } from './adapter.ts';
import type { TransferRow } from './parcels.ts';
import { findPartner, isInForce, openLine, type PartnerRow } from './partner-rows.ts';
import { sendParcelJob } from './transfers.ts';
import type { Id } from '#kernel/ids.ts';

/** So long nobody else takes the parcel up: longer than a call may last. */
const HOLD_MS = 120_000;
const SUSPENDED_PAUSE_MS = 15 * 60_000;
/** Whoever mends it wakes what waits. */
const HELD_UP_PAUSE_MS = 15 * 60_000;
const BLOCKED_PAUSE_MS = 60_000;
const TRYING_PAUSE_MS = 5000;

export type Begun = { transfer: TransferRow; partner: PartnerRow };

/**
 * Takes a parcel up for one try, so that nobody else does meanwhile: unless it is done or not due, an earlier one of the same
 * document is still on its way, the partner is suspended, or its line is open. Then it waits, with the reason in sight.
 */
export async function takeTransfer(ctx: CommandContext, of: { agencyId: Id<'agency'>; transferId: TransferId }): Promise<Begun | undefined> {
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", id, partner_id as "partnerId", kind, envelope_id as "envelopeId", message_id as "messageId", ordinal, position, state, attempts, checks
       from exchange.transfer where agency_id = $1 and id = $2 and state in ('waiting', 'sent') and next_try_at <= $3 for update`,
    [of.agencyId, of.transferId, ctx.now],
  );
  // safe because the statement selects exactly these columns
  const transfer = rows[0] as TransferRow | undefined;
  if (transfer === undefined) return undefined;
  const partner = await findPartner(ctx, transfer.partnerId);
  const postponed = (ms: number, code: string | null, problem: string | null = null) => postpone(ctx, transfer, { at: new Date(ctx.now.getTime() + ms), code, problem });
  if (partner === undefined || !isInForce(partner, ctx.now)) return postponed(SUSPENDED_PAUSE_MS, 'partnerSuspended');
  // Its follower wakes it when it is done with; the pause is for the case that it dies.
  if (await isBlocked(ctx, transfer)) return postponed(BLOCKED_PAUSE_MS, null);
  const adapter = adapterOf(ctx.kernel, partner.protocol);
  if (adapter.isFetched?.({ address: partner.address, config: adapter.config.parse(partner.config) }) === true) return postponed(SUSPENDED_PAUSE_MS, 'partnerFetches');
  const held = transfer.state === 'waiting' ? adapter.heldUp?.(openLine(ctx.kernel, partner, AbortSignal.timeout(0))) : undefined;
  if (held !== undefined) return postponed(HELD_UP_PAUSE_MS, held.code, held.problem);
  const rest = await restOf(ctx, partner.id);
  if (rest > 0) return postponed(rest, 'circuitOpen');
  await ctx.query('update exchange.transfer set next_try_at = $3, attempts = attempts + $4, checks = checks + $5, changed_at = $6 where agency_id = $1 and id = $2', [
    transfer.agencyId,
    transfer.id,
    new Date(ctx.now.getTime() + HOLD_MS),
    transfer.state === 'waiting' ? 1 : 0,
    transfer.state === 'sent' ? 1 : 0,
    ctx.now,
  ]);
  return { transfer: { ...transfer, attempts: transfer.attempts + (transfer.state === 'waiting' ? 1 : 0) }, partner };
}

/**
 * Whether an earlier parcel of the same document has to go first. To be asked with the parcel locked, in a statement of its own: whoever
 * waited for that lock waited for the one that ends the earlier parcel, and the statement that waited does not see that it has ended.
 */
async function isBlocked(ctx: CommandContext, transfer: Pick<TransferRow, 'agencyId' | 'id'>): Promise<boolean> {
  const { rowCount } = await ctx.query(
    `select 1 from exchange.transfer t
       join exchange.transfer b on b.agency_id = t.agency_id and b.order_key = t.order_key and b.partner_id = t.partner_id and b.state = 'waiting' and b.id < t.id and b.position is not distinct from t.position
      where t.agency_id = $1 and t.id = $2 limit 1`,
    [transfer.agencyId, transfer.id],
  );
  return rowCount !== 0;
}

async function postpone(ctx: CommandContext, transfer: TransferRow, until: { at: Date; code: string | null; problem: string | null }): Promise<undefined> {
  await ctx.query(
    `update exchange.transfer set next_try_at = $3, problem_code = coalesce($4, problem_code), problem = case when $4::text is null then problem else $6 end, changed_at = $5
      where agency_id = $1 and id = $2`,
    [transfer.agencyId, transfer.id, until.at, until.code, ctx.now, until.problem],
  );
  ctx.enqueue(sendParcelJob({ agencyId: transfer.agencyId, transferId: transfer.id, at: until.at }));
  return undefined;
}

/** How long the line must still rest: nothing when it is closed, or when this caller has just taken the one probe. */
export async function restOf(ctx: CommandContext, partnerId: PartnerId): Promise<number> {
  const line = await lineState(ctx, partnerId);
  const may = mayCall(line, ctx.now);
  if (may === 'yes') return 0;
  if (may === 'probe') {
    // Of several that come at this moment the first moves the time on, and the others see it.
    const taken = await ctx.query(`update exchange.partner_line set circuit = 'half_open', probe_at = $3 where partner_id = $1 and circuit <> 'closed' and (probe_at <= $2 or probe_at > $4)`, [
      partnerId,
      ctx.now,
      new Date(ctx.now.getTime() + PROBE_MS),
      furthestProbe(ctx.now),
    ]);
    if (taken.rowCount === 1) return 0;
  }
  // While somebody tries, the outcome is near; otherwise the line rests until its time.
  const rest = may === 'probe' || line.circuit === 'half_open' ? TRYING_PAUSE_MS : (line.probeAt?.getTime() ?? ctx.now.getTime()) - ctx.now.getTime();
  return Math.max(1000, rest) + Math.round(Math.random() * 1000);
}

/** How the line to a partner is. */
export async function lineState(ctx: CommandContext, partnerId: PartnerId): Promise<LineState> {
  const { rows } = await ctx.query('select circuit, failures, opened_at as "openedAt", probe_at as "probeAt" from exchange.partner_line where partner_id = $1', [partnerId]);
  // safe because the statement selects exactly these columns, and every partner has its row
  return rows[0] as LineState;
}
