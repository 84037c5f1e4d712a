import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { AUTOMATIC } from '../commands/automatic.ts';
import { settleDeliveries, type Settled } from '../commands/settle-deliveries.ts';
import type { BusinessKind } from '../contract.ts';
import { checkPauseMs, pauseMs } from '../domain/line.ts';
import { PartnerUnavailable, type SendResult } from './adapter.ts';
import { noteLineBad, noteLineGood } from './note-line.ts';
import type { TransferRow } from './parcels.ts';
import type { PartnerRow } from './partner-rows.ts';
import { recordPartnerEvent } from './record.ts';
import { receiptForOrigin, relayAnswers } from './relay-answers.ts';
import { sendParcelJob } from './transfers.ts';

/** After so many tries a parcel waits for a person: with the longest pauses that is a week. */
const MOST_ATTEMPTS = 200;
/** A defect of our own is not mended by trying for a week. */
const MOST_DEFECTS = 12;

type Tried = { transfer: TransferRow; partner: PartnerRow };

/** Writes down what one try came to. */
export async function settleTransfer(ctx: CommandContext, tried: Tried & { result: SendResult }): Promise<void> {
  const { transfer, partner, result } = tried;
  await noteLineGood(ctx, partner);
  switch (result.outcome) {
    case 'continues':
      await tryAt(ctx, transfer, { at: ctx.now, code: null, problem: null, attempts: Math.max(0, transfer.attempts - 1) });
      return;
    case 'refused':
      await endTransfer(ctx, tried, { state: 'refused', code: result.code, problem: result.problem, partnerRef: result.partnerRef ?? null });
      return;
    case 'accepted':
      await takenBy(ctx, tried, result.partnerRef ?? null);
      return;
    case 'processed':
      await endTransfer(ctx, tried, { state: 'processed', code: null, problem: null, partnerRef: result.partnerRef ?? null });
  }
}

/** Writes down that a try failed: it is tried again with growing pauses, or waits for a person. */
export async function settleFailure(ctx: CommandContext, tried: Tried & { error: unknown }): Promise<void> {
  const { transfer, partner, error } = tried;
  const known = error instanceof PartnerUnavailable ? error : undefined;
  const code = known?.code ?? 'defect';
  const problem = error instanceof Error ? error.message : String(error);
  if (known?.retry === 'again') await noteLineBad(ctx, partner, { code, problem });
  if (known?.retry === 'later') await noteLineGood(ctx, partner);
  if (transfer.attempts >= (known === undefined ? MOST_DEFECTS : MOST_ATTEMPTS)) {
    await endTransfer(ctx, tried, { state: 'failed', code, problem, partnerRef: null });
    return;
  }
  const pause = known?.retryAfterMs ?? pauseMs(Math.max(1, transfer.attempts), Math.random());
  await tryAt(ctx, transfer, { at: new Date(ctx.now.getTime() + pause), code, problem, attempts: transfer.attempts });
}

async function tryAt(ctx: CommandContext, transfer: TransferRow, next: { at: Date; code: string | null; problem: string | null; attempts: number }): Promise<void> {
  await ctx.query(
    `update exchange.transfer set next_try_at = $3, problem_code = $4, problem = $5, attempts = $6, changed_at = $7 where agency_id = $1 and id = $2 and state in ('waiting', 'sent')`,
    [transfer.agencyId, transfer.id, next.at, next.code, next.problem?.slice(0, 1000) ?? null, next.attempts, ctx.now],
  );
  ctx.enqueue(sendParcelJob({ agencyId: transfer.agencyId, transferId: transfer.id, at: next.at }));
}

async function takenBy(ctx: CommandContext, { transfer, partner }: Tried, partnerRef: string | null): Promise<void> {
  const at = new Date(ctx.now.getTime() + checkPauseMs(transfer.checks));
  const { rowCount } = await ctx.query(
    `update exchange.transfer set state = 'sent', next_try_at = $3, problem_code = null, problem = null, partner_ref = coalesce($4, partner_ref), sent_at = coalesce(sent_at, $5), changed_at = $5
      where agency_id = $1 and id = $2 and state in ('waiting', 'sent')`,
    [transfer.agencyId, transfer.id, at, partnerRef, ctx.now],
  );
  // What became of it may have been told before the call ended.
  if (rowCount !== 1) return;
  ctx.enqueue(sendParcelJob({ agencyId: transfer.agencyId, transferId: transfer.id, at }));
  if (transfer.state !== 'waiting') return;
  recordPartnerEvent(ctx, 'transfer-sent', { partner, agencyId: transfer.agencyId, data: { transferId: transfer.id } });
  await wakeFollowers(ctx, transfer);
}

type Ending = { state: 'processed' | 'refused' | 'failed'; code: string | null; problem: string | null; partnerRef: string | null };

/** The end of a parcel. Of a refused envelope the deliveries come back to the sender, with the partner's reason; to one of another installation as its answer. */
export async function endTransfer(ctx: CommandContext, { transfer, partner }: { transfer: Pick<TransferRow, 'agencyId' | 'id' | 'kind'>; partner: Pick<PartnerRow, 'id' | 'name'> }, ending: Ending): Promise<void> {
  const { rowCount } = await ctx.query(
    `update exchange.transfer set state = $3, next_try_at = null, problem_code = $4, problem = $5, partner_ref = coalesce($6, partner_ref), sent_at = case when $3 = 'processed' then coalesce(sent_at, $7) else sent_at end, changed_at = $7
      where agency_id = $1 and id = $2 and state in ('waiting', 'sent')`,
    [transfer.agencyId, transfer.id, ending.state, ending.code, ending.problem?.slice(0, 1000) ?? null, ending.partnerRef, ctx.now],
  );
  if (rowCount !== 1) return;
  const event = ending.state === 'processed' ? 'transfer-sent' : 'transfer-failed';
  recordPartnerEvent(ctx, event, { partner, agencyId: transfer.agencyId, data: { transferId: transfer.id, ...(ending.code === null ? {} : { code: ending.code }) } });
  if (transfer.kind === 'envelope' && ending.state === 'refused') await returnDeliveries(ctx, transfer, `${partner.name}: ${ending.problem ?? ending.code ?? ''}`);
  await wakeFollowers(ctx, transfer);
}

async function returnDeliveries(ctx: CommandContext, transfer: Pick<TransferRow, 'agencyId' | 'id'>, problem: string): Promise<void> {
  const { rows } = await ctx.query(
    `select d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName", e.subject_type as type, e.subject_id as "subjectId", e.kind,
            d.delivered_to_agency_id as "toId", d.delivered_to_name as "toName"
       from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
      where d.agency_id = $1 and d.transfer_id = $2 and d.state = 'waiting' and d.answer_ordinal = 0`,
    [transfer.agencyId, transfer.id],
  );
  // safe because the statement selects exactly these columns
  const read = rows as { envelopeId: string; recipientAgencyId: Id<'agency'>; recipientName: string; type: string; subjectId: string; kind: BusinessKind | 'new'; toId: Id<'agency'>; toName: string }[];
  const settled: Settled[] = [];
  for (const { type, subjectId, toId, toName, kind, ...row } of read) {
    const key = { ...row, agencyId: transfer.agencyId, subject: { type, id: subjectId } };
    const receipt = await receiptForOrigin(ctx, key, { status: '02', at: ctx.now, by: AUTOMATIC, reason: problem });
    // To whom it was to go stays known: an operator may send it again.
    if (receipt === undefined) settled.push({ ...key, state: 'returned', deliveredTo: { agencyId: toId, name: toName }, problem, successors: [] });
    // Another installation does not look into our lists: that its document did not get there is told to it as a refusal.
    else settled.push({ ...key, kind, state: 'refused', deliveredTo: { agencyId: toId, name: toName }, answer: { status: '02', reason: problem, receipt } });
  }
  await settleDeliveries(ctx, settled);
  for (const each of settled) if (each.state === 'refused') await relayAnswers(ctx, each);
}

/** The next parcel of the same document goes now, also one that is being put off at this very moment: the update waits for it. */
async function wakeFollowers(ctx: CommandContext, transfer: Pick<TransferRow, 'agencyId' | 'id'>): Promise<void> {
  const { rows } = await ctx.query(
    `update exchange.transfer f set next_try_at = $3 from exchange.transfer t
      where t.agency_id = $1 and t.id = $2 and f.agency_id = t.agency_id and f.order_key = t.order_key and f.partner_id = t.partner_id and f.state = 'waiting' and f.id > t.id
        and f.attempts = 0 returning f.id`,
    [transfer.agencyId, transfer.id, ctx.now],
  );
  // safe because the statement returns transfer ids
  for (const row of rows) ctx.enqueue(sendParcelJob({ agencyId: transfer.agencyId, transferId: row['id'] as TransferRow['id'], at: ctx.now, after: transfer.id }));
}
