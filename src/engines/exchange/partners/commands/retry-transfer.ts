import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { assertKeepsPartners } from '../../policy.ts';
import type { PartnerId, TransferId } from '../adapter.ts';
import { partnerErrors } from '../errors.ts';
import { recordPartnerEvent } from '../record.ts';
import { sendParcelJob } from '../transfers.ts';

/**
 * Sends a parcel again now, the same one under the same id: also one that was refused or given up. The deliveries that came
 * back with it are on their way again.
 * @throws exchange.transferNotFound; exchange.transferDone when the partner has dealt with it, or the sender has called it off, recalled or replaced it
 */
export async function retryTransfer(ctx: CommandContext, input: { agencyId: Id<'agency'>; transferId: string }): Promise<void> {
  const { rows } = await ctx.query(
    `select t.id, t.state, p.id as "partnerId", p.name,
            t.kind = 'envelope' and not exists (select from exchange.delivery d where d.agency_id = t.agency_id and d.transfer_id = t.id and d.state not in ('cancelled', 'recalled', 'replaced')) as "isCalledOff"
       from exchange.transfer t join exchange.partner p on p.id = t.partner_id where t.agency_id = $1 and t.id = $2 for update of t`,
    [input.agencyId, input.transferId],
  );
  // safe because the statement selects exactly these columns
  const transfer = rows[0] as { id: TransferId; state: string; partnerId: PartnerId; name: string; isCalledOff: boolean } | undefined;
  if (transfer === undefined) throw partnerErrors.transferNotFound();
  assertKeepsPartners(ctx.actor);
  if (transfer.state === 'processed' || transfer.isCalledOff) throw partnerErrors.transferDone();
  await wakeTransfer(ctx, { agencyId: input.agencyId, transferId: transfer.id });
  recordPartnerEvent(ctx, 'transfer-retried', { partner: { id: transfer.partnerId, name: transfer.name }, agencyId: input.agencyId, data: { transferId: transfer.id } });
}

/** Puts a parcel back to the beginning of its tries, due now. */
export async function wakeTransfer(ctx: CommandContext, of: { agencyId: Id<'agency'>; transferId: TransferId }): Promise<void> {
  await ctx.query(
    `update exchange.transfer set state = case when state = 'sent' then 'sent' else 'waiting' end, attempts = 0, checks = 0, next_try_at = $3, problem_code = null, problem = null, changed_at = $3
      where agency_id = $1 and id = $2 and state <> 'processed'`,
    [of.agencyId, of.transferId, ctx.now],
  );
  await ctx.query(`update exchange.delivery set state = 'waiting', problem = null, changed_at = $3 where agency_id = $1 and transfer_id = $2 and state = 'returned' and answer_ordinal = 0`, [
    of.agencyId,
    of.transferId,
    ctx.now,
  ]);
  // A vendor's system that could not use it finds it in its list once more.
  await ctx.query(`update exchange.axis_parcel set state = 'initial', note = null, changed_at = $3 where agency_id = $1 and id = $2 and state = 'fail'`, [of.agencyId, of.transferId, ctx.now]);
  ctx.enqueue(sendParcelJob({ agencyId: of.agencyId, transferId: of.transferId, at: ctx.now }));
}
